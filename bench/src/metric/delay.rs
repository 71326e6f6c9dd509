//! P2: how long a message takes to the last of those who get it.

use crate::{
    Outcome,
    load::{Crowd, Layout, Pace},
    measured::{Fault, Key, Measured, SUBJECT, Target, median},
    setting::Setting,
    subject::{self, Subject},
};
use backend::{SqliteStore, Store, StoreError};
use std::time::{Duration, Instant};

const HALF: &str = "p50, ms";
const MOST: &str = "p99, ms";
const COMMIT: &str = "one commit, ms";
const ALONE: &str = "nothing else";

const COUNTED: &str = "The same messages at the same fixed rates for all, far below what any of them can take: the time from saying one \
    to the moment when the last member has it, tokens of 780 characters, cores as in P1. SecureChat's messages are on the \
    disk by then. One commit is the median of a hundred that add one row to SQLite with `synchronous=FULL`, on the same disk.";

const LENGTH: Duration = Duration::from_secs(5);
const WARM: Duration = Duration::from_secs(1);

/// Commits of which the middle one counts.
const COMMITS: usize = 100;

/// Runs all subjects in turns.
pub fn measure(setting: &Setting) -> Outcome<Measured> {
    let mut measured = Measured::new("P2", "From saying to hearing", COUNTED);
    let commit = Key::new(COMMIT, ALONE, SUBJECT);
    let loads = loads(setting);
    for _ in 0..setting.rounds() {
        measured.sample(std::slice::from_ref(&commit), None, || one_commit(setting))?;
        for (name, layout, rate) in &loads {
            for subject in Subject::ALL {
                let keys = [HALF, MOST].map(|figure| Key::new(figure, name, subject.name()));
                measured.sample(&keys, None, || run(setting, subject, *layout, *rate))?;
            }
        }
    }
    for (name, ..) in &loads {
        let of = |subject| Key::new(MOST, name, subject);
        let target = Target::at_most(of(SUBJECT))
            .times(1.5, of(Subject::Raw.name()))
            .times(1.0, commit.clone());
        measured.targets.push(target);
    }
    Ok(measured)
}

/// Rooms, and messages a second in all of them together.
fn loads(setting: &Setting) -> [(String, Layout, f64); 2] {
    let load = |rooms: usize, members: usize, rate: f64| {
        let rooms_text = if rooms == 1 {
            "one room".to_owned()
        } else {
            format!("{rooms} rooms")
        };
        let name = format!("{rooms_text} of {members}, {rate} messages a second");
        (name, Layout { rooms, members }, rate)
    };
    let (one, many) = setting.load(((1, 1000), (100, 50)), ((1, 10), (4, 5)));
    [load(one.0, one.1, 5.0), load(many.0, many.1, 100.0)]
}

fn run(setting: &Setting, subject: Subject, layout: Layout, rate: f64) -> Result<Vec<f64>, Fault> {
    let running = subject.start(setting, layout)?;
    let mut crowd = Crowd::gather(running, layout.members)?;
    crowd.talk(Pace::Rate(rate), setting.load(WARM, WARM / 5))?;
    let flow = crowd.talk(Pace::Rate(rate), setting.load(LENGTH, WARM))?;
    let at = |part| share(&flow.delays, part);
    match (at(0.5), at(0.99)) {
        (Some(half), Some(most)) => Ok(vec![half, most]),
        _ => Err(Fault::Void("nothing was said".to_owned())),
    }
}

/// The delay, in milliseconds, within which so large a part of all messages had reached everyone; none of nothing.
pub fn share(delays: &[Duration], part: f64) -> Option<f64> {
    let mut sorted: Vec<f64> = delays.iter().map(|it| millis(*it)).collect();
    sorted.sort_by(f64::total_cmp);
    sorted.get((sorted.len() as f64 * part) as usize).copied()
}

fn one_commit(setting: &Setting) -> Result<Vec<f64>, Fault> {
    let folder = subject::folder(setting)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("no runtime: {error}"))?;
    let work = async {
        let store = SqliteStore::open(&folder.path().join("commits.db")).await?;
        let mut times = Vec::with_capacity(COMMITS);
        for number in 0..COMMITS {
            let began = Instant::now();
            let mut tx = store.begin().await?;
            tx.server_value(&format!("{number}"), b"a value").await?;
            tx.commit().await?;
            times.push(millis(began.elapsed()));
        }
        store.close().await;
        Ok::<_, StoreError>(times)
    };
    let times = runtime.block_on(work).map_err(|error| error.to_string())?;
    Ok(median(&times).into_iter().collect())
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

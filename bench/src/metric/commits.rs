//! P3: how many messages a second the commit queue puts on the disk.

use super::bare::Bare;
use crate::{
    Outcome, cores,
    load::{Crowd, Layout, Pace, token},
    measured::{Fault, Key, Measured, Plot, SUBJECT, Target},
    setting::Setting,
    subject::{self, Subject, people},
};
use backend::{Backend, Clock, Limits, Options, Random, SqliteStore};
use futures::future::try_join_all;
use protocol::{DeviceId, MessageId};
use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

const FIGURE: &str = "messages committed a second";
const BARE: &str = "bare rusqlite";
const SOCKET: &str = "SecureChat, through a socket";

const COUNTED: &str = "Messages of 780 characters from one person in one room, so many at once, again and again for two seconds. \
    SecureChat: the call that a server makes, from the checks to the acknowledgement after the commit, with all that belongs to \
    it (is the sender a member, is the message new, hashes, the room's head); what waits goes into one transaction, at most 512 \
    of them. Reference: the same rows into the same tables, so many to a transaction, and nothing else. Both in WAL mode with \
    `synchronous=FULL`, on one core. The database must hold every acknowledged message in the end. \
    Through a socket: as many under way from one client to the server and back, the server on one core and the client on the other; \
    no target.";

const BATCHES: [usize; 4] = [1, 10, 100, 1000];
const LENGTH: Duration = Duration::from_secs(2);

/// One person, in one room.
const ALONE: Layout = Layout {
    rooms: 1,
    members: 1,
};

/// Runs all in turns.
pub fn measure(setting: &Setting) -> Outcome<Measured> {
    let mut measured = Measured::new("P3", "Commits", COUNTED);
    let load = |batch| format!("{batch} at once");
    let key = |batch, of| Key::new(FIGURE, &load(batch), of);
    let length = setting.load(LENGTH, LENGTH / 20);
    for _ in 0..setting.rounds() {
        for batch in BATCHES {
            let size = Some(batch as f64);
            let ours = || run(setting, |file| through_the_queue(file, batch, length));
            measured.sample(&[key(batch, SUBJECT)], size, ours)?;
            let bare = || run(setting, |file| bare(file, batch, length));
            measured.sample(&[key(batch, BARE)], size, bare)?;
            let sockets = || through_a_socket(setting, batch, length);
            measured.sample(&[key(batch, SOCKET)], size, sockets)?;
        }
    }
    for batch in BATCHES {
        let target = Target::at_least(key(batch, SUBJECT)).times(0.8, key(batch, BARE));
        measured.targets.push(target);
    }
    measured.plots.push(Plot {
        file: "p3-batch-size".to_owned(),
        title: "Messages committed a second".to_owned(),
        figure: FIGURE.to_owned(),
        across: "messages at once".to_owned(),
    });
    Ok(measured)
}

/// On a new database, on one core. `work` gives how many messages were acknowledged, and how long that took.
fn run(
    setting: &Setting,
    work: impl FnOnce(&Path) -> Outcome<(u64, Duration)>,
) -> Result<Vec<f64>, Fault> {
    let folder = subject::folder(setting)?;
    let file = folder.path().join("commits.db");
    people::settle(&file, ALONE)?;
    let (acknowledged, took) = cores::on(cores::SERVER, || work(&file))?;
    let stored = Bare::read(&file)?.messages()?;
    if stored != acknowledged {
        let void = format!("{acknowledged} messages were acknowledged, and {stored} are stored");
        return Err(Fault::Void(void));
    }
    Ok(vec![acknowledged as f64 / took.as_secs_f64()])
}

fn bare(file: &Path, batch: usize, length: Duration) -> Outcome<(u64, Duration)> {
    let mut bare = Bare::open(file)?;
    let (mut seq, start) = (1, Instant::now());
    while start.elapsed() < length {
        let rows = (seq + 1..=seq + batch as u64).map(|seq| (people::room(0), seq));
        bare.append(rows)?;
        seq += batch as u64;
    }
    Ok((seq - 1, start.elapsed()))
}

fn through_the_queue(file: &Path, batch: usize, length: Duration) -> Outcome<(u64, Duration)> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("no runtime: {error}"))?;
    let told = |error: backend::Error| format!("the backend: {error}");
    runtime.block_on(async {
        let store = SqliteStore::open(file).await;
        let store = store.map_err(|error| format!("the database: {error}"))?;
        let options = Options {
            limits: Limits {
                messages_per_minute: 1_000_000_000,
                ..Limits::default()
            },
            ..Options::default()
        };
        let (clock, random) = (Clock::system(), Random::system());
        let backend = Backend::start(Arc::new(store), options, clock, random).await;
        let backend = backend.map_err(told)?;
        let session = backend.authenticate(&people::cookie(0)).await;
        let session = session.map_err(told)?.ok_or("the sender has no session")?;
        let (mut sent, start) = (0_u64, Instant::now());
        while start.elapsed() < length {
            let sends = (sent..sent + batch as u64).map(|number| {
                let id = MessageId(u128::from(number).to_be_bytes());
                let (device, room) = (DeviceId([1; 16]), people::room(0));
                backend.send(&session, device, room, id, 1, token(number as usize))
            });
            try_join_all(sends).await.map_err(told)?;
            sent += batch as u64;
        }
        let took = start.elapsed();
        backend.shutdown().await;
        Ok((sent, took))
    })
}

fn through_a_socket(setting: &Setting, batch: usize, length: Duration) -> Result<Vec<f64>, Fault> {
    let running = Subject::SecureChat.start(setting, ALONE)?;
    let mut crowd = Crowd::gather(running, ALONE.members)?;
    let start = Instant::now();
    let flow = crowd.talk(Pace::Window(batch), length)?;
    Ok(vec![flow.deliveries as f64 / start.elapsed().as_secs_f64()])
}

//! P4: what an idle connection costs in memory.

use crate::{
    Outcome,
    load::{Crowd, Layout},
    measured::{Fault, Key, Measured, Plot, SUBJECT, Target},
    setting::Setting,
    subject::Subject,
};
use std::{thread, time::Duration};

const FIGURE: &str = "KiB per idle connection";

const COUNTED: &str = "Resident memory of the server with all connections open and nothing said, minus that before the first, divided by \
    their number. People are in rooms of 50; SecureChat's are logged in, each with an account of their own. The raw \
    broadcaster has the same read and write buffers as SecureChat (4 KiB, 16 KiB).";

/// Members of each room.
const ROOM: usize = 50;

/// The largest one counts; the others show how it grows.
const CONNECTIONS: [usize; 3] = [100, 1_000, 10_000];

/// How long everything may come to rest.
const REST: Duration = Duration::from_secs(2);

/// KiB.
const MOST: f64 = 10.0;

/// Runs both in turns.
pub fn measure(setting: &Setting) -> Outcome<Measured> {
    let mut measured = Measured::new("P4", "Memory of a connection", COUNTED);
    let numbers = setting.load(&CONNECTIONS[..], &CONNECTIONS[..1]);
    let load = |connections: usize| format!("{connections} connections");
    for _ in 0..setting.rounds() {
        for &connections in numbers {
            for subject in Subject::RAW {
                let key = Key::new(FIGURE, &load(connections), subject.name());
                let size = Some(connections as f64);
                measured.sample(&[key], size, || run(setting, subject, connections))?;
            }
        }
    }
    if let Some(most) = numbers.last() {
        let of = |subject| Key::new(FIGURE, &load(*most), subject);
        measured.targets = vec![
            Target::at_most(of(SUBJECT)).number(MOST),
            Target::at_most(of(SUBJECT)).times(1.5, of(Subject::Raw.name())),
        ];
    }
    measured.plots.push(Plot {
        file: "p4-connections".to_owned(),
        title: "Memory per idle connection".to_owned(),
        figure: FIGURE.to_owned(),
        across: "connections".to_owned(),
    });
    Ok(measured)
}

fn run(setting: &Setting, subject: Subject, connections: usize) -> Result<Vec<f64>, Fault> {
    let layout = Layout {
        rooms: connections / ROOM,
        members: ROOM,
    };
    let running = subject.start(setting, layout)?;
    let before = running.process.resident_bytes()?;
    let crowd = Crowd::gather(running, layout.members)?;
    thread::sleep(REST);
    let after = crowd.server().resident_bytes()?;
    Ok(vec![(after - before) / 1024.0 / connections as f64])
}

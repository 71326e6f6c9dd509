//! P8: how many people can log in, and what those who chat feel of it.

use crate::{
    Outcome,
    load::{Crowd, Layout, LoginDoor, Pace, Storm},
    measured::{Fault, Key, Measured, SUBJECT, Target},
    metric::delay,
    process::{Process, free_address},
    setting::Setting,
    subject::Subject,
};
use std::{process::Command, thread, time::Duration};

const FIGURE: &str = "logins a second";
const CHAT: &str = "chat p99, ms";
const IDLE: &str = "nobody logs in";
const ARGON: &str = "Argon2id on the server";

const COUNTED: &str = "Sixteen people who log in over and over, cores as in P1. SecureChat: OPAQUE over two requests, and the new \
    session committed to SQLite; the passphrase is stretched by the client, so that is no work of the server, and left out \
    here. The reference gets the password, and runs Argon2id over it (19 MiB, two passes, one lane), with accounts in \
    memory. Then the p99 of messages in 10 rooms of 50 people, 100 messages a second in all, with nobody logging in and \
    with 200 log-ins a second, several times what the reference can take.";

const PEOPLE: usize = 16;
const STORM: f64 = 200.0;
const LENGTH: Duration = Duration::from_secs(3);
const CHATTING: Duration = Duration::from_secs(5);
/// A storm begins with making its accounts, before anyone chats, and ends after the chat.
const BEFORE: Duration = Duration::from_secs(1);

/// Runs both in turns.
pub fn measure(setting: &Setting) -> Outcome<Measured> {
    let mut measured = Measured::new("P8", "Logging in", COUNTED);
    let load = format!("{PEOPLE} at a time");
    let storm = format!("{STORM} log-ins a second");
    let rate = |of| Key::new(FIGURE, &load, of);
    let chat = |load| Key::new(CHAT, load, SUBJECT);
    for _ in 0..setting.rounds() {
        measured.sample(&[rate(SUBJECT)], None, || ours(setting))?;
        measured.sample(&[rate(ARGON)], None, || theirs(setting))?;
        measured.sample(&[chat(IDLE)], None, || chatting(setting, None))?;
        measured.sample(&[chat(&storm)], None, || chatting(setting, Some(STORM)))?;
    }
    measured.targets = vec![
        Target::at_least(rate(SUBJECT)).times(20.0, rate(ARGON)),
        Target::at_most(chat(&storm)).times(1.5, chat(IDLE)),
    ];
    Ok(measured)
}

const NOBODY: Layout = Layout {
    rooms: 1,
    members: 1,
};

fn ours(setting: &Setting) -> Result<Vec<f64>, Fault> {
    let running = Subject::SecureChat.start(setting, NOBODY)?;
    flood(setting, &running.process, LoginDoor::Opaque)
}

fn theirs(setting: &Setting) -> Result<Vec<f64>, Fault> {
    let address = free_address()?;
    let mut command = Command::new(setting.programs.join("argon"));
    let process = Process::start(command.arg(address.to_string()), address)?;
    flood(setting, &process, LoginDoor::Password)
}

fn flood(setting: &Setting, process: &Process, door: LoginDoor) -> Result<Vec<f64>, Fault> {
    let storm = Storm {
        address: process.address,
        door,
        people: PEOPLE,
        rate: None,
    };
    let length = setting.load(LENGTH, LENGTH / 10);
    Ok(vec![storm.run(length)?])
}

fn chatting(setting: &Setting, rate: Option<f64>) -> Result<Vec<f64>, Fault> {
    let (rooms, members) = setting.load((10, 50), (2, 5));
    let running = Subject::SecureChat.start(setting, Layout { rooms, members })?;
    let address = running.process.address;
    let mut crowd = Crowd::gather(running, members)?;
    let length = setting.load(CHATTING, CHATTING / 5);
    let storm = rate.map(|rate| {
        let storm = Storm {
            address,
            door: LoginDoor::Opaque,
            people: PEOPLE,
            rate: Some(rate),
        };
        thread::spawn(move || storm.run(length + 2 * BEFORE))
    });
    thread::sleep(BEFORE);
    let flow = crowd.talk(Pace::Rate(100.0), length)?;
    if let Some(storm) = storm {
        storm
            .join()
            .map_err(|_| "the storm panicked".to_owned())??;
    }
    Ok(delay::share(&flow.delays, 0.99).into_iter().collect())
}

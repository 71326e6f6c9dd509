//! Some members of a busy room read slowly, others not at all. The rest get everything meanwhile; the slow ones are cut off
//! and told; the server's memory stays bounded, and in the end it has nothing left of them.

use crate::{
    Wish,
    world::{History, Line, Server, Writer, until},
};
use protocol::frame::{ByeReason, ServerFrame};
use std::time::Duration;
use tokio::net::TcpSocket;

/// The writer, and those who read all.
const QUICK: usize = 4;
const STUCK: usize = 8;
const SLOW: usize = 2;
/// The longest messages.
const LENGTH: usize = 92_000;
/// What may wait for a connection by default, and that a writer may have taken of it, is 16 MiB; all of them share it. The rest is
/// for what allocators keep.
const BOUND: u64 = 64 << 20;
/// A slow reader takes a frame this often.
const SLOWLY: Duration = Duration::from_millis(200);

pub async fn run(wish: Wish) -> String {
    let messages = wish.scale(5_000, 1_200);
    let people = QUICK + STUCK + SLOW;
    let everyone: Vec<_> = (0..people).collect();
    let (mut server, town) = Server::with(&wish.server, people, &[everyone], wish.seed).await;
    server.flag("messages-per-minute", 10_000_000);
    server.start().await;
    let idle = server.settled_sockets().await;
    let room = town.rooms[0];
    let mut readers = Vec::new();
    for person in &town.people[1..QUICK] {
        let mut line = Line::open(&server, person, Vec::new()).await.unwrap();
        let mut history = History::of(room);
        history.catch_up(&mut line).await.unwrap();
        readers.push((line, history));
    }
    let mut writing = Line::open(&server, &town.people[0], Vec::new())
        .await
        .unwrap();
    // What SQLite and the allocator take when they are first used is no leak.
    let mut writer = Writer::new(&town.people[0], 0, room, LENGTH);
    writer.write_all(&mut writing, 100).await.unwrap();
    let memory = server.process().memory();

    let mut stuck = Vec::new();
    let mut slow = Vec::new();
    for (number, person) in town.people.iter().enumerate().skip(QUICK) {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(64 << 10).unwrap();
        let mut line = Line::connect(&server, person, socket).await.unwrap();
        line.say_hello(person, Vec::new()).await.unwrap();
        assert!(matches!(
            line.frame().await,
            Ok(ServerFrame::Welcome { .. })
        ));
        match number < QUICK + STUCK {
            true => stuck.push(line),
            false => slow.push(tokio::spawn(read_slowly(line))),
        }
    }
    let reading: Vec<_> = readers
        .into_iter()
        .map(|(line, history)| tokio::spawn(read_all(line, history, 1 + 100 + messages as u64)))
        .collect();
    let mut most = memory;
    for _ in 0..messages / 100 {
        writer.write_all(&mut writing, 100).await.unwrap();
        most = most.max(server.process().memory());
    }
    let mut deliveries = 0;
    for reader in reading {
        let history = reader.await.unwrap();
        writer.check(&history);
        deliveries += messages;
    }
    most = most.max(server.process().memory());
    let grown = most.saturating_sub(memory);
    let passed = (messages * LENGTH) as u64;
    assert!(
        passed > BOUND,
        "too little was sent to see whether memory is bounded"
    );
    assert!(grown < BOUND, "the server's memory grew by {grown} bytes");

    for reader in slow {
        let reason = reader.await.unwrap();
        assert_eq!(
            reason,
            Some(ByeReason::SlowReader),
            "a slow reader was not told why it ends"
        );
    }
    until("the server to give up those that never read", async || {
        // The writer is still there.
        server.process().sockets() <= idle + 1
    })
    .await;
    drop(stuck);
    format!(
        "{deliveries} deliveries of {messages} messages to {} readers while {STUCK} never read and {SLOW} read slowly; the slow ones were \
         told, all were let go; {} MB passed, memory grew by {} MB at most",
        QUICK - 1,
        passed / 1_000_000,
        grown / 1_000_000
    )
}

/// Reads until the log has so many entries.
async fn read_all(mut line: Line, mut history: History, entries: u64) -> History {
    while history.seq() < entries {
        if let ServerFrame::Entry { entry, .. } = line.frame().await.unwrap() {
            history.push(entry);
        }
    }
    history
}

/// Reads a frame now and then. Returns the reason that the server gave at the end.
async fn read_slowly(mut line: Line) -> Option<ByeReason> {
    loop {
        match line.frame().await {
            Ok(ServerFrame::Bye { reason }) => return Some(reason),
            Ok(_) => tokio::time::sleep(SLOWLY).await,
            Err(_) => return None,
        }
    }
}

//! The disk is full, or cannot be written to any more. Those who write are told; what is stored can still be read; nothing
//! is acknowledged that is not stored; and once there is space again, everything goes on by itself.

use crate::{
    Wish,
    world::{Disk, History, Line, Server, Writer, make_read_only},
};
use protocol::PublicError;

const LENGTH: usize = 780;
/// Messages of a round before the disk fails: enough that the log needs new pages.
const BEFORE: usize = 40;

pub async fn run(wish: Wish) -> String {
    let rounds = wish.scale(20, 2);
    let mut told = Vec::new();
    for disk in [Disk::to_fill(), Disk::Unwritable] {
        told.push(fail_and_recover(&wish, disk, rounds).await);
    }
    told.push(start_on_a_read_only_disk(&wish).await);
    told.join("; ")
}

async fn fail_and_recover(wish: &Wish, disk: Disk, rounds: usize) -> String {
    let (mut server, town) = Server::with(&wish.server, 2, &[vec![0, 1]], wish.seed).await;
    server.flag("messages-per-minute", 10_000_000);
    disk.hold(&mut server);
    server.start().await;
    let (room, ana, bob) = (town.rooms[0], &town.people[0], &town.people[1]);
    let mut writer = Writer::new(ana, 0, room, LENGTH);
    let mut line = Line::open(&server, ana, Vec::new()).await.unwrap();
    let mut refused = 0;
    for _ in 0..rounds {
        writer.write_all(&mut line, BEFORE).await.unwrap();
        assert_eq!(writer.refusals, [], "refused though there is space");
        disk.fail(&server);
        while writer.refusals.len() < BEFORE {
            writer.write_all(&mut line, 1).await.unwrap();
        }
        for error in &writer.refusals {
            let PublicError::Internal { reference } = error else {
                panic!("a failing disk is told as {error:?}");
            };
            // The log lies on the unwritable disk too.
            let is_logged = disk == Disk::Unwritable || server.told().contains(reference);
            assert!(is_logged, "the operator finds no {reference} in the log");
        }
        refused += writer.refusals.len();
        // Whoever comes now can read, and finds just what was acknowledged.
        check(&server, bob, &writer).await;

        disk.recover(&server);
        writer.retry_refused();
        writer.resume(&mut line).await.unwrap();
        writer.write_all(&mut line, 0).await.unwrap();
        assert_eq!(
            writer.refusals,
            [],
            "still refused though there is space again"
        );
        check(&server, bob, &writer).await;
    }
    format!(
        "{}: {rounds} times, {refused} messages refused, all of {} stored once there was space",
        disk.name(),
        writer.acknowledged.len()
    )
}

async fn check(server: &Server, reader: &crate::world::Person, writer: &Writer) {
    let mut line = Line::open(server, reader, Vec::new()).await.unwrap();
    let mut history = History::of(line.rooms[0].room);
    history.catch_up(&mut line).await.unwrap();
    writer.check(&history);
    let stored = history.tokens.iter().flatten().count();
    assert_eq!(
        stored,
        writer.acknowledged.len(),
        "stored is just what was acknowledged"
    );
}

/// A server that could store nothing does not pretend to serve.
async fn start_on_a_read_only_disk(wish: &Wish) -> String {
    let (mut server, _) = Server::with(&wish.server, 1, &[], wish.seed).await;
    make_read_only(&mut server);
    assert!(
        !server.start_in_vain().await,
        "it ended as if all were well"
    );
    let told = server.told();
    let told = told.lines().last().unwrap_or_default();
    assert!(
        told.contains("cannot open the database"),
        "no reason in {told:?}"
    );
    "a read-only disk: it does not start, and says why".to_owned()
}

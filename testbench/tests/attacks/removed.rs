//! Someone was taken out, and the server helps them.

use crate::setting::*;
use client::statement;
use model::Command;
use protocol::{
    Entry, RoomId,
    frame::LoggedEntry,
    open::{OpenBody, OpenContent},
};
use testbench::{Accomplice, Bench, RoomKeys, Who};

const NOT_OPEN: &str =
    "A message here does not open with the room key. It may be damaged or forged.";

struct Scene {
    bench: Bench,
    ana: Who,
    ben: Who,
    cleo: Who,
    room: RoomId,
    /// What Cleo keeps.
    old: RoomKeys,
    mallory: Accomplice,
}

async fn scene() -> Scene {
    let (mut bench, ana, ben, room) = choir().await;
    let cleo = joins(&mut bench, "cleo", room, ana).await;
    bench
        .until("all see all", |bench| bench[ben].members().len() == 3)
        .await;
    Scene {
        old: bench.room_keys(cleo, room).await,
        mallory: bench.accomplice(cleo),
        bench,
        ana,
        ben,
        cleo,
        room,
    }
}

impl Scene {
    fn remove_cleo(&self) -> Command {
        let user = self.bench[self.cleo].me.as_ref().unwrap().user;
        Command::RemoveMember {
            room: self.room,
            user,
        }
    }
}

fn says(it: &LoggedEntry) -> Option<OpenBody> {
    match &it.entry {
        Entry::Open(open) => open.body().ok(),
        _ => None,
    }
}

#[tokio::test]
async fn what_the_removed_one_writes_is_not_shown_before_the_next_key() {
    let mut it = scene().await;
    let body = it
        .mallory
        .body(&it.bench.adversary.log(it.room), "I am still here");
    let late = it.mallory.seal(&it.old, &body);
    it.bench.adversary.tell(it.ben, it.room).each(move |entry| {
        let removes = says(entry).is_some_and(|it| matches!(it.content, OpenContent::Remove(_)));
        let late = removes.then(|| late.clone());
        [entry.entry.clone()].into_iter().chain(late).collect()
    });
    let command = it.remove_cleo();
    it.bench.ask(it.ana, command).await.unwrap();
    let line = "A message was written with a room key that was over. It is not shown.";
    broken(&mut it.bench, it.ben, line).await;
    assert_eq!(it.bench[it.ben].messages(), [""; 0]);
}

#[tokio::test]
async fn what_the_removed_one_writes_does_not_open_after_the_next_key() {
    let mut it = scene().await;
    let body = it
        .mallory
        .body(&it.bench.adversary.log(it.room), "I am still here");
    let late = it.mallory.seal(&it.old, &body);
    let command = it.remove_cleo();
    it.bench.ask(it.ana, command).await.unwrap();
    it.bench.get_across(it.ana, it.room, "just us").await;
    it.bench.shows(it.ben, &["ana: just us"]).await;
    it.bench.adversary.tell(it.ben, it.room).add(late);
    broken(&mut it.bench, it.ben, NOT_OPEN).await;
    assert_eq!(it.bench[it.ben].messages(), ["ana: just us"]);
}

#[tokio::test]
async fn the_removed_one_does_not_come_back_with_the_old_key() {
    let mut it = scene().await;
    let command = it.remove_cleo();
    it.bench.ask(it.ana, command).await.unwrap();
    it.bench.get_across(it.ana, it.room, "just us").await;
    it.bench.shows(it.ben, &["ana: just us"]).await;
    let log = it.bench.adversary.log(it.room);
    let mut place = it.old.place(&log);
    place.epoch = log.header().0;
    let (identity, name) = (&it.mallory.identity, &it.mallory.username);
    let join = statement::join(identity, place, name, &it.old.secret).unwrap();
    it.bench
        .adversary
        .tell(it.ben, it.room)
        .add(Entry::Open(join.entry));
    not_believed(&mut it.bench, it.ben).await;
    assert_eq!(it.bench[it.ben].members(), ["ben", "ana"]);
}

#[tokio::test]
async fn nobody_comes_back_between_the_removal_and_the_next_key() {
    let mut it = scene().await;
    let (old, mallory) = (it.old, it.mallory);
    let mut done = false;
    it.bench.adversary.tell(it.ben, it.room).each(move |entry| {
        let mut told = vec![entry.entry.clone()];
        let removes = says(entry).is_some_and(|it| matches!(it.content, OpenContent::Remove(_)));
        if removes && !std::mem::replace(&mut done, true) {
            let place = statement::Place {
                room: old.ctx.room,
                epoch: old.ctx.epoch,
                prev_open: protocol::log::entry_hash(&entry.entry),
            };
            let join = statement::join(&mallory.identity, place, &mallory.username, &old.secret);
            told.push(Entry::Open(join.unwrap().entry));
        }
        told
    });
    let user = it.bench[it.cleo].me.as_ref().unwrap().user;
    let command = Command::RemoveMember {
        room: it.room,
        user,
    };
    it.bench.ask(it.ana, command).await.unwrap();
    not_believed(&mut it.bench, it.ben).await;
    assert_eq!(it.bench[it.ben].members(), ["ben", "ana"]);
}

/// Ben is not told that Cleo is out. Ana sees that he has not heard of it; he sees that something is wrong with her next words.
#[tokio::test]
async fn a_withheld_removal_shows_on_both_sides() {
    let mut it = scene().await;
    it.bench.get_across(it.ben, it.room, "hello").await;
    it.bench
        .adversary
        .tell(it.ben, it.room)
        .each(|entry| match says(entry) {
            Some(_) => Vec::new(),
            None => vec![entry.entry.clone()],
        });
    let command = it.remove_cleo();
    it.bench.ask(it.ana, command).await.unwrap();
    it.bench.get_across(it.ana, it.room, "just us").await;
    broken(&mut it.bench, it.ben, NOT_OPEN).await;
    let view = it.bench[it.ana].room.as_ref().unwrap();
    let removal = view.removal.as_ref().map(|it| (&*it.name, it.seen, it.of));
    assert_eq!(removal, Some(("cleo", 1, 2)));
    assert_eq!(it.bench[it.ana].members(), ["ana", "ben"]);
    assert_eq!(it.bench[it.ben].members(), ["ben", "ana", "cleo"]);
    // Nor can he speak to her any more without being told.
    it.bench.say(it.ben, it.room, "is cleo here?").await;
    let sentence = "The server sent a part of this room's history that does not fit the rest. It was not used.";
    alarm(&mut it.bench, it.ben, sentence).await;
}

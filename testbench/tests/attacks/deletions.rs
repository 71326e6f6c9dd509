//! Messages taken back by those who may not, by the server itself, and not at all.

use crate::setting::*;
use client::{
    body::{Body, Content, Deletion},
    envelope, statement,
};
use model::{Command, ItemKind};
use protocol::{
    Entry, RoomId, Seq,
    log::entry_hash,
    open::{OpenContent, Purge},
};
use testbench::{Accomplice, Bench, Log, RoomKeys, Who};

/// Ana's room with Ben and with Cleo, whose keys the server has; Ana says something to delete, and something more.
async fn scene() -> (Bench, [Who; 3], RoomId, Accomplice) {
    let (mut bench, ana, ben, room) = choir().await;
    let cleo = joins(&mut bench, "cleo", room, ana).await;
    for text in ["before", "the rent is due", "after"] {
        bench.get_across(ana, room, text).await;
    }
    let all = ["ana: before", "ana: the rent is due", "ana: after"];
    bench.shows(ben, &all).await;
    let mallory = bench.accomplice(cleo);
    (bench, [ana, ben, cleo], room, mallory)
}

/// Where "the rent is due" stands.
fn place(log: &Log) -> Seq {
    let sealed = log.sealed();
    sealed[sealed.len() - 2]
}

/// What taking a message back says, as it should be.
fn deletion_of(keys: &RoomKeys, log: &Log, seq: Seq) -> Deletion {
    let entry = log.entry(seq);
    let Entry::Sealed(token) = entry else {
        unreachable!("sealed")
    };
    let opened = envelope::open(&keys.secret.message_key(), &keys.ctx, token).unwrap();
    Deletion {
        seq,
        entry: entry_hash(entry),
        author: opened.body.sender,
        device: opened.body.device,
        n: opened.body.n,
        body: opened.body_hash,
    }
}

fn hole(entry: &mut Entry) {
    *entry = Entry::Purged(entry_hash(entry));
}

fn deleted(bench: &Bench, who: Who) -> usize {
    let is_it = |kind: &ItemKind| matches!(kind, ItemKind::Deleted { .. });
    let timeline = bench[who].timeline.iter();
    timeline.filter(|item| is_it(&item.kind)).count()
}

#[tokio::test]
async fn a_message_taken_away_by_the_server_is_missed() {
    let (mut bench, [ana, ben, _], room, _) = scene().await;
    let told = bench.adversary.tell(ben, room);
    let seq = told.log().end() + 1;
    told.each(move |it| {
        let mut entry = it.entry.clone();
        if it.seq == seq {
            hole(&mut entry);
        }
        vec![entry]
    });
    bench.get_across(ana, room, "do not sell").await;
    let sentence = format!(
        "The server took away message {seq}, and nobody here asked it to. Ask the others what it said, and tell \
         whoever runs this server."
    );
    alarm(&mut bench, ben, &sentence).await;
    broken(&mut bench, ben, "The server took a message away here.").await;
    all_is_well(&bench, ana);
}

#[tokio::test]
async fn nobody_takes_back_what_another_member_said() {
    let (mut bench, [_, ben, cleo], room, mallory) = scene().await;
    let keys = bench.room_keys(cleo, room).await;
    let told = bench.adversary.tell(ben, room);
    let deletion = deletion_of(&keys, told.log(), place(told.log()));
    let body = Body {
        content: Content::Deletion(deletion),
        ..mallory.body(told.log(), "")
    };
    told.add(mallory.seal(&keys, &body));
    let line = "cleo wanted to delete a message of ana but may not. It stays.";
    broken(&mut bench, ben, line).await;
    let all = ["ana: before", "ana: the rent is due", "ana: after"];
    assert_eq!(bench[ben].messages(), all);
}

/// They say that it was their own.
#[tokio::test]
async fn nobody_takes_back_what_stands_in_the_place_of_something_else() {
    let (mut bench, [_, ben, cleo], room, mallory) = scene().await;
    let keys = bench.room_keys(cleo, room).await;
    let told = bench.adversary.tell(ben, room);
    let deletion = Deletion {
        author: mallory.identity.user(),
        ..deletion_of(&keys, told.log(), place(told.log()))
    };
    let body = Body {
        content: Content::Deletion(deletion),
        ..mallory.body(told.log(), "")
    };
    told.add(mallory.seal(&keys, &body));
    let line = "cleo wanted to delete a message that is not there.";
    broken(&mut bench, ben, line).await;
    let all = ["ana: before", "ana: the rent is due", "ana: after"];
    assert_eq!(bench[ben].messages(), all);
}

/// A member asks for it, and the server does it though it knows whose message it is.
#[tokio::test]
async fn a_message_that_a_member_had_removed_is_missed_with_their_name() {
    let (mut bench, [ana, ben, cleo], room, mallory) = scene().await;
    let keys = bench.room_keys(cleo, room).await;
    let phone = bench.second_device("ben").await;
    for who in [ben, phone] {
        let told = bench.adversary.tell(who, room);
        let seq = place(told.log());
        let entry = entry_hash(told.log().entry(seq));
        let content = OpenContent::Purge(Purge { seq, entry });
        let at = keys.place(told.log());
        let purge = statement::by_member(&mallory.identity, at, content).unwrap();
        told.rewrite(|entries| hole(&mut entries[seq as usize - 1].entry));
        told.add(Entry::Open(purge.entry));
    }
    bench.open(phone, room).await;
    let line = "A message was removed here by cleo.";
    broken(&mut bench, phone, line).await;
    let seq = place(&bench.adversary.log(room));
    let missing = format!("One message of ana is missing before place {}.", seq + 1);
    alarm(&mut bench, phone, &missing).await;
    // Who has read it keeps it.
    let all = ["ana: before", "ana: the rent is due", "ana: after"];
    assert_eq!(bench[ben].messages(), all);
    all_is_well(&bench, ana);
}

/// The server kept it, and hands it out as if nothing had been asked.
#[tokio::test]
async fn a_deleted_message_that_is_handed_out_all_the_same_is_not_shown() {
    let (mut bench, [ana, ben, _], room, _) = scene().await;
    let seq = place(&bench.adversary.log(room));
    let kept = bench.adversary.log(room).entry(seq).clone();
    let delete = Command::DeleteMessage { room, seq };
    bench.ask(ana, delete).await.unwrap();
    bench
        .until("the server dropped it", |bench| {
            let log = bench.adversary.log(room);
            let mut opens = log.opens();
            opens.any(|(_, body)| matches!(body.content, OpenContent::Purge(_)))
        })
        .await;
    let phone = bench.second_device("ben").await;
    let told = bench.adversary.tell(phone, room);
    told.rewrite(|entries| entries[seq as usize - 1].entry = kept);
    bench.open(phone, room).await;
    for who in [ana, ben, phone] {
        bench.shows(who, &["ana: before", "ana: after"]).await;
        assert_eq!(deleted(&bench, who), 1);
        all_is_well(&bench, who);
    }
}

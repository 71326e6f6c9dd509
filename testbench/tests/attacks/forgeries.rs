//! A member who works with the server writes what no honest client writes.

use crate::setting::*;
use client::body::Content;
use protocol::{DeviceId, Entry};

#[tokio::test]
async fn a_message_in_anothers_name_is_not_shown() {
    let (mut bench, ana, ben, room) = choir().await;
    bench.get_across(ana, room, "hello").await;
    let cleo = joins(&mut bench, "cleo", room, ana).await;
    let keys = bench.room_keys(cleo, room).await;
    let mallory = bench.accomplice(cleo);
    let mut body = mallory.body(&bench.adversary.log(room), "I quit");
    body.sender = bench.accomplice(ana).identity.user();
    let forged = mallory.seal(&keys, &body);
    bench.adversary.tell(ben, room).add(forged);
    let line = "Someone wrote a message in the name of ana. It is not shown.";
    broken(&mut bench, ben, line).await;
    assert_eq!(bench[ben].messages(), ["ana: hello"]);
}

/// Another one's device and message ids prove nothing: a message is whose signature it carries.
#[tokio::test]
async fn ids_of_another_members_message_make_it_nobody_elses() {
    let (mut bench, ana, ben, room) = choir().await;
    bench.get_across(ana, room, "hello").await;
    let cleo = joins(&mut bench, "cleo", room, ana).await;
    let keys = bench.room_keys(cleo, room).await;
    let log = bench.adversary.log(room);
    let Entry::Sealed(token) = log.last_sealed() else {
        unreachable!("sealed")
    };
    let key = keys.secret.message_key();
    let hello = client::envelope::open(&key, &keys.ctx, &token).unwrap();
    let mallory = bench.accomplice(cleo);
    let mut body = mallory.body(&log, "as I said");
    body.device = hello.body.device;
    body.id = hello.body.id;
    let said = mallory.seal(&keys, &body);
    bench.adversary.tell(ben, room).add(said);
    bench.shows(ben, &["ana: hello", "cleo: as I said"]).await;
    bench.get_across(ana, room, "goodbye").await;
    bench
        .shows(ben, &["ana: hello", "cleo: as I said", "ana: goodbye"])
        .await;
}

#[tokio::test]
async fn two_messages_with_one_number_are_said() {
    let (mut bench, ana, ben, room) = choir().await;
    let cleo = joins(&mut bench, "cleo", room, ana).await;
    let keys = bench.room_keys(cleo, room).await;
    let mallory = bench.accomplice(cleo);
    let mut body = mallory.body(&bench.adversary.log(room), "I pay");
    body.device = DeviceId([1; 16]);
    let one = mallory.seal(&keys, &body);
    body.content = Content::Text {
        text: "you pay".to_owned(),
    };
    let other = mallory.seal(&keys, &body);
    let told = bench.adversary.tell(ben, room);
    told.add(one);
    told.add(other);
    alarm(&mut bench, ben, "cleo sent two versions of one message").await;
    assert_eq!(bench[ben].messages(), ["cleo: I pay", "cleo: you pay"]);
}

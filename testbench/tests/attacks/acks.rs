//! A server that says that it has a message, and has it not.

use crate::setting::*;
use model::Delivery;
use protocol::Entry;
use std::time::Duration;

const MORE: &str = "The server says that there are more messages here than it hands out.";

#[tokio::test]
async fn a_message_that_is_only_said_to_be_stored_is_missed_and_sent_again() {
    let (mut bench, ana, ben, room) = choir().await;
    bench.adversary.tell(ana, room).lose();
    bench.get_across(ana, room, "the gate is open").await;
    alarm(&mut bench, ana, MORE).await;
    assert_eq!(bench[ben].messages(), [""; 0]);
    bench.server_is_honest();
    bench.shows(ben, &["ana: the gate is open"]).await;
    bench.shows(ana, &["ana: the gate is open"]).await;
    bench.until("sent", |bench| bench[ana].all_sent()).await;
    all_is_well(&bench, ben);
}

#[tokio::test]
async fn a_message_that_is_only_said_to_be_stored_outlives_the_page() {
    let (mut bench, ana, ben, room) = choir().await;
    bench.adversary.tell(ana, room).lose();
    bench.get_across(ana, room, "the gate is open").await;
    bench.browser_mut(ana).reload();
    bench.server_is_honest();
    bench.shows(ben, &["ana: the gate is open"]).await;
    bench.later(Duration::from_secs(5)).await;
    bench.shows(ben, &["ana: the gate is open"]).await;
    all_is_well(&bench, ben);
}

#[tokio::test]
async fn something_else_in_the_acknowledged_place_is_said() {
    let (mut bench, ana, ben, room) = choir().await;
    bench.get_across(ben, room, "hello").await;
    bench.shows(ana, &["ben: hello"]).await;
    let hello = bench.adversary.log(room).last_sealed();
    let told = bench.adversary.tell(ana, room);
    told.each(move |it| match &it.entry {
        Entry::Sealed(_) => vec![hello.clone()],
        open => vec![open.clone()],
    });
    bench.say(ana, room, "come at eight").await;
    let sentence = "The server said that it has a message of yours at place 5, but something else stands there.";
    alarm(&mut bench, ana, sentence).await;
    let sentence = "The server said that this message is stored but stored something else.";
    let failed = Delivery::Failed {
        sentence: sentence.to_owned(),
    };
    assert_eq!(bench[ana].delivery("come at eight"), Some(&failed));
}

//! What was said once is shown again: where it was said, in another room, under another key.

use crate::setting::*;
use model::Command;

const NOT_OPEN: &str =
    "A message here does not open with the room key. It may be damaged or forged.";

#[tokio::test]
async fn a_message_of_another_room_does_not_open_here() {
    let (mut bench, ana, ben, room) = choir().await;
    let kitchen = bench.make_room(ana, "Kitchen").await;
    let key = bench.room_key(ana, kitchen).await;
    bench.join(ben, &key).await;
    bench.get_across(ana, kitchen, "throw it away").await;
    let said = bench.adversary.log(kitchen).last_sealed();
    bench.open(ben, room).await;
    bench.adversary.tell(ben, room).add(said);
    broken(&mut bench, ben, NOT_OPEN).await;
    assert_eq!(bench[ben].messages(), [""; 0]);
}

#[tokio::test]
async fn a_message_of_an_earlier_key_does_not_open_under_the_next() {
    let (mut bench, ana, ben, room) = choir().await;
    let cleo = joins(&mut bench, "cleo", room, ana).await;
    bench.get_across(ana, room, "welcome").await;
    bench.ask(cleo, Command::LeaveRoom { room }).await.unwrap();
    bench.get_across(ana, room, "just us").await;
    bench.shows(ben, &["ana: welcome", "ana: just us"]).await;
    let log = bench.adversary.log(room);
    let before = |seq: &&u64| **seq < log.header().1;
    let welcome = *log.sealed().iter().rfind(before).unwrap();
    let welcome = log.entry(welcome).clone();
    bench.adversary.tell(ben, room).add(welcome);
    broken(&mut bench, ben, NOT_OPEN).await;
    assert_eq!(bench[ben].messages(), ["ana: welcome", "ana: just us"]);
}

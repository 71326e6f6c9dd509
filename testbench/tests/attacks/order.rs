//! Another order, gaps, ends cut off, two histories.

use crate::setting::*;
use protocol::Entry;
use testbench::Network;

#[tokio::test]
async fn two_messages_of_one_person_in_the_wrong_order_are_said() {
    let (mut bench, ana, ben, room) = choir().await;
    let mut first: Option<Entry> = None;
    bench
        .adversary
        .tell(ben, room)
        .each(move |it| match first.take() {
            None => {
                first = Some(it.entry.clone());
                Vec::new()
            }
            Some(first) => vec![it.entry.clone(), first],
        });
    bench.get_across(ana, room, "do not go").await;
    bench.get_across(ana, room, "wait for me").await;
    let sentence = "The server put message 4 of ana into another place than it was written for.";
    alarm(&mut bench, ben, sentence).await;
    all_is_well(&bench, ana);
}

#[tokio::test]
async fn two_peoples_messages_in_the_wrong_order_are_said_with_the_next_one() {
    let (mut bench, ana, ben, room) = choir().await;
    let cleo = joins(&mut bench, "cleo", room, ana).await;
    let mut first: Option<Entry> = None;
    bench
        .adversary
        .tell(cleo, room)
        .each(move |it| match first.take() {
            None => {
                first = Some(it.entry.clone());
                Vec::new()
            }
            Some(first) => vec![it.entry.clone(), first],
        });
    bench.get_across(ana, room, "shall we?").await;
    bench.get_across(ben, room, "yes").await;
    bench.get_across(ana, room, "good").await;
    bench.get_across(ana, room, "then at eight").await;
    let says = |alarm: &&str| {
        alarm.starts_with("The server showed ")
            && alarm.contains(" a different history than you, from message ")
    };
    bench
        .until("Cleo is told", |bench| {
            bench[cleo].alarms().iter().any(says)
        })
        .await;
}

/// A silent server can't be told from silent people. Nothing is lost by it.
#[tokio::test]
async fn a_withheld_end_looks_like_silence_and_comes_whole_when_it_comes() {
    let (mut bench, ana, ben, room) = choir().await;
    bench.get_across(ana, room, "one").await;
    bench.shows(ben, &["ana: one"]).await;
    bench.adversary.tell(ben, room).hold();
    bench.get_across(ana, room, "two").await;
    bench.say(ben, room, "are you there?").await;
    bench
        .shows(ana, &["ana: one", "ana: two", "ben: are you there?"])
        .await;
    bench.later(std::time::Duration::from_secs(60)).await;
    assert_eq!(bench[ben].messages(), ["ana: one", "ben: are you there?"]);
    assert!(!bench[ben].all_sent());
    bench.adversary.tell(ben, room).release();
    bench
        .shows(ben, &["ana: one", "ana: two", "ben: are you there?"])
        .await;
    bench.until("sent", |bench| bench[ben].all_sent()).await;
    all_is_well(&bench, ana);
    all_is_well(&bench, ben);
}

#[tokio::test]
async fn a_message_left_out_of_the_middle_is_said_with_the_next_one() {
    let (mut bench, ana, ben, room) = choir().await;
    bench.get_across(ana, room, "one").await;
    bench.shows(ben, &["ana: one"]).await;
    let mut left_out = false;
    bench
        .adversary
        .tell(ben, room)
        .each(move |it| match std::mem::replace(&mut left_out, true) {
            false => Vec::new(),
            true => vec![it.entry.clone()],
        });
    bench.get_across(ana, room, "two").await;
    bench.get_across(ana, room, "three").await;
    alarm(
        &mut bench,
        ben,
        "One message of ana is missing before place 5.",
    )
    .await;
    alarm(&mut bench, ben, &forked("ana", 5)).await;
    assert_eq!(bench[ben].messages(), ["ana: one", "ana: three"]);
}

#[tokio::test]
async fn two_histories_are_found_out_by_the_first_message_that_crosses() {
    let (mut bench, ana, ben, room) = choir().await;
    bench.get_across(ana, room, "together").await;
    bench.shows(ben, &["ana: together"]).await;
    bench.adversary.tell(ben, room).alone();
    bench.get_across(ben, room, "sell").await;
    bench.get_across(ben, room, "at once").await;
    bench.get_across(ana, room, "do not sell").await;
    // Both believe that the other one is silent. Now the server lets one message through, each way.
    let parted = bench.adversary.log(room).end();
    let of_ben = bench.adversary.tell(ben, room).log().last_sealed();
    let of_ana = bench.adversary.log(room).last_sealed();
    bench.adversary.tell(ana, room).add(of_ben);
    bench.adversary.tell(ben, room).add(of_ana);
    alarm(&mut bench, ana, &forked("ben", parted)).await;
    let missing = format!("One message of ben is missing before place {}.", parted + 1);
    alarm(&mut bench, ana, &missing).await;
    bench
        .shows(
            ben,
            &[
                "ana: together",
                "ben: sell",
                "ben: at once",
                "ana: do not sell",
            ],
        )
        .await;
    // Hers was written before the histories parted, so the next one tells him.
    assert_eq!(bench[ben].alarms(), [""; 0]);
    bench.get_across(ana, room, "who is there?").await;
    let of_ana = bench.adversary.log(room).last_sealed();
    bench.adversary.tell(ben, room).add(of_ana);
    alarm(&mut bench, ben, &forked("ana", parted + 1)).await;
}

/// The network is not the server: what it cuts and doubles raises no alarm.
#[tokio::test]
async fn a_bad_network_is_not_called_a_lie() {
    let (mut bench, ana, ben, room) = choir().await;
    let mut all = Vec::new();
    for number in 0..4 {
        bench.browser_mut(ben).network = Network::Cut;
        bench.get_across(ana, room, &format!("line {number}")).await;
        all.push(format!("ana: line {number}"));
        bench.browser_mut(ben).network = Network::AnswersLost;
        bench.later(std::time::Duration::from_secs(20)).await;
        bench.browser_mut(ben).network = Network::Up;
        bench
            .until("all of it", |bench| bench[ben].messages() == all)
            .await;
    }
    all_is_well(&bench, ana);
    assert_eq!(bench[ben].alarms(), [""; 0]);
}

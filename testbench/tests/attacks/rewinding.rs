//! A server that comes back with less of a room, and who may say that it goes on.

use crate::setting::*;
use client::statement;
use model::{Command, Delivery, RoomStatus};
use protocol::{
    Entry, RoomId, Seq,
    open::{OpenContent, Resume},
};
use std::time::Duration;
use testbench::{Bench, Who};

const ACCEPTED: &str = "The server lost messages here. ana accepted that";

fn status(bench: &Bench, who: Who) -> RoomStatus {
    bench[who].room.as_ref().unwrap().status
}

async fn is(bench: &mut Bench, who: Who, wanted: RoomStatus) {
    bench
        .until(&format!("{wanted:?}"), |bench| status(bench, who) == wanted)
        .await;
}

/// What one who does not own the room is told.
fn lost(seq: Seq) -> String {
    format!(
        "The server lost messages of this room: you had seen it up to message {seq}. Nothing is sent here until ana, who \
         owns this room, goes on with what is left: ask ana, and whoever runs the server."
    )
}

/// Shows Ben the log up to a place and nothing after it, as after a restart.
async fn rewound(bench: &mut Bench, ben: Who, room: RoomId, seq: Seq) {
    bench.adversary.host(ben, room, seq);
    bench.kill_server();
    bench.start_server().await;
    is(bench, ben, RoomStatus::Rewound).await;
    // He reads what there is now.
    bench.later(Duration::from_secs(5)).await;
}

#[tokio::test]
async fn a_server_that_restarts_with_less_is_found_out_and_gets_nothing_more() {
    let (mut bench, ana, ben, room) = choir().await;
    bench.get_across(ana, room, "one").await;
    bench.shows(ben, &["ana: one"]).await;
    bench.later(Duration::from_secs(60)).await;
    bench.back_up().await;
    for who in [ana, ben] {
        bench.online(who).await;
    }
    bench.get_across(ana, room, "two").await;
    bench.shows(ben, &["ana: one", "ana: two"]).await;
    let seq = bench.adversary.log(room).end();
    bench.restore_backup().await;
    alarm(&mut bench, ben, &lost(seq)).await;
    is(&mut bench, ben, RoomStatus::Rewound).await;
    bench.say(ben, room, "hello?").await;
    bench.later(Duration::from_secs(1)).await;
    // Restarting once more makes it no better, for a page that was closed neither.
    bench.kill_server();
    bench.start_server().await;
    bench.browser_mut(ben).reload();
    bench.online(ben).await;
    let open = Command::OpenRoom { room: Some(room) };
    bench.ask(ben, open).await.unwrap();
    alarm(&mut bench, ben, &lost(seq)).await;
    bench.later(Duration::from_secs(60)).await;
    assert_eq!(status(&bench, ben), RoomStatus::Rewound);
    assert_eq!(bench[ben].delivery("hello?"), Some(&Delivery::Sending));
    assert_eq!(bench[ben].alarms().len(), 1);
}

#[tokio::test]
async fn a_log_that_is_cut_for_one_member_is_missed_by_them_and_the_warning_stays() {
    let (mut bench, ana, ben, room) = choir().await;
    for text in ["one", "two"] {
        bench.get_across(ana, room, text).await;
    }
    bench.shows(ben, &["ana: one", "ana: two"]).await;
    let seq = bench.adversary.log(room).end();
    rewound(&mut bench, ben, room, seq - 1).await;
    alarm(&mut bench, ben, &lost(seq)).await;
    // What was seen is still to be seen.
    bench.shows(ben, &["ana: one", "ana: two"]).await;
    bench.server_is_honest();
    is(&mut bench, ben, RoomStatus::Ready).await;
    bench.get_across(ben, room, "three").await;
    bench
        .shows(ana, &["ana: one", "ana: two", "ben: three"])
        .await;
    alarm(&mut bench, ben, &lost(seq)).await;
    all_is_well(&bench, ana);
}

/// Cleo, who is a member and works with the server, says in the owner's place that it goes on.
#[tokio::test]
async fn only_the_owner_says_that_a_shortened_log_goes_on() {
    let (mut bench, ana, ben, room) = choir().await;
    let cleo = joins(&mut bench, "cleo", room, ana).await;
    for text in ["one", "two"] {
        bench.get_across(ana, room, text).await;
    }
    bench.shows(ben, &["ana: one", "ana: two"]).await;
    let keys = bench.room_keys(cleo, room).await;
    let mallory = bench.accomplice(cleo);
    let seq = bench.adversary.log(room).end();
    rewound(&mut bench, ben, room, seq - 1).await;
    let told = bench.adversary.tell(ben, room);
    let (place, head) = (keys.place(told.log()), told.log().head());
    let content = OpenContent::Resume(Resume { head });
    let resume = statement::by_member(&mallory.identity, place, content).unwrap();
    told.add(Entry::Open(resume.entry));
    not_believed(&mut bench, ben).await;
    bench.later(Duration::from_secs(30)).await;
    assert_eq!(status(&bench, ben), RoomStatus::Rewound);
    assert_eq!(
        bench[ben]
            .events()
            .iter()
            .filter(|it| **it == ACCEPTED)
            .count(),
        0
    );
}

/// Ana once said that it goes on. The server cuts the log right behind her word, as if she said it of this loss.
#[tokio::test]
async fn an_old_word_that_it_goes_on_counts_for_no_later_loss() {
    let (mut bench, ana, ben, room) = choir().await;
    bench.get_across(ana, room, "one").await;
    bench.shows(ben, &["ana: one"]).await;
    bench.later(Duration::from_secs(60)).await;
    bench.back_up().await;
    for who in [ana, ben] {
        bench.online(who).await;
    }
    bench.get_across(ana, room, "two").await;
    bench.shows(ben, &["ana: one", "ana: two"]).await;
    bench.restore_backup().await;
    is(&mut bench, ana, RoomStatus::Rewound).await;
    let accept = Command::AcceptRewind { room };
    bench.ask(ana, accept).await.unwrap();
    for who in [ana, ben] {
        is(&mut bench, who, RoomStatus::Ready).await;
    }
    let resumed = bench.adversary.log(room).opens().next_back().unwrap().0.seq;
    for text in ["three", "four"] {
        bench.get_across(ana, room, text).await;
    }
    bench
        .until("ben has it", |bench| {
            bench[ben].messages().contains(&"ana: four".to_owned())
        })
        .await;
    let seq = bench.adversary.log(room).end();
    rewound(&mut bench, ben, room, resumed).await;
    alarm(&mut bench, ben, &lost(seq)).await;
    bench.later(Duration::from_secs(30)).await;
    assert_eq!(status(&bench, ben), RoomStatus::Rewound);
    assert!(bench[ben].messages().contains(&"ana: four".to_owned()));
}

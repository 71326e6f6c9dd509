//! Pages and places of the log that are not those that were asked for.

use crate::setting::*;
use model::Command;
use protocol::frame::ServerFrame;

const NOT_BELIEVED: &str =
    "The server sent a part of this room's history that does not fit the rest. It was not used.";

#[tokio::test]
async fn a_place_far_ahead_is_missed_and_said() {
    let (mut bench, ana, ben, room) = choir().await;
    on_frames(&mut bench, ben, |frame| {
        if let ServerFrame::Entry { entry, .. } = frame {
            entry.seq += 5;
        }
    });
    bench.get_across(ana, room, "one").await;
    let sentence = "The server says that there are more messages here than it hands out.";
    alarm(&mut bench, ben, sentence).await;
    bench.shows(ben, &["ana: one"]).await;
    bench.server_is_honest();
    bench.online(ben).await;
    bench.get_across(ben, room, "two").await;
    bench.get_across(ana, room, "three").await;
    bench
        .shows(ben, &["ana: one", "ben: two", "ana: three"])
        .await;
    assert_eq!(bench[ben].alarms().len(), 1);
    all_is_well(&bench, ana);
}

#[tokio::test]
async fn another_page_than_the_one_asked_for_is_not_believed() {
    let (mut bench, ana, ben, room) = choir().await;
    for number in 0..120 {
        bench.get_across(ana, room, &format!("line {number}")).await;
    }
    bench.later(std::time::Duration::from_secs(60)).await;
    bench.browser_mut(ben).reload();
    bench.online(ben).await;
    let mut first = None;
    on_frames(&mut bench, ben, move |frame| {
        if let ServerFrame::Page {
            request: Some(_),
            base,
            entries,
            ..
        } = frame
            && entries.len() > 20
        {
            let (shown_base, shown) = first.get_or_insert_with(|| (*base, entries.clone()));
            *base = *shown_base;
            entries.clone_from(shown);
        }
    });
    bench.open(ben, room).await;
    for _ in 0..3 {
        bench.ask(ben, Command::LoadOlder { room }).await.unwrap();
        bench.later(std::time::Duration::from_secs(1)).await;
    }
    alarm(&mut bench, ben, NOT_BELIEVED).await;
    let mut shown = bench[ben].messages();
    let all = shown.len();
    shown.dedup();
    assert_eq!(shown.len(), all);
    bench.server_is_honest();
    bench.online(ben).await;
    while bench[ben].messages().len() < 120 {
        bench.ask(ben, Command::LoadOlder { room }).await.unwrap();
        bench.later(std::time::Duration::from_secs(1)).await;
    }
    assert_eq!(bench[ben].messages()[0], "ana: line 0");
}

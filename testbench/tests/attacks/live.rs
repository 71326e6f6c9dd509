//! Messages and signals in each other's place. More on signals and receipts is told in `../stories/typing.rs` and `../stories/receipts.rs`.

use crate::setting::*;
use model::Command;
use protocol::{
    Entry,
    frame::{ServerFrame, Unlogged},
};
use std::time::Duration;

#[tokio::test]
async fn a_message_is_no_signal() {
    let (mut bench, ana, ben, room) = choir().await;
    let user = bench[ana].me.as_ref().unwrap().user;
    bench.browser_mut(ben).tamper = Some(Box::new(move |text| {
        let mut frames = vec![text.clone()];
        if let Ok(ServerFrame::Entry { room, entry }) = serde_json::from_str(&text)
            && let Entry::Sealed(token) = entry.entry
        {
            let signal = Unlogged {
                user,
                epoch: 1,
                token,
            };
            frames.push(serde_json::to_string(&ServerFrame::Signal { room, signal }).unwrap());
        }
        frames
    }));
    bench.get_across(ana, room, "hello").await;
    bench.shows(ben, &["ana: hello"]).await;
    bench.later(Duration::from_secs(1)).await;
    assert_eq!(bench[ben].room.as_ref().unwrap().typing, [""; 0]);
    all_is_well(&bench, ben);
}

#[tokio::test]
async fn a_signal_is_no_message() {
    let (mut bench, ana, ben, room) = choir().await;
    bench.ask(ana, Command::Typing { room }).await.unwrap();
    bench
        .until("Ana is typing", |bench| {
            !bench[ben].room.as_ref().unwrap().typing.is_empty()
        })
        .await;
    let signal = bench
        .browser_mut(ben)
        .traffic
        .iter()
        .find_map(|text| match serde_json::from_str(text) {
            Ok(ServerFrame::Signal { signal, .. }) => Some(signal.token),
            _ => None,
        });
    bench
        .adversary
        .tell(ben, room)
        .add(Entry::Sealed(signal.unwrap()));
    let line =
        "Someone with the room key wrote something here that is no message. It is not shown.";
    broken(&mut bench, ben, line).await;
    assert_eq!(bench[ben].messages(), [""; 0]);
}

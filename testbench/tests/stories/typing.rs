//! Who is typing: seen at once, forgotten soon, and never shown on the server's word.

use crate::crowd::{crowd, nothing_is_wrong, remove, view};
use model::Command;
use protocol::{RoomId, frame::ServerFrame};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use testbench::{Bench, Who};

fn typing(bench: &Bench, who: Who) -> Vec<String> {
    view(bench, who).typing.clone()
}

async fn sees_typing(bench: &mut Bench, who: Who, names: &[&str]) {
    let what = format!("{names:?} typing");
    bench
        .until(&what, |bench| typing(bench, who) == names)
        .await;
}

fn is_signal(frame: &str) -> bool {
    frame.contains("\"type\":\"signal\"")
}

fn types(room: RoomId) -> Command {
    Command::Typing { room }
}

/// Keeps the signals that come to someone, and gives them again in what form one likes behind each later frame.
fn repeat(bench: &mut Bench, who: Who, change: fn(&mut ServerFrame)) -> Arc<Mutex<Vec<String>>> {
    let kept: Arc<Mutex<Vec<String>>> = Arc::default();
    let known = kept.clone();
    bench.browser_mut(who).tamper = Some(Box::new(move |frame| {
        let mut kept = kept.lock().unwrap();
        if is_signal(&frame) {
            let mut changed = serde_json::from_str(&frame).unwrap();
            change(&mut changed);
            kept.push(serde_json::to_string(&changed).unwrap());
            return vec![frame];
        }
        [&[frame][..], &kept[..]].concat()
    }));
    known
}

#[tokio::test]
async fn one_sees_who_is_typing_until_they_stop_or_speak() {
    let mut bench = Bench::new().await;
    let ([ana, ben, cleo], room) = crowd(&mut bench, ["ana", "ben", "cleo"]).await;
    let phone = bench.second_device("ben").await;
    bench.open(phone, room).await;
    bench.ask(ben, types(room)).await.unwrap();
    sees_typing(&mut bench, ana, &["ben"]).await;
    sees_typing(&mut bench, cleo, &["ben"]).await;
    assert_eq!(typing(&bench, phone), [""; 0]);
    bench.later(Duration::from_secs(9)).await;
    assert_eq!(typing(&bench, ana), ["ben"]);
    bench.later(Duration::from_secs(2)).await;
    for who in [ana, cleo] {
        assert_eq!(typing(&bench, who), [""; 0]);
    }

    bench.ask(ben, types(room)).await.unwrap();
    sees_typing(&mut bench, ana, &["ben"]).await;
    bench.get_across(ben, room, "hello").await;
    bench.shows(ana, &["ben: hello"]).await;
    assert_eq!(typing(&bench, ana), [""; 0]);
    nothing_is_wrong(&bench, &[ana, ben, cleo, phone]);
}

#[tokio::test]
async fn steady_typing_is_told_now_and_then() {
    let mut bench = Bench::new().await;
    let ([ana, ben], room) = crowd(&mut bench, ["ana", "ben"]).await;
    bench.browser_mut(ben).traffic.clear();
    for _ in 0..120 {
        bench.ask(ben, types(room)).await.unwrap();
        bench.later(Duration::from_millis(100)).await;
        let seen = typing(&bench, ana);
        assert!(seen.is_empty() || seen == ["ben"], "{seen:?}");
    }
    assert_eq!(typing(&bench, ana), ["ben"]);
    let sent = bench
        .browser_mut(ben)
        .traffic
        .iter()
        .filter(|it| is_signal(it));
    let sent = sent.count();
    assert!((3..=4).contains(&sent), "{sent} signals in twelve seconds");
}

#[tokio::test]
async fn a_signal_that_comes_again_says_nothing() {
    let mut bench = Bench::new().await;
    let ([ana, ben, cleo], room) = crowd(&mut bench, ["ana", "ben", "cleo"]).await;
    let kept = repeat(&mut bench, ana, |_| {});
    bench.ask(ben, types(room)).await.unwrap();
    sees_typing(&mut bench, ana, &["ben"]).await;
    bench.later(Duration::from_secs(11)).await;
    for text in ["one", "two"] {
        bench.get_across(cleo, room, text).await;
    }
    bench.shows(ana, &["cleo: one", "cleo: two"]).await;
    assert!(!kept.lock().unwrap().is_empty());
    assert_eq!(typing(&bench, ana), [""; 0]);
    // Nor much later, nor after a reload.
    bench.later(Duration::from_secs(130)).await;
    bench.browser_mut(ana).reload();
    bench.online(ana).await;
    bench.open(ana, room).await;
    bench.get_across(cleo, room, "three").await;
    bench
        .shows(ana, &["cleo: one", "cleo: two", "cleo: three"])
        .await;
    assert_eq!(typing(&bench, ana), [""; 0]);
    nothing_is_wrong(&bench, &[ana, ben, cleo]);
}

#[tokio::test]
async fn a_signal_in_another_name_room_or_epoch_says_nothing() {
    let mut bench = Bench::new().await;
    let ([ana, ben, cleo], room) = crowd(&mut bench, ["ana", "ben", "cleo"]).await;
    let garden = bench.make_room(ana, "Garden").await;
    let key = bench.room_key(ana, garden).await;
    bench.join(ben, &key).await;
    bench.join(cleo, &key).await;
    bench.open(ana, room).await;
    for change in [
        |frame: &mut ServerFrame| {
            if let ServerFrame::Signal { room, .. } = frame {
                room.0[0] ^= 1;
            }
        },
        |frame: &mut ServerFrame| {
            if let ServerFrame::Signal { signal, .. } = frame {
                signal.epoch += 1;
            }
        },
        |frame: &mut ServerFrame| {
            if let ServerFrame::Signal { signal, .. } = frame {
                signal.user.0[0] ^= 1;
            }
        },
    ] {
        bench.browser_mut(ana).tamper = Some(Box::new(move |frame| {
            let mut changed = serde_json::from_str(&frame).unwrap();
            change(&mut changed);
            vec![serde_json::to_string(&changed).unwrap()]
        }));
        bench.ask(ben, types(room)).await.unwrap();
        bench.later(Duration::from_secs(5)).await;
        assert_eq!(typing(&bench, ana), [""; 0]);
    }
    // One of the garden, where Ben types too, as if it were the choir's.
    bench.browser_mut(ana).tamper = Some(Box::new(move |frame| {
        let from = garden.to_string();
        vec![match is_signal(&frame) {
            true => frame.replace(&from, &room.to_string()),
            false => frame,
        }]
    }));
    bench.ask(ben, types(garden)).await.unwrap();
    bench.later(Duration::from_secs(5)).await;
    assert_eq!(typing(&bench, ana), [""; 0]);
    bench.browser_mut(ana).tamper = None;
    bench.ask(ben, types(room)).await.unwrap();
    sees_typing(&mut bench, ana, &["ben"]).await;
    nothing_is_wrong(&bench, &[ana, ben, cleo]);
}

#[tokio::test]
async fn a_signal_of_an_old_key_or_of_someone_removed_says_nothing() {
    let mut bench = Bench::new().await;
    let ([ana, ben, cleo], room) = crowd(&mut bench, ["ana", "ben", "cleo"]).await;
    bench.ask(ben, types(room)).await.unwrap();
    bench.ask(cleo, types(room)).await.unwrap();
    bench
        .until("two are typing", |bench| typing(bench, ana).len() == 2)
        .await;
    let command = remove(&bench, room, cleo);
    bench.ask(ana, command).await.unwrap();
    sees_typing(&mut bench, ana, &["ben"]).await;
    bench.later(Duration::from_secs(11)).await;
    repeat(&mut bench, ana, |frame| {
        if let ServerFrame::Signal { signal, .. } = frame {
            signal.epoch -= 1;
        }
    });
    bench.ask(ben, types(room)).await.unwrap();
    sees_typing(&mut bench, ana, &["ben"]).await;
    bench.get_across(ben, room, "hello").await;
    bench.shows(ana, &["ben: hello"]).await;
    assert_eq!(typing(&bench, ana), [""; 0]);
    nothing_is_wrong(&bench, &[ana, ben, cleo]);
}

#[tokio::test]
async fn whose_clock_is_far_off_types_unseen() {
    let mut bench = Bench::new().await;
    let ([ana, ben], room) = crowd(&mut bench, ["ana", "ben"]).await;
    for (skew, seen) in [(-150_000, false), (110_000, true), (600_000, false)] {
        bench.browser_mut(ben).skew = skew;
        bench.ask(ben, types(room)).await.unwrap();
        bench.later(Duration::from_secs(2)).await;
        assert_eq!(!typing(&bench, ana).is_empty(), seen, "{skew}");
        bench.later(Duration::from_secs(20)).await;
    }
    bench.get_across(ben, room, "all the same").await;
    bench.shows(ana, &["ben: all the same"]).await;
    nothing_is_wrong(&bench, &[ana, ben]);
}

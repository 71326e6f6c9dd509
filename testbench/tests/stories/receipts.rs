//! How far people have read: told in good time, never back, and a witness against a server that shows two histories.

use crate::crowd::{all_have_key, crowd, nothing_is_wrong, remove, user, view};
use model::Command;
use protocol::{Entry, RoomId, Seq, frame::ServerFrame};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use testbench::{Bench, Network, Who};

/// How far someone has read, as another one's screen says.
fn read(bench: &Bench, at: Who, by: Who) -> Seq {
    let user = user(bench, by);
    let members = &view(bench, at).members;
    members.iter().find(|it| it.user == user).unwrap().read
}

fn last_seq(bench: &Bench, who: Who) -> Seq {
    bench[who].timeline.last().unwrap().seq.unwrap()
}

/// Someone has everything on the screen before their eyes.
async fn reads_all(bench: &mut Bench, who: Who, room: RoomId) -> Seq {
    let seq = last_seq(bench, who);
    bench
        .ask(who, Command::MarkRead { room, seq })
        .await
        .unwrap();
    seq
}

async fn has_read(bench: &mut Bench, at: Who, by: Who, seq: Seq) {
    let what = format!("read up to {seq}");
    bench.until(&what, |bench| read(bench, at, by) == seq).await;
}

fn is_slot(frame: &str) -> bool {
    frame.contains("\"type\":\"slot\"")
}

#[tokio::test]
async fn one_sees_how_far_others_have_read_also_later_and_elsewhere() {
    let mut bench = Bench::new().await;
    let ([ana, ben, cleo], room) = crowd(&mut bench, ["ana", "ben", "cleo"]).await;
    bench.get_across(ana, room, "hello").await;
    bench.shows(ben, &["ana: hello"]).await;
    assert_eq!(read(&bench, ana, ben), 0);
    let seq = reads_all(&mut bench, ben, room).await;
    for who in [ana, cleo] {
        has_read(&mut bench, who, ben, seq).await;
        assert_eq!(read(&bench, who, cleo), 0);
    }

    bench.browser_mut(ana).reload();
    bench.online(ana).await;
    bench.open(ana, room).await;
    has_read(&mut bench, ana, ben, seq).await;
    let phone = bench.second_device("ana").await;
    bench.open(phone, room).await;
    has_read(&mut bench, phone, ben, seq).await;
    // Under a key that came later, too.
    bench.ask(ana, Command::ChangeKey { room }).await.unwrap();
    all_have_key(&mut bench, 2, &[ana, ben, cleo, phone]).await;
    bench.browser_mut(phone).reload();
    bench.online(phone).await;
    bench.open(phone, room).await;
    has_read(&mut bench, phone, ben, seq).await;
    bench.get_across(ana, room, "new key").await;
    bench.shows(ben, &["ana: hello", "ana: new key"]).await;
    let seq = reads_all(&mut bench, ben, room).await;
    for who in [ana, cleo, phone] {
        has_read(&mut bench, who, ben, seq).await;
    }
    nothing_is_wrong(&bench, &[ana, ben, cleo, phone]);
}

#[tokio::test]
async fn a_fast_reader_says_so_every_few_seconds_and_the_last_word_counts() {
    let mut bench = Bench::new().await;
    let ([ana, ben], room) = crowd(&mut bench, ["ana", "ben"]).await;
    for number in 0..30 {
        bench.get_across(ana, room, &format!("line {number}")).await;
    }
    bench
        .until("Ben has all", |bench| bench[ben].messages().len() == 30)
        .await;
    bench.browser_mut(ben).traffic.clear();
    let last = last_seq(&bench, ben);
    for seq in last - 29..=last {
        bench
            .ask(ben, Command::MarkRead { room, seq })
            .await
            .unwrap();
        bench.later(Duration::from_millis(200)).await;
    }
    has_read(&mut bench, ana, ben, last).await;
    bench.later(Duration::from_secs(10)).await;
    let sent = bench.browser_mut(ben).traffic.iter();
    let sent = sent
        .filter(|it| is_slot(it) && !it.contains("\"user\""))
        .count();
    assert!((2..=4).contains(&sent), "{sent} receipts in six seconds");
    nothing_is_wrong(&bench, &[ana, ben]);
}

#[tokio::test]
async fn what_was_read_without_a_line_is_told_when_it_is_back() {
    let mut bench = Bench::new().await;
    let ([ana, ben], room) = crowd(&mut bench, ["ana", "ben"]).await;
    bench.get_across(ana, room, "hello").await;
    bench.shows(ben, &["ana: hello"]).await;
    bench.browser_mut(ben).network = Network::Cut;
    bench.later(Duration::from_secs(1)).await;
    let seq = reads_all(&mut bench, ben, room).await;
    bench.later(Duration::from_secs(5)).await;
    bench.browser_mut(ben).reload();
    assert_eq!(read(&bench, ana, ben), 0);
    bench.browser_mut(ben).network = Network::Up;
    bench.online(ben).await;
    bench.open(ben, room).await;
    has_read(&mut bench, ana, ben, seq).await;
    nothing_is_wrong(&bench, &[ana, ben]);
}

#[tokio::test]
async fn an_old_receipt_takes_nothing_back() {
    let mut bench = Bench::new().await;
    let ([ana, ben], room) = crowd(&mut bench, ["ana", "ben"]).await;
    let old: Arc<Mutex<Option<String>>> = Arc::default();
    let kept = old.clone();
    bench.browser_mut(ana).tamper = Some(Box::new(move |frame| {
        let mut old = old.lock().unwrap();
        match (&*old, is_slot(&frame)) {
            (None, true) => {
                *old = Some(frame.clone());
                vec![frame]
            }
            (Some(old), true) => vec![frame, old.clone()],
            _ => vec![frame],
        }
    }));
    for text in ["one", "two", "three"] {
        bench.get_across(ana, room, text).await;
        bench
            .until("Ben has it", |bench| {
                bench[ben].messages().last() == Some(&format!("ana: {text}"))
            })
            .await;
        let seq = reads_all(&mut bench, ben, room).await;
        has_read(&mut bench, ana, ben, seq).await;
        bench.later(Duration::from_secs(4)).await;
        assert_eq!(read(&bench, ana, ben), seq);
    }
    assert!(kept.lock().unwrap().is_some());
    nothing_is_wrong(&bench, &[ana, ben]);
}

#[tokio::test]
async fn someone_elses_receipt_counts_for_nobody() {
    let mut bench = Bench::new().await;
    let ([ana, ben, cleo], room) = crowd(&mut bench, ["ana", "ben", "cleo"]).await;
    let (ben_user, cleo_user) = (user(&bench, ben), user(&bench, cleo));
    bench.browser_mut(ana).tamper = Some(Box::new(move |frame| {
        let mut frame = serde_json::from_str(&frame).unwrap();
        if let ServerFrame::Slot { slot, .. } = &mut frame
            && slot.user == ben_user
        {
            slot.user = cleo_user;
        }
        vec![serde_json::to_string(&frame).unwrap()]
    }));
    bench.get_across(ana, room, "hello").await;
    bench.shows(ben, &["ana: hello"]).await;
    reads_all(&mut bench, ben, room).await;
    bench.later(Duration::from_secs(5)).await;
    for who in [ben, cleo] {
        assert_eq!(read(&bench, ana, who), 0);
    }
}

#[tokio::test]
async fn a_reader_who_was_shown_something_else_gives_the_server_away() {
    let mut bench = Bench::new().await;
    let ([ana, ben, cleo], room) = crowd(&mut bench, ["ana", "ben", "cleo"]).await;
    // Ben is shown Ana's message a second time, where Cleo's is.
    let first: Mutex<Option<Entry>> = Mutex::default();
    bench.browser_mut(ben).tamper = Some(Box::new(move |frame| {
        let mut frame = serde_json::from_str(&frame).unwrap();
        if let ServerFrame::Entry { entry, .. } = &mut frame
            && matches!(entry.entry, Entry::Sealed(_))
        {
            let mut first = first.lock().unwrap();
            let shown = first.get_or_insert_with(|| entry.entry.clone());
            entry.entry = shown.clone();
        }
        vec![serde_json::to_string(&frame).unwrap()]
    }));
    bench.get_across(ana, room, "meet at six").await;
    bench.shows(ben, &["ana: meet at six"]).await;
    bench.get_across(cleo, room, "rather at seven").await;
    bench
        .shows(ana, &["ana: meet at six", "cleo: rather at seven"])
        .await;
    let seq = last_seq(&bench, ana);
    bench
        .until("Ben has something there", |bench| {
            bench[ben].timeline.last().and_then(|it| it.seq) == Some(seq)
        })
        .await;
    reads_all(&mut bench, ben, room).await;
    let alarm = format!(
        "The server showed ben a different history than you, from message {seq} on. Compare with ben, by another way than this server, what you both see."
    );
    for who in [ana, cleo] {
        bench
            .until("it is said", |bench| {
                bench[who].alarms() == [alarm.as_str()]
            })
            .await;
        assert_eq!(read(&bench, who, ben), 0);
    }
}

#[tokio::test]
async fn a_receipt_tells_that_word_of_a_removal_has_come() {
    let mut bench = Bench::new().await;
    let ([ana, ben, cleo], room) = crowd(&mut bench, ["ana", "ben", "cleo"]).await;
    let command = remove(&bench, room, cleo);
    bench.ask(ana, command).await.unwrap();
    all_have_key(&mut bench, 2, &[ana, ben]).await;
    let seen = |bench: &Bench| view(bench, ana).removal.as_ref().map(|it| (it.seen, it.of));
    assert_eq!(seen(&bench), Some((1, 2)));
    bench
        .until("Ben has it on the screen", |bench| {
            bench[ben]
                .events()
                .contains(&"ana removed cleo from this room")
        })
        .await;
    reads_all(&mut bench, ben, room).await;
    bench
        .until("that is known", |bench| seen(bench) == Some((2, 2)))
        .await;
    nothing_is_wrong(&bench, &[ana, ben]);
}

//! A server that lies with well-formed frames: it is not believed, and nothing breaks.

use model::{Command, RoomStatus};
use protocol::frame::ServerFrame;
use std::time::Duration;
use testbench::{Bench, Who};

async fn two_in_a_room(bench: &mut Bench) -> (Who, Who, protocol::RoomId) {
    let ana = bench.person("ana").await;
    let ben = bench.person("ben").await;
    let room = bench.make_room(ana, "Choir").await;
    let key = bench.room_key(ana, room).await;
    bench.join(ben, &key).await;
    (ana, ben, room)
}

/// Changes every frame on its way to one browser.
fn on_frames(
    bench: &mut Bench,
    who: Who,
    mut change: impl FnMut(&mut ServerFrame) + Send + 'static,
) {
    bench.browser_mut(who).tamper = Some(Box::new(move |text| {
        let mut frame: ServerFrame = serde_json::from_str(&text).unwrap();
        change(&mut frame);
        vec![serde_json::to_string(&frame).unwrap()]
    }));
}

/// Numbers that no log reaches, in every frame that has one.
#[tokio::test]
async fn numbers_that_no_log_reaches_break_nothing() {
    for huge in [u64::MAX, u64::MAX - 1, 1 << 53, 0] {
        let mut bench = Bench::new().await;
        let (ana, ben, room) = two_in_a_room(&mut bench).await;
        bench.get_across(ana, room, "one").await;
        bench.shows(ben, &["ana: one"]).await;
        on_frames(&mut bench, ben, move |frame| match frame {
            ServerFrame::Entry { entry, .. } => entry.seq = huge,
            ServerFrame::Page { entries, .. } | ServerFrame::Opens { entries, .. } => {
                entries.iter_mut().for_each(|entry| entry.seq = huge);
            }
            ServerFrame::Welcome { rooms, .. } => {
                rooms.iter_mut().for_each(|room| room.head.seq = huge);
            }
            ServerFrame::Ack { seq, .. } => *seq = huge,
            _ => {}
        });
        bench.say(ana, room, "two").await;
        bench.say(ben, room, "three").await;
        bench.later(Duration::from_secs(5)).await;
        bench.browser_mut(ben).reload();
        bench.later(Duration::from_secs(60)).await;
        bench.browser_mut(ben).tamper = None;
        bench.browser_mut(ben).reload();
        bench.online(ben).await;
        bench.open(ben, room).await;
        bench
            .until("what is true is there again", |bench| {
                bench[ben].messages().contains(&"ana: two".to_owned())
            })
            .await;
    }
}

#[tokio::test]
async fn an_epoch_that_cannot_be_is_not_waited_for_without_end() {
    let mut bench = Bench::new().await;
    let (ana, ben, room) = two_in_a_room(&mut bench).await;
    on_frames(&mut bench, ben, |frame| {
        if let ServerFrame::Welcome { rooms, .. } = frame {
            rooms.iter_mut().for_each(|room| room.epoch = 3_000_000);
        }
    });
    bench.browser_mut(ben).reload();
    bench.later(Duration::from_secs(5)).await;
    let asked = bench.browser_mut(ben).traffic.len();
    assert!(asked < 10_000, "{asked} frames");
    bench.browser_mut(ben).tamper = None;
    bench.browser_mut(ben).reload();
    bench.online(ben).await;
    bench.open(ben, room).await;
    bench.get_across(ana, room, "hello").await;
    bench.shows(ben, &["ana: hello"]).await;
}

#[tokio::test]
async fn forged_opens_of_an_older_epoch_are_said_and_not_asked_for_without_end() {
    let mut bench = Bench::new().await;
    let (ana, ben, room) = two_in_a_room(&mut bench).await;
    bench.get_across(ben, room, "old").await;
    let cleo = bench.person("cleo").await;
    let key = bench.room_key(ana, room).await;
    bench.join(cleo, &key).await;
    bench.ask(cleo, Command::LeaveRoom { room }).await.unwrap();
    bench
        .until("Cleo is gone", |bench| bench[ana].members().len() == 2)
        .await;
    bench.get_across(ana, room, "new").await;
    bench.later(Duration::from_secs(60)).await;

    let phone = bench.second_device("ana").await;
    on_frames(&mut bench, phone, |frame| {
        if let ServerFrame::Opens {
            epoch: 1, members, ..
        } = frame
        {
            members.clear();
        }
    });
    bench.open(phone, room).await;
    bench
        .until("the alarm", |bench| !bench[phone].alarms().is_empty())
        .await;
    bench.later(Duration::from_secs(10)).await;
    let opens = |bench: &mut Bench| {
        let traffic = &bench.browser_mut(phone).traffic;
        traffic.iter().filter(|it| it.contains("\"opens\"")).count()
    };
    assert!(opens(&mut bench) < 20);
    bench.get_across(phone, room, "from the phone").await;
    bench
        .until("Ben heard it", |bench| {
            bench[ben]
                .messages()
                .contains(&"ana: from the phone".to_owned())
        })
        .await;
}

#[tokio::test]
async fn an_older_page_that_does_not_fit_is_said_and_not_asked_for_without_end() {
    let mut bench = Bench::new().await;
    let (ana, _, room) = two_in_a_room(&mut bench).await;
    for number in 0..20 {
        bench.get_across(ana, room, &format!("line {number}")).await;
    }
    bench.later(Duration::from_secs(60)).await;
    on_frames(&mut bench, ana, |frame| {
        if let ServerFrame::Page {
            request: Some(_),
            base,
            ..
        } = frame
        {
            *base = protocol::Hash([7; 32]);
        }
    });
    bench.browser_mut(ana).reload();
    bench.online(ana).await;
    bench.open(ana, room).await;
    bench
        .until("the alarm", |bench| !bench[ana].alarms().is_empty())
        .await;
    bench.later(Duration::from_secs(10)).await;
    assert!(bench.browser_mut(ana).traffic.len() < 500);
    bench.get_across(ana, room, "still here").await;
}

#[tokio::test]
async fn a_name_out_of_its_place_does_not_stay_for_ever() {
    let mut bench = Bench::new().await;
    let (ana, ben, room) = two_in_a_room(&mut bench).await;
    let set = |name: &str| Command::SetDisplayName {
        name: name.to_owned(),
    };
    bench.ask(ana, set("Old")).await.unwrap();
    bench.get_across(ana, room, "hello").await;
    bench.shows(ben, &["Old: hello"]).await;
    for number in 0..150 {
        bench.get_across(ana, room, &format!("line {number}")).await;
    }
    let cleo = bench.person("cleo").await;
    // The page in which a newcomer looks for the names is said to lie far ahead.
    on_frames(&mut bench, cleo, |frame| {
        if let ServerFrame::Page { entries, .. } = frame
            && entries.first().is_some_and(|entry| entry.seq < 3)
        {
            for (number, entry) in (1_u64 << 40..).zip(entries) {
                entry.seq = number;
            }
        }
    });
    let key = bench.room_key(ana, room).await;
    bench.join(cleo, &key).await;
    bench.later(Duration::from_secs(5)).await;
    bench.ask(ana, set("New")).await.unwrap();
    bench.get_across(ana, room, "how do you do").await;
    bench
        .until("the new name", |bench| {
            bench[cleo].messages().last() == Some(&"New: how do you do".to_owned())
        })
        .await;
}

#[tokio::test]
async fn entries_of_another_room_are_not_taken_for_this_one() {
    let mut bench = Bench::new().await;
    let (ana, ben, room) = two_in_a_room(&mut bench).await;
    let other = bench.make_room(ana, "Kitchen").await;
    let key = bench.room_key(ana, other).await;
    bench.join(ben, &key).await;
    bench.open(ben, room).await;
    bench.open(ana, room).await;
    bench.get_across(ana, room, "here").await;
    bench.shows(ben, &["ana: here"]).await;
    on_frames(&mut bench, ben, move |frame| {
        if let ServerFrame::Entry { room: at, .. } = frame
            && *at == other
        {
            *at = room;
        }
    });
    bench.say(ana, other, "for the kitchen").await;
    bench.later(Duration::from_secs(2)).await;
    bench.say(ana, room, "and here again").await;
    bench.later(Duration::from_secs(2)).await;
    assert!(
        !bench[ben]
            .messages()
            .contains(&"ana: for the kitchen".to_owned())
    );
}

#[tokio::test]
async fn frames_in_any_order_and_twice_still_tell_the_truth() {
    let mut bench = Bench::new().await;
    let (ana, ben, room) = two_in_a_room(&mut bench).await;
    let mut held: Vec<String> = Vec::new();
    bench.browser_mut(ben).tamper = Some(Box::new(move |text| {
        if !text.contains("\"type\":\"entry\"") {
            return vec![text];
        }
        held.push(text);
        match held.len() {
            3 => held
                .drain(..)
                .rev()
                .flat_map(|it| [it.clone(), it])
                .collect(),
            _ => Vec::new(),
        }
    }));
    let mut all = Vec::new();
    for number in 0..9 {
        bench.get_across(ana, room, &format!("line {number}")).await;
        all.push(format!("ana: line {number}"));
    }
    bench
        .until("all of it", |bench| bench[ben].messages() == all)
        .await;
    assert_eq!(bench[ben].alarms(), [""; 0]);
    assert_eq!(bench[ben].broken(), [""; 0]);
}

#[tokio::test]
async fn a_log_that_goes_back_is_said() {
    let mut bench = Bench::new().await;
    let (ana, ben, room) = two_in_a_room(&mut bench).await;
    bench.get_across(ana, room, "one").await;
    bench.shows(ben, &["ana: one"]).await;
    let mut old = None;
    on_frames(&mut bench, ben, move |frame| {
        if let ServerFrame::Welcome { rooms, .. } = frame {
            let old = old.get_or_insert_with(|| {
                rooms[0].head.seq -= 2;
                rooms[0].head
            });
            rooms[0].head = *old;
        }
    });
    bench.kill_server();
    bench.start_server().await;
    bench
        .until("the alarm", |bench| {
            bench[ben]
                .alarms()
                .iter()
                .any(|alarm| alarm.contains("The server lost messages"))
        })
        .await;
    let status = |bench: &Bench| bench[ben].room.as_ref().unwrap().status;
    assert_eq!(status(&bench), RoomStatus::Rewound);
    assert_eq!(bench[ben].messages(), ["ana: one"]);
    // What was verified is there again as soon as the server has it again; the alarm stays.
    bench.browser_mut(ben).tamper = None;
    bench.kill_server();
    bench.start_server().await;
    bench
        .until("all is well", |bench| status(bench) == RoomStatus::Ready)
        .await;
    bench.get_across(ana, room, "two").await;
    bench.shows(ben, &["ana: one", "ana: two"]).await;
    assert_eq!(bench[ben].alarms().len(), 1);
}

#[tokio::test]
async fn made_up_members_are_not_believed() {
    let mut bench = Bench::new().await;
    let (_, ben, room) = two_in_a_room(&mut bench).await;
    on_frames(&mut bench, ben, |frame| {
        if let ServerFrame::Opens { members, .. } = frame {
            let mut more = members.clone();
            for member in &mut more {
                member.keys.username = "mallory".parse().unwrap();
            }
            members.extend(more);
        }
    });
    bench.browser_mut(ben).reload();
    bench.online(ben).await;
    bench
        .ask(ben, Command::OpenRoom { room: Some(room) })
        .await
        .unwrap();
    bench.later(Duration::from_secs(5)).await;
    assert!(!bench[ben].members().contains(&"mallory"));
    assert!(bench[ben].rooms[0].alarm);
}

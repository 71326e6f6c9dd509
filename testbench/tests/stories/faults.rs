//! Dead networks, killed servers, closed tabs: nothing acknowledged is lost, and the rest goes out by itself, once.

use model::{Command, Connection, Delivery, Phase, SecretText};
use std::time::Duration;
use testbench::{Bench, Network, PASSPHRASE, Who};

async fn two_in_a_room(bench: &mut Bench) -> (Who, Who, protocol::RoomId) {
    let ana = bench.person("ana").await;
    let ben = bench.person("ben").await;
    let room = bench.make_room(ana, "Choir").await;
    let key = bench.room_key(ana, room).await;
    bench.join(ben, &key).await;
    (ana, ben, room)
}

#[tokio::test]
async fn what_is_written_without_a_network_goes_out_when_it_is_back() {
    let mut bench = Bench::new().await;
    let (ana, ben, room) = two_in_a_room(&mut bench).await;
    bench.browser_mut(ana).network = Network::Cut;
    bench.say(ana, room, "one").await;
    bench.say(ana, room, "two").await;
    bench
        .until("the banner", |bench| {
            matches!(bench[ana].connection, Connection::Waiting { .. })
        })
        .await;
    assert_eq!(bench[ana].delivery("one"), Some(&Delivery::Sending));
    bench.say(ben, room, "are you there?").await;

    bench.browser_mut(ana).network = Network::Up;
    let all = ["ben: are you there?", "ana: one", "ana: two"];
    bench.shows(ben, &all).await;
    bench.shows(ana, &all).await;
    bench
        .until("all is sent", |bench| bench[ana].all_sent())
        .await;
}

#[tokio::test]
async fn what_is_written_without_a_network_survives_a_closed_tab() {
    let mut bench = Bench::new().await;
    let (ana, ben, room) = two_in_a_room(&mut bench).await;
    bench.browser_mut(ana).network = Network::Cut;
    bench.say(ana, room, "one").await;
    bench.say(ana, room, "two").await;
    bench.later(Duration::from_secs(1)).await;
    bench.browser_mut(ana).reload();
    bench.later(Duration::from_secs(1)).await;

    bench.browser_mut(ana).network = Network::Up;
    bench.shows(ben, &["ana: one", "ana: two"]).await;
    bench.open(ana, room).await;
    bench.shows(ana, &["ana: one", "ana: two"]).await;
    assert_eq!(bench[ben].alarms(), [""; 0]);
}

#[tokio::test]
async fn a_message_whose_acknowledgement_is_lost_is_stored_once() {
    let mut bench = Bench::new().await;
    let (ana, ben, room) = two_in_a_room(&mut bench).await;
    bench.get_across(ana, room, "before").await;
    bench.browser_mut(ana).network = Network::AnswersLost;
    bench.say(ana, room, "once").await;
    bench.shows(ben, &["ana: before", "ana: once"]).await;
    assert_eq!(bench[ana].delivery("once"), Some(&Delivery::Sending));

    bench.browser_mut(ana).network = Network::Cut;
    bench.later(Duration::from_secs(1)).await;
    bench.browser_mut(ana).reload();
    bench.browser_mut(ana).network = Network::Up;
    bench.online(ana).await;
    bench.open(ana, room).await;
    bench.say(ana, room, "after").await;
    let all = ["ana: before", "ana: once", "ana: after"];
    bench.shows(ben, &all).await;
    bench.shows(ana, &all).await;
    assert_eq!(bench[ben].alarms(), [""; 0]);
    assert_eq!(bench[ana].alarms(), [""; 0]);
}

#[tokio::test]
async fn a_killed_server_loses_nothing() {
    let mut bench = Bench::new().await;
    let (ana, ben, room) = two_in_a_room(&mut bench).await;
    bench.say(ana, room, "before").await;
    bench.shows(ben, &["ana: before"]).await;

    bench.kill_server();
    bench.say(ana, room, "while it is down").await;
    bench.say(ben, room, "me too").await;
    bench.later(Duration::from_secs(20)).await;
    bench.start_server().await;

    bench
        .until("both have all", |bench| {
            [ana, ben].iter().all(|who| {
                let mut messages = bench[*who].messages();
                messages.sort();
                messages == ["ana: before", "ana: while it is down", "ben: me too"]
                    && bench[*who].all_sent()
            })
        })
        .await;
    assert_eq!(bench[ana].messages(), bench[ben].messages());
    assert_eq!(bench[ana].alarms(), [""; 0]);
}

#[tokio::test]
async fn an_expired_session_keeps_what_was_written() {
    let mut bench = Bench::new().await;
    let (ana, ben, room) = two_in_a_room(&mut bench).await;
    let phone = bench.second_device("ana").await;
    bench
        .ask(phone, Command::RevokeOtherSessions)
        .await
        .unwrap();
    bench
        .until("expired", |bench| bench[ana].phase == Phase::Expired)
        .await;
    bench.say(ana, room, "written while logged out").await;
    let draft = Command::SetDraft {
        room,
        text: "half a sent".to_owned(),
    };
    bench.ask(ana, draft).await.unwrap();

    let log_in = |username: &str| Command::LogIn {
        username: username.to_owned(),
        passphrase: SecretText::new(PASSPHRASE.to_owned()),
    };
    assert!(bench.ask(ana, log_in("ben")).await.is_err());
    bench.ask(ana, log_in("ana")).await.unwrap();
    bench.shows(ben, &["ana: written while logged out"]).await;
    assert_eq!(bench[ana].room.as_ref().unwrap().room, room);
    bench.online(ana).await;
    bench.later(Duration::from_secs(5)).await;
    bench.open(phone, room).await;
    bench
        .until("the draft came over", |bench| {
            bench[phone].room.as_ref().unwrap().draft == "half a sent"
        })
        .await;
}

#[tokio::test]
async fn a_message_that_is_too_long_is_counted_before_it_is_sent() {
    let mut bench = Bench::new().await;
    let (ana, ben, room) = two_in_a_room(&mut bench).await;
    let limit = protocol::limits::TEXT_BYTES;
    let text = "ä".repeat(limit / 2 + 1);
    let over = u32::try_from(text.len() - limit).unwrap();
    let refused = bench.ask(ana, Command::SendText { room, text }).await;
    assert_eq!(refused, Err(model::Trouble::TooLong { over }));

    let longest = "x".repeat(limit);
    bench.say(ana, room, &longest).await;
    bench.shows(ben, &[&format!("ana: {longest}")]).await;
}

#[tokio::test]
async fn without_a_local_store_everything_works_until_the_page_is_closed() {
    let mut bench = Bench::new().await;
    let ana = bench.person("ana").await;
    let room = bench.make_room(ana, "Choir").await;
    let key = bench.room_key(ana, room).await;
    let ben = bench.private_browser();
    let sign_up = Command::SignUp {
        username: "ben".to_owned(),
        passphrase: SecretText::new(PASSPHRASE.to_owned()),
    };
    bench.ask(ben, sign_up).await.unwrap();
    bench.online(ben).await;
    bench.join(ben, &key).await;
    bench.say(ben, room, "one").await;
    bench.say(ben, room, "two").await;
    bench.shows(ana, &["ben: one", "ben: two"]).await;

    bench.browser_mut(ben).reload();
    bench
        .until("nobody is logged in", |bench| {
            bench[ben].phase == Phase::LoggedOut
        })
        .await;
    let log_in = Command::LogIn {
        username: "ben".to_owned(),
        passphrase: SecretText::new(PASSPHRASE.to_owned()),
    };
    bench.ask(ben, log_in).await.unwrap();
    bench.online(ben).await;
    bench.open(ben, room).await;
    bench.say(ben, room, "three").await;
    let all = ["ben: one", "ben: two", "ben: three"];
    bench.shows(ben, &all).await;
    bench.shows(ana, &all).await;
    assert_eq!(bench[ana].alarms(), [""; 0]);
}

#[tokio::test]
async fn a_message_that_another_device_saw_first_raises_no_false_alarm() {
    let mut bench = Bench::new().await;
    let (ana, ben, room) = two_in_a_room(&mut bench).await;
    let phone = bench.second_device("ana").await;
    bench.open(phone, room).await;
    bench.browser_mut(ana).network = Network::AnswersLost;
    bench.say(ana, room, "once").await;
    bench.shows(phone, &["ana: once"]).await;
    bench.browser_mut(ana).network = Network::Cut;
    // The phone puts its head, which is beyond the message, into the vault.
    bench.get_across(ben, room, "later").await;
    bench.later(Duration::from_secs(60)).await;

    bench.browser_mut(ana).reload();
    bench.browser_mut(ana).network = Network::Up;
    bench.online(ana).await;
    bench.open(ana, room).await;
    bench.shows(ana, &["ana: once", "ben: later"]).await;
    bench
        .until("it counts as sent", |bench| bench[ana].all_sent())
        .await;
    bench.get_across(ana, room, "last").await;
    for who in [ana, phone, ben] {
        bench
            .shows(who, &["ana: once", "ben: later", "ana: last"])
            .await;
        assert_eq!(bench[who].alarms(), [""; 0]);
    }
}

#[tokio::test]
async fn a_refused_message_waits_for_the_person_and_can_be_dropped() {
    let mut bench = Bench::new().await;
    let (ana, ben, room) = two_in_a_room(&mut bench).await;
    bench.get_across(ana, room, "before").await;
    // The server's acknowledgement is turned into a refusal, once.
    let mut refused = false;
    bench.browser_mut(ana).tamper = Some(Box::new(move |text| {
        use protocol::frame::ServerFrame;
        match serde_json::from_str(&text).unwrap() {
            ServerFrame::Ack { room, id, .. } if !std::mem::replace(&mut refused, true) => {
                let error = protocol::PublicError::NotMember;
                let refusal = ServerFrame::Refused { room, id, error };
                vec![serde_json::to_string(&refusal).unwrap()]
            }
            ServerFrame::Entry { .. } if refused => Vec::new(),
            _ => vec![text],
        }
    }));
    bench.say(ana, room, "doubtful").await;
    bench
        .until("it failed", |bench| {
            matches!(
                bench[ana].delivery("doubtful"),
                Some(Delivery::Failed { .. })
            )
        })
        .await;
    let key = bench[ana].timeline.last().unwrap().key.clone();
    bench.browser_mut(ana).tamper = None;
    bench
        .ask(ana, Command::Discard { room, key })
        .await
        .unwrap();
    bench.browser_mut(ana).reload();
    bench.online(ana).await;
    bench.open(ana, room).await;
    bench.get_across(ana, room, "after").await;
    bench
        .until("Ben has both", |bench| bench[ben].messages().len() == 3)
        .await;
    assert_eq!(bench[ben].alarms(), [""; 0]);
}

#[tokio::test]
async fn a_sent_message_leaves_no_draft_on_other_devices() {
    let mut bench = Bench::new().await;
    let (ana, _, room) = two_in_a_room(&mut bench).await;
    let draft = Command::SetDraft {
        room,
        text: "hello".to_owned(),
    };
    bench.ask(ana, draft).await.unwrap();
    bench.later(Duration::from_secs(10)).await;
    bench.get_across(ana, room, "hello").await;
    bench.later(Duration::from_secs(10)).await;
    let phone = bench.second_device("ana").await;
    bench.open(phone, room).await;
    assert_eq!(bench[phone].room.as_ref().unwrap().draft, "");
}

//! Several things at once: late answers, two devices, clocks that disagree.

use client::io::{Action, ApiRequest};
use model::{Answer, Command, Connection, Delivery, RoomStatus, SecretText, Trouble};
use protocol::{PublicError, frame::ServerFrame};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use testbench::{Bench, Fate, Network, Who};

async fn two_in_a_room(bench: &mut Bench) -> (Who, Who, protocol::RoomId) {
    let ana = bench.person("ana").await;
    let ben = bench.person("ben").await;
    let room = bench.make_room(ana, "Choir").await;
    let key = bench.room_key(ana, room).await;
    bench.join(ben, &key).await;
    (ana, ben, room)
}

fn join(key: &str) -> Command {
    Command::JoinRoom {
        key: SecretText::new(key.to_owned()),
    }
}

/// Gives one fate to the calls that a condition picks, until it is told otherwise.
fn calls(
    bench: &mut Bench,
    who: Who,
    fate: Fate,
    mut picked: impl FnMut(&ApiRequest) -> bool + Send + 'static,
) {
    bench.browser_mut(who).fates = Some(Box::new(move |action| match action {
        Action::Call { request, .. } if picked(request) => fate,
        _ => Fate::Done,
    }));
}

/// Lets the late answers in and leaves the calls alone from here on.
fn answers_come(bench: &mut Bench, who: Who) {
    bench.browser_mut(who).fates = None;
    bench.browser_mut(who).late_answers_arrive();
}

fn nothing_is_wrong(bench: &Bench, everyone: &[Who]) {
    for who in everyone {
        assert_eq!(bench[*who].alarms(), [""; 0]);
        assert_eq!(bench[*who].broken(), [""; 0]);
        assert_eq!(bench[*who].notices, [""; 0]);
    }
}

#[tokio::test]
async fn a_rotation_whose_vault_write_fails_is_tried_again() {
    let mut bench = Bench::new().await;
    let (ana, ben, room) = two_in_a_room(&mut bench).await;
    let cleo = bench.person("cleo").await;
    let key = bench.room_key(ana, room).await;
    bench.join(cleo, &key).await;
    bench.ask(cleo, Command::LeaveRoom { room }).await.unwrap();
    bench
        .until("Cleo is gone", |bench| bench[ana].members().len() == 2)
        .await;
    calls(&mut bench, ana, Fate::AnswerLost, |request| {
        matches!(request, ApiRequest::VaultPut(_))
    });
    bench.say(ana, room, "just us").await;
    let revealed = bench.ask(ana, Command::RevealKey { room }).await;
    assert!(revealed.is_err(), "{revealed:?}");
    bench.later(Duration::from_secs(3)).await;
    bench.browser_mut(ana).fates = None;
    bench.shows(ben, &["ana: just us"]).await;
    assert_ne!(bench.room_key(ana, room).await, key);
    nothing_is_wrong(&bench, &[ana, ben]);
}

#[tokio::test]
async fn a_line_that_breaks_while_a_rotation_waits_comes_back() {
    let mut bench = Bench::new().await;
    let (ana, ben, room) = two_in_a_room(&mut bench).await;
    let cleo = bench.person("cleo").await;
    let key = bench.room_key(ana, room).await;
    bench.join(cleo, &key).await;
    bench.ask(cleo, Command::LeaveRoom { room }).await.unwrap();
    bench
        .until("Cleo is gone", |bench| bench[ana].members().len() == 2)
        .await;
    bench.browser_mut(ana).network = Network::Cut;
    let reveal = bench.tell(ana, Command::RevealKey { room });
    bench.say(ana, room, "just us").await;
    bench.later(Duration::from_secs(20)).await;
    bench.browser_mut(ana).network = Network::Up;
    bench.shows(ben, &["ana: just us"]).await;
    assert!(bench[ana].answers.contains_key(&reveal));
    nothing_is_wrong(&bench, &[ana, ben]);
}

#[tokio::test]
async fn a_second_rotation_works_after_the_line_broke_behind_the_first() {
    let mut bench = Bench::new().await;
    let (ana, ben, room) = two_in_a_room(&mut bench).await;
    for (name, text) in [("cleo", "one"), ("dan", "two")] {
        let guest = bench.person(name).await;
        let key = bench.room_key(ben, room).await;
        bench.join(guest, &key).await;
        bench.ask(guest, Command::LeaveRoom { room }).await.unwrap();
        bench
            .until("the guest is gone", |bench| bench[ana].members().len() == 2)
            .await;
        // The rotation is answered, but its entries never come over this line.
        bench.browser_mut(ana).tamper =
            Some(Box::new(|text| match text.contains("\"type\":\"entry\"") {
                true => Vec::new(),
                false => vec![text],
            }));
        bench.say(ana, room, text).await;
        bench.later(Duration::from_secs(1)).await;
        bench.browser_mut(ana).network = Network::Cut;
        bench.later(Duration::from_secs(1)).await;
        bench.browser_mut(ana).tamper = None;
        bench.browser_mut(ana).network = Network::Up;
        bench
            .until("it is said", |bench| {
                bench[ben].messages().contains(&format!("ana: {text}"))
            })
            .await;
    }
    nothing_is_wrong(&bench, &[ana, ben]);
}

#[tokio::test]
async fn a_vault_list_that_is_slow_raises_no_alarm() {
    let mut bench = Bench::new().await;
    let ana = bench.browser();
    // Signing up reads the vault and writes the settings at the same time.
    calls(&mut bench, ana, Fate::AnswerLate, |request| {
        matches!(request, ApiRequest::VaultList)
    });
    let sign_up = Command::SignUp {
        username: "ana".to_owned(),
        passphrase: SecretText::new(testbench::PASSPHRASE.to_owned()),
    };
    bench.tell(ana, sign_up);
    bench.later(Duration::from_secs(5)).await;
    answers_come(&mut bench, ana);
    bench.online(ana).await;

    // The phone's change makes the laptop read, and meanwhile it writes.
    let phone = bench.second_device("ana").await;
    calls(&mut bench, ana, Fate::AnswerLate, |request| {
        matches!(request, ApiRequest::VaultList)
    });
    let name = |name: &str| Command::SetDisplayName {
        name: name.to_owned(),
    };
    bench.ask(phone, name("Ana P.")).await.unwrap();
    bench.later(Duration::from_secs(1)).await;
    bench.ask(phone, name("Ana Q.")).await.unwrap();
    bench.later(Duration::from_secs(1)).await;
    bench.make_room(ana, "Choir").await;
    answers_come(&mut bench, ana);
    bench.later(Duration::from_secs(10)).await;
    assert_eq!(
        bench[ana].me.as_ref().map(|me| me.display_name.as_str()),
        Some("Ana Q.")
    );
    nothing_is_wrong(&bench, &[ana, phone]);
}

#[tokio::test]
async fn the_answer_to_a_join_that_comes_after_the_talk_raises_no_alarm() {
    let mut bench = Bench::new().await;
    let (ana, _, room) = two_in_a_room(&mut bench).await;
    let cleo = bench.person("cleo").await;
    let key = bench.room_key(ana, room).await;
    calls(&mut bench, cleo, Fate::AnswerLate, |request| {
        matches!(request, ApiRequest::RoomSubmit(_))
    });
    let ticket = bench.tell(cleo, join(&key));
    bench
        .until("Cleo is in", |bench| bench[ana].members().len() == 3)
        .await;
    bench.open(cleo, room).await;
    bench.say(ana, room, "welcome").await;
    bench.shows(cleo, &["ana: welcome"]).await;
    answers_come(&mut bench, cleo);
    assert_eq!(bench[cleo].answers[&ticket], Ok(Answer::Room(room)));
    bench.say(ana, room, "all there?").await;
    bench
        .shows(cleo, &["ana: welcome", "ana: all there?"])
        .await;
    nothing_is_wrong(&bench, &[cleo]);
}

#[tokio::test]
async fn two_devices_that_join_at_once_are_both_led_into_the_room() {
    let mut bench = Bench::new().await;
    let (ana, _, room) = two_in_a_room(&mut bench).await;
    let key = bench.room_key(ana, room).await;
    let cleo = bench.person("cleo").await;
    let phone = bench.second_device("cleo").await;
    // The phone looks the room up before the laptop is in, and signs after.
    let mut finds = 0;
    calls(&mut bench, phone, Fate::AnswerLate, move |request| {
        finds += usize::from(matches!(request, ApiRequest::RoomFind(_)));
        matches!(request, ApiRequest::RoomFind(_)) && finds == 2
    });
    let second = bench.tell(phone, join(&key));
    bench.later(Duration::from_secs(1)).await;
    let first = bench.ask(cleo, join(&key)).await;
    assert_eq!(first, Ok(Answer::Room(room)));
    answers_come(&mut bench, phone);
    bench
        .until("an answer", |bench| {
            bench[phone].answers.contains_key(&second)
        })
        .await;
    assert_eq!(bench[phone].answers[&second], Ok(Answer::Room(room)));
    bench.open(phone, room).await;
    bench.say(phone, room, "hello").await;
    bench.shows(ana, &["cleo: hello"]).await;
    nothing_is_wrong(&bench, &[ana, cleo, phone]);
}

#[tokio::test]
async fn a_join_that_is_asked_for_twice_is_answered_twice() {
    let mut bench = Bench::new().await;
    let (ana, _, room) = two_in_a_room(&mut bench).await;
    let key = bench.room_key(ana, room).await;
    let cleo = bench.person("cleo").await;
    let mut late = 0;
    calls(&mut bench, cleo, Fate::AnswerLate, move |request| {
        late += usize::from(matches!(request, ApiRequest::VaultPut(_)));
        matches!(request, ApiRequest::VaultPut(_)) && late == 1
    });
    let tickets = [bench.tell(cleo, join(&key)), bench.tell(cleo, join(&key))];
    bench.later(Duration::from_secs(1)).await;
    answers_come(&mut bench, cleo);
    bench
        .until("both answers", |bench| {
            tickets
                .iter()
                .all(|ticket| bench[cleo].answers.contains_key(ticket))
        })
        .await;
    bench.open(cleo, room).await;
    nothing_is_wrong(&bench, &[ana, cleo]);
}

#[tokio::test]
async fn a_name_that_one_device_chose_is_not_taken_back_by_the_other() {
    let mut bench = Bench::new().await;
    let (ana, ben, room) = two_in_a_room(&mut bench).await;
    let name = |name: &str| Command::SetDisplayName {
        name: name.to_owned(),
    };
    bench.ask(ana, name("First")).await.unwrap();
    let phone = bench.second_device("ana").await;
    bench.open(phone, room).await;
    bench.get_across(ana, room, "hello").await;
    bench.shows(ben, &["First: hello"]).await;
    let before = bench[ana].timeline.last().unwrap().seq.unwrap();
    // The laptop's reading of the vault takes a while.
    calls(&mut bench, ana, Fate::AnswerLate, |request| {
        matches!(request, ApiRequest::VaultList)
    });
    bench.ask(phone, name("Second")).await.unwrap();
    bench.shows(ben, &["Second: hello"]).await;
    bench.later(Duration::from_secs(2)).await;
    answers_come(&mut bench, ana);
    bench.later(Duration::from_secs(2)).await;
    bench.get_across(ana, room, "bye").await;
    let after = bench[ana].timeline.last().unwrap().seq.unwrap();
    assert_eq!(after, before + 2, "the name is said once");
    bench.shows(ben, &["Second: hello", "Second: bye"]).await;
}

#[tokio::test]
async fn a_message_that_went_out_before_a_new_key_is_not_sent_again_under_it() {
    let mut bench = Bench::new().await;
    let (ana, ben, room) = two_in_a_room(&mut bench).await;
    let cleo = bench.person("cleo").await;
    let key = bench.room_key(ana, room).await;
    bench.join(cleo, &key).await;
    let phone = bench.second_device("ana").await;
    bench.open(phone, room).await;
    bench.browser_mut(ana).network = Network::AnswersLost;
    bench.say(ana, room, "once").await;
    bench.shows(phone, &["ana: once"]).await;
    bench.browser_mut(ana).network = Network::Cut;
    bench.ask(cleo, Command::LeaveRoom { room }).await.unwrap();
    bench
        .until("Cleo is gone", |bench| bench[phone].members().len() == 2)
        .await;
    bench.get_across(phone, room, "new key").await;
    // The phone puts its head, which is beyond all of it, into the vault.
    bench.later(Duration::from_secs(60)).await;

    bench.browser_mut(ana).reload();
    bench.browser_mut(ana).network = Network::Up;
    bench.online(ana).await;
    bench.open(ana, room).await;
    bench
        .until("it counts as sent", |bench| bench[ana].all_sent())
        .await;
    bench.get_across(ana, room, "last").await;
    let all = ["ana: once", "ana: new key", "ana: last"];
    for who in [ana, phone, ben] {
        bench.shows(who, &all).await;
    }
    nothing_is_wrong(&bench, &[ana, phone, ben]);
}

#[tokio::test]
async fn what_was_not_sent_goes_with_the_room_that_is_left() {
    let mut bench = Bench::new().await;
    let (ana, ben, room) = two_in_a_room(&mut bench).await;
    bench.browser_mut(ana).tamper = Some(Box::new(|text| {
        match serde_json::from_str(&text).unwrap() {
            ServerFrame::Ack { room, id, .. } => {
                let error = PublicError::NotMember;
                let refusal = ServerFrame::Refused { room, id, error };
                vec![serde_json::to_string(&refusal).unwrap()]
            }
            ServerFrame::Entry { .. } => Vec::new(),
            _ => vec![text],
        }
    }));
    bench.say(ana, room, "refused").await;
    bench
        .until("it failed", |bench| {
            matches!(
                bench[ana].delivery("refused"),
                Some(Delivery::Failed { .. })
            )
        })
        .await;
    bench.browser_mut(ana).tamper = None;
    // What is missing comes over a new line.
    bench.kill_server();
    bench.start_server().await;
    bench.online(ana).await;
    bench.ask(ana, Command::LeaveRoom { room }).await.unwrap();
    bench.browser_mut(ana).reload();
    bench.online(ana).await;
    let out = bench.ask(ana, Command::LogOut { discard: false }).await;
    assert_eq!(out, Ok(Answer::Done));
    nothing_is_wrong(&bench, &[ben]);
}

#[tokio::test]
async fn a_draft_that_was_sent_is_gone_where_the_clock_is_ahead() {
    let mut bench = Bench::new().await;
    let (ana, _, room) = two_in_a_room(&mut bench).await;
    let phone = bench.second_device("ana").await;
    bench.browser_mut(phone).skew = 3_600_000;
    bench.open(phone, room).await;
    let text = "hello".to_owned();
    bench
        .ask(phone, Command::SetDraft { room, text })
        .await
        .unwrap();
    bench
        .until("the laptop knows of the draft", |bench| {
            bench[ana].rooms[0].draft
        })
        .await;
    bench.get_across(ana, room, "hello").await;
    bench.later(Duration::from_secs(10)).await;
    assert!(!bench[phone].rooms[0].draft);
    let third = bench.second_device("ana").await;
    bench.open(third, room).await;
    assert_eq!(bench[third].room.as_ref().unwrap().draft, "");
}

#[tokio::test]
async fn a_clock_that_is_set_back_an_hour_holds_nothing_up() {
    let mut bench = Bench::new().await;
    let (ana, ben, room) = two_in_a_room(&mut bench).await;
    bench.browser_mut(ana).network = Network::Cut;
    bench.later(Duration::from_secs(1)).await;
    bench.say(ana, room, "one").await;
    bench.browser_mut(ana).skew = -3_600_000;
    bench.browser_mut(ana).network = Network::Up;
    bench.later(Duration::from_secs(120)).await;
    assert_eq!(bench[ben].messages(), ["ana: one"]);
    bench.browser_mut(ana).skew = 86_400_000;
    bench.say(ana, room, "two").await;
    bench.shows(ben, &["ana: one", "ana: two"]).await;
    nothing_is_wrong(&bench, &[ana, ben]);
}

#[tokio::test]
async fn an_account_in_several_rooms_can_be_deleted_while_the_line_changes() {
    let mut bench = Bench::new().await;
    let (ana, ben, _) = two_in_a_room(&mut bench).await;
    for name in ["Kitchen", "Garden"] {
        let room = bench.make_room(ana, name).await;
        let key = bench.room_key(ana, room).await;
        bench.join(ben, &key).await;
    }
    // The log-in ends the old session, and the line notices before the log-in is answered.
    calls(&mut bench, ana, Fate::AnswerLate, |request| {
        matches!(request, ApiRequest::LoginFinish(_))
    });
    let delete = Command::DeleteAccount {
        passphrase: SecretText::new(testbench::PASSPHRASE.to_owned()),
    };
    let ticket = bench.tell(ana, delete);
    bench.later(Duration::from_millis(300)).await;
    answers_come(&mut bench, ana);
    bench
        .until("an answer", |bench| {
            bench[ana].answers.contains_key(&ticket)
        })
        .await;
    assert_eq!(bench[ana].answers[&ticket], Ok(Answer::Done));
    bench
        .until("Ben is alone", |bench| bench[ben].members() == ["ben"])
        .await;
}

#[tokio::test]
async fn a_member_who_is_away_learns_that_an_account_is_gone() {
    let mut bench = Bench::new().await;
    let (ana, ben, room) = two_in_a_room(&mut bench).await;
    bench.get_across(ana, room, "before").await;
    bench.shows(ben, &["ana: before"]).await;
    bench.browser_mut(ben).network = Network::Cut;
    bench.say(ben, room, "still there?").await;
    let delete = Command::DeleteAccount {
        passphrase: SecretText::new(testbench::PASSPHRASE.to_owned()),
    };
    bench.ask(ana, delete).await.unwrap();
    bench.browser_mut(ben).network = Network::Up;
    bench
        .until("Ben is alone", |bench| {
            bench[ben].members() == ["ben"] && bench[ben].all_sent()
        })
        .await;
    assert_eq!(bench[ben].messages(), ["ana: before", "ben: still there?"]);
    assert_eq!(
        bench[ben].room.as_ref().unwrap().members[0].role,
        protocol::open::Role::Owner
    );
    nothing_is_wrong(&bench, &[ben]);
}

#[tokio::test]
async fn the_last_one_can_leave_even_if_the_first_answer_is_lost() {
    let mut bench = Bench::new().await;
    let ana = bench.person("ana").await;
    let room = bench.make_room(ana, "Alone").await;
    bench.browser_mut(ana).tamper = Some(Box::new(|text| match text.contains("room_left") {
        true => Vec::new(),
        false => vec![text],
    }));
    calls(&mut bench, ana, Fate::AnswerLost, |request| {
        matches!(request, ApiRequest::RoomSubmit(_))
    });
    let leave = || Command::LeaveRoom { room };
    assert!(bench.ask(ana, leave()).await.is_err());
    bench.browser_mut(ana).fates = None;
    assert_eq!(bench.ask(ana, leave()).await, Ok(Answer::Done));
    assert!(bench[ana].rooms.is_empty());
}

#[tokio::test]
async fn joining_again_on_a_device_that_was_never_there_shows_everything() {
    let mut bench = Bench::new().await;
    let (ana, ben, room) = two_in_a_room(&mut bench).await;
    bench.get_across(ana, room, "first key").await;
    bench.later(Duration::from_secs(40)).await;
    bench.ask(ana, Command::LeaveRoom { room }).await.unwrap();
    bench.later(Duration::from_secs(5)).await;
    bench
        .until("Ana is gone", |bench| bench[ben].members() == ["ben"])
        .await;
    bench.get_across(ben, room, "second key").await;
    let guest = bench.person("guest").await;
    let key = bench.room_key(ben, room).await;
    bench.join(guest, &key).await;
    bench.ask(guest, Command::LeaveRoom { room }).await.unwrap();
    bench
        .until("the guest is gone", |bench| bench[ben].members() == ["ben"])
        .await;
    bench.get_across(ben, room, "third key").await;
    let key = bench.room_key(ben, room).await;
    let phone = bench.second_device("ana").await;
    bench.join(phone, &key).await;
    let all = ["ana: first key", "ben: second key", "ben: third key"];
    bench.shows(phone, &all).await;
    bench.get_across(phone, room, "back").await;
    assert_eq!(
        bench[phone].room.as_ref().unwrap().status,
        RoomStatus::Ready
    );
    nothing_is_wrong(&bench, &[ben, phone]);
}

#[tokio::test]
async fn a_refused_join_is_said_and_changes_nothing() {
    let mut bench = Bench::new().await;
    let (ana, ben, room) = two_in_a_room(&mut bench).await;
    let cleo = bench.person("cleo").await;
    let key = bench.room_key(ana, room).await;
    // Ben leaves between Cleo's look and her signature.
    let mut finds = 0;
    calls(&mut bench, cleo, Fate::AnswerLate, move |request| {
        finds += usize::from(matches!(request, ApiRequest::RoomFind(_)));
        matches!(request, ApiRequest::RoomFind(_)) && finds == 2
    });
    let ticket = bench.tell(cleo, join(&key));
    bench.later(Duration::from_secs(1)).await;
    bench.ask(ben, Command::LeaveRoom { room }).await.unwrap();
    answers_come(&mut bench, cleo);
    bench
        .until("an answer", |bench| {
            bench[cleo].answers.contains_key(&ticket)
        })
        .await;
    assert_eq!(
        bench[cleo].answers[&ticket],
        Err(Trouble::Server(PublicError::RotationDue))
    );
    assert!(bench[cleo].rooms.is_empty());
    let key = bench.room_key(ana, room).await;
    bench.join(cleo, &key).await;
    bench.say(cleo, room, "hello").await;
    bench.shows(ana, &["cleo: hello"]).await;
    nothing_is_wrong(&bench, &[ana, cleo]);
}

#[tokio::test]
async fn a_device_that_connects_while_another_one_makes_a_key_finds_it() {
    let mut bench = Bench::new().await;
    let (ana, ben, room) = two_in_a_room(&mut bench).await;
    let cleo = bench.person("cleo").await;
    let key = bench.room_key(ana, room).await;
    bench.join(cleo, &key).await;
    let phone = bench.second_device("ana").await;
    bench.open(phone, room).await;
    bench.browser_mut(phone).network = Network::Cut;
    bench.later(Duration::from_secs(1)).await;
    bench.ask(ben, Command::LeaveRoom { room }).await.unwrap();
    // The phone reads the vault before the new key is in it, and says hello after.
    calls(&mut bench, phone, Fate::AnswerLate, |request| {
        matches!(request, ApiRequest::VaultList)
    });
    bench.browser_mut(phone).network = Network::Up;
    bench.ask(phone, Command::Reconnect).await.unwrap();
    bench.later(Duration::from_secs(1)).await;
    assert_eq!(bench[phone].connection, Connection::Connecting);
    bench.get_across(ana, room, "new key").await;
    bench.browser_mut(ana).network = Network::Cut;
    answers_come(&mut bench, phone);
    bench.online(phone).await;
    bench.later(Duration::from_secs(1)).await;
    assert_eq!(bench[phone].messages(), ["ana: new key"]);
    bench.get_across(phone, room, "and the phone").await;
    let all = ["ana: new key", "ana: and the phone"];
    bench.shows(cleo, &all).await;
    nothing_is_wrong(&bench, &[phone, cleo]);
}

#[tokio::test]
async fn the_answer_to_a_leave_that_comes_when_the_person_is_back_undoes_nothing() {
    let mut bench = Bench::new().await;
    let (ana, ben, room) = two_in_a_room(&mut bench).await;
    calls(&mut bench, ben, Fate::AnswerLate, |request| {
        matches!(request, ApiRequest::RoomSubmit(_))
    });
    let leave = bench.tell(ben, Command::LeaveRoom { room });
    bench
        .until("Ben is gone", |bench| bench[ana].members() == ["ana"])
        .await;
    bench.browser_mut(ben).fates = None;
    let key = bench.room_key(ana, room).await;
    bench.join(ben, &key).await;
    bench.get_across(ben, room, "back again").await;
    answers_come(&mut bench, ben);
    bench
        .until("an answer", |bench| bench[ben].answers.contains_key(&leave))
        .await;
    assert_eq!(bench[ben].rooms.len(), 1);
    bench.get_across(ben, room, "for good").await;
    bench
        .shows(ana, &["ben: back again", "ben: for good"])
        .await;
    nothing_is_wrong(&bench, &[ana, ben]);
}

#[tokio::test]
async fn what_failed_before_a_person_came_back_leaves_no_hole_in_what_they_say_after() {
    let mut bench = Bench::new().await;
    let (ana, ben, room) = two_in_a_room(&mut bench).await;
    let phone = bench.second_device("ben").await;
    bench.open(phone, room).await;
    // The laptop does not hear that the phone leaves, and says something under the old key.
    bench.browser_mut(ben).network = Network::AnswersLost;
    bench.ask(phone, Command::LeaveRoom { room }).await.unwrap();
    bench.say(ben, room, "old").await;
    bench.later(Duration::from_secs(1)).await;
    bench.browser_mut(ben).network = Network::Cut;
    bench.later(Duration::from_secs(1)).await;
    bench.browser_mut(ben).network = Network::Up;
    bench.online(ben).await;
    let key = bench.room_key(ana, room).await;
    bench.join(ben, &key).await;
    // The page is closed when the next message is sealed and stored, and not sent.
    let mut closed = false;
    bench.browser_mut(ben).fates = Some(Box::new(move |action| match action {
        Action::Send(text) if !closed && text.contains(r#""token""#) => {
            closed = true;
            Fate::Closed
        }
        _ => Fate::Done,
    }));
    bench.say(ben, room, "new").await;
    bench.later(Duration::from_secs(1)).await;
    bench.online(ben).await;
    bench.open(ben, room).await;
    bench
        .until("all is sent", |bench| bench[ben].all_sent())
        .await;
    bench.get_across(ben, room, "last").await;
    let all = ["ben: new", "ben: old", "ben: last"];
    bench.shows(ana, &all).await;
    nothing_is_wrong(&bench, &[ana, ben]);
}

#[tokio::test]
async fn the_answer_to_a_leave_is_old_where_another_device_came_back_since() {
    let mut bench = Bench::new().await;
    let (ana, ben, room) = two_in_a_room(&mut bench).await;
    let phone = bench.second_device("ben").await;
    bench.open(phone, room).await;
    // Nor does the phone read in the vault that the laptop joins.
    calls(&mut bench, phone, Fate::AnswerLate, |request| {
        matches!(request, ApiRequest::RoomSubmit(_) | ApiRequest::VaultList)
    });
    bench.tell(phone, Command::LeaveRoom { room });
    bench
        .until("Ben is gone", |bench| bench[ana].members() == ["ana"])
        .await;
    let key = bench.room_key(ana, room).await;
    bench.join(ben, &key).await;
    bench.get_across(ben, room, "back again").await;
    bench.later(Duration::from_secs(1)).await;
    answers_come(&mut bench, phone);
    bench.get_across(phone, room, "on the phone too").await;
    let all = ["ben: back again", "ben: on the phone too"];
    bench.shows(ana, &all).await;
    bench.shows(phone, &all).await;
    nothing_is_wrong(&bench, &[ana, ben, phone]);
}

#[tokio::test]
async fn what_is_with_the_server_has_not_failed_when_its_writer_leaves() {
    let mut bench = Bench::new().await;
    let (ana, ben, room) = two_in_a_room(&mut bench).await;
    let phone = bench.second_device("ben").await;
    bench.open(phone, room).await;
    // The server takes its time for what the laptop says.
    bench.browser_mut(ben).fates = Some(Box::new(|action| match action {
        Action::Send(text) if text.contains(r#""type":"send""#) => Fate::SentLate,
        _ => Fate::Done,
    }));
    bench.say(ben, room, "old").await;
    bench.ask(phone, Command::LeaveRoom { room }).await.unwrap();
    bench
        .until("Ben is gone", |bench| bench[ana].members() == ["ana"])
        .await;
    let key = bench.room_key(ana, room).await;
    bench.join(ben, &key).await;
    // It may be stored: there is nothing to try again before that is known.
    assert_eq!(bench[ben].delivery("old"), Some(&Delivery::Sending));
    bench.browser_mut(ben).fates = None;
    bench.browser_mut(ben).late_frames_leave();
    bench
        .until("all is sent", |bench| bench[ben].all_sent())
        .await;
    bench.get_across(ben, room, "new").await;
    bench.shows(ana, &["ben: old", "ben: new"]).await;
    nothing_is_wrong(&bench, &[ana, ben, phone]);
}

#[tokio::test]
async fn a_device_that_loads_a_room_while_another_one_goes_on_there_misses_nothing() {
    let mut bench = Bench::new().await;
    let (ana, ben, room) = two_in_a_room(&mut bench).await;
    bench.get_across(ben, room, "before").await;
    let phone = bench.second_device("ana").await;
    bench.open(phone, room).await;
    bench.later(Duration::from_secs(60)).await;
    // The phone starts anew. What it asks for first reaches it when the laptop, and the vault, are far ahead.
    let late = Arc::new(AtomicBool::new(true));
    let is_late = late.clone();
    let mut held = Vec::new();
    bench.browser_mut(phone).reload();
    bench.browser_mut(phone).tamper = Some(Box::new(move |text| {
        match (
            is_late.load(Ordering::Relaxed),
            text.contains(r#""type":"opens""#),
        ) {
            (true, true) => {
                held.push(text);
                Vec::new()
            }
            (true, false) => vec![text],
            (false, _) => held.drain(..).chain([text]).collect(),
        }
    }));
    bench.online(phone).await;
    bench.ask(ben, Command::LeaveRoom { room }).await.unwrap();
    bench.get_across(ana, room, "new key").await;
    bench.later(Duration::from_secs(60)).await;
    late.store(false, Ordering::Relaxed);
    let open = Command::OpenRoom { room: Some(room) };
    bench.ask(phone, open).await.unwrap();
    let all = ["ben: before", "ana: new key"];
    bench.shows(phone, &all).await;
    assert_eq!(bench[phone].members(), ["ana"]);
    nothing_is_wrong(&bench, &[ana, phone]);
}

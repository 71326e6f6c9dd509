//! Someone may have a person's keys: they get new ones, and all rooms hear of it.

use crate::crowd::{crowd, nothing_is_wrong, user, view};
use model::{Answer, Command, Delivery, Phase, SecretText, Trouble, Trust};
use protocol::{PublicError, UserId};
use testbench::{Bench, Network, PASSPHRASE, Who};

pub const NEW: &str = "seven tin whistles at midnight";
pub const ANNOUNCED: &str =
    "ana has new keys. Compare safety numbers to be sure that it is still them";

pub fn secret(text: &str) -> SecretText {
    SecretText::new(text.to_owned())
}

pub fn log_in(passphrase: &str) -> Command {
    Command::LogIn {
        username: "ana".to_owned(),
        passphrase: secret(passphrase),
    }
}

pub fn replace(current: &str, new: &str) -> Command {
    Command::ReplaceIdentity {
        current: secret(current),
        new: secret(new),
    }
}

fn verify(user: UserId) -> Command {
    Command::SetVerified {
        user,
        verified: true,
    }
}

/// How sure someone is of a member of the room on the screen.
fn trust(bench: &Bench, who: Who, user: UserId) -> Trust {
    let member = view(bench, who).members.iter().find(|it| it.user == user);
    member.unwrap().trust
}

/// Waits until all rooms know, by the screen's word.
pub async fn all_told(bench: &mut Bench, who: Who) {
    bench
        .until("all rooms are told", |bench| {
            bench[who].me.as_ref().is_some_and(|me| me.untold == 0)
        })
        .await;
}

#[tokio::test]
async fn every_room_hears_of_new_keys_and_gets_a_new_one() {
    let mut bench = Bench::new().await;
    let ([ana, ben], choir) = crowd(&mut bench, ["ana", "ben"]).await;
    let mut rooms = vec![choir];
    for name in ["Kitchen", "Garden"] {
        let room = bench.make_room(ana, name).await;
        let key = bench.room_key(ana, room).await;
        bench.join(ben, &key).await;
        bench.get_across(ana, room, "before").await;
        rooms.push(room);
    }
    let a = user(&bench, ana);
    bench.ask(ben, verify(a)).await.unwrap();
    let phone = bench.second_device("ana").await;
    bench.open(phone, rooms[1]).await;
    bench.browser_mut(phone).network = Network::Cut;
    bench.say(phone, rooms[1], "under way").await;
    bench.browser_mut(ben).network = Network::Cut;

    assert_eq!(
        bench.ask(ana, replace(PASSPHRASE, NEW)).await,
        Ok(Answer::Done)
    );
    all_told(&mut bench, ana).await;
    bench.browser_mut(phone).network = Network::Up;
    bench
        .until("the phone is out", |bench| {
            bench[phone].phase == Phase::Expired
        })
        .await;

    // Ben was away, and hears of it in each room.
    bench.browser_mut(ben).network = Network::Up;
    bench.online(ben).await;
    for room in &rooms {
        bench.open(ben, *room).await;
        bench
            .until("it is announced", |bench| {
                bench[ben].events().contains(&ANNOUNCED)
            })
            .await;
        assert_eq!(view(&bench, ben).epoch, 2);
        assert_eq!(trust(&bench, ben, a), Trust::Changed);
        bench.open(ana, *room).await;
        bench.get_across(ana, *room, "it is me").await;
        bench
            .until("he can read on", |bench| {
                bench[ben]
                    .messages()
                    .last()
                    .is_some_and(|it| it == "ana: it is me")
            })
            .await;
    }
    // The phone goes on with the new passphrase, and so does a new device.
    let old = bench.ask(phone, log_in(PASSPHRASE)).await;
    assert_eq!(old, Err(Trouble::Server(PublicError::WrongCredentials)));
    bench.ask(phone, log_in(NEW)).await.unwrap();
    bench.online(phone).await;
    bench
        .until("what waited there is sent", |bench| {
            bench[phone].delivery("under way") == Some(&Delivery::Sent)
        })
        .await;
    let tablet = bench.browser();
    bench.ask(tablet, log_in(NEW)).await.unwrap();
    bench.online(tablet).await;
    for who in [phone, tablet] {
        bench.open(who, rooms[2]).await;
        bench.shows(who, &["ana: before", "ana: it is me"]).await;
        assert_eq!(bench[who].me.as_ref().unwrap().untold, 0);
    }
    bench.get_across(phone, rooms[2], "from the phone").await;
    bench.get_across(ben, rooms[2], "welcome back").await;
    let all = [
        "ana: before",
        "ana: it is me",
        "ana: from the phone",
        "ben: welcome back",
    ];
    bench.shows(ana, &all).await;
    nothing_is_wrong(&bench, &[ana, ben, phone, tablet]);
}

#[tokio::test]
async fn a_room_can_be_left_before_it_was_told() {
    let mut bench = Bench::new().await;
    let ([ana, ben], room) = crowd(&mut bench, ["ana", "ben"]).await;
    bench.say(ana, room, "on its way").await;
    bench.ask(ana, replace(PASSPHRASE, NEW)).await.unwrap();
    let leave = Command::LeaveRoom { room };
    assert_eq!(bench.ask(ana, leave).await, Ok(Answer::Done));
    bench
        .until("Ben is alone", |bench| bench[ben].members() == ["ben"])
        .await;
    assert!(bench[ana].rooms.is_empty());
    assert_eq!(bench[ben].alarms(), [""; 0]);
}

#[tokio::test]
async fn whoever_meets_her_later_knows_that_it_is_still_her() {
    let mut bench = Bench::new().await;
    let ([ana, ben], choir) = crowd(&mut bench, ["ana", "ben"]).await;
    let a = user(&bench, ana);
    bench.ask(ben, verify(a)).await.unwrap();
    let leave = Command::LeaveRoom { room: choir };
    bench.ask(ben, leave).await.unwrap();
    bench.ask(ana, replace(PASSPHRASE, NEW)).await.unwrap();
    all_told(&mut bench, ana).await;

    let kitchen = bench.make_room(ana, "Kitchen").await;
    let key = bench.room_key(ana, kitchen).await;
    bench.join(ben, &key).await;
    bench.get_across(ana, kitchen, "welcome").await;
    bench.shows(ben, &["ana: welcome"]).await;
    assert_eq!(trust(&bench, ben, a), Trust::Changed);
    assert_eq!(bench[ben].notices, [format!("{ANNOUNCED}.")]);
    assert_eq!(bench[ben].alarms(), [""; 0]);
    bench.ask(ben, verify(a)).await.unwrap();
    assert!(matches!(trust(&bench, ben, a), Trust::Verified { .. }));
}

#[tokio::test]
async fn it_works_where_nothing_can_be_stored() {
    let mut bench = Bench::new().await;
    let ([ana, ben], room) = crowd(&mut bench, ["ana", "ben"]).await;
    let window = bench.private_browser();
    bench.ask(window, log_in(PASSPHRASE)).await.unwrap();
    bench.online(window).await;
    bench.open(window, room).await;
    let replaced = bench.ask(window, replace(PASSPHRASE, NEW)).await;
    assert_eq!(replaced, Ok(Answer::Done));
    all_told(&mut bench, window).await;
    bench.get_across(window, room, "it is me").await;
    bench.shows(ben, &["ana: it is me"]).await;
    bench
        .until("the laptop is out", |bench| {
            bench[ana].phase == Phase::Expired
        })
        .await;
    bench.ask(ana, log_in(NEW)).await.unwrap();
    bench.online(ana).await;
    bench.get_across(ana, room, "and here").await;
    nothing_is_wrong(&bench, &[ana, ben, window]);
}

//! New keys while pages close, answers are lost and others change the rooms.

use crate::{
    crowd::{all_have_key, crowd, nothing_is_wrong},
    replacing::{ANNOUNCED, NEW, all_told, log_in, replace},
};
use client::io::{Action, ApiRequest};
use model::{Answer, Command, Phase};
use protocol::frame::ServerFrame;
use std::time::Duration;
use testbench::{Bench, Fate, Network, PASSPHRASE, Who};

/// Keeps a browser from learning who is in its rooms, so that it can tell them nothing.
fn hide_rosters(bench: &mut Bench, who: Who) {
    bench.browser_mut(who).tamper = Some(Box::new(|text| {
        match serde_json::from_str(&text).unwrap() {
            ServerFrame::Opens { .. } => Vec::new(),
            _ => vec![text],
        }
    }));
    bench.browser_mut(who).reload();
}

fn show_rosters(bench: &mut Bench, who: Who) {
    bench.browser_mut(who).tamper = None;
    bench.browser_mut(who).reload();
}

/// Closes the page at one moment, once.
fn close_at(bench: &mut Bench, who: Who, mut is_it: impl FnMut(&Action) -> bool + Send + 'static) {
    let mut closed = false;
    bench.browser_mut(who).fates = Some(Box::new(move |action| match !closed && is_it(action) {
        true => {
            closed = true;
            Fate::Closed
        }
        false => Fate::Done,
    }));
}

fn is_submit(action: &Action) -> bool {
    let submit = |request: &ApiRequest| matches!(request, ApiRequest::RoomSubmit(_));
    matches!(action, Action::Call { request, .. } if submit(request))
}

fn is_replace(action: &Action) -> bool {
    let replace = |request: &ApiRequest| matches!(request, ApiRequest::IdentityReplace(_));
    matches!(action, Action::Call { request, .. } if replace(request))
}

#[tokio::test]
async fn a_page_that_closes_before_the_server_hears_of_it_changes_nothing() {
    let mut bench = Bench::new().await;
    let ([ana, ben], room) = crowd(&mut bench, ["ana", "ben"]).await;
    close_at(&mut bench, ana, is_replace);
    bench.tell(ana, replace(PASSPHRASE, NEW));
    bench
        .until("the page is open again", |bench| {
            bench[ana].phase == Phase::LoggedIn
                && bench[ana].answers.is_empty()
                && bench[ana].room.is_none()
        })
        .await;
    bench.online(ana).await;
    bench.open(ana, room).await;
    bench.get_across(ana, room, "as before").await;
    bench.shows(ben, &["ana: as before"]).await;

    // And it can be done again.
    assert_eq!(
        bench.ask(ana, replace(PASSPHRASE, NEW)).await,
        Ok(Answer::Done)
    );
    all_told(&mut bench, ana).await;
    bench.get_across(ana, room, "with new keys").await;
    bench
        .shows(ben, &["ana: as before", "ana: with new keys"])
        .await;
    nothing_is_wrong(&bench, &[ana, ben]);
}

#[tokio::test]
async fn a_page_that_closes_before_the_answer_finds_out_and_goes_on() {
    let mut bench = Bench::new().await;
    let ([ana, ben], room) = crowd(&mut bench, ["ana", "ben"]).await;
    let code = bench[ana].recovery_code.clone();
    bench.browser_mut(ana).fates = Some(Box::new(|action| match is_replace(action) {
        true => Fate::AnswerLate,
        false => Fate::Done,
    }));
    bench.tell(ana, replace(PASSPHRASE, NEW));
    bench.later(Duration::from_secs(2)).await;
    bench.browser_mut(ana).reload();
    bench
        .until("the new code is there", |bench| {
            let shown = &bench[ana].recovery_code;
            shown.is_some() && *shown != code
        })
        .await;
    all_told(&mut bench, ana).await;
    bench.open(ana, room).await;
    bench.get_across(ana, room, "with new keys").await;
    bench.shows(ben, &["ana: with new keys"]).await;
    assert!(bench[ben].events().contains(&ANNOUNCED));
    nothing_is_wrong(&bench, &[ana, ben]);
}

#[tokio::test]
async fn an_answer_that_is_lost_is_found_in_the_vault() {
    let mut bench = Bench::new().await;
    let ([ana, ben], room) = crowd(&mut bench, ["ana", "ben"]).await;
    bench.browser_mut(ana).fates = Some(Box::new(|action| match is_replace(action) {
        true => Fate::AnswerLost,
        false => Fate::Done,
    }));
    assert_eq!(
        bench.ask(ana, replace(PASSPHRASE, NEW)).await,
        Ok(Answer::Done)
    );
    all_told(&mut bench, ana).await;
    bench.get_across(ana, room, "with new keys").await;
    bench.shows(ben, &["ana: with new keys"]).await;
    nothing_is_wrong(&bench, &[ana, ben]);
}

#[tokio::test]
async fn a_page_that_closes_while_it_tells_the_rooms_goes_on_where_it_was() {
    let mut bench = Bench::new().await;
    let ([ana, ben], choir) = crowd(&mut bench, ["ana", "ben"]).await;
    let kitchen = bench.make_room(ana, "Kitchen").await;
    let key = bench.room_key(ana, kitchen).await;
    bench.join(ben, &key).await;
    // Before each statement and each new key once.
    for times in 0..4 {
        let mut seen = 0;
        close_at(&mut bench, ana, move |action| {
            seen += u32::from(is_submit(action));
            is_submit(action) && seen > 0
        });
        if times == 0 {
            bench.tell(ana, replace(PASSPHRASE, NEW));
        }
        bench.later(Duration::from_secs(20)).await;
    }
    all_told(&mut bench, ana).await;
    for room in [choir, kitchen] {
        bench.open(ana, room).await;
        bench.open(ben, room).await;
        all_have_key(&mut bench, 2, &[ana, ben]).await;
        bench.get_across(ana, room, "still me").await;
        bench.shows(ben, &["ana: still me"]).await;
    }
    nothing_is_wrong(&bench, &[ana, ben]);
}

#[tokio::test]
async fn another_device_finishes_what_one_began() {
    let mut bench = Bench::new().await;
    let ([ana, ben], room) = crowd(&mut bench, ["ana", "ben"]).await;
    bench.get_across(ana, room, "before").await;
    hide_rosters(&mut bench, ana);
    bench.online(ana).await;
    bench.ask(ana, replace(PASSPHRASE, NEW)).await.unwrap();
    bench.later(Duration::from_secs(10)).await;
    assert_eq!(bench[ana].me.as_ref().unwrap().untold, 1);
    bench.browser_mut(ana).network = Network::Cut;

    let phone = bench.browser();
    bench.ask(phone, log_in(NEW)).await.unwrap();
    bench.online(phone).await;
    all_told(&mut bench, phone).await;
    bench.open(phone, room).await;
    bench.get_across(phone, room, "from the phone").await;
    bench
        .shows(ben, &["ana: before", "ana: from the phone"])
        .await;

    bench.browser_mut(ana).network = Network::Up;
    show_rosters(&mut bench, ana);
    bench.online(ana).await;
    bench.open(ana, room).await;
    bench
        .shows(ana, &["ana: before", "ana: from the phone"])
        .await;
    nothing_is_wrong(&bench, &[ana, ben, phone]);
}

#[tokio::test]
async fn a_key_that_someone_wrapped_for_the_earlier_keys_still_opens() {
    let mut bench = Bench::new().await;
    let ([ana, ben, cleo], room) = crowd(&mut bench, ["ana", "ben", "cleo"]).await;
    hide_rosters(&mut bench, ana);
    bench.online(ana).await;
    bench.ask(ana, replace(PASSPHRASE, NEW)).await.unwrap();
    bench.ask(cleo, Command::LeaveRoom { room }).await.unwrap();
    bench
        .get_across(ben, room, "for the keys that I know")
        .await;

    show_rosters(&mut bench, ana);
    bench.online(ana).await;
    all_told(&mut bench, ana).await;
    bench.open(ana, room).await;
    bench.shows(ana, &["ben: for the keys that I know"]).await;
    bench.get_across(ana, room, "got it").await;
    bench
        .shows(ben, &["ben: for the keys that I know", "ana: got it"])
        .await;
    nothing_is_wrong(&bench, &[ana, ben]);
}

#[tokio::test]
async fn keys_that_were_replaced_twice_are_told_step_by_step() {
    let mut bench = Bench::new().await;
    let ([ana, ben], room) = crowd(&mut bench, ["ana", "ben"]).await;
    bench.get_across(ana, room, "before").await;
    hide_rosters(&mut bench, ana);
    bench.online(ana).await;
    bench.ask(ana, replace(PASSPHRASE, NEW)).await.unwrap();
    bench.ask(ana, replace(NEW, PASSPHRASE)).await.unwrap();
    bench.later(Duration::from_secs(10)).await;
    show_rosters(&mut bench, ana);
    bench.online(ana).await;
    all_told(&mut bench, ana).await;
    bench.open(ana, room).await;
    bench.get_across(ana, room, "third keys").await;
    bench.shows(ben, &["ana: before", "ana: third keys"]).await;
    let announced = |it: &&&str| **it == ANNOUNCED;
    assert_eq!(bench[ben].events().iter().filter(announced).count(), 2);
    let phone = bench.second_device("ana").await;
    bench.open(phone, room).await;
    bench
        .shows(phone, &["ana: before", "ana: third keys"])
        .await;
    nothing_is_wrong(&bench, &[ana, ben, phone]);
}

#[tokio::test]
async fn many_rooms_are_told_at_the_pace_that_the_server_allows() {
    let mut options = backend::Options::default();
    options.limits.writes_per_minute = 30;
    let mut bench = Bench::with(options).await;
    let ana = bench.person("ana").await;
    let mut rooms = Vec::new();
    for number in 1..=12 {
        rooms.push(bench.make_room(ana, &format!("Room {number}")).await);
        bench.later(Duration::from_secs(20)).await;
    }
    bench.ask(ana, replace(PASSPHRASE, NEW)).await.unwrap();
    all_told(&mut bench, ana).await;
    for room in rooms {
        bench.open(ana, room).await;
        all_have_key(&mut bench, 2, &[ana]).await;
        assert!(bench[ana].events().contains(&ANNOUNCED));
    }
    nothing_is_wrong(&bench, &[ana]);
}

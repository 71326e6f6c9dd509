//! People make sure that nobody stands between them.

use crate::crowd::{crowd, nothing_is_wrong, user, view};
use client::{
    account::{AccountSecret, Identity},
    room_key::RoomSecret,
    statement::{self, Place},
};
use model::{Answer, Command, SafetyView, SecretText, Trouble, Trust};
use protocol::{Entry, UserId, frame::ServerFrame, open::OpenContent};
use std::time::Duration;
use testbench::{Bench, PASSPHRASE, Tamper, Who};

const SOMEONE_ELSE: &str = "ben is someone else than before. Don't trust what they write until you have compared safety numbers.";

/// What someone's screen shows for comparing with another one.
async fn safety(bench: &mut Bench, who: Who, other: UserId) -> SafetyView {
    match bench.ask(who, Command::SafetyNumber { user: other }).await {
        Ok(Answer::Safety(safety)) => *safety,
        answer => panic!("nothing to compare: {answer:?}"),
    }
}

/// Opens someone's link.
async fn compare(bench: &mut Bench, who: Who, link: &str) -> Result<bool, Trouble> {
    let text = format!("https://chat.example{link}");
    match bench.ask(who, Command::CompareLink { text }).await? {
        Answer::Compared { matches, .. } => Ok(matches),
        other => panic!("no comparison: {other:?}"),
    }
}

async fn say_verified(bench: &mut Bench, who: Who, user: UserId, verified: bool) {
    let command = Command::SetVerified { user, verified };
    bench.ask(who, command).await.unwrap();
}

/// How sure someone is of a member of the room on the screen.
fn trust(bench: &Bench, who: Who, name: &str) -> Trust {
    let members = &view(bench, who).members;
    let member = members.iter().find(|member| member.username == name);
    member.unwrap().trust
}

fn is_verified(bench: &Bench, who: Who, name: &str) -> bool {
    matches!(trust(bench, who, name), Trust::Verified { .. })
}

#[tokio::test]
async fn two_people_read_the_same_digits_to_each_other() {
    let mut bench = Bench::new().await;
    let ([ana, ben, cleo], _) = crowd(&mut bench, ["ana", "ben", "cleo"]).await;
    let [a, b, c] = [ana, ben, cleo].map(|who| user(&bench, who));

    let digits = safety(&mut bench, ana, b).await.digits;
    assert_eq!(digits.split(' ').count(), 12);
    assert!(digits.split(' ').all(|group| group.len() == 5));
    assert_eq!(safety(&mut bench, ben, a).await.digits, digits);
    assert_ne!(safety(&mut bench, ana, c).await.digits, digits);
    let alone = Command::SafetyNumber { user: a };
    assert_eq!(bench.ask(ana, alone).await, Err(Trouble::NoComparison));

    assert_eq!(trust(&bench, ana, "ben"), Trust::Unverified);
    say_verified(&mut bench, ana, b, true).await;
    assert!(is_verified(&bench, ana, "ben"));
    assert_eq!(trust(&bench, ana, "cleo"), Trust::Unverified);
    // That is Ana's own business.
    assert_eq!(trust(&bench, ben, "ana"), Trust::Unverified);
    nothing_is_wrong(&bench, &[ana, ben, cleo]);
}

#[tokio::test]
async fn a_link_compares_by_itself() {
    let mut bench = Bench::new().await;
    let ([ana, ben], _) = crowd(&mut bench, ["ana", "ben"]).await;
    let (a, b) = (user(&bench, ana), user(&bench, ben));
    let link = safety(&mut bench, ben, a).await.link;
    assert!(link.starts_with("/verify#"), "{link}");

    assert_eq!(compare(&mut bench, ana, &link).await, Ok(true));
    let last = link.chars().rev().nth(1).unwrap();
    let other = if last == 'A' { "B" } else { "A" };
    let at = link.len() - 2;
    let changed = format!("{}{other}{}", &link[..at], &link[at + 1..]);
    assert_eq!(compare(&mut bench, ana, &changed).await, Ok(false));

    let own = safety(&mut bench, ana, b).await.link;
    assert_eq!(
        compare(&mut bench, ana, &own).await,
        Err(Trouble::NoComparison)
    );
    assert_eq!(
        compare(&mut bench, ana, "/join#abc").await,
        Err(Trouble::NoComparison)
    );
    let dan = bench.person("dan").await;
    assert_eq!(
        compare(&mut bench, dan, &link).await,
        Err(Trouble::Stranger)
    );
}

#[tokio::test]
async fn a_link_opened_before_the_rooms_are_there_waits_for_them() {
    let mut bench = Bench::new().await;
    let ([ana, ben], _) = crowd(&mut bench, ["ana", "ben"]).await;
    let a = user(&bench, ana);
    let link = safety(&mut bench, ben, a).await.link;
    // Too early for Ben to be among the contacts that the vault keeps.
    let phone = bench.browser();
    let log_in = Command::LogIn {
        username: "ana".into(),
        passphrase: SecretText::new(PASSPHRASE.into()),
    };
    bench.ask(phone, log_in).await.unwrap();
    assert_eq!(compare(&mut bench, phone, &link).await, Ok(true));
}

#[tokio::test]
async fn what_was_compared_on_one_device_counts_on_all_until_it_is_taken_back() {
    let mut bench = Bench::new().await;
    let ([ana, ben], room) = crowd(&mut bench, ["ana", "ben"]).await;
    let b = user(&bench, ben);
    let phone = bench.second_device("ana").await;
    bench.open(phone, room).await;
    say_verified(&mut bench, ana, b, true).await;
    bench
        .until("the phone knows", |bench| is_verified(bench, phone, "ben"))
        .await;
    say_verified(&mut bench, phone, b, false).await;
    bench
        .until("the laptop knows", |bench| {
            trust(bench, ana, "ben") == Trust::Unverified
        })
        .await;
    // Both write what the log brought, and neither undoes what was said.
    bench.later(Duration::from_secs(90)).await;
    let tablet = bench.second_device("ana").await;
    bench.open(tablet, room).await;
    for who in [ana, phone, tablet] {
        assert_eq!(trust(&bench, who, "ben"), Trust::Unverified);
    }
    nothing_is_wrong(&bench, &[ana, ben, phone, tablet]);
}

#[tokio::test]
async fn who_is_verified_stays_so_after_a_reload() {
    let mut bench = Bench::new().await;
    let ([ana, ben], room) = crowd(&mut bench, ["ana", "ben"]).await;
    let b = user(&bench, ben);
    say_verified(&mut bench, ana, b, true).await;
    bench.later(Duration::from_secs(1)).await;
    bench.browser_mut(ana).reload();
    bench.online(ana).await;
    bench.open(ana, room).await;
    assert!(is_verified(&bench, ana, "ben"));
}

#[tokio::test]
async fn members_compare_that_they_have_the_same_room() {
    let mut bench = Bench::new().await;
    let ([ana, ben], room) = crowd(&mut bench, ["ana", "ben"]).await;
    let fingerprint = view(&bench, ana).fingerprint.clone();
    assert_eq!(fingerprint.split(' ').count(), 6);
    assert_eq!(view(&bench, ben).fingerprint, fingerprint);

    let key = bench.room_key(ana, room).await;
    let cleo = bench.person("cleo").await;
    bench.join(cleo, &key).await;
    bench
        .until("all have the same again", |bench| {
            let seen = [ana, ben, cleo].map(|who| view(bench, who).fingerprint.clone());
            seen[0] != fingerprint && seen.iter().all(|it| *it == seen[0])
        })
        .await;
}

/// A server that has the room key, from someone who was careless with it, and shows an impostor in the place of whoever joins.
fn impostor(key: &str, impostor: Identity) -> Tamper {
    let secret = RoomSecret::parse(key).unwrap();
    Box::new(move |text| {
        let mut frame: ServerFrame = serde_json::from_str(&text).unwrap();
        if let ServerFrame::Entry { entry, .. } = &mut frame
            && let Entry::Open(open) = &mut entry.entry
            && let Ok(body) = open.body()
            && let OpenContent::Join(join) = &body.content
        {
            let place = Place {
                room: body.room,
                epoch: body.epoch,
                prev_open: body.prev_open,
            };
            let forged = statement::join(&impostor, place, &join.member.username, &secret);
            *open = forged.unwrap().entry;
        }
        vec![serde_json::to_string(&frame).unwrap()]
    })
}

fn mallory() -> Identity {
    AccountSecret::from_bytes([13; 32]).identity()
}

#[tokio::test]
async fn a_server_that_puts_itself_between_two_people_is_caught_by_comparing() {
    let mut bench = Bench::new().await;
    let ana = bench.person("ana").await;
    let ben = bench.person("ben").await;
    let room = bench.make_room(ana, "Choir").await;
    let key = bench.room_key(ana, room).await;
    bench.browser_mut(ana).tamper = Some(impostor(&key, mallory()));
    bench.join(ben, &key).await;
    bench
        .until("Ana sees a Ben", |bench| {
            bench[ana].members() == ["ana", "ben"]
        })
        .await;
    // Nothing tells him from Ben: Ana has never met him.
    let shown = view(&bench, ana).members[1].user;
    assert_ne!(shown, user(&bench, ben));
    assert_eq!(bench[ana].alarms(), [""; 0]);

    let a = user(&bench, ana);
    let hers = safety(&mut bench, ana, shown).await;
    let his = safety(&mut bench, ben, a).await;
    assert_ne!(hers.digits, his.digits);
    assert_eq!(
        compare(&mut bench, ana, &his.link).await,
        Err(Trouble::Stranger)
    );
}

#[tokio::test]
async fn nobody_takes_the_place_of_someone_who_was_met_before() {
    let mut bench = Bench::new().await;
    let ([ana, ben], _) = crowd(&mut bench, ["ana", "ben"]).await;
    let kitchen = bench.make_room(ana, "Kitchen").await;
    let key = bench.room_key(ana, kitchen).await;
    bench.browser_mut(ana).tamper = Some(impostor(&key, mallory()));
    bench.join(ben, &key).await;
    bench
        .until("it is said", |bench| bench[ana].alarms() == [SOMEONE_ELSE])
        .await;
    let in_list = bench[ana].rooms.iter().find(|it| it.room == kitchen);
    assert!(in_list.unwrap().alarm);
    // The Ben of the other room is who he was.
    let b = user(&bench, ben);
    let a = user(&bench, ana);
    let digits = safety(&mut bench, ana, b).await.digits;
    assert_eq!(safety(&mut bench, ben, a).await.digits, digits);
}

#[tokio::test]
async fn a_name_that_was_met_is_remembered_on_a_new_device() {
    let mut bench = Bench::new().await;
    let ([_, ben], _) = crowd(&mut bench, ["ana", "ben"]).await;
    bench.later(Duration::from_secs(60)).await;
    let phone = bench.second_device("ana").await;
    let kitchen = bench.make_room(phone, "Kitchen").await;
    let key = bench.room_key(phone, kitchen).await;
    bench.browser_mut(phone).tamper = Some(impostor(&key, mallory()));
    bench.join(ben, &key).await;
    bench
        .until("it is said", |bench| {
            bench[phone].alarms().contains(&SOMEONE_ELSE)
        })
        .await;
}

//! New room keys by choice, and in rooms that hide from newcomers what was said before.

use crate::crowd::{all_have_key, crowd, give, is_out, join, nothing_is_wrong, remove, view};
use client::io::Action;
use model::{Answer, Command, SecretText, Trouble};
use protocol::{
    PublicError, RoomId,
    open::{Role, Settings},
};
use std::time::Duration;
use testbench::{Bench, Fate, Network, Who};

fn text(answer: Result<Answer, Trouble>) -> String {
    match answer {
        Ok(Answer::RoomKey(key)) => key.reveal().to_owned(),
        other => panic!("no room key: {other:?}"),
    }
}

async fn hide_history(bench: &mut Bench, who: Who, room: RoomId) {
    let settings = Settings {
        history_for_newcomers: false,
        ..Settings::default()
    };
    let hide = Command::SetSettings { room, settings };
    bench.ask(who, hide).await.unwrap();
}

#[tokio::test]
async fn an_admin_changes_the_key_and_the_old_one_lets_nobody_in() {
    let mut bench = Bench::new().await;
    let ([ana, ben], room) = crowd(&mut bench, ["ana", "ben"]).await;
    bench.get_across(ben, room, "before").await;
    let old = bench.room_key(ana, room).await;
    let change = Command::ChangeKey { room };
    assert_eq!(
        bench.ask(ben, change.clone()).await,
        Err(Trouble::NotAllowed)
    );
    let new = text(bench.ask(ana, change).await);
    assert_ne!(new, old);
    assert_eq!(bench.room_key(ben, room).await, new);
    let eva = bench.person("eva").await;
    assert_eq!(
        bench.ask(eva, join(&old)).await,
        Err(Trouble::Server(PublicError::RoomUnknown))
    );
    bench.join(eva, &new).await;
    bench.get_across(eva, room, "after").await;
    for who in [ana, ben, eva] {
        bench.shows(who, &["ben: before", "eva: after"]).await;
    }
    nothing_is_wrong(&bench, &[ana, ben, eva]);
}

#[tokio::test]
async fn two_who_change_the_key_at_once_are_shown_the_same_one() {
    let mut bench = Bench::new().await;
    let ([ana, ben, cleo], room) = crowd(&mut bench, ["ana", "ben", "cleo"]).await;
    let admin = give(&bench, room, ben, Role::Admin);
    bench.ask(ana, admin).await.unwrap();
    bench
        .until("Ben knows", |bench| {
            view(bench, ben).members[0].role == Role::Admin
        })
        .await;
    let change = Command::ChangeKey { room };
    let (first, second) = (bench.tell(ana, change.clone()), bench.tell(ben, change));
    for text in ["one", "two", "three"] {
        bench.say(cleo, room, text).await;
    }
    bench
        .until("both answers", |bench| {
            bench[ana].answers.contains_key(&first) && bench[ben].answers.contains_key(&second)
        })
        .await;
    let keys = [
        text(bench[ana].answers[&first].clone()),
        text(bench[ben].answers[&second].clone()),
    ];
    assert_eq!(keys[0], keys[1]);
    for who in [ana, ben, cleo] {
        bench
            .shows(who, &["cleo: one", "cleo: two", "cleo: three"])
            .await;
        assert_eq!(view(&bench, who).epoch, 2);
    }
    nothing_is_wrong(&bench, &[ana, ben, cleo]);
}

#[tokio::test]
async fn a_room_that_hides_its_history_shows_each_newcomer_only_what_comes() {
    let mut bench = Bench::new().await;
    let ([ana, ben], room) = crowd(&mut bench, ["ana", "ben"]).await;
    bench.get_across(ben, room, "our secret").await;
    hide_history(&mut bench, ana, room).await;
    bench.shows(ana, &["ben: our secret"]).await;
    // A member may not change the key, so no key that opens more is theirs to show.
    let reveal = Command::RevealKey { room };
    bench
        .until("Ben knows", |bench| {
            !view(bench, ben).settings.history_for_newcomers
        })
        .await;
    assert_eq!(
        bench.ask(ben, reveal.clone()).await,
        Err(Trouble::InvitesByAdmins)
    );

    let key = text(bench.ask(ana, reveal.clone()).await);
    all_have_key(&mut bench, 2, &[ana, ben]).await;
    // Nothing was said under it, so everyone may show it, and it stays.
    assert_eq!(text(bench.ask(ana, reveal.clone()).await), key);
    assert_eq!(text(bench.ask(ben, reveal.clone()).await), key);
    let eva = bench.person("eva").await;
    bench.join(eva, &key).await;
    bench.get_across(eva, room, "hello").await;
    bench.shows(eva, &["eva: hello"]).await;
    assert_eq!(view(&bench, eva).name, "Choir");
    for who in [ana, ben] {
        bench.shows(who, &["ben: our secret", "eva: hello"]).await;
    }

    let next = text(bench.ask(ana, reveal).await);
    assert_ne!(next, key);
    let finn = bench.person("finn").await;
    bench.join(finn, &next).await;
    bench.get_across(ana, room, "welcome").await;
    bench.shows(finn, &["ana: welcome"]).await;
    bench.shows(eva, &["eva: hello", "ana: welcome"]).await;
    // A device of someone who was there reads all of it.
    let phone = bench.second_device("ben").await;
    bench.open(phone, room).await;
    let all = ["ben: our secret", "eva: hello", "ana: welcome"];
    bench.shows(phone, &all).await;
    nothing_is_wrong(&bench, &[ana, ben, eva, finn, phone]);
}

#[tokio::test]
async fn who_comes_back_to_a_room_that_hides_its_history_sees_no_gaps_full_of_errors() {
    let mut bench = Bench::new().await;
    let ([ana, ben, cleo], room) = crowd(&mut bench, ["ana", "ben", "cleo"]).await;
    hide_history(&mut bench, ana, room).await;
    bench.get_across(cleo, room, "hello").await;
    let command = remove(&bench, room, cleo);
    bench.ask(ana, command).await.unwrap();
    all_have_key(&mut bench, 2, &[ana, ben]).await;
    is_out(&mut bench, cleo).await;
    bench.get_across(ben, room, "between us").await;
    bench.shows(ana, &["cleo: hello", "ben: between us"]).await;
    let key = bench.room_key(ana, room).await;
    all_have_key(&mut bench, 3, &[ana, ben]).await;
    bench.join(cleo, &key).await;
    bench.get_across(ben, room, "there you are").await;
    bench
        .shows(cleo, &["cleo: hello", "ben: there you are"])
        .await;
    bench.get_across(cleo, room, "here I am").await;
    let all = [
        "cleo: hello",
        "ben: between us",
        "ben: there you are",
        "cleo: here I am",
    ];
    bench.shows(ana, &all).await;
    nothing_is_wrong(&bench, &[ana, ben, cleo]);
}

#[tokio::test]
async fn an_invitation_asked_for_while_all_talk_is_shown_in_the_end() {
    let mut bench = Bench::new().await;
    let ([ana, ben, cleo], room) = crowd(&mut bench, ["ana", "ben", "cleo"]).await;
    hide_history(&mut bench, ana, room).await;
    bench.get_across(cleo, room, "zero").await;
    bench.shows(ana, &["cleo: zero"]).await;
    let reveal = bench.tell(ana, Command::RevealKey { room });
    for round in 1..=6 {
        bench.say(ben, room, &format!("ben {round}")).await;
        bench.say(cleo, room, &format!("cleo {round}")).await;
        bench.later(Duration::from_millis(100)).await;
    }
    bench
        .until("the key is shown", |bench| {
            bench[ana].answers.contains_key(&reveal)
        })
        .await;
    text(bench[ana].answers[&reveal].clone());
    bench
        .until("all is said", |bench| {
            [ana, ben, cleo]
                .iter()
                .all(|who| bench[*who].messages().len() == 13 && bench[*who].all_sent())
        })
        .await;
    assert_eq!(view(&bench, ana).epoch, 2);
    nothing_is_wrong(&bench, &[ana, ben, cleo]);
}

#[tokio::test]
async fn a_page_closed_at_any_step_of_a_new_key_leaves_a_room_that_works() {
    for step in 0.. {
        let mut bench = Bench::new().await;
        let ([ana, ben], room) = crowd(&mut bench, ["ana", "ben"]).await;
        bench.later(Duration::from_secs(4)).await;
        let mut passed = 0;
        let (closed, mut watch) = tokio::sync::watch::channel(false);
        bench.browser_mut(ana).fates = Some(Box::new(move |action| {
            passed += usize::from(!matches!(action, Action::Send(_)));
            if passed != step + 1 || *closed.borrow() {
                return Fate::Done;
            }
            closed.send_replace(true);
            Fate::Closed
        }));
        bench.tell(ana, Command::ChangeKey { room });
        bench.say(ben, room, "meanwhile").await;
        bench.later(Duration::from_secs(5)).await;
        if !*watch.borrow_and_update() {
            assert!(step > 2, "there is something to interrupt");
            return;
        }
        bench.online(ana).await;
        bench.open(ana, room).await;
        let key = text(bench.ask(ana, Command::ChangeKey { room }).await);
        assert_eq!(bench.room_key(ben, room).await, key);
        bench.get_across(ana, room, "done").await;
        bench.shows(ben, &["ben: meanwhile", "ana: done"]).await;
        bench.shows(ana, &["ben: meanwhile", "ana: done"]).await;
        nothing_is_wrong(&bench, &[ana, ben]);
    }
}

#[tokio::test]
async fn a_key_asked_for_offline_comes_when_the_line_is_back() {
    let mut bench = Bench::new().await;
    let ([ana, ben], room) = crowd(&mut bench, ["ana", "ben"]).await;
    let old = bench.room_key(ana, room).await;
    bench.browser_mut(ana).network = Network::Cut;
    bench.later(Duration::from_secs(1)).await;
    let change = bench.tell(ana, Command::ChangeKey { room });
    bench.later(Duration::from_secs(20)).await;
    bench.browser_mut(ana).network = Network::Up;
    bench.online(ana).await;
    // Whether it could not be done or waited, asking again helps.
    let answer = bench[ana].answers.get(&change).cloned();
    let key = match answer {
        Some(Ok(Answer::RoomKey(key))) => key.reveal().to_owned(),
        _ => text(bench.ask(ana, Command::ChangeKey { room }).await),
    };
    assert_ne!(key, old);
    bench.later(Duration::from_secs(5)).await;
    assert_eq!(
        bench.room_key(ben, room).await,
        bench.room_key(ana, room).await
    );
    nothing_is_wrong(&bench, &[ana, ben]);
}

#[tokio::test]
async fn who_was_away_while_others_got_keys_of_their_own_and_went_catches_up() {
    let mut bench = Bench::new().await;
    let ([ana, ben, cleo], room) = crowd(&mut bench, ["ana", "ben", "cleo"]).await;
    bench.get_across(ben, room, "off I go").await;
    bench.shows(ana, &["ben: off I go"]).await;
    bench.browser_mut(ben).network = Network::Cut;
    bench.say(ben, room, "written in the train").await;
    let secret = |text: &str| SecretText::new(text.to_owned());
    let replace = Command::ReplaceIdentity {
        current: secret(testbench::PASSPHRASE),
        new: secret("eleven quiet otters under Bern"),
    };
    assert_eq!(bench.ask(ana, replace).await, Ok(Answer::Done));
    // The room's key changes with hers, though nobody speaks.
    all_have_key(&mut bench, 2, &[ana, cleo]).await;
    bench.get_across(ana, room, "it is still me").await;
    let command = remove(&bench, room, cleo);
    bench.ask(ana, command).await.unwrap();
    all_have_key(&mut bench, 3, &[ana]).await;
    bench.get_across(ana, room, "third key").await;

    bench.browser_mut(ben).network = Network::Up;
    let all = [
        "ben: off I go",
        "ana: it is still me",
        "ana: third key",
        "ben: written in the train",
    ];
    for who in [ben, ana] {
        bench.shows(who, &all).await;
        assert_eq!(bench[who].members().len(), 2);
        assert_eq!(view(&bench, who).epoch, 3);
    }
    nothing_is_wrong(&bench, &[ana, ben]);
}

//! Removals while other things happen: two at once, messages on their way, pages that close, lines that break.

use crate::crowd::{all_have_key, crowd, give, is_out, nothing_is_wrong, remove, user, view};
use client::io::{Action, ApiRequest};
use model::{Answer, Command, Trouble};
use protocol::{PublicError, open::Role};
use std::time::Duration;
use testbench::{Bench, Fate, Network};

#[tokio::test]
async fn two_who_remove_the_same_one_at_once_are_both_right() {
    let mut bench = Bench::new().await;
    let ([ana, ben, cleo, dan], room) = crowd(&mut bench, ["ana", "ben", "cleo", "dan"]).await;
    let admin = give(&bench, room, ben, Role::Admin);
    bench.ask(ana, admin).await.unwrap();
    bench
        .until("Ben knows", |bench| {
            view(bench, ben).members[0].role == Role::Admin
        })
        .await;
    let command = remove(&bench, room, cleo);
    let tickets = [bench.tell(ana, command.clone()), bench.tell(ben, command)];
    for (who, ticket) in [(ana, tickets[0]), (ben, tickets[1])] {
        bench
            .until("an answer", |bench| {
                bench[who].answers.contains_key(&ticket)
            })
            .await;
        assert_eq!(bench[who].answers[&ticket], Ok(Answer::Done));
    }
    all_have_key(&mut bench, 2, &[ana, ben, dan]).await;
    bench.get_across(dan, room, "one key").await;
    bench.later(Duration::from_secs(5)).await;
    for who in [ana, ben, dan] {
        bench.shows(who, &["dan: one key"]).await;
        assert_eq!(view(&bench, who).epoch, 2);
        let removals = bench[who]
            .events()
            .iter()
            .filter(|it| it.contains("removed"))
            .count();
        assert_eq!(removals, 1);
    }
    nothing_is_wrong(&bench, &[ana, ben, cleo, dan]);
}

#[tokio::test]
async fn two_who_are_removed_together_cost_one_key() {
    let mut bench = Bench::new().await;
    let ([ana, ben, cleo, dan], room) = crowd(&mut bench, ["ana", "ben", "cleo", "dan"]).await;
    for who in [cleo, dan] {
        let command = remove(&bench, room, who);
        bench.tell(ana, command);
    }
    is_out(&mut bench, cleo).await;
    is_out(&mut bench, dan).await;
    all_have_key(&mut bench, 2, &[ana, ben]).await;
    bench.get_across(ben, room, "quiet here").await;
    bench.shows(ana, &["ben: quiet here"]).await;
    assert_eq!(view(&bench, ana).epoch, 2);
    nothing_is_wrong(&bench, &[ana, ben, cleo, dan]);
}

#[tokio::test]
async fn leaving_and_being_removed_at_once_agree() {
    let mut bench = Bench::new().await;
    let ([ana, ben, cleo], room) = crowd(&mut bench, ["ana", "ben", "cleo"]).await;
    let command = remove(&bench, room, cleo);
    let removal = bench.tell(ana, command);
    let leave = bench.tell(cleo, Command::LeaveRoom { room });
    bench
        .until("both answers", |bench| {
            bench[ana].answers.contains_key(&removal) && bench[cleo].answers.contains_key(&leave)
        })
        .await;
    assert_eq!(bench[ana].answers[&removal], Ok(Answer::Done));
    assert_eq!(bench[cleo].answers[&leave], Ok(Answer::Done));
    assert!(bench[cleo].rooms.is_empty());
    bench.get_across(ben, room, "hello").await;
    bench.shows(ana, &["ben: hello"]).await;
    all_have_key(&mut bench, 2, &[ana, ben]).await;
    nothing_is_wrong(&bench, &[ana, ben]);
}

#[tokio::test]
async fn removing_and_changing_the_key_at_once_leaves_the_removed_one_without() {
    let mut bench = Bench::new().await;
    let ([ana, ben, cleo, dan], room) = crowd(&mut bench, ["ana", "ben", "cleo", "dan"]).await;
    let admin = give(&bench, room, ben, Role::Admin);
    bench.ask(ana, admin).await.unwrap();
    bench
        .until("Ben knows", |bench| {
            view(bench, ben).members[0].role == Role::Admin
        })
        .await;
    let change = bench.tell(ben, Command::ChangeKey { room });
    let command = remove(&bench, room, cleo);
    let removal = bench.tell(ana, command);
    bench.say(dan, room, "in between").await;
    bench
        .until("both answers", |bench| {
            bench[ana].answers.contains_key(&removal) && bench[ben].answers.contains_key(&change)
        })
        .await;
    assert_eq!(bench[ana].answers[&removal], Ok(Answer::Done));
    is_out(&mut bench, cleo).await;
    bench.later(Duration::from_secs(5)).await;
    bench.get_across(dan, room, "after").await;
    for who in [ana, ben, dan] {
        bench.shows(who, &["dan: in between", "dan: after"]).await;
        assert!(!view(&bench, who).rotation_due);
    }
    let now = bench.room_key(ana, room).await;
    assert_eq!(bench.room_key(dan, room).await, now);
    assert!(!bench[cleo].messages().contains(&"dan: after".to_owned()));
    nothing_is_wrong(&bench, &[ana, ben, cleo, dan]);
}

#[tokio::test]
async fn messages_on_their_way_over_a_removal_arrive_once_and_not_at_the_removed_one() {
    let mut bench = Bench::new().await;
    let ([ana, ben, cleo], room) = crowd(&mut bench, ["ana", "ben", "cleo"]).await;
    let command = remove(&bench, room, cleo);
    let removal = bench.tell(ana, command);
    for text in ["one", "two", "three"] {
        bench.say(ben, room, text).await;
    }
    bench
        .until("an answer", |bench| {
            bench[ana].answers.contains_key(&removal)
        })
        .await;
    for text in ["four", "five"] {
        bench.say(ana, room, text).await;
    }
    bench
        .until("all is said", |bench| {
            [ana, ben]
                .iter()
                .all(|who| bench[*who].messages().len() == 5 && bench[*who].all_sent())
        })
        .await;
    assert_eq!(bench[ana].messages(), bench[ben].messages());
    is_out(&mut bench, cleo).await;
    assert!(bench[cleo].messages().len() < 5);
    nothing_is_wrong(&bench, &[ana, ben, cleo]);
}

#[tokio::test]
async fn a_page_closed_at_any_step_of_a_removal_leaves_a_room_that_works() {
    for step in 0.. {
        let mut bench = Bench::new().await;
        let ([ana, ben, cleo], room) = crowd(&mut bench, ["ana", "ben", "cleo"]).await;
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
        let command = remove(&bench, room, cleo);
        bench.tell(ana, command.clone());
        bench.later(Duration::from_secs(5)).await;
        if !*watch.borrow_and_update() {
            assert!(step > 2, "there is something to interrupt");
            return;
        }
        bench.online(ana).await;
        bench.open(ana, room).await;
        if bench[ana].members().len() == 3 {
            assert_eq!(bench.ask(ana, command).await, Ok(Answer::Done));
        }
        all_have_key(&mut bench, 2, &[ana, ben]).await;
        is_out(&mut bench, cleo).await;
        bench.get_across(ana, room, "done").await;
        bench.shows(ben, &["ana: done"]).await;
        nothing_is_wrong(&bench, &[ana, ben, cleo]);
    }
}

#[tokio::test]
async fn a_removal_whose_answer_is_lost_is_not_made_twice() {
    let mut bench = Bench::new().await;
    let ([ana, ben, cleo], room) = crowd(&mut bench, ["ana", "ben", "cleo"]).await;
    let mut lost = false;
    bench.browser_mut(ana).fates = Some(Box::new(move |action| match action {
        Action::Call {
            request: ApiRequest::RoomSubmit(_),
            ..
        } if !std::mem::replace(&mut lost, true) => Fate::AnswerLost,
        _ => Fate::Done,
    }));
    let command = remove(&bench, room, cleo);
    let answer = bench.ask(ana, command.clone()).await;
    assert_eq!(answer, Err(Trouble::Server(PublicError::Unreachable)));
    assert_eq!(bench.ask(ana, command).await, Ok(Answer::Done));
    all_have_key(&mut bench, 2, &[ana, ben]).await;
    nothing_is_wrong(&bench, &[ana, ben, cleo]);
}

#[tokio::test]
async fn the_remover_goes_offline_and_the_next_one_to_speak_makes_the_key() {
    let mut bench = Bench::new().await;
    let ([ana, ben, cleo, dan], room) = crowd(&mut bench, ["ana", "ben", "cleo", "dan"]).await;
    bench.browser_mut(ana).fates = Some(Box::new(|action| match action {
        Action::Call {
            request: ApiRequest::VaultPut(_),
            ..
        } => Fate::AnswerLost,
        _ => Fate::Done,
    }));
    let command = remove(&bench, room, cleo);
    bench.ask(ana, command).await.unwrap();
    bench
        .until("Ben knows", |bench| view(bench, ben).rotation_due)
        .await;
    bench.browser_mut(ana).network = Network::Cut;
    bench.browser_mut(ana).fates = None;
    let stranger = bench.person("eva").await;
    let key = bench.room_key(ben, room).await;
    bench.join(stranger, &key).await;
    bench.get_across(dan, room, "hello").await;
    bench.browser_mut(ana).network = Network::Up;
    let [ben_user, eva] = [user(&bench, ben), user(&bench, stranger)];
    bench.shows(ana, &["dan: hello"]).await;
    all_have_key(&mut bench, 2, &[ana, ben, dan, stranger]).await;
    let members = &view(&bench, ana).members;
    assert!(
        [ben_user, eva]
            .iter()
            .all(|user| members.iter().any(|it| it.user == *user))
    );
    nothing_is_wrong(&bench, &[ana, ben, dan, stranger]);
}

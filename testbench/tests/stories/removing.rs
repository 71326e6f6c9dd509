//! Taking someone out: what they see, what the others see, and that they hear nothing more.

use crate::crowd::{all_have_key, crowd, is_out, join, nothing_is_wrong, remove, view};
use model::{Answer, Command, Delivery, RemovalView, RoomStatus, Trouble};
use protocol::PublicError;
use std::time::Duration;
use testbench::{Bench, Network};

#[tokio::test]
async fn who_is_removed_is_told_by_whom_and_reads_nothing_more() {
    let mut bench = Bench::new().await;
    let ([ana, ben, cleo], room) = crowd(&mut bench, ["ana", "ben", "cleo"]).await;
    bench.get_across(cleo, room, "hello").await;
    bench.shows(ben, &["cleo: hello"]).await;
    let old = bench.room_key(ben, room).await;

    let command = remove(&bench, room, cleo);
    assert_eq!(bench.ask(ana, command).await, Ok(Answer::Done));
    // Nobody has to speak for that.
    all_have_key(&mut bench, 2, &[ana, ben]).await;
    let happened = [
        "ana removed cleo from this room",
        "ana changed the room key",
    ];
    for who in [ana, ben] {
        bench
            .until("it is told", |bench| {
                bench[who].events().ends_with(&happened)
            })
            .await;
        assert_eq!(bench[who].members().len(), 2);
    }
    bench.get_across(ana, room, "just us").await;
    bench.shows(ben, &["cleo: hello", "ana: just us"]).await;

    is_out(&mut bench, cleo).await;
    let told = "ana removed you from this room";
    assert_eq!(view(&bench, cleo).gone.as_deref(), Some(told));
    assert_eq!(bench[cleo].events().last(), Some(&told));
    bench.shows(cleo, &["cleo: hello"]).await;
    assert_eq!(
        bench.ask(cleo, join(&old)).await,
        Err(Trouble::Server(PublicError::RoomUnknown))
    );

    // The line stays in the list, with what was said, until she takes it off.
    bench.later(Duration::from_secs(10)).await;
    bench.browser_mut(cleo).reload();
    bench.online(cleo).await;
    let open = Command::OpenRoom { room: Some(room) };
    bench.ask(cleo, open).await.unwrap();
    assert_eq!(view(&bench, cleo).gone.as_deref(), Some(told));
    let phone = bench.second_device("cleo").await;
    assert_eq!(bench[phone].rooms[0].status, RoomStatus::Gone);
    let preview = bench[phone].rooms[0].last.as_ref().unwrap();
    assert_eq!(preview.preview, told);
    let forget = Command::ForgetRoom { room };
    bench.ask(cleo, forget).await.unwrap();
    assert!(bench[cleo].rooms.is_empty());
    bench
        .until("it is off the phone too", |bench| {
            bench[phone].rooms.is_empty()
        })
        .await;
    nothing_is_wrong(&bench, &[ana, ben, cleo, phone]);
}

#[tokio::test]
async fn who_comes_back_with_the_new_key_goes_on_where_they_were() {
    let mut bench = Bench::new().await;
    let ([ana, ben, cleo], room) = crowd(&mut bench, ["ana", "ben", "cleo"]).await;
    bench.get_across(cleo, room, "hello").await;
    let command = remove(&bench, room, cleo);
    bench.ask(ana, command).await.unwrap();
    all_have_key(&mut bench, 2, &[ana, ben]).await;
    is_out(&mut bench, cleo).await;
    bench.get_across(ben, room, "while you were out").await;
    let again = remove(&bench, room, ben);
    bench.ask(ana, again).await.unwrap();
    all_have_key(&mut bench, 3, &[ana]).await;

    let key = bench.room_key(ana, room).await;
    bench.join(cleo, &key).await;
    bench.get_across(cleo, room, "back").await;
    let all = ["cleo: hello", "ben: while you were out", "cleo: back"];
    for who in [ana, cleo] {
        bench.shows(who, &all).await;
    }
    assert_eq!(view(&bench, cleo).gone, None);
    nothing_is_wrong(&bench, &[ana, cleo]);
}

#[tokio::test]
async fn who_was_away_while_removed_is_told_too_and_loses_no_words() {
    let mut bench = Bench::new().await;
    let ([ana, ben, cleo], room) = crowd(&mut bench, ["ana", "ben", "cleo"]).await;
    let phone = bench.second_device("cleo").await;
    bench.open(phone, room).await;
    bench.browser_mut(cleo).network = Network::Cut;
    bench.say(cleo, room, "are you there?").await;
    let command = remove(&bench, room, cleo);
    bench.ask(ana, command).await.unwrap();
    all_have_key(&mut bench, 2, &[ana, ben]).await;
    is_out(&mut bench, phone).await;

    bench.browser_mut(cleo).network = Network::Up;
    is_out(&mut bench, cleo).await;
    bench
        .until("her phone's word comes by the vault", |bench| {
            view(bench, cleo).gone.as_deref() == Some("ana removed you from this room")
        })
        .await;
    let Some(Delivery::Failed { sentence }) = bench[cleo].delivery("are you there?") else {
        panic!("{:?}", bench[cleo].timeline);
    };
    assert_eq!(sentence, "You are not a member of this room.");
    let said = bench.ask(
        cleo,
        Command::SendText {
            room,
            text: "hello?".to_owned(),
        },
    );
    assert_eq!(said.await, Err(Trouble::NoSuchRoom));

    // Let in again, she sends it herself.
    let key = bench.room_key(ben, room).await;
    bench.join(cleo, &key).await;
    let failed = bench[cleo].timeline.last().unwrap().key.clone();
    bench
        .ask(cleo, Command::Retry { room, key: failed })
        .await
        .unwrap();
    bench.shows(ben, &["cleo: are you there?"]).await;
    nothing_is_wrong(&bench, &[ana, ben, cleo, phone]);
}

#[tokio::test]
async fn the_room_tells_how_many_have_seen_a_removal() {
    let mut bench = Bench::new().await;
    let ([ana, ben, cleo, dan], room) = crowd(&mut bench, ["ana", "ben", "cleo", "dan"]).await;
    bench.browser_mut(ben).network = Network::Cut;
    let command = remove(&bench, room, cleo);
    bench.ask(ana, command).await.unwrap();
    all_have_key(&mut bench, 2, &[ana, dan]).await;
    let seen_by = |seen| {
        Some(RemovalView {
            name: "cleo".to_owned(),
            seen,
            of: 3,
        })
    };
    assert_eq!(view(&bench, ana).removal, seen_by(1));
    // That Ana knows, she said by removing her.
    assert_eq!(view(&bench, dan).removal, seen_by(2));
    bench.get_across(dan, room, "noted").await;
    bench.shows(ana, &["dan: noted"]).await;
    assert_eq!(view(&bench, ana).removal, seen_by(2));
    bench.browser_mut(ben).network = Network::Up;
    bench.shows(ben, &["dan: noted"]).await;
    bench.get_across(ben, room, "noted, too").await;
    let all = ["dan: noted", "ben: noted, too"];
    for who in [ana, dan] {
        bench.shows(who, &all).await;
        assert_eq!(view(&bench, who).removal, seen_by(3));
    }

    // A newcomer has seen everything, and a device that starts anew finds it out.
    let eva = bench.person("eva").await;
    let key = bench.room_key(ana, room).await;
    bench.join(eva, &key).await;
    bench
        .until("Eva counts", |bench| {
            view(bench, ana)
                .removal
                .as_ref()
                .is_some_and(|it| it.seen == 4 && it.of == 4)
        })
        .await;
    bench.browser_mut(ana).reload();
    bench.online(ana).await;
    bench.open(ana, room).await;
    bench
        .until("Ana finds it out again", |bench| {
            view(bench, ana)
                .removal
                .as_ref()
                .is_some_and(|it| it.seen == 4 && it.of == 4)
        })
        .await;
    bench.ask(ana, Command::ChangeKey { room }).await.unwrap();
    let key = bench.ask(ana, Command::ChangeKey { room }).await;
    assert!(matches!(key, Ok(Answer::RoomKey(_))), "{key:?}");
    all_have_key(&mut bench, 4, &[ana]).await;
    assert_eq!(view(&bench, ana).removal, None);
}

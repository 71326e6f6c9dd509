//! Bans: who is kept out, that they are told, and how they come back.

use crate::crowd::{all_have_key, ban, crowd, give, is_out, join, nothing_is_wrong, user, view};
use model::{Answer, Command, RoomStatus, Trouble};
use protocol::{PublicError, open::Role};
use testbench::Bench;

#[tokio::test]
async fn who_is_banned_comes_back_with_no_key_until_they_are_let_in_again() {
    let mut bench = Bench::new().await;
    let ([ana, ben, cleo], room) = crowd(&mut bench, ["ana", "ben", "cleo"]).await;
    let command = ban(&bench, room, cleo);
    assert_eq!(bench.ask(ana, command).await, Ok(Answer::Done));
    all_have_key(&mut bench, 2, &[ana, ben]).await;
    is_out(&mut bench, cleo).await;
    let told = "ana banned you from this room";
    assert_eq!(view(&bench, cleo).gone.as_deref(), Some(told));

    // It holds over further keys.
    bench.ask(ana, Command::ChangeKey { room }).await.unwrap();
    let key = bench.room_key(ben, room).await;
    let banned = Trouble::Server(PublicError::Banned);
    assert_eq!(bench.ask(cleo, join(&key)).await, Err(banned.clone()));
    assert_eq!(banned.to_string(), "You were banned from this room.");
    assert_eq!(bench[cleo].rooms[0].status, RoomStatus::Gone);
    let cleo_user = user(&bench, cleo);
    for who in [ana, ben] {
        let shown = &view(&bench, who).banned;
        assert_eq!(shown.len(), 1);
        assert_eq!((shown[0].user, &*shown[0].name), (cleo_user, "cleo"));
    }

    let unban = Command::UnbanUser {
        room,
        user: cleo_user,
    };
    assert_eq!(
        bench.ask(ben, unban.clone()).await,
        Err(Trouble::NotAllowed)
    );
    assert_eq!(bench.ask(ana, unban.clone()).await, Ok(Answer::Done));
    assert_eq!(
        bench.ask(ana, unban).await,
        Ok(Answer::Done),
        "it is so already"
    );
    bench.join(cleo, &key).await;
    bench.get_across(cleo, room, "thank you").await;
    for who in [ana, ben] {
        bench.shows(who, &["cleo: thank you"]).await;
        assert_eq!(view(&bench, who).banned, []);
    }
    let events = bench[ben].events();
    for event in [
        "ana banned cleo from this room",
        "ana allowed cleo to join again",
        "cleo joined",
    ] {
        assert!(events.contains(&event), "{events:?}");
    }
    nothing_is_wrong(&bench, &[ana, ben, cleo]);
}

#[tokio::test]
async fn someone_who_is_about_to_join_is_stopped_by_a_ban() {
    let mut bench = Bench::new().await;
    let ([ana, ben], room) = crowd(&mut bench, ["ana", "ben"]).await;
    let key = bench.room_key(ana, room).await;
    let eva = bench.person("eva").await;
    let command = ban(&bench, room, eva);
    bench.ask(ana, command).await.unwrap();
    assert_eq!(
        bench.ask(eva, join(&key)).await,
        Err(Trouble::Server(PublicError::Banned))
    );
    assert!(bench[eva].rooms.is_empty());
    // Nobody left, so the key may stay.
    bench.get_across(ben, room, "hello").await;
    bench.shows(ana, &["ben: hello"]).await;
    assert_eq!(view(&bench, ana).epoch, 1);
    let late = bench.person("finn").await;
    bench.join(late, &key).await;
    assert_eq!(view(&bench, late).banned.len(), 1);
    nothing_is_wrong(&bench, &[ana, ben, late]);
}

#[tokio::test]
async fn a_ban_and_a_removal_at_once_end_in_a_ban() {
    let mut bench = Bench::new().await;
    let ([ana, ben, cleo, dan], room) = crowd(&mut bench, ["ana", "ben", "cleo", "dan"]).await;
    let admin = give(&bench, room, ben, Role::Admin);
    bench.ask(ana, admin).await.unwrap();
    bench
        .until("Ben knows", |bench| {
            view(bench, ben).members[0].role == Role::Admin
        })
        .await;
    let user = user(&bench, cleo);
    let removal = bench.tell(ana, Command::RemoveMember { room, user });
    let banning = bench.tell(ben, Command::BanUser { room, user });
    bench
        .until("both answers", |bench| {
            bench[ana].answers.contains_key(&removal) && bench[ben].answers.contains_key(&banning)
        })
        .await;
    assert_eq!(bench[ana].answers[&removal], Ok(Answer::Done));
    assert_eq!(bench[ben].answers[&banning], Ok(Answer::Done));
    bench.get_across(dan, room, "quiet").await;
    let key = bench.room_key(dan, room).await;
    assert_eq!(
        bench.ask(cleo, join(&key)).await,
        Err(Trouble::Server(PublicError::Banned))
    );
    for who in [ana, ben, dan] {
        bench.shows(who, &["dan: quiet"]).await;
        assert_eq!(bench[who].members().len(), 3);
    }
    nothing_is_wrong(&bench, &[ana, ben, cleo, dan]);
}

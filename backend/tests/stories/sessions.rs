use crate::world::*;
use backend::{Limits, Options};
use protocol::SessionHandle;

const DAY: u64 = 24 * 60 * 60;

#[tokio::test]
async fn lists_sessions_with_browser_and_times_and_marks_the_asking_one() {
    let mut world = World::new().await;
    let ana = world.person("ana").await;
    world.later(90);
    let (_, second, _) = world.log_in("ana", PASSPHRASE, None).await.unwrap();
    let list = world.backend.sessions(&second).await.unwrap();
    let facts: Vec<_> = list
        .iter()
        .map(|it| (it.handle, it.current, it.created))
        .collect();
    assert_eq!(
        facts,
        [
            (second.handle, true, START + 90_000),
            (ana.session.handle, false, START)
        ]
    );
    assert_eq!(list[0].client, "Firefox on Linux");
}

#[tokio::test]
async fn using_a_session_keeps_it_alive_and_is_noted_to_the_minute() {
    let mut world = World::new().await;
    let ana = world.person("ana").await;
    for _ in 0..3 {
        world.later(29 * DAY + 7);
        assert!(
            world
                .backend
                .authenticate(&ana.cookie)
                .await
                .unwrap()
                .is_some()
        );
    }
    let list = world.backend.sessions(&ana.session).await.unwrap();
    assert_eq!(list[0].last_used % 60_000, 0);
    assert!(list[0].last_used > START + 86 * DAY * 1000);
}

#[tokio::test]
async fn a_session_ends_when_unused_for_long_or_too_old() {
    let mut world = World::new().await;
    let ana = world.person("ana").await;
    world.later(30 * DAY);
    assert!(
        world
            .backend
            .authenticate(&ana.cookie)
            .await
            .unwrap()
            .is_none()
    );
    let (_, session, cookie) = world.log_in("ana", PASSPHRASE, None).await.unwrap();
    assert_eq!(
        world.backend.sessions(&session).await.unwrap().len(),
        1,
        "the old one is gone"
    );
    for _ in 0..8 {
        world.later(20 * DAY);
        assert!(
            world
                .backend
                .authenticate(cookie.expose())
                .await
                .unwrap()
                .is_some()
        );
    }
    world.later(20 * DAY);
    assert!(
        world
            .backend
            .authenticate(cookie.expose())
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn revoking_works_on_ones_own_sessions_only() {
    let mut world = World::new().await;
    let [ana, bob] = world.people(["ana", "bob"]).await;
    world
        .backend
        .session_revoke(&ana.session, bob.session.handle)
        .await
        .unwrap();
    assert!(
        world
            .backend
            .authenticate(&bob.cookie)
            .await
            .unwrap()
            .is_some()
    );
    world
        .backend
        .session_revoke(&ana.session, SessionHandle([0; 16]))
        .await
        .unwrap();

    let (_, second, _) = world.log_in("ana", PASSPHRASE, None).await.unwrap();
    world
        .backend
        .session_revoke(&second, ana.session.handle)
        .await
        .unwrap();
    assert!(
        world
            .backend
            .authenticate(&ana.cookie)
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn others_can_be_ended_all_at_once() {
    let mut world = World::new().await;
    let ana = world.person("ana").await;
    for _ in 0..3 {
        world.log_in("ana", PASSPHRASE, None).await.unwrap();
    }
    world
        .backend
        .sessions_revoke_others(&ana.session)
        .await
        .unwrap();
    let list = world.backend.sessions(&ana.session).await.unwrap();
    assert_eq!(list.len(), 1);
    assert!(list[0].current);
}

#[tokio::test]
async fn the_session_unused_for_longest_gives_way_to_one_too_many() {
    let options = Options {
        limits: Limits {
            sessions_per_user: 3,
            ..Limits::default()
        },
        ..Options::default()
    };
    let mut world = World::with(options).await;
    let ana = world.person("ana").await;
    for _ in 0..3 {
        world.later(60);
        world.log_in("ana", PASSPHRASE, None).await.unwrap();
    }
    assert!(
        world
            .backend
            .authenticate(&ana.cookie)
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn a_session_can_be_used_where_that_it_is_cannot_be_noted() {
    let mut world = World::new().await;
    let ana = world.person("ana").await;
    world
        .sabotage("CREATE TRIGGER full BEFORE UPDATE ON sessions BEGIN SELECT RAISE(ROLLBACK, 'disk full'); END")
        .await;
    world.later(90);
    let session = world.backend.authenticate(&ana.cookie).await.unwrap();
    assert!(session.is_some());
}

#[tokio::test]
async fn strange_cookies_are_no_session() {
    let world = World::new().await;
    for cookie in ["", "x", "💥", &"A".repeat(43), &"A".repeat(10_000)] {
        assert!(world.backend.authenticate(cookie).await.unwrap().is_none());
    }
}

#[tokio::test]
async fn a_cookie_never_shows_in_debug_output() {
    let mut world = World::new().await;
    world.person("ana").await;
    let (_, _, cookie) = world.log_in("ana", PASSPHRASE, None).await.unwrap();
    assert!(!format!("{cookie:?}").contains(cookie.expose()));
}

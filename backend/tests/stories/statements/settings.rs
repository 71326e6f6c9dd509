//! What holds in a room.

use super::*;
use protocol::open::{Settings, SettingsChange};

fn settings(history_for_newcomers: bool, admins_may_delete: bool) -> OpenContent {
    OpenContent::Settings(SettingsChange {
        settings: Settings {
            history_for_newcomers,
            admins_may_delete,
        },
    })
}

#[tokio::test]
async fn settings_hold_at_once_and_in_every_later_epoch() {
    let mut world = World::new().await;
    let [ana, bob] = world.people(["ana", "bob"]).await;
    let mut room = Room::with_admin(&mut world, &[&ana, &bob]).await;
    room.state(&world, &bob, settings(true, false))
        .await
        .unwrap();
    world.restart_after_crash().await;
    assert_eq!(
        room.refuses(&world, &ana, settings(true, false)).await,
        PublicError::NoChange
    );
    room.rotate(&mut world, &ana).await.unwrap();
    assert_eq!(
        room.refuses(&world, &ana, settings(true, false)).await,
        PublicError::NoChange
    );
    room.state(&world, &ana, settings(true, true))
        .await
        .unwrap();
}

#[tokio::test]
async fn an_epoch_hands_no_history_on_where_the_settings_say_so() {
    let mut world = World::new().await;
    let ana = world.person("ana").await;
    let mut room = Room::with(&mut world, &[&ana]).await;
    room.state(&world, &ana, settings(false, true))
        .await
        .unwrap();
    // The helper's header hands history on.
    let answer = refused(room.rotate(&mut world, &ana).await);
    assert_eq!(answer, PublicError::Malformed);
}

#[tokio::test]
async fn members_change_no_settings() {
    let mut world = World::new().await;
    let [ana, bob, cyd] = world.people(["ana", "bob", "cyd"]).await;
    let room = Room::with(&mut world, &[&ana, &bob]).await;
    for (by, expected) in [
        (&bob, PublicError::NotAllowed),
        (&cyd, PublicError::NotMember),
    ] {
        let answer = room.refuses(&world, by, settings(false, false)).await;
        assert_eq!(answer, expected);
    }
    assert_eq!(
        room.refuses(&world, &ana, settings(true, true)).await,
        PublicError::NoChange
    );
}

//! The machine's clock is wrong for a while: nobody pays for it afterwards.

use crate::{room::Room, world::*};
use backend::{Limits, Options};
use protocol::{Limit, PublicError};

const YEAR: u64 = 365 * 24 * 60 * 60 * 1000;

#[tokio::test]
async fn a_session_that_seemed_over_lives_on_once_the_clock_is_right() {
    let mut world = World::new().await;
    let ana = world.person("ana").await;
    world.clock.set(START + 10 * YEAR);
    let session = world.backend.authenticate(&ana.cookie).await.unwrap();
    assert!(session.is_none());
    for now in [START, START - 10 * YEAR] {
        world.clock.set(now);
        let session = world.backend.authenticate(&ana.cookie).await.unwrap();
        assert!(session.is_some());
    }
}

#[tokio::test]
async fn limits_and_delays_last_as_long_as_they_say_when_the_clock_goes_back() {
    let limits = Limits {
        messages_per_minute: 2,
        ..Limits::default()
    };
    let mut world = World::with(Options {
        limits,
        ..Options::default()
    })
    .await;
    let ana = world.person("ana").await;
    let room = Room::with(&mut world, &[&ana]).await;
    for text in ["one", "two"] {
        room.say(&world, &ana, text).await.unwrap();
    }
    let what = Limit::MessagesPerMinute;
    let refusal = refused(room.say(&world, &ana, "three").await);
    assert_eq!(refusal, PublicError::LimitReached { what });
    while world
        .log_in("ana", "a wrong passphrase", None)
        .await
        .is_err_and(is_wrong)
    {}

    world.clock.set(START - YEAR);
    world.later(15 * 60);
    let before = room.head(&world, &ana).await.at;
    room.say(&world, &ana, "four").await.unwrap();
    assert_eq!(
        room.head(&world, &ana).await.at,
        before,
        "time in a log never goes back"
    );
    world.log_in("ana", PASSPHRASE, None).await.unwrap();
}

fn is_wrong(error: backend::Error) -> bool {
    matches!(
        error,
        backend::Error::Refused(PublicError::WrongCredentials)
    )
}

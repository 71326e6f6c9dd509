//! The machine's clock jumps: back by a year, an hour to and fro, forward by ten years, and home again. No message is lost or
//! changes its place, times in a log never go back, no limit lasts as long as the jump, and sessions live on.
//!
//! A process cannot be given a clock of its own without changing it, so this trial has the server's inside in this process.

use crate::{
    Wish,
    world::{History, Town, token},
};
use backend::{Backend, Clock, Error, Options, Random, SqliteStore};
use protocol::{MessageId, PublicError, limits::PAGE_ENTRIES};
use std::{sync::Arc, time::Duration};

const HOUR: i64 = 60 * 60 * 1000;
const YEAR: i64 = 365 * 24 * HOUR;
/// How far the clock is from where it should be, in milliseconds, one after the other.
const JUMPS: [i64; 7] = [0, -YEAR, HOUR, -HOUR, 10 * YEAR, -1, 0];
const LENGTH: usize = 780;

pub async fn run(wish: Wish) -> String {
    let messages = wish.scale(500, 30);
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("securechat.db");
    let town = Town::found(&database, 1, &[vec![0]], wish.seed).await;
    let home = Clock::system().now();
    let clock = Clock::fake(home);
    let store = Arc::new(SqliteStore::open(&database).await.unwrap());
    let mut options = Options::default();
    options.limits.messages_per_minute = messages;
    let (room, ana) = (town.rooms[0], &town.people[0]);
    let backend = Backend::start(store, options, clock.clone(), Random::system());
    let backend = backend.await.unwrap();
    let mut sent = Vec::new();
    for jump in JUMPS {
        clock.set(home.saturating_add_signed(jump));
        let Some(session) = backend.authenticate(&ana.cookie).await.unwrap() else {
            assert!(jump > YEAR, "a jump of {jump} ms ended a session");
            continue;
        };
        let send = async |number: usize| {
            let id = MessageId((number as u128).to_be_bytes());
            let token = token(0, number, LENGTH);
            backend.send(&session, ana.device, room, id, 1, token).await
        };
        for _ in 0..messages {
            sent.push(send(sent.len()).await.unwrap().seq);
        }
        let refused = send(usize::MAX).await;
        let is_limit = matches!(
            refused,
            Err(Error::Refused(PublicError::LimitReached { .. }))
        );
        assert!(is_limit, "a limit was passed: {refused:?}");
        // Everyone may write again a minute later, whatever the clock says then.
        clock.advance(Duration::from_secs(60));
    }

    let session = backend.authenticate(&ana.cookie).await.unwrap();
    let session = session.expect("all sessions live");
    let mut history = History::of(room);
    let mut at = 0;
    while history.seq() < 1 + sent.len() as u64 {
        let from = history.seq() + 1;
        let page = backend.history(&session, room, from, from + PAGE_ENTRIES - 1);
        let page = page.await.unwrap();
        assert!(
            page.entries.iter().map(|it| it.at).is_sorted(),
            "time went back within a log"
        );
        assert!(page.entries[0].at >= at, "time went back within a log");
        at = page.entries[page.entries.len() - 1].at;
        history.take(page.base, page.entries);
    }
    for (number, seq) in sent.iter().enumerate() {
        let stored = history.tokens[*seq as usize - 1].as_ref();
        assert_eq!(
            stored,
            Some(&token(0, number, LENGTH)),
            "an acknowledged message is lost"
        );
    }
    assert!(sent.is_sorted(), "messages changed their places");
    backend.shutdown().await;
    format!(
        "the clock jumped {} times, up to ten years; {} messages in order, limits and sessions as they should be",
        JUMPS.len() - 1,
        sent.len()
    )
}

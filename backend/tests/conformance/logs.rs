//! Reading and extending a room's log.

use crate::{database::Database, sample::*};
use backend::{
    Store,
    store::{NewEntry, PageRange, RoomState},
};
use protocol::{Entry, OpenEntry, RoomId, Seq, Signature, log};

const ALL: PageRange = PageRange {
    from: 1,
    to: Seq::MAX,
    entries: u64::MAX,
    bytes: u64::MAX,
};

/// A room whose entries 2 to 11 are tokens of 40 characters.
async fn talkative(store: &dyn Store) -> (RoomState, Vec<NewEntry>) {
    sign_up(store, &[1]).await;
    let mut state = room(store, 1, &[1]).await;
    let said = (2..12).map(|n| {
        let key = key(&state, 1, 1, n);
        message(&mut state, key, &format!("{n:0>40}"))
    });
    let said: Vec<_> = said.collect();
    write(store, &state, &said).await;
    (state, said)
}

async fn seqs(store: &dyn Store, range: PageRange) -> Option<Vec<Seq>> {
    let page = store.page(&RoomId([1; 16]), range).await.unwrap()?;
    Some(page.entries.iter().map(|it| it.seq).collect())
}

pub async fn a_page_starts_from_the_transcript_before_it(database: &dyn Database) {
    let store = database.open().await;
    let (state, said) = talkative(&*store).await;
    let id = state.head.room;
    let page = store.page(&id, ALL).await.unwrap().unwrap();
    assert_eq!(page.base, log::transcript_start(&id));
    let mut transcript = page.base;
    for (seq, entry) in (1..).zip(&page.entries) {
        assert_eq!(entry.seq, seq);
        let from = PageRange { from: seq, ..ALL };
        let tail = store.page(&id, from).await.unwrap().unwrap();
        assert_eq!(
            (tail.base, tail.entries.len()),
            (transcript, 12 - seq as usize)
        );
        transcript = log::transcript_next(&transcript, seq, &log::entry_hash(&entry.entry));
        let mut tx = store.begin().await.unwrap();
        assert_eq!(tx.transcript(&id, seq).await.unwrap(), Some(transcript));
    }
    assert_eq!(transcript, state.head.head.hash);
    assert_eq!(page.entries[1], said[0].logged);
    let mut tx = store.begin().await.unwrap();
    for seq in [0, 12, Seq::MAX] {
        assert_eq!(tx.transcript(&id, seq).await.unwrap(), None);
    }
}

pub async fn a_page_ends_where_the_range_the_number_or_the_bytes_end(database: &dyn Database) {
    let store = database.open().await;
    talkative(&*store).await;
    let range = |from, to, entries, bytes| PageRange {
        from,
        to,
        entries,
        bytes,
    };
    let many = u64::MAX;
    for (range, expected) in [
        (range(3, 5, many, many), 3..=5),
        (range(3, 3, many, many), 3..=3),
        (range(3, 20, 4, many), 3..=6),
        // An entry follows as long as what stands before it has fewer bytes.
        (range(3, 20, many, 0), 3..=3),
        (range(3, 20, many, 1), 3..=3),
        (range(3, 20, many, 40), 3..=3),
        (range(3, 20, many, 41), 3..=4),
        (range(3, 20, many, 121), 3..=6),
        (range(3, 5, 2, 41), 3..=4),
    ] {
        let expected = Some(expected.collect());
        assert_eq!(seqs(&*store, range).await, expected, "{range:?}");
    }
}

pub async fn a_page_beyond_the_log_is_empty_or_none(database: &dyn Database) {
    let store = database.open().await;
    talkative(&*store).await;
    let from = |from, to| PageRange { from, to, ..ALL };
    for range in [from(12, 20), from(12, Seq::MAX), from(5, 4)] {
        assert_eq!(seqs(&*store, range).await, Some(vec![]), "{range:?}");
    }
    for range in [from(13, 20), from(0, 20), from(Seq::MAX, Seq::MAX)] {
        assert_eq!(seqs(&*store, range).await, None, "{range:?}");
    }
    let elsewhere = store.page(&RoomId([9; 16]), from(2, 9)).await;
    assert_eq!(elsewhere.unwrap(), None);
}

pub async fn entries_come_back_byte_for_byte(database: &dyn Database) {
    let store = database.open().await;
    sign_up(&*store, &[1]).await;
    let mut state = room(&*store, 1, &[1]).await;
    let said = key(&state, 1, 1, 1);
    let odd = Entry::Open(OpenEntry {
        json: "{ \"a\" :\t\"ü 😀 ' \\\" \\u0000\" }\n".into(),
        signature: Signature([0xff; 64]),
        join_signature: Signature::ZERO,
    });
    let entries = [
        message(
            &mut state,
            said,
            &format!("{}-_==", "-_aZ09zA".repeat(10_000)),
        ),
        next(&mut state, 1, odd),
    ];
    write(&*store, &state, &entries).await;
    let from = PageRange { from: 2, ..ALL };
    let page = store.page(&state.head.room, from).await;
    let read = page.unwrap().unwrap().entries;
    assert_eq!(read, entries.map(|it| it.logged));
}

pub async fn a_place_is_taken_once(database: &dyn Database) {
    let store = database.open().await;
    let (mut state, said) = talkative(&*store).await;
    let mut tx = store.begin().await.unwrap();
    tx.begin_step().await.unwrap();
    let other = NewEntry {
        logged: said[3].logged.clone(),
        ..leave(&mut state, 1)
    };
    assert!(tx.append(&[other]).await.is_err());
    tx.undo_step().await.unwrap();
    tx.commit().await.unwrap();
    let all = (1..=11).collect();
    assert_eq!(seqs(&*store, ALL).await, Some(all));
}

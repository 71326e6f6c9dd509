//! Dropping payloads for good.

use crate::{database::Database, sample::*};
use backend::{
    StoreError,
    store::{EntryState, PageRange, Payload},
};
use protocol::{Entry, Seq};

const ALL: PageRange = PageRange {
    from: 1,
    to: Seq::MAX,
    entries: u64::MAX,
    bytes: u64::MAX,
};

pub async fn of_a_purged_entry_all_stays_but_the_payload(database: &dyn Database) {
    let store = database.open().await;
    sign_up(&*store, &[1, 2]).await;
    let mut state = room(&*store, 1, &[1, 2]).await;
    let id = state.head.room;
    let keys = [key(&state, 1, 1, 1), key(&state, 2, 1, 1)];
    let said = keys.map(|key| message(&mut state, key, "AAAA"));
    write(&*store, &state, &said).await;
    let mut tx = store.begin().await.unwrap();
    let before = tx.send_states(&keys).await.unwrap();
    tx.purge(&id, 2).await.unwrap();
    let left = EntryState {
        sender: user(1),
        hash: said[0].hash,
        payload: Payload::Purged,
    };
    assert_eq!(tx.entry(&id, 2).await.unwrap(), Some(left));
    assert_eq!(
        tx.transcript(&id, 2).await.unwrap(),
        Some(said[0].transcript)
    );
    assert_eq!(tx.send_states(&keys).await.unwrap(), before);
    tx.commit().await.unwrap();

    let page = store.page(&id, ALL).await.unwrap().unwrap();
    let purged = Entry::Purged(said[0].hash);
    assert_eq!(page.entries[1].entry, purged);
    assert_eq!(
        (page.entries[1].seq, page.entries[1].at),
        (2, said[0].logged.at)
    );
    assert_eq!(page.entries[2], said[1].logged);
}

pub async fn holes_take_no_bytes_of_a_page(database: &dyn Database) {
    let store = database.open().await;
    sign_up(&*store, &[1]).await;
    let mut state = room(&*store, 1, &[1]).await;
    let id = state.head.room;
    let said = (2..7).map(|n| {
        let key = key(&state, 1, 1, n);
        message(&mut state, key, &"A".repeat(40))
    });
    let said: Vec<_> = said.collect();
    write(&*store, &state, &said).await;
    let mut tx = store.begin().await.unwrap();
    for seq in [2, 4, 5] {
        tx.purge(&id, seq).await.unwrap();
    }
    tx.commit().await.unwrap();
    for (bytes, expected) in [(1, 2..=3), (40, 2..=3), (41, 2..=6)] {
        let range = PageRange {
            from: 2,
            bytes,
            ..ALL
        };
        let page = store.page(&id, range).await.unwrap().unwrap();
        let seqs: Vec<_> = page.entries.iter().map(|it| it.seq).collect();
        assert_eq!(seqs, expected.collect::<Vec<_>>(), "{bytes} bytes");
    }
}

pub async fn only_a_sealed_entry_that_is_there_is_purged(database: &dyn Database) {
    let store = database.open().await;
    sign_up(&*store, &[1]).await;
    let mut state = room(&*store, 1, &[1]).await;
    let id = state.head.room;
    let said = key(&state, 1, 1, 1);
    let entry = message(&mut state, said, "AAAA");
    write(&*store, &state, std::slice::from_ref(&entry)).await;
    let mut tx = store.begin().await.unwrap();
    let states = [tx.entry(&id, 1).await, tx.entry(&id, 2).await];
    let payloads = states.map(|it| it.unwrap().unwrap().payload);
    assert_eq!(payloads, [Payload::Open, Payload::Sealed]);
    assert_eq!(tx.entry(&id, 3).await.unwrap(), None);
    tx.purge(&id, 2).await.unwrap();
    for seq in [0, 1, 2, 3] {
        let missed = tx.purge(&id, seq).await;
        assert!(matches!(missed, Err(StoreError::Affected { .. })), "{seq}");
    }
}

//! All or nothing, one after the other, and for good.

use crate::{database::Database, sample::*};
use backend::{Store, store::PageRange};
use protocol::{Seq, log};
use std::sync::Arc;

async fn exist(store: &dyn Store, people: &[u8]) -> Vec<bool> {
    let mut found = Vec::new();
    for n in people {
        let account = store.account(&keys(*n).username).await;
        found.push(account.unwrap().is_some());
    }
    found
}

pub async fn what_is_not_committed_never_happened(database: &dyn Database) {
    let store = database.open().await;
    let mut tx = store.begin().await.unwrap();
    assert!(tx.create_account(&account(1), 1).await.unwrap());
    tx.begin_step().await.unwrap();
    assert!(tx.create_account(&account(2), 1).await.unwrap());
    tx.keep_step().await.unwrap();
    drop(tx);
    assert_eq!(exist(&*store, &[1, 2]).await, [false, false]);
    sign_up(&*store, &[1, 2]).await;
}

pub async fn a_step_is_undone_alone(database: &dyn Database) {
    let store = database.open().await;
    let mut tx = store.begin().await.unwrap();
    for (n, keep) in [(1, true), (2, false), (3, true), (4, false)] {
        tx.begin_step().await.unwrap();
        assert!(tx.create_account(&account(n), 1).await.unwrap());
        match keep {
            true => tx.keep_step().await.unwrap(),
            false => tx.undo_step().await.unwrap(),
        }
    }
    tx.commit().await.unwrap();
    let found = exist(&*store, &[1, 2, 3, 4]).await;
    assert_eq!(found, [true, false, true, false]);
}

pub async fn a_failed_statement_costs_its_step_only(database: &dyn Database) {
    let store = database.open().await;
    let mut tx = store.begin().await.unwrap();
    assert!(tx.create_account(&account(1), 1).await.unwrap());
    tx.begin_step().await.unwrap();
    assert!(tx.create_account(&account(2), 1).await.unwrap());
    let orphan = tx.create_session(&session(9, 9, 1, 1)).await;
    assert!(orphan.is_err());
    tx.undo_step().await.unwrap();
    assert!(tx.create_account(&account(3), 1).await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(exist(&*store, &[1, 2, 3]).await, [true, false, true]);
}

pub async fn readers_see_what_is_committed_and_nothing_else(database: &dyn Database) {
    let store = database.open().await;
    sign_up(&*store, &[1]).await;
    let mut tx = store.begin().await.unwrap();
    let state = create(&mut *tx, 1, 1).await;
    assert!(tx.room(&state.head.room).await.unwrap().is_some());
    assert!(store.room_heads(&user(1)).await.unwrap().is_empty());
    assert_eq!(store.room_by_locator(&locator(1)).await.unwrap(), None);
    tx.commit().await.unwrap();
    assert_eq!(store.room_heads(&user(1)).await.unwrap(), [state.head]);
}

pub async fn writers_wait_for_each_other_and_leave_no_gaps(database: &dyn Database) {
    const WRITERS: u8 = 8;
    const EACH: u16 = 10;
    let store = database.open().await;
    sign_up(&*store, &[1]).await;
    let id = room(&*store, 1, &[1]).await.head.room;
    let writers = (0..WRITERS).map(|device| {
        let store: Arc<dyn Store> = store.clone();
        tokio::spawn(async move {
            for n in 0..EACH {
                let mut tx = store.begin().await.unwrap();
                let mut state = tx.room(&id).await.unwrap().unwrap();
                let key = key(&state, 1, device, n);
                let entry = message(&mut state, key, "AAAA");
                // Others get their turn here, and must not take it.
                tokio::task::yield_now().await;
                tx.append(&[entry]).await.unwrap();
                tx.set_heads(&[state.head]).await.unwrap();
                tx.commit().await.unwrap();
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    let all = PageRange {
        from: 1,
        to: Seq::MAX,
        entries: u64::MAX,
        bytes: u64::MAX,
    };
    let page = store.page(&id, all).await.unwrap().unwrap();
    let mut transcript = page.base;
    for (seq, entry) in (1..).zip(&page.entries) {
        assert_eq!(entry.seq, seq);
        transcript = log::transcript_next(&transcript, seq, &log::entry_hash(&entry.entry));
    }
    let head = store.room_heads(&user(1)).await.unwrap()[0].head;
    let written = u64::from(WRITERS) * u64::from(EACH);
    assert_eq!((head.seq, head.hash), (1 + written, transcript));
}

pub async fn what_was_committed_survives_a_crash(database: &dyn Database) {
    let store = database.open().await;
    sign_up(&*store, &[1]).await;
    let mut state = room(&*store, 1, &[1]).await;
    let said = key(&state, 1, 1, 1);
    let entry = message(&mut state, said, "AAAA");
    write(&*store, &state, std::slice::from_ref(&entry)).await;
    let mut tx = store.begin().await.unwrap();
    assert!(tx.create_account(&account(2), 1).await.unwrap());
    let lost = leave(&mut state.clone(), 1);
    tx.append(&[lost]).await.unwrap();

    let left = database.after_crash().await;
    let store = left.open().await;
    assert_eq!(exist(&*store, &[1, 2]).await, [true, false]);
    assert_eq!(store.room_heads(&user(1)).await.unwrap(), [state.head]);
    let mut again = store.begin().await.unwrap();
    let known = again.send_states(&[said]).await.unwrap();
    assert_eq!(known[0].stored.map(|it| it.hash), Some(entry.hash));
    drop(again);
    sign_up(&*store, &[2]).await;
    drop(tx);
}

pub async fn a_closed_store_opens_again(database: &dyn Database) {
    let store = database.open().await;
    sign_up(&*store, &[1]).await;
    let state = room(&*store, 1, &[1]).await;
    store.close().await;
    assert!(store.begin().await.is_err());
    let store = database.open().await;
    assert_eq!(exist(&*store, &[1, 2]).await, [true, false]);
    assert_eq!(store.room_heads(&user(1)).await.unwrap(), [state.head]);
    sign_up(&*store, &[2]).await;
}

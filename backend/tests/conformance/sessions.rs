//! Sessions: finding them, using them, ending them.

use crate::{database::Database, sample::*};
use protocol::{Hash, SessionHandle};

fn handles(numbers: &[u8]) -> Vec<SessionHandle> {
    numbers.iter().map(|n| SessionHandle([*n; 16])).collect()
}

pub async fn a_session_is_found_by_its_hash_and_its_handle(database: &dyn Database) {
    let store = database.open().await;
    sign_up(&*store, &[1]).await;
    let row = session(1, 7, 10, 20);
    let mut tx = store.begin().await.unwrap();
    tx.create_session(&row).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(
        store.session(&row.id_hash).await.unwrap(),
        Some(row.clone())
    );
    assert!(store.session_lives(&row.handle).await.unwrap());
    assert_eq!(store.sessions(&user(1)).await.unwrap(), [row]);
    assert_eq!(store.session(&Hash([8; 32])).await.unwrap(), None);
    assert!(!store.session_lives(&SessionHandle([8; 16])).await.unwrap());
    assert!(store.sessions(&user(2)).await.unwrap().is_empty());
}

pub async fn a_session_needs_an_account(database: &dyn Database) {
    let store = database.open().await;
    let mut tx = store.begin().await.unwrap();
    assert!(tx.create_session(&session(1, 1, 1, 1)).await.is_err());
}

pub async fn sessions_come_with_the_one_used_last_first(database: &dyn Database) {
    let store = database.open().await;
    sign_up(&*store, &[1]).await;
    let mut tx = store.begin().await.unwrap();
    for (n, created, last_used) in [(1, 5, 10), (2, 1, 30), (3, 6, 10), (4, 6, 10), (5, 1, 20)] {
        tx.create_session(&session(1, n, created, last_used))
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
    let found = store.sessions(&user(1)).await.unwrap();
    let order: Vec<_> = found.iter().map(|row| row.handle).collect();
    assert_eq!(order, handles(&[2, 5, 3, 4, 1]));
}

pub async fn the_last_use_only_moves_forward(database: &dyn Database) {
    let store = database.open().await;
    sign_up(&*store, &[1]).await;
    let handle = SessionHandle([1; 16]);
    let mut tx = store.begin().await.unwrap();
    tx.create_session(&session(1, 1, 10, 20)).await.unwrap();
    tx.touch_session(&handle, 50).await.unwrap();
    tx.touch_session(&handle, 40).await.unwrap();
    tx.touch_session(&SessionHandle([9; 16]), 60).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(store.sessions(&user(1)).await.unwrap()[0].last_used, 50);
}

pub async fn only_the_owner_ends_a_session(database: &dyn Database) {
    let store = database.open().await;
    sign_up(&*store, &[1, 2]).await;
    let mut tx = store.begin().await.unwrap();
    for (owner, n) in [(1, 1), (1, 2), (1, 3), (2, 4)] {
        tx.create_session(&session(owner, n, 1, 1)).await.unwrap();
    }
    let [first, second, third, others] = [1, 2, 3, 4].map(|n| SessionHandle([n; 16]));
    assert!(!tx.end_session(&user(1), &others).await.unwrap());
    assert!(tx.end_session(&user(1), &first).await.unwrap());
    assert!(!tx.end_session(&user(1), &first).await.unwrap());
    let ended = tx.end_other_sessions(&user(1), &second).await.unwrap();
    assert_eq!(ended, [third]);
    let ended = tx.end_other_sessions(&user(1), &second).await.unwrap();
    assert!(ended.is_empty());
    tx.commit().await.unwrap();
    assert_eq!(store.sessions(&user(1)).await.unwrap()[0].handle, second);
    assert!(store.session_lives(&others).await.unwrap());
}

pub async fn pruning_ends_the_old_the_idle_and_the_surplus(database: &dyn Database) {
    let store = database.open().await;
    sign_up(&*store, &[1, 2]).await;
    let mut tx = store.begin().await.unwrap();
    let rows = [
        (1, 1, 99, 1000), // too old
        (1, 2, 100, 499), // unused for too long
        (1, 3, 100, 500),
        (1, 4, 200, 600),
        (1, 5, 200, 700),
        (1, 6, 300, 700),
        (2, 7, 1, 1), // another's
    ];
    for (owner, n, created, last_used) in rows {
        tx.create_session(&session(owner, n, created, last_used))
            .await
            .unwrap();
    }
    let mut ended = tx.prune_sessions(&user(1), 100, 500, 5).await.unwrap();
    ended.sort();
    // Of the five used last, the first is too old all the same.
    assert_eq!(ended, handles(&[1, 2]));
    let ended = tx.prune_sessions(&user(1), 100, 500, 2).await.unwrap();
    assert_eq!(ended.len(), 2);
    assert!(
        tx.prune_sessions(&user(1), 100, 500, 2)
            .await
            .unwrap()
            .is_empty()
    );
    tx.commit().await.unwrap();
    let left = store.sessions(&user(1)).await.unwrap();
    let left: Vec<_> = left.iter().map(|row| row.handle).collect();
    assert_eq!(left, handles(&[6, 5]));
    assert_eq!(store.sessions(&user(2)).await.unwrap().len(), 1);
}

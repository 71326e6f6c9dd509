//! The vault: compare and swap.

use crate::{database::Database, sample::*};
use backend::store::VaultWrite;
use protocol::api::VaultItem;

const MANY: u32 = 100;

fn item(item: &str, version: u64, token: &str) -> VaultItem {
    VaultItem {
        item: item.into(),
        version,
        token: token.into(),
    }
}

pub async fn an_item_is_written_over_the_version_that_it_replaces(database: &dyn Database) {
    let store = database.open().await;
    sign_up(&*store, &[1]).await;
    let mut tx = store.begin().await.unwrap();
    let writes = [
        (1, "early", VaultWrite::Conflict { version: 0 }),
        (0, "first", VaultWrite::Done),
        (0, "again", VaultWrite::Conflict { version: 1 }),
        (2, "ahead", VaultWrite::Conflict { version: 1 }),
        (u64::MAX, "far", VaultWrite::Conflict { version: 1 }),
        (1, "second", VaultWrite::Done),
        (1, "lost", VaultWrite::Conflict { version: 2 }),
    ];
    for (replaces, token, expected) in writes {
        let done = tx.vault_put(&user(1), "room", replaces, token, MANY).await;
        assert_eq!(done.unwrap(), expected, "{token}");
    }
    tx.commit().await.unwrap();
    assert_eq!(
        store.vault(&user(1)).await.unwrap(),
        [item("room", 2, "second")]
    );
}

pub async fn new_items_fit_below_the_limit_only(database: &dyn Database) {
    let store = database.open().await;
    sign_up(&*store, &[1]).await;
    let mut tx = store.begin().await.unwrap();
    for (name, replaces, most, expected) in [
        ("a", 0, 0, VaultWrite::Full),
        ("b", 0, 2, VaultWrite::Done),
        ("a", 0, 2, VaultWrite::Done),
        ("c", 0, 2, VaultWrite::Full),
        ("a", 1, 1, VaultWrite::Done),
    ] {
        let done = tx.vault_put(&user(1), name, replaces, "AAAA", most).await;
        assert_eq!(done.unwrap(), expected, "{name}");
    }
    tx.commit().await.unwrap();
    let items = store.vault(&user(1)).await.unwrap();
    assert_eq!(
        items,
        [item("a", 2, "AAAA"), item("b", 1, "AAAA")],
        "by name"
    );
}

pub async fn each_user_has_a_vault_of_their_own(database: &dyn Database) {
    let store = database.open().await;
    sign_up(&*store, &[1, 2]).await;
    let mut tx = store.begin().await.unwrap();
    for (owner, token) in [(1, "ana"), (2, "bob")] {
        let done = tx.vault_put(&user(owner), "settings", 0, token, 1).await;
        assert_eq!(done.unwrap(), VaultWrite::Done);
    }
    tx.commit().await.unwrap();
    assert_eq!(
        store.vault(&user(1)).await.unwrap(),
        [item("settings", 1, "ana")]
    );
    assert_eq!(
        store.vault(&user(2)).await.unwrap(),
        [item("settings", 1, "bob")]
    );
    assert!(store.vault(&user(3)).await.unwrap().is_empty());
}

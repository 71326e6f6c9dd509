//! Accounts, names, and what the server keeps about itself.

use crate::{database::Database, sample::*};
use backend::store::{Account, VaultWrite};
use protocol::{SessionHandle, Username, api::AccountKeys};

pub async fn an_account_is_found_as_it_was_created(database: &dyn Database) {
    let store = database.open().await;
    let name = keys(1).username;
    assert_eq!(store.account(&name).await.unwrap(), None);
    sign_up(&*store, &[1, 2]).await;
    assert_eq!(store.account(&name).await.unwrap(), Some(account(1)));
    let unknown: Username = "nobody".parse().unwrap();
    assert_eq!(store.account(&unknown).await.unwrap(), None);
}

pub async fn a_name_or_id_is_never_given_out_twice(database: &dyn Database) {
    let store = database.open().await;
    sign_up(&*store, &[1]).await;
    let same_name = {
        let mut it = account(2);
        it.keys.username = keys(1).username;
        it
    };
    let same_user = {
        let mut it = account(3);
        it.keys.user = user(1);
        it
    };
    for deleted in [false, true] {
        let mut tx = store.begin().await.unwrap();
        if deleted {
            assert!(tx.delete_account(&user(1)).await.unwrap());
        }
        for taken in [&account(1), &same_name, &same_user] {
            assert!(!tx.create_account(taken, 2).await.unwrap());
        }
        tx.commit().await.unwrap();
        assert!(store.name_taken(&keys(1).username).await.unwrap());
    }
    assert!(!store.name_taken(&keys(2).username).await.unwrap());
    sign_up(&*store, &[2]).await;
}

pub async fn credentials_are_replaced_by_the_next_version_only(database: &dyn Database) {
    let store = database.open().await;
    sign_up(&*store, &[1, 2]).await;
    let mut tx = store.begin().await.unwrap();
    for version in [0, 1, 3, u64::MAX] {
        let wrong = credentials(version);
        let replaced = tx.replace_credentials(&user(1), &wrong).await;
        assert!(!replaced.unwrap(), "version {version}");
    }
    assert!(
        !tx.replace_credentials(&user(9), &credentials(2))
            .await
            .unwrap()
    );
    assert!(
        tx.replace_credentials(&user(1), &credentials(2))
            .await
            .unwrap()
    );
    assert!(
        !tx.replace_credentials(&user(1), &credentials(2))
            .await
            .unwrap()
    );
    tx.commit().await.unwrap();
    let replaced = Account {
        keys: keys(1),
        credentials: credentials(2),
    };
    assert_eq!(
        store.account(&keys(1).username).await.unwrap(),
        Some(replaced)
    );
    assert_eq!(
        store.account(&keys(2).username).await.unwrap(),
        Some(account(2))
    );
}

pub async fn keys_are_replaced_by_those_that_follow_only(database: &dyn Database) {
    let store = database.open().await;
    sign_up(&*store, &[1, 2]).await;
    let id = room(&*store, 1, &[1]).await.head.room;
    let mut tx = store.begin().await.unwrap();
    let session = session(1, 1, 1, 1);
    tx.create_session(&session).await.unwrap();
    let renamed = AccountKeys {
        username: keys(2).username,
        ..keys_after(1, 1)
    };
    for wrong in [keys(1), keys_after(1, 2), keys_after(3, 1), renamed] {
        assert!(!tx.replace_keys(&wrong).await.unwrap(), "{wrong:?}");
    }
    for changes in [1, 2] {
        assert!(tx.replace_keys(&keys_after(1, changes)).await.unwrap());
    }
    assert!(!tx.replace_keys(&keys_after(1, 2)).await.unwrap());
    let member = tx.room(&id).await.unwrap().unwrap().roster.members()[0].clone();
    assert_eq!(member.keys, keys(1), "rooms keep those they know");
    tx.commit().await.unwrap();

    let found = |it: Option<Account>| it.unwrap().keys;
    let account = store.account(&keys(1).username).await.unwrap();
    assert_eq!(found(account), keys_after(1, 2));
    let account = store.account(&keys(2).username).await.unwrap();
    assert_eq!(found(account), keys(2));
    let session = store.session(&session.id_hash).await.unwrap().unwrap();
    assert_eq!(session.account, keys_after(1, 2));
}

pub async fn a_deleted_account_takes_its_sessions_and_vault_along(database: &dyn Database) {
    let store = database.open().await;
    sign_up(&*store, &[1, 2]).await;
    let mut tx = store.begin().await.unwrap();
    for owner in [1, 2] {
        tx.create_session(&session(owner, owner, 1, 1))
            .await
            .unwrap();
        let put = tx.vault_put(&user(owner), "settings", 0, "AAAA", 9).await;
        assert_eq!(put.unwrap(), VaultWrite::Done);
    }
    assert!(tx.delete_account(&user(1)).await.unwrap());
    assert!(!tx.delete_account(&user(1)).await.unwrap());
    tx.commit().await.unwrap();

    assert_eq!(store.account(&keys(1).username).await.unwrap(), None);
    assert!(store.sessions(&user(1)).await.unwrap().is_empty());
    assert!(!store.session_lives(&SessionHandle([1; 16])).await.unwrap());
    assert!(store.vault(&user(1)).await.unwrap().is_empty());
    assert_eq!(store.sessions(&user(2)).await.unwrap().len(), 1);
    assert_eq!(store.vault(&user(2)).await.unwrap().len(), 1);
}

pub async fn an_account_in_a_room_can_not_be_deleted(database: &dyn Database) {
    let store = database.open().await;
    sign_up(&*store, &[1]).await;
    room(&*store, 1, &[1]).await;
    let mut tx = store.begin().await.unwrap();
    assert!(tx.delete_account(&user(1)).await.is_err());
    drop(tx);
    assert!(store.account(&keys(1).username).await.unwrap().is_some());
}

pub async fn a_value_of_the_server_is_made_once(database: &dyn Database) {
    let store = database.open().await;
    let mut tx = store.begin().await.unwrap();
    assert_eq!(tx.server_value("keys", b"first").await.unwrap(), b"first");
    assert_eq!(tx.server_value("keys", b"second").await.unwrap(), b"first");
    assert_eq!(tx.server_value("other", b"").await.unwrap(), b"");
    tx.commit().await.unwrap();
    let mut tx = store.begin().await.unwrap();
    assert_eq!(tx.server_value("keys", b"third").await.unwrap(), b"first");
}

use crate::world::*;
use backend::{Limits, Options};
use protocol::{Limit, PublicError, RoomId, api::VaultPut, limits::VAULT_ITEM_CHARS};

fn put(item: &str, replaces: u64, text: &str) -> VaultPut {
    VaultPut {
        item: item.into(),
        replaces,
        token: token(text),
    }
}

#[tokio::test]
async fn what_one_device_writes_another_reads() {
    let mut world = World::new().await;
    let [ana, bob] = world.people(["ana", "bob"]).await;
    let room = RoomId([1; 16]).to_string();
    let backend = &world.backend;
    assert_eq!(
        backend
            .vault_put(&ana.session, put("settings", 0, "one"))
            .await
            .unwrap(),
        1
    );
    assert_eq!(
        backend
            .vault_put(&ana.session, put(&room, 0, "room"))
            .await
            .unwrap(),
        1
    );
    assert_eq!(
        backend
            .vault_put(&ana.session, put("settings", 1, "two"))
            .await
            .unwrap(),
        2
    );
    let items = backend.vault(&ana.session).await.unwrap();
    let facts: Vec<_> = items
        .iter()
        .map(|it| (it.item.as_str(), it.version, it.token.clone()))
        .collect();
    assert_eq!(
        facts,
        [
            (room.as_str(), 1, token("room")),
            ("settings", 2, token("two"))
        ]
    );
    assert!(backend.vault(&bob.session).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_write_over_another_version_is_refused_and_changes_nothing() {
    let mut world = World::new().await;
    let ana = world.person("ana").await;
    let backend = &world.backend;
    backend
        .vault_put(&ana.session, put("settings", 0, "first"))
        .await
        .unwrap();
    for replaces in [0, 2, u64::MAX] {
        let answer = backend
            .vault_put(&ana.session, put("settings", replaces, "second"))
            .await;
        assert_eq!(refused(answer), PublicError::VaultConflict { version: 1 });
    }
    let answer = backend
        .vault_put(&ana.session, put(&RoomId([1; 16]).to_string(), 1, "x"))
        .await;
    assert_eq!(refused(answer), PublicError::VaultConflict { version: 0 });
    assert_eq!(
        backend.vault(&ana.session).await.unwrap()[0].token,
        token("first")
    );
}

#[tokio::test]
async fn two_devices_that_write_at_once_do_not_overwrite_each_other() {
    let mut world = World::new().await;
    let ana = world.person("ana").await;
    let writes = (0..20).map(|n| {
        world
            .backend
            .vault_put(&ana.session, put("settings", 0, &format!("d{n}")))
    });
    let answers = futures::future::join_all(writes).await;
    assert_eq!(answers.iter().filter(|it| it.is_ok()).count(), 1);
    assert_eq!(
        world.backend.vault(&ana.session).await.unwrap()[0].version,
        1
    );
}

#[tokio::test]
async fn names_tokens_and_numbers_are_limited() {
    let options = Options {
        limits: Limits {
            vault_items: 1,
            ..Limits::default()
        },
        ..Options::default()
    };
    let mut world = World::with(options).await;
    let ana = world.person("ana").await;
    let backend = &world.backend;
    for item in ["", "other", "../settings"] {
        let answer = backend.vault_put(&ana.session, put(item, 0, "x")).await;
        assert_eq!(refused(answer), PublicError::Malformed);
    }
    let answer = backend
        .vault_put(&ana.session, put("settings", 0, ""))
        .await;
    assert_eq!(refused(answer), PublicError::Malformed);
    let long = put("settings", 0, &"A".repeat(VAULT_ITEM_CHARS + 1));
    let limit = VAULT_ITEM_CHARS as u64;
    assert_eq!(
        refused(backend.vault_put(&ana.session, long).await),
        PublicError::TooLarge { limit }
    );
    let largest = put("settings", 0, &"A".repeat(VAULT_ITEM_CHARS));
    backend.vault_put(&ana.session, largest).await.unwrap();
    let second = put(&RoomId([1; 16]).to_string(), 0, "x");
    let what = Limit::VaultItems;
    assert_eq!(
        refused(backend.vault_put(&ana.session, second).await),
        PublicError::LimitReached { what }
    );
    backend
        .vault_put(&ana.session, put("settings", 1, "again"))
        .await
        .unwrap();
}

#[tokio::test]
async fn writes_per_minute_are_limited() {
    let options = Options {
        limits: Limits {
            writes_per_minute: 2,
            ..Limits::default()
        },
        ..Options::default()
    };
    let mut world = World::with(options).await;
    let ana = world.person("ana").await;
    for n in 0..2 {
        world
            .backend
            .vault_put(&ana.session, put("settings", n, "x"))
            .await
            .unwrap();
    }
    let answer = world
        .backend
        .vault_put(&ana.session, put("settings", 2, "x"))
        .await;
    assert!(matches!(
        refused(answer),
        PublicError::TooManyAttempts { .. }
    ));
    world.later(30);
    world
        .backend
        .vault_put(&ana.session, put("settings", 2, "x"))
        .await
        .unwrap();
}

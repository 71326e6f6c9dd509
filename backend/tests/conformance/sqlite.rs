//! The suite's SQLite databases: a folder each.

use crate::database::Database;
use crate::sample::*;
use async_trait::async_trait;
use backend::{SqliteStore, Store, StoreError};
use sqlx::Connection;
use std::sync::Arc;
use tempfile::TempDir;

pub struct Sqlite(TempDir);

const FILE: &str = "test.db";

impl Sqlite {
    pub async fn fresh() -> Self {
        Self(tempfile::tempdir().unwrap())
    }
}

#[async_trait]
impl Database for Sqlite {
    async fn open(&self) -> Arc<dyn Store> {
        Arc::new(SqliteStore::open(&self.0.path().join(FILE)).await.unwrap())
    }

    /// A killed process leaves the database and its write-ahead log; the shared-memory file is made anew from them.
    async fn after_crash(&self) -> Box<dyn Database> {
        let copy = Self::fresh().await;
        for file in [FILE.to_owned(), format!("{FILE}-wal")] {
            std::fs::copy(self.0.path().join(&file), copy.0.path().join(&file)).unwrap();
        }
        Box::new(copy)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_of_another_format_is_named_as_such() {
    let fresh = Sqlite::fresh().await;
    let file = fresh.0.path().join(FILE);
    fresh.open().await.close().await;
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&file);
    for foreign in [
        "UPDATE _sqlx_migrations SET checksum = x'00'",
        "UPDATE _sqlx_migrations SET version = 9999",
    ] {
        let connection = sqlx::SqliteConnection::connect_with(&options).await;
        let mut connection = connection.unwrap();
        sqlx::query(foreign).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        let Err(error) = SqliteStore::open(&file).await else {
            panic!("a format that nobody knows")
        };
        assert!(matches!(error, StoreError::OtherFormat));
        assert!(error.to_string().contains("another version of SecureChat"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_purged_is_nowhere_in_the_file() {
    let fresh = Sqlite::fresh().await;
    let store = fresh.open().await;
    sign_up(&*store, &[1]).await;
    let mut state = room(&*store, 1, &[1]).await;
    let id = state.head.room;
    let keys = [1, 2].map(|n| key(&state, 1, 1, n));
    let [short, long] = ["shortsecret".to_owned(), "longsecret".repeat(2_000)];
    let said = [
        message(&mut state, keys[0], &short),
        message(&mut state, keys[1], &long),
    ];
    write(&*store, &state, &said).await;
    let file = || {
        let bytes = std::fs::read(fresh.0.path().join(FILE)).unwrap();
        String::from_utf8_lossy(&bytes).into_owned()
    };
    store.close().await;
    assert!(file().contains("shortsecret") && file().contains("longsecret"));

    let store = fresh.open().await;
    let mut tx = store.begin().await.unwrap();
    for seq in [2, 3] {
        tx.purge(&id, seq).await.unwrap();
    }
    tx.commit().await.unwrap();
    store.close().await;
    assert!(!file().contains("shortsecret") && !file().contains("longsecret"));
}

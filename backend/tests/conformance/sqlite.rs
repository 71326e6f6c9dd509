//! The suite's SQLite databases: a folder each.

use crate::database::Database;
use async_trait::async_trait;
use backend::{SqliteStore, Store};
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

//! The SQLite store: one file for a small team.
//!
//! WAL mode with `synchronous=FULL`: a commit is on the disk when it returns, so that what was acknowledged survives power
//! loss. One connection writes, a pool reads, and checkpoints run on a connection of their own: on the writer's, every
//! thousandth page would make a commit wait for the copying of all of them.

mod accounts;
mod log;
mod members;
mod reads;
mod rooms;
mod row;
mod sessions;
mod slots;
mod tx;
mod vault;

use super::{StoreError, Tx};
use row::RowExt;
use sqlx::{
    SqlitePool,
    migrate::Migrator,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{path::Path, time::Duration};
use tokio::task::JoinHandle;
use tx::SqliteTx;

static MIGRATIONS: Migrator = sqlx::migrate!("../migrations/sqlite");

/// Readers at once: the machine's cores are the limit, and SQLite's readers block nobody.
const READERS: u32 = 4;

/// How often the log file is copied back into the database; between two runs it grows by what is written in that time.
const CHECKPOINT_EVERY: Duration = Duration::from_secs(5);

/// A database in one file.
pub struct SqliteStore {
    writer: SqlitePool,
    readers: SqlitePool,
    checkpoints: SqlitePool,
    checkpointer: JoinHandle<()>,
}

impl SqliteStore {
    /// Opens the database, creating and migrating it as needed. One process at a time may have it open.
    pub async fn open(file: &Path) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(10))
            .pragma("wal_autocheckpoint", "0")
            // What was deleted is overwritten, not just marked as free space: whoever gets the file later may have the key.
            .pragma("secure_delete", "ON");
        let lasting = || {
            SqlitePoolOptions::new()
                // A file does not go away like a server: asking each time whether it is there cost a switch of threads.
                .test_before_acquire(false)
                .idle_timeout(None)
                .max_lifetime(None)
        };
        let writer = lasting()
            .max_connections(1)
            .connect_with(options.clone())
            .await?;
        MIGRATIONS.run(&writer).await?;
        let checkpoints = lasting().max_connections(1).connect_with(options).await?;
        let readers = lasting()
            .max_connections(READERS)
            .connect_with(
                SqliteConnectOptions::new()
                    .filename(file)
                    .read_only(true)
                    .busy_timeout(Duration::from_secs(10)),
            )
            .await?;
        let checkpointer = tokio::spawn(checkpoint_regularly(checkpoints.clone()));
        Ok(Self {
            writer,
            readers,
            checkpoints,
            checkpointer,
        })
    }

    async fn begin_write(&self) -> Result<Box<dyn Tx>, StoreError> {
        let connection = self.writer.acquire().await?;
        Ok(Box::new(SqliteTx::begin(connection).await?))
    }

    async fn close_all(&self) {
        self.checkpointer.abort();
        self.readers.close().await;
        self.writer.close().await;
        if let Err(error) = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)")
            .execute(&self.checkpoints)
            .await
        {
            tracing::warn!(?error, "last checkpoint failed; the next start catches up");
        }
        self.checkpoints.close().await;
    }
}

impl Drop for SqliteStore {
    fn drop(&mut self) {
        self.checkpointer.abort();
    }
}

/// Passive checkpoints wait for nobody and make nobody wait; once one has copied everything, the next commit starts the log
/// file from its beginning.
async fn checkpoint_regularly(pool: SqlitePool) {
    let mut ticks = tokio::time::interval(CHECKPOINT_EVERY);
    loop {
        ticks.tick().await;
        match sqlx::query("PRAGMA wal_checkpoint(PASSIVE)")
            .fetch_one(&pool)
            .await
        {
            Ok(row) => {
                let pages = row.int::<i64>("log");
                tracing::trace!(?pages, "checkpoint");
            }
            Err(error) => tracing::warn!(?error, "checkpoint failed"),
        }
    }
}

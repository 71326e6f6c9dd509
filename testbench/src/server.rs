//! The server's life: started, killed without a word, started again on the same file.

use backend::{Backend, Clock, Options, Random, SqliteStore};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use std::{path::PathBuf, sync::Arc};

/// A server on a database file, running or not.
pub(crate) struct Server {
    folder: tempfile::TempDir,
    options: Options,
    clock: Clock,
    starts: u64,
    running: Option<Backend>,
}

impl Server {
    pub async fn start(options: Options, clock: Clock) -> Self {
        let mut server = Self {
            folder: tempfile::tempdir().unwrap(),
            options,
            clock,
            starts: 0,
            running: None,
        };
        server.restart().await;
        server
    }

    pub async fn restart(&mut self) {
        let store = SqliteStore::open(&self.database()).await.unwrap();
        self.starts += 1;
        let random = Random::new(ChaCha20Rng::seed_from_u64(self.starts));
        let (options, clock) = (self.options.clone(), self.clock.clone());
        let backend = Backend::start(Arc::new(store), options, clock, random).await;
        self.running = Some(backend.unwrap());
    }

    /// The process is gone: no good-byes, nothing flushed.
    pub fn kill(&mut self) {
        self.running = None;
    }

    pub fn backend(&self) -> Option<&Backend> {
        self.running.as_ref()
    }

    pub fn database(&self) -> PathBuf {
        self.folder.path().join("securechat.db")
    }
}

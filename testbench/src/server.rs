//! The server's life: started, killed without a word, started again on the same file.

use backend::{Backend, Clock, Options, Random, SqliteStore};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

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

    /// Copies the files of a server that does not run, as its operator would.
    pub fn back_up(&self) {
        let backup = self.backup();
        std::fs::create_dir_all(&backup).unwrap();
        copy_files(self.database().parent().unwrap(), &backup);
    }

    /// Puts the copy in the place of what there is now.
    pub fn restore(&self) {
        let folder = self.database();
        let folder = folder.parent().unwrap();
        for file in files(folder) {
            std::fs::remove_file(file).unwrap();
        }
        copy_files(&self.backup(), folder);
    }

    fn backup(&self) -> PathBuf {
        self.folder.path().join("backup")
    }

    pub fn backend(&self) -> Option<&Backend> {
        self.running.as_ref()
    }

    pub fn database(&self) -> PathBuf {
        self.folder.path().join("securechat.db")
    }
}

fn files(folder: &Path) -> impl Iterator<Item = PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.filter(|path| path.is_file())
}

fn copy_files(from: &Path, to: &Path) {
    for file in files(from) {
        std::fs::copy(&file, to.join(file.file_name().unwrap())).unwrap();
    }
}

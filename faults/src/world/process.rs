//! What the kernel says about the server's process.

use rustix::process::{Pid, Resource, Rlimit, Signal, getrlimit, kill_process, prlimit};
use std::{fs, path::PathBuf};

/// A running process that a trial started.
#[derive(Clone, Copy)]
pub struct Process(Pid);

impl Process {
    pub fn of(id: u32) -> Self {
        Self(Pid::from_raw(id as i32).expect("a process's number is not 0"))
    }

    fn folder(self) -> PathBuf {
        PathBuf::from(format!("/proc/{}", self.0.as_raw_nonzero()))
    }

    /// The file system as this process sees it, with mounts of its own.
    pub fn root(self) -> PathBuf {
        self.folder().join("root")
    }

    /// Memory of its own that is resident, in bytes: without files that are mapped.
    pub fn memory(self) -> u64 {
        let status = fs::read_to_string(self.folder().join("status")).unwrap();
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("RssAnon:"));
        let size = line.unwrap().trim().trim_end_matches(" kB");
        size.parse::<u64>().unwrap() * 1024
    }

    /// Open files and sockets.
    pub fn open_files(self) -> usize {
        self.open().count()
    }

    /// Open sockets alone: the database opens files when it is first busy, and keeps them.
    pub fn sockets(self) -> usize {
        let is_socket = |target: &PathBuf| target.to_string_lossy().starts_with("socket:");
        self.open().filter(is_socket).count()
    }

    /// What each open file is. Those that close meanwhile are left out.
    fn open(self) -> impl Iterator<Item = PathBuf> {
        let files = fs::read_dir(self.folder().join("fd")).unwrap().flatten();
        files.filter_map(|file| fs::read_link(file.path()).ok())
    }

    /// From here on no file grows beyond so many bytes, nor is written there; with nothing, as before.
    pub fn limit_files(self, bytes: Option<u64>) {
        let limit = Rlimit {
            current: bytes,
            maximum: getrlimit(Resource::Fsize).maximum,
        };
        prlimit(Some(self.0), Resource::Fsize, limit).unwrap();
    }

    pub fn signal(self, signal: Signal) {
        kill_process(self.0, signal).unwrap();
    }
}

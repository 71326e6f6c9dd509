//! Disks that take nothing any more, and then do again.

use super::{Place, Server};
use rustix::process::geteuid;
use std::{
    fs::{self, File, Permissions},
    io::{ErrorKind, Write},
    os::unix::fs::PermissionsExt,
    process::{Command, Stdio},
};

/// How a disk fails.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Disk {
    /// A file system of the server's own, which somebody else's file fills to the last byte.
    Full,
    /// The files may not grow any more; where no file system can be mounted, this stands for a full one.
    AtItsLimit,
    /// Every write fails, as on a disk that the kernel made read-only after an error.
    Unwritable,
}

/// More than any disk here holds.
const PLENTY: u64 = 1 << 40;
const DISK: u64 = 16 << 20;

impl Disk {
    /// A disk that can be filled: its own file system where this machine lets us mount one.
    pub fn to_fill() -> Self {
        match may_mount() {
            true => Self::Full,
            false => Self::AtItsLimit,
        }
    }

    /// What it is, in the words of a report.
    pub fn name(self) -> &'static str {
        match self {
            Self::Full => "a full file system",
            Self::AtItsLimit => "files at their limit",
            Self::Unwritable => "an unwritable disk",
        }
    }

    /// Puts a server that was not started yet on this disk.
    pub fn hold(self, server: &mut Server) {
        if self == Self::Full {
            server.place(Place::Mounted {
                bytes: DISK,
                read_only: false,
            });
        }
    }

    /// From here on the disk takes nothing.
    pub fn fail(self, server: &Server) {
        let process = server.process();
        match self {
            Self::Full => {
                let mut filler = File::create(filler(server)).unwrap();
                let page = [0; 4096];
                let error = (0..PLENTY).find_map(|_| filler.write_all(&page).err());
                let kind = error.map(|error| error.kind());
                assert_eq!(kind, Some(ErrorKind::StorageFull));
            }
            Self::AtItsLimit => {
                let log = server.data().join("securechat.db-wal");
                process.limit_files(Some(fs::metadata(log).unwrap().len() + 1));
            }
            Self::Unwritable => process.limit_files(Some(0)),
        }
    }

    /// There is space again.
    pub fn recover(self, server: &Server) {
        match self {
            Self::Full => fs::remove_file(filler(server)).unwrap(),
            Self::AtItsLimit | Self::Unwritable => server.process().limit_files(None),
        }
    }
}

/// Makes the folder of a server that was not started yet one that cannot be written to.
pub fn make_read_only(server: &mut Server) {
    if may_mount() {
        server.place(Place::Mounted {
            bytes: DISK,
            read_only: true,
        });
        return;
    }
    assert!(
        !geteuid().is_root(),
        "root writes everywhere unless it may mount"
    );
    for file in fs::read_dir(server.data()).unwrap() {
        fs::set_permissions(file.unwrap().path(), Permissions::from_mode(0o444)).unwrap();
    }
    fs::set_permissions(server.data(), Permissions::from_mode(0o555)).unwrap();
}

/// A file on the server's disk, as the server sees it.
fn filler(server: &Server) -> std::path::PathBuf {
    let data = server.data();
    let data = data
        .strip_prefix("/")
        .expect("a temporary folder has a whole path");
    server.process().root().join(data).join("filler")
}

/// Whether a process of ours may have a file system to itself.
fn may_mount() -> bool {
    let folder = tempfile::tempdir().unwrap();
    let mut trying = Command::new("unshare");
    trying
        .args([
            "--map-root-user",
            "--mount",
            "mount",
            "-t",
            "tmpfs",
            "tmpfs",
        ])
        .arg(folder.path())
        .stderr(Stdio::null());
    trying.status().is_ok_and(|status| status.success())
}

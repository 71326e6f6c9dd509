//! Where the server's database lies.

use std::{path::Path, process::Command};

pub enum Place {
    /// In a folder of this machine's disk.
    Disk,
    /// On a disk of its own, so many bytes large, that nobody else sees.
    Mounted { bytes: u64, read_only: bool },
}

impl Place {
    /// A shell that becomes the program that is named after it, with its data in the place. A signal that would end a process
    /// whose file may not grow is ignored: writing then fails, as on a full disk.
    pub fn shell(&self, data: &Path) -> Command {
        let (mut command, mounting) = match self {
            Self::Disk => (Command::new("sh"), String::new()),
            Self::Mounted { bytes, read_only } => {
                let mut unshare = Command::new("unshare");
                unshare.args(["--map-root-user", "--mount", "sh"]);
                let aside = data.with_extension("aside");
                let (data, aside) = (data.display(), aside.display());
                let then = match read_only {
                    true => format!("mount -o remount,ro '{data}'"),
                    false => "true".to_owned(),
                };
                let script = format!(
                    "cp -r '{data}' '{aside}' && mount -t tmpfs -o size={bytes} tmpfs '{data}' \
                     && cp '{aside}'/* '{data}' && {then} && "
                );
                (unshare, script)
            }
        };
        let script = format!("trap '' XFSZ; {mounting}exec \"$@\"");
        command.args(["-c", &script, "sh"]);
        command
    }
}

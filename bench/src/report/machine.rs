//! On what, with what and when something was measured.

use crate::{Outcome, setting::Setting};
use serde::{Deserialize, Serialize};
use std::{fs, process::Command};

/// Enough to tell two results apart that should not be compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// Processor model.
    pub processor: String,
    /// Cores that this process may use.
    pub cores: usize,
    /// In GiB.
    pub memory: u64,
    /// Version of the system's kernel.
    pub kernel: String,
    /// Version of the compiler.
    pub rustc: String,
    /// What was measured; with a plus sign if sources were changed since.
    pub commit: String,
    /// UTC.
    pub date: String,
    /// Rounds.
    pub rounds: usize,
    /// Versions of the references, by name.
    pub references: Vec<String>,
}

impl Machine {
    /// This machine, now.
    pub fn look(setting: &Setting) -> Outcome<Self> {
        let field = |file: &str, name: &str| {
            let text = fs::read_to_string(file).unwrap_or_default();
            let line = text.lines().find(|line| line.starts_with(name));
            let value = line.and_then(|line| line.split_once(':'));
            value
                .map(|(_, it)| it.trim().to_owned())
                .unwrap_or_default()
        };
        let kilobytes = field("/proc/meminfo", "MemTotal");
        let kilobytes = kilobytes.split(' ').next().unwrap_or_default();
        let changed = !told("git", &["status", "--porcelain", "--", "*.rs", "*.toml"])?.is_empty();
        let commit = told("git", &["rev-parse", "--short=12", "HEAD"])?;
        Ok(Self {
            processor: field("/proc/cpuinfo", "model name"),
            cores: std::thread::available_parallelism().map_or(0, usize::from),
            memory: kilobytes.parse::<u64>().unwrap_or_default() >> 20,
            kernel: fs::read_to_string("/proc/sys/kernel/osrelease")
                .unwrap_or_default()
                .trim()
                .to_owned(),
            rustc: told("rustc", &["--version"])?,
            commit: commit + if changed { "+" } else { "" },
            date: told("date", &["--utc", "+%Y-%m-%d %H:%M"])?,
            rounds: setting.rounds(),
            references: setting.references.clone(),
        })
    }
}

fn told(program: &str, arguments: &[&str]) -> Outcome<String> {
    let output = Command::new(program).args(arguments).output();
    let output = output.map_err(|error| format!("{program}: {error}"))?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

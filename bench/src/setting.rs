//! What `cargo xtask bench` was asked for, and where it put what it built and installed.

use clap::Parser;
use std::path::PathBuf;

/// Measures SecureChat against what people would take instead.
#[derive(Debug, Parser)]
pub struct Setting {
    /// Only these metrics, such as P1,P3; the others keep their earlier results.
    #[arg(long, value_delimiter = ',', value_name = "IDS")]
    pub only: Vec<String>,

    /// How often each figure is measured, subject and references in turns.
    #[arg(long, default_value_t = 5, value_name = "N")]
    pub rounds: usize,

    /// P9 goes up to as many rows, by tens; ten million take some ten minutes.
    #[arg(long, default_value_t = 1_000_000, value_name = "N")]
    pub rows: u64,

    /// A smoke run: one round of tiny loads, and nothing is written.
    #[arg(long)]
    pub quick: bool,

    /// Where benchmarks.json, BENCHMARKS.md and plots/ go.
    #[arg(long, default_value = "docs", value_name = "FOLDER")]
    pub out: PathBuf,

    /// Where databases are made for the time of a measurement: on a disk, for commits to cost what they cost.
    #[arg(long, default_value = "target/bench", value_name = "FOLDER")]
    pub work: PathBuf,

    /// The folder of the server and the references that are built with it.
    #[arg(long, env = "BENCH_PROGRAMS", value_name = "FOLDER")]
    pub programs: PathBuf,

    /// Names and versions of the references, for the report.
    #[arg(
        long,
        env = "BENCH_REFERENCES",
        value_delimiter = ',',
        value_name = "TEXTS"
    )]
    pub references: Vec<String>,

    /// The folder with the npm packages.
    #[arg(long, env = "BENCH_NODE", value_name = "FOLDER")]
    pub node: PathBuf,

    /// The interpreter with the Python packages.
    #[arg(long, env = "BENCH_PYTHON", value_name = "FILE")]
    pub python: PathBuf,

    /// The folder with Debian's nginx and nchan, unpacked.
    #[arg(long, env = "BENCH_NGINX", value_name = "FOLDER")]
    pub nginx: PathBuf,
}

impl Setting {
    /// How many rounds there are.
    pub fn rounds(&self) -> usize {
        if self.quick { 1 } else { self.rounds.max(1) }
    }

    /// The first of two for an ordinary run, the second for a smoke run.
    pub fn load<T>(&self, ordinary: T, tiny: T) -> T {
        if self.quick { tiny } else { ordinary }
    }
}

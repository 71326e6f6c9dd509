//! What a run leaves behind: docs/benchmarks.json with every sample, and what people read, made from it.

mod machine;
pub mod markdown;
mod plot;

use crate::{Outcome, measured::Measured, setting::Setting};
use machine::Machine;
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// The newest results of every metric, each with where and when it was measured.
pub struct Report {
    out: PathBuf,
    results: BTreeMap<String, Result>,
}

/// One metric's newest result.
#[derive(Serialize, Deserialize)]
pub struct Result {
    machine: Machine,
    measured: Measured,
}

impl Report {
    /// With what earlier runs left.
    pub fn open(out: &Path) -> Outcome<Self> {
        let file = out.join("benchmarks.json");
        let results = match fs::read(&file) {
            Ok(bytes) => serde_json::from_slice(&bytes)
                .map_err(|error| format!("{}: {error}", file.display()))?,
            Err(_) => BTreeMap::new(),
        };
        Ok(Self {
            out: out.to_owned(),
            results,
        })
    }

    /// Takes a metric's new result in place of its old one, and writes everything anew.
    pub fn take(&mut self, measured: Measured, setting: &Setting) -> Outcome {
        let machine = Machine::look(setting)?;
        let id = measured.id.clone();
        self.results.insert(id, Result { machine, measured });
        let json = serde_json::to_string_pretty(&self.results)
            .map_err(|error| format!("benchmarks.json: {error}"))?;
        self.write("benchmarks.json", &(json + "\n"))?;
        for result in self.results.values() {
            for plot in &result.measured.plots {
                let picture = plot::draw(plot, &result.measured);
                self.write(&format!("plots/{}.svg", plot.file), &picture)?;
            }
        }
        // By hand, and never overwritten: what was tried where a figure fell short, and what it gave.
        let notes = fs::read_to_string(self.out.join("bench-notes.md")).unwrap_or_default();
        let results: Vec<_> = self.results.values().collect();
        self.write("BENCHMARKS.md", &markdown::page(&results, &notes))
    }

    fn write(&self, name: &str, text: &str) -> Outcome {
        let file = self.out.join(name);
        let folder = file.parent().unwrap_or(&self.out);
        fs::create_dir_all(folder)
            .and_then(|()| fs::write(&file, text))
            .map_err(|error| format!("{}: {error}", file.display()))
    }
}

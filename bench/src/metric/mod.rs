//! One module for each metric.

mod bare;
mod broadcast;
mod commits;
mod delay;
mod login;
mod memory;
mod pages;

use crate::{Outcome, measured::Measured, setting::Setting};

/// What can be asked for by its id.
pub struct Metric {
    /// Such as `P1`.
    pub id: &'static str,
    /// Measures it.
    pub measure: fn(&Setting) -> Outcome<Measured>,
}

/// All of them, in the order of the report.
const ALL: [Metric; 6] = [
    Metric {
        id: "P1",
        measure: broadcast::measure,
    },
    Metric {
        id: "P2",
        measure: delay::measure,
    },
    Metric {
        id: "P3",
        measure: commits::measure,
    },
    Metric {
        id: "P4",
        measure: memory::measure,
    },
    Metric {
        id: "P8",
        measure: login::measure,
    },
    Metric {
        id: "P9",
        measure: pages::measure,
    },
];

/// Those that were asked for, or all.
pub fn chosen(setting: &Setting) -> Outcome<Vec<&'static Metric>> {
    let only = &setting.only;
    if let Some(unknown) = only.iter().find(|id| ALL.iter().all(|it| it.id != *id)) {
        let known: Vec<_> = ALL.iter().map(|it| it.id).collect();
        return Err(format!("there is no {unknown}, only {}", known.join(", ")));
    }
    let wanted = |it: &&Metric| only.is_empty() || only.iter().any(|id| id == it.id);
    Ok(ALL.iter().filter(wanted).collect())
}

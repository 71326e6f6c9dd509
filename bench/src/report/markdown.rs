//! docs/BENCHMARKS.md, and the same tables for the person at the keyboard.

use super::Result;
use crate::measured::{Bound, Key, Measured, Series, Target, median, short};
use std::fmt::Write;

const HEAD: &str = "\
# How fast, and compared to what

Written by `cargo xtask bench`; every sample is in [benchmarks.json](benchmarks.json). Only the last part is by hand
([bench-notes.md](bench-notes.md)). Absolute figures mean little on shared machines, so each is measured in turns with
references on the same machine, and what counts is the ratio within a round: the median over all rounds, and in
parentheses the lowest and the highest.
";

/// The whole page.
pub fn page(results: &[&Result], notes: &str) -> String {
    let mut page = HEAD.to_owned();
    page += &overview(results);
    for Result { machine, measured } in results {
        let Measured {
            id, title, counted, ..
        } = measured;
        let _ = write!(
            page,
            "\n## {id} {title}\n\n{counted}\n\n{}",
            tables(measured)
        );
        for plot in &measured.plots {
            let _ = write!(page, "\n![{}](plots/{}.svg)\n", plot.title, plot.file);
        }
        if !measured.void.is_empty() {
            page += "\nRuns that counted for nothing and were tried again:\n\n";
            for void in &measured.void {
                let _ = writeln!(page, "- {void}");
            }
        }
        let _ = write!(
            page,
            "\n{} rounds on {} at commit {}: {}, {} cores, {} GiB, Linux {}, {}",
            machine.rounds,
            machine.date,
            machine.commit,
            machine.processor,
            machine.cores,
            machine.memory,
            machine.kernel,
            machine.rustc
        );
        for reference in &machine.references {
            let _ = write!(page, ", {reference}");
        }
        page += ".\n";
    }
    if !notes.is_empty() {
        let _ = write!(page, "\n{}", notes);
    }
    page
}

/// All targets at a glance.
fn overview(results: &[&Result]) -> String {
    let all = results.iter().map(|it| &it.measured);
    let lines = all.flat_map(|measured| {
        let line = |target| format!("| {} {}\n", measured.id, target_line(measured, target));
        measured.targets.iter().map(line)
    });
    let lines: String = lines.collect();
    format!("\n| | what | to reach | limit = 1 | reached |\n|---|---|---|---|---|\n{lines}")
}

/// A metric's figures and targets.
pub fn tables(measured: &Measured) -> String {
    let mut text = String::new();
    let mut figures: Vec<&str> = Vec::new();
    for series in &measured.series {
        if !figures.contains(&series.key.figure.as_str()) {
            figures.push(&series.key.figure);
        }
    }
    for figure in figures {
        let _ = write!(
            text,
            "| {figure} | of | median | lowest – highest |\n|---|---|---:|---:|\n"
        );
        let of_figure = |it: &&Series| it.key.figure == figure;
        for series in measured.series.iter().filter(of_figure) {
            let Key { load, of, .. } = &series.key;
            let _ = writeln!(text, "| {load} | {of} | {} |", spread(series));
        }
        text += "\n";
    }
    if !measured.targets.is_empty() {
        text += "| what | to reach | limit = 1 | reached |\n|---|---|---|---|\n";
        for target in &measured.targets {
            let _ = writeln!(text, "{}", target_line(measured, target).trim_end());
        }
    }
    text
}

fn spread(series: &Series) -> String {
    let numbers: Vec<f64> = series.samples.iter().copied().flatten().collect();
    let lost = series.samples.len() - numbers.len();
    let lost = if lost > 0 {
        format!(", {lost} void")
    } else {
        String::new()
    };
    match ends(&numbers) {
        Some((middle, low, high)) => {
            format!("{} | {} – {}{lost}", short(middle), short(low), short(high))
        }
        None => format!("– | void{lost}"),
    }
}

fn ends(numbers: &[f64]) -> Option<(f64, f64, f64)> {
    let low = numbers.iter().copied().min_by(f64::total_cmp)?;
    let high = numbers.iter().copied().max_by(f64::total_cmp)?;
    Some((median(numbers)?, low, high))
}

fn target_line(measured: &Measured, target: &Target) -> String {
    let Key { figure, load, .. } = &target.key;
    let sign = match target.bound {
        Bound::AtLeast => "≥",
        Bound::AtMost => "≤",
    };
    let terms = target.limit.iter().map(|term| match &term.series {
        None => short(term.factor),
        Some(key) => {
            let mut name = key.of.clone();
            if key.figure != *figure {
                let _ = write!(name, ", {}", key.figure);
            }
            if key.load != *load {
                let _ = write!(name, ", {}", key.load);
            }
            format!("{} × {name}", short(term.factor))
        }
    });
    let limit: Vec<_> = terms.collect();
    let (ratio, reached) = match ends(&measured.against_limit(target)) {
        Some((middle, low, high)) => (
            format!("{} ({} – {})", short(middle), short(low), short(high)),
            if target.is_reached(middle) {
                "yes"
            } else {
                "**no**"
            },
        ),
        None => ("–".to_owned(), "not measured"),
    };
    format!(
        "| {figure}, {load} | {sign} {} | {ratio} | {reached} |",
        limit.join(" + ")
    )
}

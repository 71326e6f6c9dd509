//! The committed files: real values, damaged ones, and whatever a fuzzer once found.

#![expect(clippy::unwrap_used, reason = "tests")]

use decoding::TARGETS;
use std::{collections::BTreeSet, fs, path::PathBuf};

fn folder(name: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../fuzz")).join(name)
}

fn names(folder: PathBuf) -> BTreeSet<String> {
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{folder:?}: {error}"));
    entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

#[test]
fn every_decoder_takes_the_good_files_refuses_the_bad_ones_and_holds_on_all() {
    for target in TARGETS {
        let corpus = folder("corpus").join(target.name);
        let mut taken = [0, 0];
        for name in names(corpus.clone()) {
            let data = fs::read(corpus.join(&name)).unwrap();
            println!("{} on {name}", target.name);
            let took = (target.check)(&data);
            taken[usize::from(took)] += 1;
            match name.split('-').next() {
                Some("good") => assert!(
                    took,
                    "refused; did the format change? Then: cargo run --release -p decoding --example corpus"
                ),
                Some("bad") => assert!(!took, "taken"),
                _ => {}
            }
        }
        let [refused, taken] = taken;
        assert!(
            taken > 0 && refused > 0,
            "{}: good files and bad ones",
            target.name
        );
    }
}

#[test]
fn every_decoder_has_its_fuzz_target() {
    let ours: BTreeSet<_> = TARGETS
        .iter()
        .map(|target| format!("{}.rs", target.name))
        .collect();
    assert_eq!(names(folder("fuzz_targets")), ours);
    let manifest = fs::read_to_string(folder("Cargo.toml")).unwrap();
    for target in TARGETS {
        let binary = format!("name = \"{}\"", target.name);
        assert!(manifest.contains(&binary), "{}", target.name);
        let source =
            fs::read_to_string(folder("fuzz_targets").join(format!("{}.rs", target.name))).unwrap();
        assert!(source.contains(&format!("::{}(data)", target.name)));
    }
}

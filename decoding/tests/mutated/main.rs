//! The properties of the fuzz targets on random bytes, and on the corpora with random damage.

#![expect(clippy::unwrap_used, reason = "tests")]

mod bytes;
mod json;

use decoding::{TARGETS, Target};
use proptest::{
    prelude::*,
    test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner},
};
use std::{fs, panic};

/// For each target and kind of input.
const CASES: u32 = 512;

/// Runs a target's check on many inputs; a failure names the smallest.
fn hold(target: &Target, inputs: impl Strategy<Value = Vec<u8>>) {
    let config = Config {
        cases: CASES,
        failure_persistence: None,
        ..Config::default()
    };
    // The same in every run: looking for more is the fuzzer's.
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let held = TestRunner::new_with_rng(config, rng).run(&inputs, |data| {
        let checked = panic::catch_unwind(|| (target.check)(&data));
        let failed = |_| TestCaseError::fail("a property does not hold");
        checked.map(drop).map_err(failed)
    });
    if let Err(TestError::Fail(why, data)) = held {
        let text = String::from_utf8_lossy(&data);
        panic!("{}: {why} on {text:?}", target.name);
    }
}

/// A file of the target's corpus.
fn file(target: &Target) -> impl Strategy<Value = Vec<u8>> + use<> {
    let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/../fuzz/corpus");
    let files = fs::read_dir(format!("{corpus}/{}", target.name)).unwrap();
    let files: Vec<_> = files
        .map(|file| fs::read(file.unwrap().path()).unwrap())
        .collect();
    proptest::sample::select(files)
}

#[test]
fn every_decoder_holds_on_random_bytes() {
    for target in &TARGETS {
        hold(target, proptest::collection::vec(any::<u8>(), 0..700));
    }
}

#[test]
fn every_decoder_holds_on_values_with_damaged_bytes() {
    for target in &TARGETS {
        hold(
            target,
            (file(target), bytes::damages()).prop_map(bytes::damaged),
        );
    }
}

#[test]
fn every_decoder_holds_on_json_with_damaged_parts() {
    for target in &TARGETS {
        hold(
            target,
            (file(target), json::damages()).prop_map(json::damaged),
        );
    }
}

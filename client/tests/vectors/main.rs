//! The published vectors, `docs/vectors/*.json`: everything in them is made and checked by this crate here, and a second time by
//! the reference reader in Python (`docs/reader/check_vectors.py`).
//!
//! After a change of the protocol, `SECURECHAT_WRITE_VECTORS=1 cargo test --release -p client --test vectors` writes them anew, the
//! same in every run.

#![expect(clippy::unwrap_used, reason = "tests")]

mod account;
mod cast;
mod chains;
mod credentials;
mod encoding;
mod entries;
mod examples;
mod given;
mod keys;
mod messages;
mod relayed;
mod room;
mod roster;
mod safety;
mod sealing;
mod strict_json;
mod suite;
mod transcript;
mod vault;

use std::{collections::BTreeSet, fs};
use suite::Suite;

fn suites() -> [Suite; 14] {
    [
        account::suite(),
        chains::suite(),
        credentials::suite(),
        encoding::suite(),
        entries::suite(),
        keys::suite(),
        messages::suite(),
        relayed::suite(),
        room::suite(),
        roster::suite(),
        safety::suite(),
        strict_json::suite(),
        transcript::suite(),
        vault::suite(),
    ]
}

#[test]
fn every_file_is_what_the_engine_makes() {
    let mut made: BTreeSet<_> = suites()
        .iter()
        .map(|suite| {
            suite.check();
            suite.path().file_name().unwrap().to_owned()
        })
        .collect();
    made.insert("README.md".into());
    let found = fs::read_dir(suite::folder()).unwrap();
    let found: BTreeSet<_> = found.map(|file| file.unwrap().file_name()).collect();
    assert_eq!(found, made);
}

#[test]
fn every_question_is_answered_once_and_refused_once() {
    let (mut answered, mut refused) = (BTreeSet::new(), BTreeSet::new());
    for case in suites().iter().flat_map(Suite::cases) {
        let check = case["check"].as_str().unwrap().to_owned();
        match case.get("refused") {
            Some(_) => refused.insert(check),
            None => answered.insert(check),
        };
    }
    assert_eq!(answered, refused);
}

#[test]
fn every_question_and_reason_is_in_the_readme() {
    let readme = fs::read_to_string(suite::folder().join("README.md")).unwrap();
    for case in suites().iter().flat_map(Suite::cases) {
        let words = [
            &case["check"],
            case.get("refused").unwrap_or(&case["check"]),
        ];
        for word in words.map(|it| it.as_str().unwrap()) {
            assert!(readme.contains(&format!("`{word}`")), "{word}");
        }
    }
}

//! docs/THREAT-MODEL.md and the tests name each other.

use std::{collections::BTreeSet, fs, path::Path};

/// The last column of each row: `path::function`.
fn named(text: &str) -> BTreeSet<(String, String)> {
    let rows = text
        .lines()
        .filter_map(|line| line.trim().strip_suffix('|'));
    let last = rows.filter_map(|row| row.rsplit('|').next());
    let tests = last.filter_map(|cell| cell.trim().rsplit_once("::"));
    tests
        .map(|(path, function)| (path.to_owned(), function.to_owned()))
        .collect()
}

#[test]
fn each_row_names_a_test_and_each_attack_has_a_row() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let read = |path: &str| fs::read_to_string(root.join(path)).unwrap();
    let named = named(&read("docs/THREAT-MODEL.md"));
    assert!(named.len() > 50);
    for (path, function) in &named {
        assert!(
            read(path).contains(&format!("fn {function}(")),
            "{path}::{function}"
        );
    }
    for file in fs::read_dir(root.join("testbench/tests/attacks")).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        let path = format!("testbench/tests/attacks/{name}");
        if name == "table.rs" {
            continue;
        }
        for after in read(&path).split("#[tokio::test]\n").skip(1) {
            let after = after.trim_start_matches("async fn ");
            let function = after.split('(').next().unwrap();
            let row = (path.clone(), function.to_owned());
            assert!(named.contains(&row), "no row for {path}::{function}");
        }
    }
}

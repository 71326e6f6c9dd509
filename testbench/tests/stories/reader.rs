//! The reference reader in Python (docs/reader) on databases that a server left behind.

use std::{
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};
use testbench::Bench;

/// `cargo xtask test` names a Python that has `cryptography`.
fn python() -> Command {
    let python = std::env::var("SECURECHAT_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let mut command = Command::new(python);
    command.arg("-B");
    command
}

/// Runs the reader, with the room key by its standard input. Gives whether all was verified, and what it says.
fn read(database: &Path, room_key: &str) -> (bool, String) {
    let reader = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/reader/reader.py");
    let mut running = python()
        .arg(reader)
        .arg(database)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = running.stdin.take().unwrap();
    input.write_all(room_key.as_bytes()).unwrap();
    drop(input);
    let output = running.wait_with_output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(said).unwrap())
}

const ALTER: &str = "
import sqlite3, sys
whole, altered = sqlite3.connect(sys.argv[1]), sqlite3.connect(sys.argv[2])
whole.backup(altered)
altered.executescript(sys.argv[3])
";

/// A copy of a database in which somebody changed something.
fn altered(database: &Path, change: &str) -> PathBuf {
    let copy = database.with_extension("altered");
    let mut alter = python();
    alter
        .args(["-c", ALTER])
        .args([database, &copy])
        .arg(change);
    assert!(alter.status().unwrap().success(), "{change}");
    copy
}

#[tokio::test]
async fn a_stranger_with_the_room_key_reads_the_whole_room() {
    let mut bench = Bench::new().await;
    let ana = bench.person("ana").await;
    let ben = bench.person("ben").await;
    let cleo = bench.person("cleo").await;
    let room = bench.make_room(ana, "Choir").await;
    let first = bench.room_key(ana, room).await;
    bench.join(ben, &first).await;
    bench.join(cleo, &first).await;
    bench.get_across(cleo, room, "Grüße aus Genf").await;
    bench.shows(ana, &["cleo: Grüße aus Genf"]).await;
    bench
        .ask(cleo, model::Command::LeaveRoom { room })
        .await
        .unwrap();
    bench
        .until("Cleo is gone", |bench| {
            bench[ana].members() == ["ana", "ben"]
        })
        .await;
    bench.get_across(ana, room, "just us").await;
    bench.get_across(ben, room, "indeed").await;
    let second = bench.room_key(ben, room).await;
    bench.kill_server();

    let (verified, said) = read(&bench.database(), &second);
    assert!(verified, "{said}");
    let lines = [
        "* ana starts the epoch with a new key",
        "* ana names the room Choir",
        "* ben joins",
        "* cleo joins",
        "cleo: Grüße aus Genf",
        "* cleo leaves",
        "ana: just us",
        "ben: indeed",
        "Everything was verified.",
    ];
    let mut rest = &*said;
    for line in lines {
        let at = rest
            .find(line)
            .unwrap_or_else(|| panic!("{line} is not in its place:\n{said}"));
        rest = &rest[at + line.len()..];
    }
}

#[tokio::test]
async fn a_stranger_with_the_room_key_sees_what_the_server_changed() {
    let mut bench = Bench::new().await;
    let ana = bench.person("ana").await;
    let ben = bench.person("ben").await;
    let room = bench.make_room(ana, "Choir").await;
    let key = bench.room_key(ana, room).await;
    bench.join(ben, &key).await;
    bench.get_across(ana, room, "one").await;
    bench.get_across(ana, room, "two").await;
    bench.get_across(ben, room, "three").await;
    bench.kill_server();
    let database = bench.database();
    let last = "(SELECT max(seq) FROM entries WHERE class = 0)";
    for (change, finding) in [
        (
            format!("UPDATE entries SET payload = NULL WHERE seq = {last} - 1"),
            "! hole: the server took an entry away",
        ),
        (
            format!("DELETE FROM entries WHERE seq = {last} - 1"),
            "! missing",
        ),
        (
            format!(
                "UPDATE entries SET payload = (SELECT payload FROM entries WHERE seq = {last} - 2) WHERE seq = {last} - 1"
            ),
            "! repeated",
        ),
        (
            format!(
                "UPDATE entries SET payload = (SELECT payload FROM entries WHERE seq = {last} - 2) WHERE seq = {last} - 1"
            ),
            "! transcript",
        ),
        (
            "UPDATE epochs SET members = replace(members, 'ana', 'eva')".to_owned(),
            "! roster",
        ),
    ] {
        let (verified, said) = read(&altered(&database, &change), &key);
        assert!(!verified && said.contains(finding), "{change}:\n{said}");
    }
}

//! The reference reader in Python (docs/reader) on databases that a server left behind.

use model::Command;
use std::{
    io::Write,
    path::Path,
    process::{Output, Stdio},
};
use testbench::Bench;

/// Runs the reader, with the room key by its standard input. `cargo xtask test` names a Python that has `cryptography`.
fn read(database: &Path, room_key: &str) -> Output {
    let python = std::env::var("SECURECHAT_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let reader = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/reader/reader.py");
    let mut running = std::process::Command::new(python)
        .args(["-B", reader])
        .arg(database)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = running.stdin.take().unwrap();
    input.write_all(room_key.as_bytes()).unwrap();
    drop(input);
    running.wait_with_output().unwrap()
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
    bench.ask(cleo, Command::LeaveRoom { room }).await.unwrap();
    bench
        .until("Cleo is gone", |bench| {
            bench[ana].members() == ["ana", "ben"]
        })
        .await;
    bench.get_across(ana, room, "just us").await;
    bench.get_across(ben, room, "indeed").await;
    let second = bench.room_key(ben, room).await;
    bench.kill_server();

    let read = read(&bench.database(), &second);
    let said = String::from_utf8_lossy(&read.stdout);
    assert!(
        read.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&read.stderr)
    );
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

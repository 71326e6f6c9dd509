//! Records a conversation for `fuzz/corpus/conversation`: what a server sends to Bob when he opens the page, and who Bob is.

use model::{Command, SecretText};
use serde_json::{Value, json};
use std::{
    fs, io,
    path::Path,
    sync::{Arc, Mutex},
};
use testbench::{Bench, PASSPHRASE, Who};

#[tokio::main]
async fn main() -> io::Result<()> {
    let mut bench = Bench::new().await;
    let (ana, bob) = (bench.person("ana").await, bench.person("bob").await);
    let room = bench.make_room(ana, "Kitchen").await;
    let key = bench.room_key(ana, room).await;
    bench.join(bob, &key).await;
    for (who, text) in [(ana, "Who has the keys?"), (bob, "I do."), (ana, "Good.")] {
        bench.say(who, room, text).await;
    }
    bench
        .shows(bob, &["ana: Who has the keys?", "bob: I do.", "ana: Good."])
        .await;

    let heard = listen(&mut bench, bob);
    let before = bench.browser_mut(bob).traffic.len();
    bench.browser_mut(bob).reload();
    bench.online(bob).await;
    bench.open(bob, room).await;
    bench
        .shows(bob, &["ana: Who has the keys?", "bob: I do.", "ana: Good."])
        .await;
    bench.say(ana, room, "Come over.").await;
    bench
        .shows(
            bob,
            &[
                "ana: Who has the keys?",
                "bob: I do.",
                "ana: Good.",
                "ana: Come over.",
            ],
        )
        .await;
    let passphrase = SecretText::new(PASSPHRASE.to_owned());
    bench
        .ask(ana, Command::DeleteAccount { passphrase })
        .await
        .map_err(|it| io::Error::other(format!("{it:?}")))?;
    bench
        .until("Ana is gone", |bench| {
            bench[bob]
                .room
                .as_ref()
                .is_some_and(|it| it.members.len() == 1)
        })
        .await;

    // Not which versions of the vault Bob has seen: the checks give him one of their own.
    let stored = bench
        .browser_mut(bob)
        .stored()
        .filter(|(name, _)| *name != "vault-seen");
    let stored: Vec<_> = stored
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    let profile = json!({ "stored": stored, "room": room, "key": key });
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    fs::write(
        root.join("decoding/src/conversation.json"),
        format!("{profile}\n"),
    )?;
    let corpus = root.join("fuzz/corpus/conversation");
    fs::create_dir_all(&corpus)?;
    let heard = heard
        .lock()
        .map_err(|_| io::Error::other("the bench panicked"))?;
    let requests = requests(&bench.browser_mut(bob).traffic[before..]);
    let heard: Vec<_> = heard
        .iter()
        .map(|frame| numbered(frame, &requests))
        .collect();
    fs::write(corpus.join("good-day"), heard.join("\n"))?;
    fs::write(
        corpus.join("bad-bye"),
        r#"{"type":"bye","reason":"version"}"#,
    )
}

/// The numbers of the engine's requests, in order: each stands in the request and then in its answer.
fn requests(traffic: &[String]) -> Vec<Value> {
    let mut requests = Vec::new();
    for frame in traffic {
        let frame: Value = serde_json::from_str(frame).unwrap_or_default();
        if frame["request"].is_number() && !requests.contains(&frame["request"]) {
            requests.push(frame["request"].clone());
        }
    }
    requests
}

/// With the request's place among all in place of its number, which depends on what else the engine does.
fn numbered(frame: &str, requests: &[Value]) -> String {
    let mut frames = requests.iter().zip(1..);
    let meant = frames.find_map(|(number, place)| {
        let field = format!("\"request\":{number},");
        frame
            .contains(&field)
            .then(|| frame.replace(&field, &format!("\"request\":{place},")))
    });
    meant.unwrap_or_else(|| frame.to_owned())
}

/// Writes down every frame that the server sends from now on.
fn listen(bench: &mut Bench, who: Who) -> Arc<Mutex<Vec<String>>> {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let frames = heard.clone();
    bench.browser_mut(who).tamper = Some(Box::new(move |frame| {
        if let Ok(mut frames) = frames.lock() {
            frames.push(frame.clone());
        }
        vec![frame]
    }));
    heard
}

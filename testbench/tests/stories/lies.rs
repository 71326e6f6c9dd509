//! What comes wrong from the server is said in words, in its place.

use protocol::frame::ServerFrame;
use testbench::{Bench, Who};

async fn two_in_a_room(bench: &mut Bench) -> (Who, Who, protocol::RoomId) {
    let ana = bench.person("ana").await;
    let ben = bench.person("ben").await;
    let room = bench.make_room(ana, "Choir").await;
    let key = bench.room_key(ana, room).await;
    bench.join(ben, &key).await;
    (ana, ben, room)
}

/// Changes entries on their way to one browser.
fn on_entries(
    bench: &mut Bench,
    who: Who,
    mut change: impl FnMut(&mut protocol::frame::LoggedEntry) + Send + 'static,
) {
    bench.browser_mut(who).tamper = Some(Box::new(move |text| {
        let mut frame: ServerFrame = serde_json::from_str(&text).unwrap();
        match &mut frame {
            ServerFrame::Entry { entry, .. } => change(entry),
            ServerFrame::Page { entries, .. } => entries.iter_mut().for_each(&mut change),
            _ => {}
        }
        vec![serde_json::to_string(&frame).unwrap()]
    }));
}

#[tokio::test]
async fn a_token_that_does_not_open_is_shown_in_its_place() {
    let mut bench = Bench::new().await;
    let (ana, ben, room) = two_in_a_room(&mut bench).await;
    bench.say(ana, room, "one").await;
    bench.shows(ben, &["ana: one"]).await;
    let mut damaged = false;
    on_entries(&mut bench, ben, move |entry| {
        if let protocol::Entry::Sealed(token) = &mut entry.entry
            && !std::mem::replace(&mut damaged, true)
        {
            let at = token.len() / 2;
            let other = if &token[at..=at] == "A" { "B" } else { "A" };
            token.replace_range(at..=at, other);
        }
    });
    bench.say(ana, room, "two").await;
    bench.say(ana, room, "three").await;
    bench.shows(ben, &["ana: one", "ana: three"]).await;
    let broken = bench[ben].broken();
    assert_eq!(broken.len(), 1);
    assert!(broken[0].contains("does not open"), "{broken:?}");
    // The next message names another history: that is said, and stays.
    assert!(!bench[ben].alarms().is_empty());
}

#[tokio::test]
async fn a_repeated_message_is_said() {
    let mut bench = Bench::new().await;
    let (ana, ben, room) = two_in_a_room(&mut bench).await;
    bench.say(ana, room, "one").await;
    bench.shows(ben, &["ana: one"]).await;
    bench.browser_mut(ben).tamper = Some(Box::new(|text| {
        let frame: ServerFrame = serde_json::from_str(&text).unwrap();
        let mut frames = vec![frame.clone()];
        if let ServerFrame::Entry { room, mut entry } = frame {
            entry.seq += 1;
            frames.push(ServerFrame::Entry { room, entry });
        }
        frames
            .iter()
            .map(|frame| serde_json::to_string(frame).unwrap())
            .collect()
    }));
    bench.say(ana, room, "two").await;
    bench
        .until("the alarm", |bench| {
            bench[ben]
                .alarms()
                .iter()
                .any(|alarm| alarm.contains("repeated"))
        })
        .await;
}

#[tokio::test]
async fn garbage_from_the_server_breaks_nothing() {
    let mut bench = Bench::new().await;
    let (ana, ben, room) = two_in_a_room(&mut bench).await;
    let mut left = 3;
    bench.browser_mut(ben).tamper = Some(Box::new(move |text| {
        left -= 1;
        match left {
            2 => vec!["{\"type\":\"entry\"".to_owned()],
            1 => vec!["\u{0}\u{1}".to_owned()],
            _ => vec![text],
        }
    }));
    bench.say(ana, room, "still here?").await;
    bench.shows(ben, &["ana: still here?"]).await;
    assert!(!bench[ben].notices.is_empty());
    assert_eq!(bench[ben].alarms(), [""; 0]);
}

#[tokio::test]
async fn the_server_holds_no_secret() {
    let mut bench = Bench::new().await;
    let (ana, ben, room) = two_in_a_room(&mut bench).await;
    let set = model::Command::SetDisplayName {
        name: "Ana Marvellous".to_owned(),
    };
    bench.ask(ana, set).await.unwrap();
    bench.say(ana, room, "the treasure is under the oak").await;
    bench
        .shows(ben, &["Ana Marvellous: the treasure is under the oak"])
        .await;
    let key = bench.room_key(ana, room).await;
    let code = bench[ana].recovery_code.clone().unwrap();
    bench.later(std::time::Duration::from_secs(60)).await;

    let mut haystack = Vec::new();
    let database = bench.database();
    for file in std::fs::read_dir(database.parent().unwrap()).unwrap() {
        haystack.extend(std::fs::read(file.unwrap().path()).unwrap());
    }
    for who in [ana, ben] {
        for frame in &bench.browser_mut(who).traffic {
            haystack.extend(frame.as_bytes());
        }
    }
    let finds = |needle: &str| {
        [
            needle.to_owned(),
            base64(needle, 0),
            base64(needle, 1),
            base64(needle, 2),
        ]
        .iter()
        .any(|needle| {
            haystack
                .windows(needle.len())
                .any(|bytes| bytes == needle.as_bytes())
        })
    };
    assert!(finds("ana"), "the search works");
    for secret in [
        testbench::PASSPHRASE,
        &key,
        key.trim_end_matches('='),
        &code,
        "Choir",
        "Ana Marvellous",
        "the treasure is under the oak",
    ] {
        assert!(!finds(secret), "{secret}");
    }
}

/// How a text looks inside base64, at one of its three alignments, without the letters that neighbours share.
fn base64(text: &str, shift: usize) -> String {
    let mut bytes = vec![0; shift];
    bytes.extend(text.as_bytes());
    let encoded = protocol::b64::encode(&bytes);
    let from = (shift * 8).div_ceil(6);
    let to = encoded.trim_end_matches('=').len() - 1;
    encoded[from..to].to_owned()
}

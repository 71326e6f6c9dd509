//! Sealed messages: tokens to open, and bodies to read.

mod bodies;

use crate::{
    cast,
    given::Given,
    sealing,
    suite::{Check, Suite, with},
};
use client::{
    body::{Body, Content, Deletion},
    envelope::{self, EnvelopeError, Opened},
    padding,
};
use protocol::{
    DeviceId, Entry, Hash, MessageId, PublicKey,
    label::{self, HashPurpose, SignaturePurpose},
    log::entry_hash,
};
use serde_json::{Value, json};

/// A token opened with the room key, and whether `signing` signed what is in it.
const MESSAGE: Check = Check {
    name: "message",
    answer: |given| {
        let opened = open(given, given.text("token"))?;
        let signing: PublicKey = given.get("signing")?;
        if !opened.is_signed_by(&signing) {
            return Err("signature");
        }
        let (kind, content) = content(&opened.body);
        let body = &opened.body;
        Ok(json!({
            "sender": body.sender,
            "device": body.device,
            "n": body.n,
            "prev": body.prev,
            "seen": body.seen,
            "id": body.id,
            "at": body.at,
            "kind": kind,
            "content": content,
            "body_hash": opened.body_hash,
        }))
    },
};

pub fn open(given: &Given, token: &str) -> Result<Opened, &'static str> {
    let secret = given.room_key("room_key");
    let ctx = secret.context(given.get("room")?, given.get("epoch")?);
    envelope::open(&secret.message_key(), &ctx, token).map_err(reason)
}

/// Why a token is not what it should be, in the words of the vectors.
pub fn reason(error: EnvelopeError) -> &'static str {
    match error {
        EnvelopeError::Open(_) => "token",
        EnvelopeError::Version(_) => "version",
        EnvelopeError::Padding(_) => "padding",
        EnvelopeError::Body(_) | EnvelopeError::Json(_) | EnvelopeError::Number => "json",
    }
}

/// The kind and what it says; nothing of a kind that is not known.
fn content(body: &Body) -> (String, Value) {
    match &body.content {
        Content::Unknown { kind } => (kind.clone(), Value::Null),
        _ => {
            let json: Value = serde_json::from_slice(&body.to_json().unwrap()).unwrap();
            (
                json["kind"].as_str().unwrap().to_owned(),
                json["content"].clone(),
            )
        }
    }
}

pub fn suite() -> Suite {
    let mut suite = Suite::new(
        "messages",
        "Sections 6.1 to 6.3: sealed messages and their bodies.",
    );
    tokens(&mut suite);
    bodies::cases(&mut suite);
    suite
}

/// Ana's message with this number and content, sealed when there was nothing but the header.
pub fn body(n: u64, prev: Hash, content: Content) -> Body {
    Body {
        sender: cast::ana().keys().user,
        device: DeviceId([1; 16]),
        n,
        prev,
        seen: cast::after_header(),
        id: MessageId([n as u8; 16]),
        at: 1_700_000_000_000,
        content,
    }
}

pub fn text(text: &str) -> Content {
    Content::Text {
        text: text.to_owned(),
    }
}

/// The plaintext of a body by Ana, and its `B`.
pub fn plain(json: &[u8]) -> (Vec<u8>, Hash) {
    let hash = label::hash(HashPurpose::Body, &[&cast::ctx().bytes(), json]);
    let signature = cast::ana()
        .identity
        .sign(SignaturePurpose::Message, &hash.0);
    let head = [&[1][..], &signature.0].concat();
    (padding::frame(&head, json).to_vec(), hash)
}

pub fn given(token: &str) -> Value {
    json!({
        "room_key": *cast::room_secret().reveal(),
        "room": cast::ROOM,
        "epoch": cast::EPOCH,
        "token": token,
        "signing": cast::ana().identity.signing_key(),
    })
}

/// The epoch's second entry, and its `B`.
pub fn first_message() -> (Entry, Hash) {
    let body = body(1, cast::header_hash(), text("Grüße aus Genf 🏔"));
    let (plain, hash) = plain(&body.to_json().unwrap());
    (Entry::Sealed(sealing::in_the_room(&plain)), hash)
}

fn tokens(suite: &mut Suite) {
    let (ana, secret, ctx) = (cast::ana(), cast::room_secret(), cast::ctx());
    let (first, first_hash) = first_message();
    let deletion = Deletion {
        seq: 2,
        entry: entry_hash(&first),
        author: ana.keys().user,
        device: DeviceId([1; 16]),
        n: 1,
        body: first_hash,
    };
    let mut prev = cast::header_hash();
    let contents = [
        ("a text", text("Grüße aus Genf 🏔")),
        ("a long text", text(&"x".repeat(5000))),
        (
            "a room profile",
            Content::RoomProfile {
                name: "Choir".to_owned(),
            },
        ),
        (
            "a member profile",
            Content::MemberProfile {
                display_name: "Ana B.".to_owned(),
            },
        ),
        (
            "a display name taken back",
            Content::MemberProfile {
                display_name: String::new(),
            },
        ),
        ("a deletion", Content::Deletion(deletion)),
    ];
    for (n, (name, content)) in (1..).zip(contents) {
        let body = body(n, prev, content);
        let (plain, hash) = plain(&body.to_json().unwrap());
        // What the engine seals is the same, but for the IV.
        let engine = envelope::seal(&secret.message_key(), &ctx, &ana.identity, &body).unwrap();
        assert_eq!(engine.body_hash, hash);
        assert_eq!(secret.message_key().open(&engine.token).unwrap()[..], plain);
        let token = sealing::in_the_room(&plain);
        suite.accept(name, &MESSAGE, given(&token));
        prev = hash;
    }
    let first = body(1, cast::header_hash(), text("hello"));
    let json = String::from_utf8(first.to_json().unwrap().to_vec()).unwrap();
    let poll = json.replace(
        r#""kind":"text","content":{"text":"hello"}"#,
        r#""kind":"poll","content":[1,{"a":null}]"#,
    );
    let (poll, _) = plain(poll.as_bytes());
    let token = sealing::in_the_room(&poll);
    suite.accept("a message of an unknown kind", &MESSAGE, given(&token));
    let spaced = format!(" {} ", json.replace(':', " : "));
    let (spaced, _) = plain(spaced.as_bytes());
    let token = sealing::in_the_room(&spaced);
    suite.accept("a message with white space", &MESSAGE, given(&token));
    refused_tokens(suite, &json);
}

fn refused_tokens(suite: &mut Suite, json: &str) {
    let (good, _) = plain(json.as_bytes());
    let token = sealing::in_the_room(&good);
    let good_given = given(&token);
    let zero = json!(protocol::RoomId([0; 16]));
    for (name, given, reason) in [
        (
            "a message of another",
            with(
                &good_given,
                "/signing",
                json!(cast::bob().identity.signing_key()),
            ),
            "signature",
        ),
        (
            "a message from another room",
            with(&good_given, "/room", zero),
            "signature",
        ),
        (
            "a message from another epoch",
            with(&good_given, "/epoch", json!(3)),
            "signature",
        ),
        (
            "a message under another room key",
            with(
                &good_given,
                "/room_key",
                json!(*cast::old_secret().reveal()),
            ),
            "token",
        ),
    ] {
        suite.refuse(name, &MESSAGE, given, reason);
    }
    let mut other_signature = good.clone();
    other_signature[1] ^= 1;
    let mut dirty = good.clone();
    *dirty.last_mut().unwrap() = 1;
    let longer = [&good[..], &[0; 512]].concat();
    let versions = |version: u8| [&[version][..], &good[1..]].concat();
    let (float, _) = plain(json.replace("\"n\":1", "\"n\":1.0").as_bytes());
    let (extra, _) = plain(json.replacen('{', r#"{"more":1,"#, 1).as_bytes());
    for (name, plain, reason) in [
        (
            "a message with a changed signature",
            other_signature,
            "signature",
        ),
        ("a message with a signal's version", versions(2), "version"),
        (
            "a message with a vault item's version",
            versions(3),
            "version",
        ),
        ("a message with a receipt's version", versions(4), "version"),
        ("a message with version 0", versions(0), "version"),
        ("a message of nothing", Vec::new(), "padding"),
        ("a message with dirty padding", dirty, "padding"),
        ("a message with too much padding", longer, "padding"),
        (
            "a message without padding",
            good[..good.len() - 1].to_vec(),
            "padding",
        ),
        ("a message with a fraction", float, "json"),
        ("a message with more to say", extra, "json"),
    ] {
        let token = sealing::in_the_room(&plain);
        suite.refuse(name, &MESSAGE, given(&token), reason);
    }
}

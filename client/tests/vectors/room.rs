//! Room keys, what follows from them, and wraps.

use crate::{
    cast, sealing,
    suite::{Check, Suite, with},
};
use client::{
    kdf::kdf,
    room_key::{Context, RoomSecret},
    token::FernetKey,
    wrap::{self, WrapError},
};
use protocol::{UserId, b64};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use serde_json::json;

const ROOM_KEY: Check = Check {
    name: "room key",
    answer: |given| {
        let secret = RoomSecret::parse(given.text("typed")).map_err(|_| "room key")?;
        let key = |label, used: FernetKey| {
            let key = kdf(secret.as_bytes(), label);
            // The very key that is used.
            assert!(used.open(&FernetKey::new(&key).seal(b"x")).is_ok());
            b64::encode(key.as_bytes())
        };
        Ok(json!({
            "room_key": *secret.reveal(),
            "locator": secret.locator(),
            "join_seed": b64::encode(secret.join_key().to_bytes()),
            "join_key": b64::encode(secret.join_key().verifying_key().to_bytes()),
            "commitment": secret.commitment(),
            "message_key": key("room message", secret.message_key()),
            "history_key": key("room history", secret.history_key()),
        }))
    },
};

const CONTEXT: Check = Check {
    name: "context",
    answer: |given| {
        let secret = given.room_key("room_key");
        let ctx = secret.context(given.get("room")?, given.get("epoch")?);
        Ok(json!({"ctx": b64::encode(ctx.bytes())}))
    },
};

/// The secret of the epoch before, out of a header's `history`.
const HISTORY: Check = Check {
    name: "history",
    answer: |given| {
        let key = given.room_key("room_key").history_key();
        let bytes = key.open(given.text("history")).map_err(|_| "token")?;
        let previous = RoomSecret::from_slice(&bytes).ok_or("token")?;
        Ok(json!({"room_key": *previous.reveal()}))
    },
};

const WRAP: Check = Check {
    name: "wrap",
    answer: |given| {
        let ctx = Context {
            room: given.get("room")?,
            epoch: given.get("epoch")?,
            commitment: given.get("commitment")?,
        };
        let sender: UserId = given.get("sender")?;
        let recipient = given.account("recipient_secret").identity();
        let opened = wrap::unwrap(&ctx, &sender, &recipient, &given.bytes("sealed"));
        let secret = opened.map_err(|error| match error {
            WrapError::Open | WrapError::RecipientKey => "wrap",
            WrapError::Commitment => "commitment",
        })?;
        Ok(json!({"room_key": *secret.reveal()}))
    },
};

pub fn suite() -> Suite {
    let mut suite = Suite::new(
        "room",
        "Section 3 and 4.6: room keys, what follows from them, and wraps.",
    );
    room_keys(&mut suite);
    let key = cast::room_secret().reveal();
    let given = json!({"room_key": *key, "room": cast::ROOM, "epoch": cast::EPOCH});
    let gives = suite.accept("a context", &CONTEXT, given.clone());
    let mut reversed = b64::decode(gives["ctx"].as_str().unwrap()).unwrap();
    reversed[16..20].reverse();
    suite.deny(
        "a context with the epoch's bytes reversed",
        &CONTEXT,
        given,
        json!({"ctx": b64::encode(reversed)}),
    );
    histories(&mut suite);
    wraps(&mut suite);
    suite
}

fn room_keys(suite: &mut Suite) {
    let key = cast::room_secret().reveal().to_string();
    let bare = key.trim_end_matches('=');
    let given = |typed: &str| json!({"typed": typed});
    suite.accept("a room key", &ROOM_KEY, given(&key));
    suite.accept(
        "the room key before it",
        &ROOM_KEY,
        given(&cast::old_secret().reveal()),
    );
    suite.accept("a room key without its end", &ROOM_KEY, given(bare));
    suite.accept(
        "a room key with white space",
        &ROOM_KEY,
        given(&format!(" {}\r\n {}\t", &key[..20], &key[20..])),
    );
    suite.accept(
        "an invite link",
        &ROOM_KEY,
        given(&format!("https://chat.example/join#{key}")),
    );
    for (name, typed) in [
        ("nothing pasted", String::new()),
        (
            "a link without a key",
            "https://chat.example/join#".to_owned(),
        ),
        ("a key that is cut off", bare[..42].to_owned()),
        ("a key with a character too many", format!("A{key}")),
        ("a key with two ends", format!("{key}=")),
        ("a key with unused bits", format!("{}9", &bare[..42])),
        ("a key in the other alphabet", key.replacen('Q', "+", 1)),
    ] {
        suite.refuse(name, &ROOM_KEY, given(&typed), "room key");
    }
}

fn histories(suite: &mut Suite) {
    let (secret, old) = (cast::room_secret(), cast::old_secret());
    let key = kdf(secret.as_bytes(), "room history");
    let history = sealing::token(&key, old.as_bytes());
    let given =
        |key: &RoomSecret, history: &str| json!({"room_key": *key.reveal(), "history": history});
    suite.accept("a history", &HISTORY, given(&secret, &history));
    suite.refuse(
        "a history and another room key",
        &HISTORY,
        given(&old, &history),
        "token",
    );
    let short = sealing::token(&key, &[1; 31]);
    suite.refuse(
        "a history of 31 bytes",
        &HISTORY,
        given(&secret, &short),
        "token",
    );
}

fn wraps(suite: &mut Suite) {
    let (ana, bob, cleo) = (cast::ana(), cast::bob(), cast::cleo());
    let (secret, ctx) = (cast::room_secret(), cast::ctx());
    let wrapped = |secret: &RoomSecret| {
        let mut rng = ChaCha20Rng::seed_from_u64(9);
        let (ana, bob) = (ana.keys(), bob.keys());
        wrap::wrap(&mut rng, &ctx, &ana.user, &bob.user, &bob.agreement, secret).unwrap()
    };
    let good = json!({
        "room": ctx.room,
        "epoch": ctx.epoch,
        "commitment": ctx.commitment,
        "sender": ana.keys().user,
        "recipient_secret": b64::encode(bob.secret.as_bytes()),
        "sealed": b64::encode(wrapped(&secret)),
    });
    suite.accept("a wrap", &WRAP, good.clone());
    let sealed = wrapped(&secret);
    let mut changed = sealed.clone();
    changed[79] ^= 1;
    let small = [&[0; 32][..], &sealed[32..]].concat();
    let zero = protocol::RoomId([0; 16]);
    for (name, given, reason) in [
        (
            "a wrap for another room",
            with(&good, "/room", json!(zero)),
            "wrap",
        ),
        (
            "a wrap for another epoch",
            with(&good, "/epoch", json!(3)),
            "wrap",
        ),
        (
            "a wrap for another commitment",
            with(&good, "/commitment", json!(cast::old_secret().commitment())),
            "wrap",
        ),
        (
            "a wrap by another sender",
            with(&good, "/sender", json!(cleo.keys().user)),
            "wrap",
        ),
        (
            "a wrap for another member",
            with(
                &good,
                "/recipient_secret",
                json!(b64::encode(cleo.secret.as_bytes())),
            ),
            "wrap",
        ),
        (
            "a wrap with a changed byte",
            with(&good, "/sealed", json!(b64::encode(changed))),
            "wrap",
        ),
        (
            "a wrap that is cut off",
            with(&good, "/sealed", json!(b64::encode(&sealed[..79]))),
            "wrap",
        ),
        (
            "a wrap with a small key",
            with(&good, "/sealed", json!(b64::encode(small))),
            "wrap",
        ),
        (
            "a wrap of another secret",
            with(
                &good,
                "/sealed",
                json!(b64::encode(wrapped(&cast::old_secret()))),
            ),
            "commitment",
        ),
    ] {
        suite.refuse(name, &WRAP, given, reason);
    }
}

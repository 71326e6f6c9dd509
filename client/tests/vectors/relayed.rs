//! Receipts and signals: sealed like messages, and never taken for them.

use crate::{
    cast,
    given::Given,
    messages::{given, reason},
    sealing,
    suite::{Check, Outcome, Suite, with},
};
use client::{envelope, padding, room_key::Context, signal, slot, token::FernetKey};
use protocol::{
    Hash, RoomId, RunId,
    label::{self, HashPurpose, SignaturePurpose},
    open::Head,
};
use serde_json::{Value, json};

const RECEIPT: Check = Check {
    name: "receipt",
    answer: |given| {
        let (key, ctx) = room(given)?;
        let opened = slot::open(&key, &ctx, given.text("token")).map_err(reason)?;
        match opened.is_signed_by(&given.get("signing")?) {
            true => Ok(json!({"receipt": opened.receipt})),
            false => Err("signature"),
        }
    },
};

const SIGNAL: Check = Check {
    name: "signal",
    answer: |given| {
        let (key, ctx) = room(given)?;
        let opened = signal::open(&key, &ctx, given.text("token")).map_err(reason)?;
        if !opened.is_signed_by(&given.get("signing")?) {
            return Err("signature");
        }
        let it = &opened.signal;
        let kind = match &it.kind {
            signal::SignalKind::Typing => "typing",
            signal::SignalKind::Unknown(kind) => kind,
        };
        Ok(
            json!({"sender": it.sender, "run": it.run, "count": it.count, "at": it.at, "kind": kind}),
        )
    },
};

/// The same token where a message is expected.
const AS_MESSAGE: Check = Check {
    name: "message",
    answer: |given| -> Outcome {
        let (key, ctx) = room(given)?;
        let opened = envelope::open(&key, &ctx, given.text("token")).map_err(reason);
        Err(opened.err().unwrap())
    },
};

fn room(given: &Given) -> Result<(FernetKey, Context), &'static str> {
    let secret = given.room_key("room_key");
    let ctx = secret.context(given.get("room")?, given.get("epoch")?);
    Ok((secret.message_key(), ctx))
}

pub fn suite() -> Suite {
    let mut suite = Suite::new("relayed", "Section 6.6: receipts and signals.");
    receipts(&mut suite);
    signals(&mut suite);
    suite
}

/// Ana's token with this JSON.
fn token(version: u8, json: &Value) -> String {
    let (hash, purpose) = match version {
        2 => (HashPurpose::Signal, SignaturePurpose::Signal),
        4 => (HashPurpose::Slot, SignaturePurpose::Slot),
        _ => panic!("neither a signal's version nor a receipt's"),
    };
    let json = json.to_string();
    let hash = label::hash(hash, &[&cast::ctx().bytes(), json.as_bytes()]);
    let signature = cast::ana().identity.sign(purpose, &hash.0);
    let head = [&[version][..], &signature.0].concat();
    let plain = padding::frame(&head, json.as_bytes());
    sealing::in_the_room(&plain)
}

/// What must not pass, whatever it is.
fn foreign(suite: &mut Suite, what: &str, check: &Check, token: &str) {
    let good = given(token);
    let bob = cast::bob().identity.signing_key();
    for (name, given, reason) in [
        (
            "of another",
            with(&good, "/signing", json!(bob)),
            "signature",
        ),
        (
            "from another room",
            with(&good, "/room", json!(RoomId([0; 16]))),
            "signature",
        ),
        (
            "from another epoch",
            with(&good, "/epoch", json!(3)),
            "signature",
        ),
        (
            "under another room key",
            with(&good, "/room_key", json!(*cast::old_secret().reveal())),
            "token",
        ),
    ] {
        suite.refuse(&format!("{what} {name}"), check, given, reason);
    }
    suite.refuse(
        &format!("{what} in the place of a message"),
        &AS_MESSAGE,
        given(token),
        "version",
    );
}

fn more(json: &Value) -> Value {
    let mut more = json.clone();
    more["more"] = json!(1);
    more
}

fn receipts(suite: &mut Suite) {
    let read = Head {
        seq: 42,
        hash: Hash([6; 32]),
    };
    let json = json!({"sender": cast::ana().keys().user, "read": read});
    let made = token(4, &json);
    suite.accept("a receipt", &RECEIPT, given(&made));
    let engine = slot::seal(
        &cast::room_secret().message_key(),
        &cast::ctx(),
        &cast::ana().identity,
        read,
    );
    assert!((RECEIPT.answer)(&Given(&given(&engine))) == (RECEIPT.answer)(&Given(&given(&made))));
    foreign(suite, "a receipt", &RECEIPT, &made);
    for (name, json) in [
        (
            "a receipt with a negative place",
            with(&json, "/read", json!({"seq": -1, "hash": read.hash})),
        ),
        (
            "a receipt for too large a place",
            with(
                &json,
                "/read",
                json!({"seq": 1u64 << 53, "hash": read.hash}),
            ),
        ),
        ("a receipt with more to say", more(&json)),
        (
            "a receipt without a place",
            json!({"sender": json["sender"]}),
        ),
    ] {
        let token = token(4, &json);
        suite.refuse(name, &RECEIPT, given(&token), "json");
    }
}

fn signals(suite: &mut Suite) {
    let run = RunId([3; 16]);
    let json = json!({
        "sender": cast::ana().keys().user,
        "run": run,
        "count": 1,
        "at": 1_700_000_000_000u64,
        "kind": "typing",
        "content": {},
    });
    let made = token(2, &json);
    suite.accept("a signal", &SIGNAL, given(&made));
    let typing = signal::Signal {
        sender: cast::ana().keys().user,
        run,
        count: 1,
        at: 1_700_000_000_000,
        kind: signal::SignalKind::Typing,
    };
    let engine = signal::seal(
        &cast::room_secret().message_key(),
        &cast::ctx(),
        &cast::ana().identity,
        &typing,
    );
    assert!((SIGNAL.answer)(&Given(&given(&engine))) == (SIGNAL.answer)(&Given(&given(&made))));
    let unknown = with(&with(&json, "/kind", json!("hum")), "/content", json!([1]));
    let token_of_unknown = token(2, &unknown);
    suite.accept(
        "a signal of an unknown kind",
        &SIGNAL,
        given(&token_of_unknown),
    );
    foreign(suite, "a signal", &SIGNAL, &made);
    suite.refuse(
        "a signal in the place of a receipt",
        &RECEIPT,
        given(&made),
        "version",
    );
    for (name, json) in [
        ("a signal with count 0", with(&json, "/count", json!(0))),
        (
            "a signal that says more than it may",
            with(&json, "/content", json!({"text": "h"})),
        ),
        ("a signal with more to say", more(&json)),
        (
            "a signal with too short a run",
            with(&json, "/run", json!("AwMD")),
        ),
        (
            "a signal at too late a time",
            with(&json, "/at", json!(1u64 << 53)),
        ),
    ] {
        let token = token(2, &json);
        suite.refuse(name, &SIGNAL, given(&token), "json");
    }
}

//! What is sealed and stands in no log: receipts and signals.

use crate::{
    json::rules_allow,
    people::{ROOM, ana, message},
};
use client::{
    envelope, padding as framing,
    signal::{self, Signal, SignalKind},
    slot,
};
use protocol::{RunId, open::Head};
use serde_json::{Value, json};

/// The head that Ana has read.
pub fn read() -> Head {
    message().seen
}

/// A signal of Ana's.
pub fn typing() -> Signal {
    Signal {
        sender: ana().user(),
        run: RunId([3; 16]),
        count: 1,
        at: message().at,
        kind: SignalKind::Typing,
    }
}

/// The plaintext of a receipt: framed in one way, nothing else by its version, and signed by Ana only if it is what she signed.
pub fn receipt(data: &[u8]) -> bool {
    let (key, ctx) = (&ROOM.message_key, &ROOM.ctx);
    let token = key.seal(data);
    let Ok(opened) = slot::open(key, ctx, &token) else {
        return false;
    };
    assert!(envelope::open(key, ctx, &token).is_err());
    assert!(signal::open(key, ctx, &token).is_err());
    assert_eq!(json!(opened.receipt), framed(data));
    let own = (opened.receipt.sender, opened.receipt.read) == (ana().user(), read());
    assert!(own || !opened.is_signed_by(&ana().signing_key()));
    true
}

/// The plaintext of a signal: the same.
pub fn signal(data: &[u8]) -> bool {
    let (key, ctx) = (&ROOM.message_key, &ROOM.ctx);
    let token = key.seal(data);
    let Ok(opened) = signal::open(key, ctx, &token) else {
        return false;
    };
    assert!(envelope::open(key, ctx, &token).is_err());
    assert!(slot::open(key, ctx, &token).is_err());
    let text = framed(data);
    let said = &opened.signal;
    for (name, value) in [
        ("sender", json!(said.sender)),
        ("run", json!(said.run)),
        ("count", json!(said.count)),
        ("at", json!(said.at)),
    ] {
        assert_eq!(text[name], value);
    }
    match &said.kind {
        SignalKind::Typing => assert_eq!(
            (&text["kind"], &text["content"]),
            (&json!("typing"), &json!({}))
        ),
        SignalKind::Unknown(kind) => assert_eq!(text["kind"], json!(kind)),
    }
    assert!(*said == typing() || !opened.is_signed_by(&ana().signing_key()));
    true
}

/// The strict JSON in what opened, which is framed in the one way that there is.
fn framed(data: &[u8]) -> Value {
    let (head, json) = framing::unframe(data, 65).expect("it opened");
    assert_eq!(**framing::frame(head, json), *data);
    let text = serde_json::from_slice(json).expect("it opened");
    assert!(rules_allow(json, &text));
    text
}

//! What is sealed: messages and vault items, from the token's text to the JSON inside.

use crate::{
    json::{Unknown, rules_allow},
    people::{ANAS_SECRET, ROOM, ana, message},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE};
use client::{
    body::{Body, Content},
    envelope, padding as framing,
    secret::Secret32,
    token::FernetKey,
    vault_item as vault,
};
use protocol::{Hash, entry::has_token_shape};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

/// The plaintext of a message: framed in the one way that its body has, and signed by Ana only if it is what she signed.
pub fn envelope(data: &[u8]) -> bool {
    static SIGNED: LazyLock<Hash> = LazyLock::new(|| {
        let sealed = envelope::seal(&ROOM.message_key, &ROOM.ctx, ana(), &message());
        sealed.expect("a body within the limits").body_hash
    });
    let token = ROOM.message_key.seal(data);
    let Ok(opened) = envelope::open(&ROOM.message_key, &ROOM.ctx, &token) else {
        return false;
    };
    let (head, json) = framing::unframe(data, 65).expect("it opened");
    assert_eq!(**framing::frame(head, json), *data);
    assert!(message_body(json), "it opened");
    assert!(!opened.is_signed_by(&ana().signing_key()) || opened.body_hash == *SIGNED);
    true
}

/// The JSON of a message.
pub fn message_body(data: &[u8]) -> bool {
    let Ok(body) = Body::parse(data) else {
        return false;
    };
    let text: Value = serde_json::from_slice(data).expect("what was read is JSON");
    assert!(rules_allow(data, &text));
    if !matches!(body.content, Content::Unknown { .. }) {
        let json = body.to_json().expect("what was read can be written");
        assert!(Body::parse(&json).is_ok_and(|again| again == body));
        let written: Value = serde_json::from_slice(&json).expect("it was just read");
        assert_eq!(written, text);
    }
    true
}

/// The frame of a plaintext, with heads of all lengths that there are.
pub fn padding(data: &[u8]) -> bool {
    let taken = |head_len| {
        framing::unframe(data, head_len).is_ok_and(|(head, body)| {
            assert_eq!(head.len(), head_len);
            assert_eq!(**framing::frame(head, body), *data);
            true
        })
    };
    [1, 65].map(taken).contains(&true)
}

/// A token: as text, as what is sealed in one, and as what someone with the key could put behind a valid MAC.
pub fn token(data: &[u8]) -> bool {
    static KEY: LazyLock<FernetKey> = LazyLock::new(|| FernetKey::new(&Secret32::new([1; 32])));
    let sealed = KEY.seal(data);
    assert!(has_token_shape(&sealed));
    assert_eq!(
        KEY.open(&sealed).map(|inside| inside.to_vec()),
        Ok(data.to_vec())
    );
    let forged = URL_SAFE.encode(with_mac(&[1; 16], data));
    let text = str::from_utf8(data).unwrap_or_default();
    [&forged, text].map(opens_canonically).contains(&true)
}

fn opens_canonically(text: &str) -> bool {
    let key = FernetKey::new(&Secret32::new([1; 32]));
    let Ok(inside) = key.open(text) else {
        return false;
    };
    assert!(has_token_shape(text));
    let bytes = URL_SAFE.decode(text).expect("it opened");
    assert_eq!(URL_SAFE.encode(&bytes), text, "two texts for one token");
    assert_eq!(
        bytes[..9],
        [0x80, 0, 0, 0, 0, 0, 0, 0, 0],
        "version and time"
    );
    let blocks = inside.len() / 16 + 1;
    assert_eq!(bytes.len(), 1 + 8 + 16 + 16 * blocks + 32);
    true
}

/// HMAC-SHA256 (RFC 2104) behind the message.
fn with_mac(key: &[u8; 16], message: &[u8]) -> Vec<u8> {
    let pad = |with: u8| {
        let mut block = [with; 64];
        block
            .iter_mut()
            .zip(key)
            .for_each(|(byte, key)| *byte ^= key);
        Sha256::new_with_prefix(block)
    };
    let inner = pad(0x36).chain_update(message).finalize();
    let mac = pad(0x5c).chain_update(inner).finalize();
    [message, &mac].concat()
}

/// The plaintext of a vault item: framed in one way, and of the name, version and user that were asked for.
pub fn vault_item(data: &[u8]) -> bool {
    let (key, user) = (ANAS_SECRET.vault_key(), ana().user());
    let token = key.seal(data);
    let Ok(content) = vault::open_item::<Value>(&key, &user, "settings", 4, &token) else {
        return false;
    };
    let (head, json) = framing::unframe(data, 1).expect("it opened");
    assert_eq!(**framing::frame(head, json), *data);
    let text: Value = serde_json::from_slice(json).expect("it opened");
    let named =
        serde_json::json!({"user": user, "item": "settings", "version": 4, "content": content});
    assert!(crate::json::agrees(&named, &text, Unknown::Refused));
    let again = vault::seal_item(&key, &user, "settings", 4, &content);
    let again = again.map(|token| vault::open_item::<Value>(&key, &user, "settings", 4, &token));
    assert!(again.is_ok_and(|again| again.is_ok_and(|again| again == content)));
    true
}

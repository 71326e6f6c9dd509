//! Entries of the log.

use crate::{
    json::rules_allow,
    people::{ROOM, STATEMENTS, ana},
};
use client::statement;
use protocol::{
    Entry, OpenEntry,
    label::{self, HashPurpose},
    log::entry_hash,
    open::{OpenBody, OpenContent},
};
use serde_json::Value;

/// An entry, `class ‖ payload`, and for an open one all that a client checks of it by itself.
pub fn entry(data: &[u8]) -> bool {
    let Some((class, payload)) = data.split_first() else {
        return false;
    };
    let Ok(entry) = Entry::from_parts(*class, payload) else {
        return false;
    };
    assert_eq!((entry.class(), &*entry.payload()), (*class, payload));
    assert_eq!(entry_hash(&entry), label::hash(HashPurpose::Entry, &[data]));
    let text = serde_json::to_string(&entry).expect("an entry can be written");
    let again = serde_json::from_str::<Entry>(&text).expect("it can be read from a frame");
    assert_eq!(again, entry);
    if let Entry::Open(open) = &entry {
        signatures(open);
    }
    true
}

/// Nothing that Ana did not sign holds as hers, and no header or join introduces a key that gives another user id.
fn signatures(entry: &OpenEntry) {
    let genuine = STATEMENTS
        .iter()
        .any(|it| (&it.json, it.signature) == (&entry.json, entry.signature));
    assert_eq!(entry.is_signed_by(&ana().signing_key()), genuine);
    let Ok(body) = entry.body() else { return };
    let header = statement::verify_header(entry, &body, Some(&ROOM.secret));
    if let Ok(header) = header {
        assert!(header.author.are_of(&body.sender));
        assert_eq!(header.commitment, ROOM.ctx.commitment);
    }
    if let Ok(join) = statement::verify_join(entry, &body, &ROOM.join_key) {
        assert!(join.member.are_of(&body.sender));
    }
    let by_member = statement::verify_by_member(entry, &body, &ana().signing_key());
    assert!(by_member.is_err() || genuine);
}

/// The JSON of an open entry.
pub fn open_body(data: &[u8]) -> bool {
    let Ok(body) = OpenBody::parse(data) else {
        return false;
    };
    let text: Value = serde_json::from_slice(data).expect("what was read is JSON");
    assert!(rules_allow(data, &text));
    let json = body.to_json().expect("what was read can be written");
    let again = OpenBody::parse(json.as_bytes()).expect("what was written can be read");
    assert_eq!(again, body);
    // What a kind that is not known contains is not kept.
    if !matches!(body.content, OpenContent::Unknown(_)) {
        let written: Value = serde_json::from_str(&json).expect("it was just read");
        assert_eq!(written, text);
    }
    true
}

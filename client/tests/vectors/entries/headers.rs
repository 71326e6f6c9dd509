//! What a header and a join prove by themselves.

use super::{OPEN_ENTRY, altered, broken, reason, text};
use crate::{
    cast,
    given::open_entry,
    suite::{Check, Suite},
};
use client::{
    room_key::RoomSecret,
    statement::{self, Statement},
};
use protocol::{Entry, OpenEntry, PublicKey, b64, log::entry_hash};
use serde_json::{Value, json};

const HEADER: Check = Check {
    name: "header",
    answer: |given| {
        let (entry, body) = open_entry(given.text("entry"))?;
        let key: Option<String> = given.maybe("room_key")?;
        let secret = key.map(|key| RoomSecret::parse(&key).unwrap());
        statement::verify_header(&entry, &body, secret.as_ref()).map_err(reason)?;
        Ok(json!({}))
    },
};

const JOIN: Check = Check {
    name: "join",
    answer: |given| {
        let (entry, body) = open_entry(given.text("entry"))?;
        let join_key: PublicKey = given.get("join_key")?;
        statement::verify_join(&entry, &body, &join_key).map_err(reason)?;
        Ok(json!({}))
    },
};

pub fn headers(suite: &mut Suite, header: &OpenEntry) {
    let key = cast::room_secret().reveal();
    suite.accept("header", &OPEN_ENTRY, json!({"entry": text(header)}));
    let given = |entry: &OpenEntry, key: &str| json!({"entry": text(entry), "room_key": key});
    suite.accept("a header and its room key", &HEADER, given(header, &key));
    suite.accept(
        "a header without the room key",
        &HEADER,
        json!({"entry": text(header)}),
    );
    let bob = json!(cast::bob().keys());
    let old = cast::old_secret();
    for (name, entry, reason) in [
        (
            "a header that the author did not sign",
            broken(header, false),
            "signature",
        ),
        (
            "a header that the room key did not sign",
            broken(header, true),
            "second signature",
        ),
        (
            "a header by another sender",
            altered(header, "/sender", bob["user"].clone()),
            "keys",
        ),
        (
            "a header by another author",
            altered(header, "/content/author", bob),
            "keys",
        ),
        (
            "a header with another commitment",
            altered(header, "/content/commitment", json!(old.commitment())),
            "commitment",
        ),
        (
            "a header with another locator",
            altered(header, "/content/locator", json!(old.locator())),
            "commitment",
        ),
    ] {
        suite.refuse(name, &HEADER, given(&entry, &key), reason);
    }
    suite.refuse(
        "a header and another room key",
        &HEADER,
        given(header, &old.reveal()),
        "commitment",
    );
    let mut extra: Value = serde_json::from_str(&header.json).unwrap();
    extra["content"]["settings"]["colour"] = json!(1);
    let mut missing: Value = serde_json::from_str(&header.json).unwrap();
    missing["content"]["settings"]
        .as_object_mut()
        .unwrap()
        .remove("admins_may_delete");
    for (name, entry) in [
        (
            "a header with an unknown setting",
            cast::signed(&extra.to_string()),
        ),
        (
            "a header without a setting",
            cast::signed(&missing.to_string()),
        ),
        (
            "a header whose history is null",
            altered(header, "/content/history", json!(null)),
        ),
        (
            "a header whose settings are a list",
            altered(header, "/content/settings", json!([true, true])),
        ),
        (
            "a header with a negative place",
            altered(header, "/content/seen/seq", json!(-1)),
        ),
        (
            "a header with an epoch of 33 bits",
            altered(header, "/epoch", json!(1u64 << 32)),
        ),
    ] {
        suite.refuse(name, &OPEN_ENTRY, json!({"entry": text(&entry)}), "json");
    }
}

pub fn joins(suite: &mut Suite, header: &OpenEntry) -> Statement {
    let (bob, secret) = (cast::bob(), cast::room_secret());
    let prev = entry_hash(&Entry::Open(header.clone()));
    let join = statement::join(&bob.identity, cast::place(prev), &bob.name, &secret).unwrap();
    suite.accept("join", &OPEN_ENTRY, json!({"entry": text(&join.entry)}));
    let join_key = json!(b64::encode(secret.join_key().verifying_key().to_bytes()));
    let given = |entry: &OpenEntry| json!({"entry": text(entry), "join_key": join_key});
    suite.accept("a join", &JOIN, given(&join.entry));
    let cleo = cast::cleo();
    let foreign = statement::join(
        &bob.identity,
        cast::place(prev),
        &bob.name,
        &cast::old_secret(),
    )
    .unwrap();
    let other_sender = altered(&join.entry, "/sender", json!(cleo.keys().user));
    let swapped = altered(
        &join.entry,
        "/content/member/agreement",
        json!(cleo.keys().agreement),
    );
    for (name, entry, reason) in [
        (
            "a join that the joiner did not sign",
            broken(&join.entry, false),
            "signature",
        ),
        ("a join whose keys were swapped", swapped, "signature"),
        (
            "a join with another room key",
            foreign.entry,
            "second signature",
        ),
        ("a join by another sender", other_sender, "keys"),
    ] {
        suite.refuse(name, &JOIN, given(&entry), reason);
    }
    join
}

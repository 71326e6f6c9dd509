//! The JSON inside a message.

use super::{body, text};
use crate::{
    cast,
    suite::{Check, Suite, with},
};
use client::body::{Body, BodyError};
use protocol::{DeviceId, Hash};
use serde_json::{Value, json};

const BODY: Check = Check {
    name: "body",
    answer: |given| match Body::parse(given.text("json").as_bytes()) {
        Ok(_) => Ok(json!({})),
        Err(BodyError::UnknownKind) => panic!("this is for writing"),
        Err(_) => Err("json"),
    },
};

pub fn cases(suite: &mut Suite) {
    let body = body(1, cast::header_hash(), text("hello"));
    let json: Value = serde_json::from_slice(&body.to_json().unwrap()).unwrap();
    let given = |json: &Value| json!({"json": json.to_string()});
    suite.accept("a body", &BODY, given(&json));
    let said = |kind: &str, content: Value| {
        let mut changed = json.clone();
        changed["kind"] = json!(kind);
        changed["content"] = content;
        changed
    };
    let largest = 9_007_199_254_740_991u64;
    for (name, json) in [
        (
            "the longest text",
            said("text", json!({"text": "x".repeat(16_384)})),
        ),
        (
            "a text of control characters",
            said("text", json!({"text": "\u{0}\n\u{1b}"})),
        ),
        (
            "the longest room name",
            said("room_profile", json!({"name": "ü".repeat(100)})),
        ),
        (
            "an empty display name",
            said("member_profile", json!({"display_name": ""})),
        ),
        ("the largest numbers", with(&json, "/at", json!(largest))),
        ("a message from 1970", with(&json, "/at", json!(0))),
        ("an unknown kind of message", said("poll", json!(null))),
    ] {
        suite.accept(name, &BODY, given(&json));
    }
    let mut missing = json.clone();
    missing.as_object_mut().unwrap().remove("id");
    let deletion = json!({"seq": 7, "entry": Hash([7; 32]), "author": cast::bob().keys().user, "device": DeviceId([2; 16]), "n": 3});
    for (name, json) in [
        ("an empty text", said("text", json!({"text": ""}))),
        (
            "a text that is too long",
            said("text", json!({"text": "x".repeat(16_385)})),
        ),
        (
            "a text with more to say",
            said("text", json!({"text": "x", "bold": true})),
        ),
        ("a text that is a number", said("text", json!({"text": 1}))),
        (
            "an empty room name",
            said("room_profile", json!({"name": ""})),
        ),
        (
            "a room name that is too long",
            said("room_profile", json!({"name": "ü".repeat(101)})),
        ),
        (
            "a room name with a line break",
            said("room_profile", json!({"name": "a\nb"})),
        ),
        (
            "a room name with a late control character",
            said("room_profile", json!({"name": "a\u{85}b"})),
        ),
        (
            "a display name that is too long",
            said("member_profile", json!({"display_name": "x".repeat(101)})),
        ),
        (
            "a deletion without the body's hash",
            said("deletion", deletion),
        ),
        ("a number below 1", with(&json, "/n", json!(0))),
        ("a number that is negative", with(&json, "/n", json!(-1))),
        ("a number that is true", with(&json, "/n", json!(true))),
        (
            "a time that is too large",
            with(&json, "/at", json!(largest + 1)),
        ),
        ("a time that is negative", with(&json, "/at", json!(-1))),
        (
            "a device id that is cut off",
            with(&json, "/device", json!("AQEBAQEBAQEBAQEBAQEBA")),
        ),
        ("a body without an id", missing),
        ("a body that is a list", json!([])),
    ] {
        suite.refuse(name, &BODY, given(&json), "json");
    }
}

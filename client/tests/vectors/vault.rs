//! Vault items.

use crate::{
    cast, sealing,
    suite::{Check, Suite, with},
};
use client::{
    kdf::kdf,
    padding,
    vault_item::{self, VaultItemError},
};
use protocol::b64;
use serde_json::{Value, json};

const ITEM: Check = Check {
    name: "vault item",
    answer: |given| {
        let secret = given.account("secret");
        let opened = vault_item::open_item(
            &secret.vault_key(),
            &given.get("user")?,
            given.text("item"),
            given.get("version")?,
            given.text("token"),
        );
        let content: Value = opened.map_err(|error| match error {
            VaultItemError::Open(_) => "token",
            VaultItemError::Version(_) => "version",
            VaultItemError::Padding(_) => "padding",
            VaultItemError::Misplaced => "place",
            VaultItemError::Content(_) | VaultItemError::TooLong { .. } => "json",
        })?;
        Ok(json!({"content": content}))
    },
};

pub fn suite() -> Suite {
    let mut suite = Suite::new("vault", "Section 8: vault items.");
    let ana = cast::ana();
    let named = |item: &str, content: Value| {
        json!({"user": ana.keys().user, "item": item, "version": 7, "content": content}).to_string()
    };
    let framed = |head: u8, body: &str| padding::frame(&[head], body.as_bytes()).to_vec();
    let settings = named("settings", json!({"display_name": "Ana"}));
    let room = named(
        &cast::ROOM.to_string(),
        json!({
            "secrets": [{"epoch": 2, "secret": *cast::room_secret().reveal()}],
            "head": cast::beginning(),
        }),
    );
    let given = |item: &str, token: &str| {
        json!({
            "secret": b64::encode(ana.secret.as_bytes()),
            "user": ana.keys().user,
            "item": item,
            "version": 7,
            "token": token,
        })
    };
    let key = kdf(ana.secret.as_bytes(), "vault");

    let token = sealing::token(&key, &framed(3, &settings));
    let good = given("settings", &token);
    suite.accept("the settings", &ITEM, good.clone());
    let room_token = sealing::token(&key, &framed(3, &room));
    suite.accept("a room", &ITEM, given(&cast::ROOM.to_string(), &room_token));

    let bob = cast::bob();
    for (name, given, reason) in [
        (
            "an older version than the server says",
            with(&good, "/version", json!(8)),
            "place",
        ),
        (
            "a newer version than the server says",
            with(&good, "/version", json!(6)),
            "place",
        ),
        (
            "an item in another's place",
            given(&cast::ROOM.to_string(), &token),
            "place",
        ),
        (
            "another user's item",
            with(&good, "/user", json!(bob.keys().user)),
            "place",
        ),
        (
            "an item under another key",
            with(&good, "/secret", json!(b64::encode(bob.secret.as_bytes()))),
            "token",
        ),
    ] {
        suite.refuse(name, &ITEM, given, reason);
    }
    let mut dirty = framed(3, &settings);
    *dirty.last_mut().unwrap() = 1;
    for (name, plain, reason) in [
        (
            "an item with a message's version",
            framed(1, &settings),
            "version",
        ),
        ("an item of nothing", Vec::new(), "padding"),
        ("an item with dirty padding", dirty, "padding"),
        ("an item that is no JSON", framed(3, "{"), "json"),
        (
            "an item without a name",
            framed(3, r#"{"version":7,"content":{}}"#),
            "json",
        ),
    ] {
        let token = sealing::token(&key, &plain);
        suite.refuse(name, &ITEM, given("settings", &token), reason);
    }
    suite
}

//! What every other kind proves, given the sender's key on the roster.

use super::{OPEN_ENTRY, broken, reason, text};
use crate::{
    cast,
    given::open_entry,
    messages,
    suite::{Check, Suite},
};
use client::statement::{self, Statement};
use protocol::{
    OpenEntry, PublicKey, Signature,
    log::entry_hash,
    open::{
        Ban, Leave, OpenContent, Purge, Remove, Resume, Role, RoleChange, Settings, SettingsChange,
        Unban,
    },
};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use serde_json::{Value, json};

const STATEMENT: Check = Check {
    name: "statement",
    answer: |given| {
        let (entry, body) = open_entry(given.text("entry"))?;
        let signing: PublicKey = given.get("signing")?;
        statement::verify_by_member(&entry, &body, &signing).map_err(reason)?;
        Ok(json!({}))
    },
};

pub fn statements(suite: &mut Suite) {
    for (name, made) in every_kind() {
        cases(suite, name, &made.entry);
    }
}

/// Every kind that a member signs alone.
fn every_kind() -> Vec<(&'static str, Statement)> {
    let (ana, bob) = (cast::ana(), cast::bob().keys());
    let (place, secret) = (cast::place(cast::header_hash()), cast::room_secret());
    let settings = Settings {
        history_for_newcomers: false,
        ..Settings::default()
    };
    let role = Role::Admin;
    let (member, user) = (bob.user, bob.user);
    let (seq, entry) = (2, entry_hash(&messages::first_message().0));
    let head = cast::after_header();
    let mut made: Vec<_> = [
        ("leave", OpenContent::Leave(Leave {})),
        ("remove", OpenContent::Remove(Remove { member })),
        ("ban", OpenContent::Ban(Ban { user })),
        ("unban", OpenContent::Unban(Unban { user })),
        ("role", OpenContent::Role(RoleChange { member, role })),
        (
            "settings",
            OpenContent::Settings(SettingsChange { settings }),
        ),
        ("purge", OpenContent::Purge(Purge { seq, entry })),
        ("resume", OpenContent::Resume(Resume { head })),
    ]
    .into_iter()
    .map(|(name, content)| {
        (
            name,
            statement::by_member(&ana.identity, place, content).unwrap(),
        )
    })
    .collect();
    let mut rng = ChaCha20Rng::seed_from_u64(9);
    let wrap = statement::wrap(&mut rng, &ana.identity, place, &secret, &bob).unwrap();
    made.push(("wrap", wrap));
    made
}

fn cases(suite: &mut Suite, name: &str, entry: &OpenEntry) {
    let (ana, bob) = (
        cast::ana().identity.signing_key(),
        cast::bob().identity.signing_key(),
    );
    let given =
        |entry: &OpenEntry, signing: PublicKey| json!({"entry": text(entry), "signing": signing});
    suite.accept(name, &OPEN_ENTRY, json!({"entry": text(entry)}));
    suite.accept(
        &format!("{name} by its sender"),
        &STATEMENT,
        given(entry, ana),
    );
    suite.refuse(
        &format!("{name} by another"),
        &STATEMENT,
        given(entry, bob),
        "signature",
    );
    let twice = cast::signed(&entry.json);
    suite.refuse(
        &format!("{name} with a second signature"),
        &STATEMENT,
        given(&twice, ana),
        "second signature",
    );
    let mut json: Value = serde_json::from_str(&entry.json).unwrap();
    json["content"]["more"] = json!(1);
    let more = cast::signed(&json.to_string());
    suite.refuse(
        &format!("{name} with more to say"),
        &OPEN_ENTRY,
        json!({"entry": text(&more)}),
        "json",
    );
    json["content"] = json!(null);
    let less = cast::signed(&json.to_string());
    suite.refuse(
        &format!("{name} with nothing to say"),
        &OPEN_ENTRY,
        json!({"entry": text(&less)}),
        "json",
    );
}

pub fn identities(suite: &mut Suite) {
    let (bob, next) = (cast::bob(), cast::new_bob());
    let made = statement::identity(
        &bob.identity,
        &next,
        cast::place(cast::header_hash()),
        &bob.name,
    )
    .unwrap();
    suite.accept("identity", &OPEN_ENTRY, json!({"entry": text(&made.entry)}));
    let given =
        |entry: &OpenEntry, signing: PublicKey| json!({"entry": text(entry), "signing": signing});
    let old = bob.identity.signing_key();
    suite.accept(
        "identity by its sender",
        &STATEMENT,
        given(&made.entry, old),
    );
    let alone = OpenEntry {
        signature: made.entry.join_signature,
        ..made.entry.clone()
    };
    let mut without_word = made.entry.clone();
    without_word.join_signature = Signature::ZERO;
    for (name, entry, reason) in [
        ("identity by the new key alone", alone, "signature"),
        (
            "identity without the new key's word",
            without_word,
            "second signature",
        ),
        (
            "identity with another second signature",
            broken(&made.entry, true),
            "second signature",
        ),
    ] {
        suite.refuse(name, &STATEMENT, given(&entry, old), reason);
    }
}

pub fn unknown_kinds(suite: &mut Suite) {
    let ana = cast::ana().identity;
    let content = OpenContent::Unknown("poll".to_owned());
    let made = statement::by_member(&ana, cast::place(cast::header_hash()), content).unwrap();
    suite.accept(
        "an unknown kind",
        &OPEN_ENTRY,
        json!({"entry": text(&made.entry)}),
    );
    let given = |entry: &OpenEntry| json!({"entry": text(entry), "signing": ana.signing_key()});
    suite.accept(
        "an unknown kind by its sender",
        &STATEMENT,
        given(&made.entry),
    );
    suite.accept(
        "an unknown kind with a second signature",
        &STATEMENT,
        given(&cast::signed(&made.entry.json)),
    );
    suite.refuse(
        "an unknown kind by another",
        &STATEMENT,
        given(&broken(&made.entry, false)),
        "signature",
    );
}

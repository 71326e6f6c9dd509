//! Entries of the log: their hashes, every kind of open entry, and what each proves by itself.

mod headers;
mod statements;

use crate::{
    cast,
    given::open_entry,
    suite::{Check, Suite, with},
};
use client::statement::Refused;
use protocol::{Entry, OpenEntry, b64, log::entry_hash, open::OpenBody};
use serde_json::{Value, json};

/// `class` and `payload`, or `purged`: what is left of an entry.
const ENTRY_HASH: Check = Check {
    name: "entry hash",
    answer: |given| {
        let entry = match given.maybe("purged")? {
            Some(kept) => Entry::Purged(kept),
            None => Entry::from_parts(given.get("class")?, &given.bytes("payload"))
                .map_err(|_| "encoding")?,
        };
        Ok(json!({"hash": entry_hash(&entry)}))
    },
};

/// An open entry taken apart.
pub const OPEN_ENTRY: Check = Check {
    name: "open entry",
    answer: |given| {
        let (entry, body) = open_entry(given.text("entry"))?;
        let json: Value = serde_json::from_str(&entry.json).unwrap();
        assert_eq!(json["kind"], body.content.kind());
        Ok(json!({"body": json, "hash": entry_hash(&Entry::Open(entry))}))
    },
};

/// Why a statement does not verify, in the words of the vectors.
pub fn reason(refused: Refused) -> &'static str {
    match refused {
        Refused::Kind => "kind",
        Refused::Keys => "keys",
        Refused::Signature => "signature",
        Refused::JoinSignature => "second signature",
        Refused::RoomKey => "commitment",
    }
}

pub fn suite() -> Suite {
    let mut suite = Suite::new(
        "entries",
        "Section 4: entries, their hashes, and what each kind of open entry proves.",
    );
    let header = cast::header();
    headers::headers(&mut suite, &header);
    let join = headers::joins(&mut suite, &header);
    statements::statements(&mut suite);
    statements::identities(&mut suite);
    statements::unknown_kinds(&mut suite);
    shapes(&mut suite, &join.entry);
    hashes(&mut suite, &header);
    suite
}

fn text(entry: &OpenEntry) -> String {
    b64::encode(entry.to_bytes())
}

/// The same entry with JSON that is changed, signed anew by Ana and by the room key.
fn altered(entry: &OpenEntry, pointer: &str, value: Value) -> OpenEntry {
    let json: Value = serde_json::from_str(&entry.json).unwrap();
    cast::signed(&with(&json, pointer, value).to_string())
}

/// The entry with a bit of its first or second signature changed.
fn broken(entry: &OpenEntry, second: bool) -> OpenEntry {
    let mut changed = entry.clone();
    match second {
        true => changed.join_signature.0[0] ^= 1,
        false => changed.signature.0[0] ^= 1,
    }
    changed
}

fn shapes(suite: &mut Suite, join: &OpenEntry) {
    let bytes = join.to_bytes();
    let longer = [&bytes[..], &[0]].concat();
    for (name, bytes) in [
        ("an entry of nothing", &[][..]),
        ("an entry that is cut off", &bytes[..bytes.len() - 1]),
        ("an entry with a byte too many", &longer),
        ("an entry of three bytes", &bytes[..3]),
    ] {
        suite.refuse(
            name,
            &OPEN_ENTRY,
            json!({"entry": b64::encode(bytes)}),
            "encoding",
        );
    }
    let body = OpenBody::parse(join.json.as_bytes()).unwrap();
    let twice = join
        .json
        .replacen('{', &format!("{{\"epoch\":{},", body.epoch), 1);
    let float = join.json.replacen("\"epoch\":2", "\"epoch\":2.0", 1);
    let mark = format!("\u{feff}{}", join.json);
    for (name, json) in [
        ("an entry with a key twice", twice.as_str()),
        ("an entry with a fraction", &float),
        ("an entry with a byte order mark", &mark),
        ("an entry without JSON", ""),
        ("an entry that is a list", "[]"),
    ] {
        suite.refuse(
            name,
            &OPEN_ENTRY,
            json!({"entry": text(&cast::signed(json))}),
            "json",
        );
    }
}

fn hashes(suite: &mut Suite, header: &OpenEntry) {
    let open = json!({"class": 1, "payload": b64::encode(header.to_bytes())});
    let hash = suite.accept("E of an open entry", &ENTRY_HASH, open);
    let payload = b64::encode(b"gAAA");
    suite.accept(
        "E of a sealed entry",
        &ENTRY_HASH,
        json!({"class": 0, "payload": payload}),
    );
    suite.accept(
        "E of a purged entry",
        &ENTRY_HASH,
        json!({"purged": hash["hash"]}),
    );
    for (name, class, payload) in [
        ("an entry of another class", 2, &b"gAAA"[..]),
        ("a sealed entry of nothing", 0, b""),
        ("a sealed entry of three characters", 0, b"gAA"),
        ("a sealed entry in another alphabet", 0, b"gA+A"),
        ("a sealed entry with too much padding", 0, b"g==="),
        ("a sealed entry that is an open one", 0, &header.to_bytes()),
        ("an open entry that is a sealed one", 1, b"gAAA"),
    ] {
        let given = json!({"class": class, "payload": b64::encode(payload)});
        suite.refuse(name, &ENTRY_HASH, given, "encoding");
    }
}

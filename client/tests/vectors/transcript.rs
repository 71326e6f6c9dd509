//! The transcript: the hash over the log.

use crate::{
    cast,
    given::Given,
    messages,
    suite::{Check, Suite},
};
use client::transcript::Transcript;
use protocol::{Hash, log::entry_hash, open::Head};
use serde_json::json;

/// `H` at every place, from the beginning of the room.
const FROM_BEGINNING: Check = Check {
    name: "transcript",
    answer: |given| {
        let mut transcript = Transcript::from_beginning(given.get("room")?);
        let mut heads = vec![transcript.head()];
        for entry in given.get::<Vec<Hash>>("entries")? {
            let next = heads.len() as u64;
            heads.push(transcript.push(next, &entry).map_err(|_| "transcript")?);
        }
        Ok(json!({"heads": heads}))
    },
};

/// A page, by its claimed base, before a window that starts at `window`.
const PAGE: Check = Check {
    name: "page",
    answer: |given| {
        let refused = |_| "transcript";
        let room = given.get("room")?;
        let mut window = Transcript::start(room, given.get("window")?).map_err(refused)?;
        let entries: Vec<Hash> = given.get("entries")?;
        window
            .prepend(given.get("base")?, &entries)
            .map_err(refused)?;
        Ok(json!({}))
    },
};

pub fn suite() -> Suite {
    let mut suite = Suite::new(
        "transcript",
        "Section 4.1: the hash over the log, and pages of history.",
    );
    let entries = [Hash([1; 32]), Hash([2; 32]), Hash([3; 32])];
    let given = json!({"room": cast::ROOM, "entries": entries});
    let gives = suite.accept("three entries", &FROM_BEGINNING, given.clone());
    let swapped = [entries[0], entries[2], entries[1]];
    let swapped = json!({"room": cast::ROOM, "entries": swapped});
    suite.deny(
        "three entries, the last two swapped",
        &FROM_BEGINNING,
        given,
        (FROM_BEGINNING.answer)(&Given(&swapped)).unwrap(),
    );
    let (header, message) = (cast::header_hash(), messages::first_message().0);
    suite.accept(
        "a header and a message",
        &FROM_BEGINNING,
        json!({"room": cast::ROOM, "entries": [header, entry_hash(&message)]}),
    );
    suite.accept(
        "no entries",
        &FROM_BEGINNING,
        json!({"room": cast::ROOM, "entries": []}),
    );
    let heads: Vec<Head> = serde_json::from_value(gives["heads"].clone()).unwrap();

    let page = |base: Head, entries: &[Hash], window: Head| json!({"room": cast::ROOM, "base": base, "entries": entries, "window": window});
    suite.accept(
        "a page from the beginning",
        &PAGE,
        page(heads[0], &entries, heads[3]),
    );
    suite.accept(
        "a page in the middle",
        &PAGE,
        page(heads[1], &entries[1..2], heads[2]),
    );
    let zero = Head {
        seq: 0,
        hash: Hash::ZERO,
    };
    let swapped = [entries[1], entries[0], entries[2]];
    let other = Head {
        hash: Hash([9; 32]),
        ..heads[1]
    };
    for (name, given) in [
        (
            "a page from another beginning",
            page(zero, &entries, heads[3]),
        ),
        (
            "a page with two entries swapped",
            page(heads[0], &swapped, heads[3]),
        ),
        (
            "a page with an entry left out",
            page(heads[0], &entries[1..], heads[3]),
        ),
        (
            "a page that ends too early",
            page(heads[0], &entries[..2], heads[3]),
        ),
        (
            "a page that ends too late",
            page(heads[0], &entries, heads[2]),
        ),
        (
            "a page with a made-up base",
            page(other, &entries[1..], heads[3]),
        ),
        (
            "a page of another room's log",
            json!({"room": protocol::RoomId([1; 16]), "base": heads[0], "entries": entries, "window": heads[3]}),
        ),
    ] {
        suite.refuse(name, &PAGE, given, "transcript");
    }
    suite
}

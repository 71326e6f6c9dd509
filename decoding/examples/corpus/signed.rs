//! What is signed: open entries, bodies, and the strict JSON of both.

use super::{Seed, with};
use client::body::{Body, Content, Deletion};
use decoding::people::{TOKEN, message, statement};
use protocol::{Entry, Hash};

pub fn seeds() -> Vec<Seed> {
    [entries(), opens(), bodies(), strict()].concat()
}

fn entries() -> Vec<Seed> {
    let bytes = |entry: &Entry| [&[entry.class()], &*entry.payload()].concat();
    let open = |kind| bytes(&Entry::Open(statement(kind)));
    let sealed = bytes(&Entry::Sealed(TOKEN.to_owned()));
    let [join, leave] = ["join", "leave"].map(open);
    let longer = [&leave[..], &[0]].concat();
    let file = |name: &str, data| ("entry", name.to_owned(), data);
    vec![
        file("good-sealed", sealed.clone()),
        file("good-header", open("header")),
        file("good-join", join.clone()),
        file("good-leave", leave.clone()),
        file("good-identity", open("identity")),
        file("good-wrap", open("wrap")),
        file("bad-class", [&[2], &sealed[1..]].concat()),
        file("bad-token", with(&sealed, "gAAA", "gA A")),
        file("bad-token-length", sealed[..sealed.len() - 1].to_vec()),
        file("bad-open-longer", longer),
        file("bad-open-cut", join[..join.len() - 1].to_vec()),
    ]
}

fn opens() -> Vec<Seed> {
    let json = |kind| statement(kind).json.into_bytes();
    let [header, join, leave, role] = ["header", "join", "leave", "role"].map(json);
    let history = format!(",\"history\":\"{TOKEN}\"}}}}");
    let head = str::from_utf8(&header)
        .expect("JSON")
        .strip_suffix("}}")
        .expect("two objects");
    let file = |name: &str, data| ("open_body", name.to_owned(), data);
    let good = KINDS.map(|kind| file(&format!("good-{kind}"), json(kind)));
    let more = [
        file(
            "good-header-with-history",
            [head, &history].concat().into_bytes(),
        ),
        file("good-unknown-kind", with(&leave, "\"leave\"", "\"dance\"")),
        file(
            "bad-unknown-field",
            with(&leave, "\"content\"", "\"more\":0,\"content\""),
        ),
        file("bad-content", with(&leave, "{}", "{\"why\":\"\"}")),
        file(
            "bad-key-twice",
            with(&leave, "\"epoch\"", "\"epoch\":2,\"\\u0065poch\""),
        ),
        file("bad-key-name", with(&join, "\"signing\"", "\"sining\"")),
        file(
            "bad-null",
            with(
                &header,
                "\"admins_may_delete\":true",
                "\"admins_may_delete\":null",
            ),
        ),
        file("bad-fields-without-names", without_names(&leave)),
        file(
            "bad-absent-is-null",
            with(&header, "\"seen\"", "\"history\":null,\"seen\""),
        ),
        file("bad-role", with(&role, "\"admin\"", "\"king\"")),
    ];
    [&good[..], &more].concat()
}

const KINDS: [&str; 12] = [
    "header", "join", "leave", "remove", "ban", "unban", "role", "settings", "purge", "identity",
    "resume", "wrap",
];

fn bodies() -> Vec<Seed> {
    let json = |content| {
        Body {
            content,
            ..message()
        }
        .to_json()
        .expect("a body within the limits")
        .to_vec()
    };
    let text = json(message().content);
    let deletion = Deletion {
        seq: 2,
        entry: Hash([6; 32]),
        author: message().sender,
        device: message().device,
        n: 1,
        body: Hash([7; 32]),
    };
    let room = json(Content::RoomProfile {
        name: "Kitchen".to_owned(),
    });
    let file = |name: &str, data| ("message_body", name.to_owned(), data);
    vec![
        file("good-text", text.clone()),
        file("good-room-profile", room.clone()),
        file(
            "good-member-profile",
            json(Content::MemberProfile {
                display_name: String::new(),
            }),
        ),
        file("good-deletion", json(Content::Deletion(deletion))),
        file(
            "bad-deletion",
            with(
                &json(Content::Deletion(deletion)),
                "\"n\":1,\"body\"",
                "\"n\":0,\"body\"",
            ),
        ),
        file("good-unknown-kind", with(&room, "room_profile", "poll")),
        file("bad-n", with(&text, "\"n\":1", "\"n\":0")),
        file("bad-time", with(&text, "1700000000000", "9007199254740992")),
        file("bad-empty-name", with(&room, "Kitchen", "")),
        file(
            "bad-control-character",
            with(&room, "Kitchen", "Kit\\nchen"),
        ),
        file("bad-fields-without-names", without_names(&room)),
        file("bad-surrogate", with(&room, "Kitchen", "\\ud83c")),
        file(
            "bad-unknown-field",
            with(&room, "\"name\"", "\"colour\":1,\"name\""),
        ),
    ]
}

fn strict() -> Vec<Seed> {
    let file = |name: &str, text: &str| ("strict_json", name.to_owned(), text.as_bytes().to_vec());
    vec![
        file(
            "good-values",
            r#"{"a":[1,-9007199254740991,9007199254740991,true,null,"ü 😀 \ud83d\ude00 \" \\ : [ {"],"b":{"a":{}}}"#,
        ),
        file("good-depth", "[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]"),
        file("good-number", " 0\n"),
        file("bad-depth", "[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]"),
        file("bad-key-twice", r#"{"a":{"b":1,"\u0062":1}}"#),
        file("bad-float", r#"{"a":1.0}"#),
        file("bad-minus-zero", "-0"),
        file("bad-large-number", "[9007199254740992]"),
        file("bad-byte-order-mark", "\u{feff}{}"),
        file("bad-surrogate", r#""\ud800""#),
        file("bad-two-values", "{} {}"),
    ]
}

/// An object's values in an array, in the order of the fields.
fn without_names(json: &[u8]) -> Vec<u8> {
    let fields: serde_json::Value = serde_json::from_slice(json).expect("JSON");
    let mut values: Vec<_> = fields.as_object().expect("an object").iter().collect();
    let text = str::from_utf8(json).expect("JSON");
    values.sort_by_key(|(name, _)| text.find(&format!("\"{name}\":")));
    super::json(
        &values
            .into_iter()
            .map(|(_, value)| value)
            .collect::<Vec<_>>(),
    )
}

use super::*;
use crate::testing::{first_message, identity};
use proptest::prelude::*;
use serde_json::{Value, json};

fn body(content: Content) -> Body {
    Body {
        content,
        ..first_message(&identity(1), "")
    }
}

fn text(text: &str) -> Content {
    Content::Text { text: text.into() }
}

/// A valid body's JSON with one change.
fn changed(change: impl FnOnce(&mut Value)) -> Result<Body, BodyError> {
    let json = body(text("hello")).to_json().unwrap();
    let mut value = serde_json::from_slice(&json).unwrap();
    change(&mut value);
    Body::parse(value.to_string().as_bytes())
}

#[test]
fn round_trips_every_kind() {
    for content in [
        text("héllo\n\u{0}😀 \"quoted\" \\"),
        Content::RoomProfile {
            name: "Küche".into(),
        },
        Content::MemberProfile {
            display_name: "Ana 😀".into(),
        },
    ] {
        let body = body(content);
        assert!(Body::parse(&body.to_json().unwrap()).unwrap() == body);
    }
}

#[test]
fn has_the_fields_of_docs_protocol() {
    let json = body(text("hello")).to_json().unwrap();
    let value: Value = serde_json::from_slice(&json).unwrap();
    assert_eq!(
        value,
        json!({
            "sender": identity(1).user().to_string(),
            "device": "AQEBAQEBAQEBAQEBAQEBAQ",
            "n": 1,
            "prev": "CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk",
            "seen": { "seq": 1, "hash": "CAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg" },
            "id": "BQUFBQUFBQUFBQUFBQUFBQ",
            "at": 1_700_000_000_000_u64,
            "kind": "text",
            "content": { "text": "hello" },
        })
    );
}

#[test]
fn refuses_unknown_missing_and_mistyped_fields() {
    assert!(changed(|_| ()).is_ok());
    assert!(changed(|it| it["extra"] = 1.into()).is_err());
    assert!(changed(|it| it["seen"]["extra"] = 1.into()).is_err());
    assert!(changed(|it| it["content"]["extra"] = 1.into()).is_err());
    let fields = [
        "sender", "device", "n", "prev", "seen", "id", "at", "kind", "content",
    ];
    for field in fields {
        assert!(changed(|it| it[field] = json!([7])).is_err(), "{field}");
        assert!(
            changed(|it| {
                it.as_object_mut().unwrap().remove(field);
            })
            .is_err(),
            "{field}"
        );
    }
}

#[test]
fn refuses_numbers_out_of_range_read_or_written() {
    assert!(matches!(
        changed(|it| it["n"] = 0.into()),
        Err(BodyError::Number)
    ));
    for field in ["n", "at"] {
        assert!(changed(|it| it[field] = (1_u64 << 53).into()).is_err());
        assert!(changed(|it| it[field] = ((1_u64 << 53) - 1).into()).is_ok());
        assert!(changed(|it| it[field] = (-1).into()).is_err());
        assert!(changed(|it| it[field] = 1.5.into()).is_err());
    }
    let base = body(text("x"));
    let at = 1 << 53;
    assert!(matches!(
        Body { at, ..base.clone() }.to_json(),
        Err(BodyError::Number)
    ));
    let seen = Head {
        seq: at,
        ..base.seen
    };
    assert!(matches!(
        Body {
            seen,
            ..base.clone()
        }
        .to_json(),
        Err(BodyError::Number)
    ));
    assert!(matches!(
        Body { n: 0, ..base }.to_json(),
        Err(BodyError::Number)
    ));
}

#[test]
fn limits_hold_for_reading_and_for_writing() {
    let long = |length: usize| "x".repeat(length);
    let room = |name: String| Content::RoomProfile { name };
    let member = |display_name: String| Content::MemberProfile { display_name };
    for (good, bad) in [
        (
            text(&long(limits::TEXT_BYTES)),
            text(&long(limits::TEXT_BYTES + 1)),
        ),
        (text("x"), text("")),
        (
            room(long(limits::ROOM_NAME_BYTES)),
            room(long(limits::ROOM_NAME_BYTES + 1)),
        ),
        (room("x".into()), room(String::new())),
        (
            member(long(limits::DISPLAY_NAME_BYTES)),
            member(long(limits::DISPLAY_NAME_BYTES + 1)),
        ),
        (member(String::new()), member("a\nb".into())),
        (text("a\nb"), room("a\nb".into())),
    ] {
        assert!(body(good).to_json().is_ok());
        assert!(body(bad).to_json().is_err());
    }
    let over = long(limits::TEXT_BYTES + 1);
    assert!(matches!(
        changed(|it| it["content"]["text"] = over.into()),
        Err(BodyError::Length {
            length: 16_385,
            limit: 16_384
        })
    ));
    assert!(changed(|it| it["content"]["text"] = "".into()).is_err());
    let name = |name: &'static str| {
        changed(move |it| {
            it["kind"] = "room_profile".into();
            it["content"] = json!({ "name": name });
        })
    };
    assert!(name("Kitchen").is_ok());
    assert!(matches!(name("a\u{85}b"), Err(BodyError::ControlCharacter)));
}

#[test]
fn a_text_whose_escapes_outgrow_the_body_is_refused_before_it_is_sent() {
    let escaped = body(text(&"\u{1}".repeat(limits::TEXT_BYTES)));
    assert!(matches!(
        escaped.to_json(),
        Err(BodyError::Json(JsonError::TooLong))
    ));
}

#[test]
fn a_kind_of_a_later_version_is_kept_but_never_written() {
    let unknown = changed(|it| {
        it["kind"] = "hologram".into();
        it["content"] = json!({ "any": [1, { "thing": null }] });
    });
    let unknown = unknown.unwrap();
    assert!(matches!(&unknown.content, Content::Unknown { kind } if kind == "hologram"));
    assert!(matches!(unknown.to_json(), Err(BodyError::UnknownKind)));
}

#[test]
fn the_strict_rules_reach_into_contents() {
    let json = String::from_utf8(body(text("hello")).to_json().unwrap().to_vec()).unwrap();
    let twice = json.replace(r#"{"text":"hello"}"#, r#"{"text":"hello","text":"other"}"#);
    assert_ne!(json, twice);
    assert!(Body::parse(twice.as_bytes()).is_err());
    let surrogate = json.replace("hello", r"\ud800");
    assert!(Body::parse(surrogate.as_bytes()).is_err());
    assert!(Body::parse(format!("\u{feff}{json}").as_bytes()).is_err());
    assert!(Body::parse(format!("{json} {{}}").as_bytes()).is_err());
}

proptest! {
    #[test]
    fn any_text_round_trips(content in ".{1,300}", n in 1..=MAX_INTEGER, at in 0..=MAX_INTEGER) {
        let body = Body { n, at, ..body(text(&content)) };
        prop_assert!(Body::parse(&body.to_json().unwrap()).unwrap() == body);
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(Body::parse(&bytes).is_err());
    }

    #[test]
    fn a_damaged_body_never_panics(place in 0usize..300, byte: u8) {
        let mut json = body(text("hello")).to_json().unwrap();
        let place = place % json.len();
        json[place] = byte;
        if let Ok(parsed) = Body::parse(&json) {
            let unknown = matches!(parsed.content, Content::Unknown { .. });
            prop_assert!(unknown || parsed.to_json().is_ok());
        }
    }
}

//! Strict JSON.

use crate::suite::{Check, Suite};
use protocol::b64;
use serde_json::{Value, json};

/// `json` is the text, or `bytes` the bytes; `spaces` are appended.
const STRICT_JSON: Check = Check {
    name: "strict json",
    answer: |given| {
        let text: Option<String> = given.maybe("json")?;
        let mut bytes = text.map_or_else(|| given.bytes("bytes"), String::into_bytes);
        let spaces: Option<usize> = given.maybe("spaces")?;
        bytes.resize(bytes.len() + spaces.unwrap_or_default(), b' ');
        match protocol::json::parse::<Value>(&bytes) {
            Ok(_) => Ok(json!({})),
            Err(_) => Err("json"),
        }
    },
};

pub fn suite() -> Suite {
    let mut suite = Suite::new("json", "Section 1.1: strict JSON.");
    let text = |text: &str| json!({"json": text});
    for (name, it) in [
        (
            "every kind of value",
            r#"{"a":[1,-9007199254740991,true,false,null,"ü \ud83d\ude00 \u0000"]}"#,
        ),
        ("white space", " {\n\t\"a\" :\r 1 } \n"),
        ("a bare number", "9007199254740991"),
        ("one key in two objects", r#"{"a":{"b":1},"c":{"b":1}}"#),
        ("sixteen levels", "[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]"),
        ("brackets in a text", r#"["[[[[[[[[[[[[[[[[[[[[\"[["]"#),
    ] {
        suite.accept(name, &STRICT_JSON, text(it));
    }
    suite.accept(
        "the longest body",
        &STRICT_JSON,
        json!({"json": "{}", "spaces": 65_534}),
    );
    suite.refuse(
        "a body one byte too long",
        &STRICT_JSON,
        json!({"json": "{}", "spaces": 65_535}),
        "json",
    );
    for (name, it) in [
        ("nothing", ""),
        ("a key twice", r#"{"a":1,"a":1}"#),
        ("a key twice, once escaped", r#"{"a":1,"\u0061":1}"#),
        ("a key twice deep inside", r#"[{"a":[{"b":1,"b":2}]}]"#),
        ("a fraction", "1.0"),
        ("an exponent", "1e2"),
        ("minus zero", "-0"),
        ("an integer too large", "9007199254740992"),
        ("an integer too small", "-9007199254740992"),
        ("an integer far too large", "100000000000000000000000"),
        ("not a number", "NaN"),
        ("a leading zero", "01"),
        ("a lone high surrogate", r#""\ud83d""#),
        ("a lone low surrogate", r#""\ude00""#),
        ("surrogates the wrong way round", r#""\ude00\ud83d""#),
        ("a lone surrogate as a key", r#"{"\ud83d":1}"#),
        ("a line break in a text", "\"a\nb\""),
        ("something after the end", "{} {}"),
        ("a comma too many", "[1,]"),
        ("a comment", "/**/{}"),
        ("seventeen levels", "[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]"),
        (
            "seventeen levels of objects",
            r#"{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{}}}}}}}}}}}}}}}}}"#,
        ),
    ] {
        suite.refuse(name, &STRICT_JSON, text(it), "json");
    }
    for (name, bytes) in [
        ("a byte order mark", &b"\xef\xbb\xbf{}"[..]),
        ("not UTF-8", b"\"\xff\""),
        ("UTF-8 of a surrogate", b"\"\xed\xa0\xbd\""),
        ("UTF-8 longer than needed", b"\"\xc1\xa1\""),
        ("UTF-16", b"\0{\0}"),
    ] {
        suite.refuse(
            name,
            &STRICT_JSON,
            json!({"bytes": b64::encode(bytes)}),
            "json",
        );
    }
    suite
}

//! Bytes in JSON, padding, derivation, tokens.

use crate::{
    cast, sealing,
    suite::{Check, Suite},
};
use client::{kdf, padding, secret::Secret32, token::FernetKey};
use protocol::b64;
use serde_json::json;

const BASE64: Check = Check {
    name: "base64",
    answer: |given| match b64::decode(given.text("text")) {
        Some(bytes) if bytes.len() as u64 == given.number("length") => Ok(json!({})),
        _ => Err("encoding"),
    },
};

const PADDED_LENGTH: Check = Check {
    name: "padded length",
    answer: |given| {
        let length = given.number("length") as usize;
        Ok(json!({"padded": padding::padded_len(length)}))
    },
};

/// A plaintext of so many bytes: `start`, zeros, and then `end` behind them.
const UNPAD: Check = Check {
    name: "unpad",
    answer: |given| {
        let mut plain = given.bytes("start");
        plain.resize(given.number("length") as usize, 0);
        plain.extend(given.bytes("end"));
        let head = given.number("head") as usize;
        let (head, body) = padding::unframe(&plain, head).map_err(|_| "padding")?;
        Ok(json!({"head": b64::encode(head), "body": b64::encode(body)}))
    },
};

const DERIVE: Check = Check {
    name: "derive",
    answer: |given| {
        let mut bytes = vec![0; given.number("length") as usize];
        kdf::kdf_into(&given.bytes("secret"), given.text("label"), &mut bytes);
        Ok(json!({"bytes": b64::encode(bytes)}))
    },
};

const TOKEN: Check = Check {
    name: "token",
    answer: |given| {
        let key = FernetKey::new(&given.secret("key"));
        let plain = key.open(given.text("token")).map_err(|_| "token")?;
        Ok(json!({"plain": b64::encode(&*plain)}))
    },
};

pub fn suite() -> Suite {
    let mut suite = Suite::new(
        "encoding",
        "Section 1: bytes in JSON, padding, derivation, tokens.",
    );
    base64(&mut suite);
    padding_cases(&mut suite);
    derivations(&mut suite);
    tokens(&mut suite);
    suite
}

fn base64(suite: &mut Suite) {
    let given = |text: &str| json!({"text": text, "length": 16});
    suite.accept("an id", &BASE64, given("AAECAwQFBgcICQoLDA0ODw"));
    suite.accept(
        "the URL-safe alphabet",
        &BASE64,
        given("-_-_-_-_-_-_-_-_-_-_-w"),
    );
    for (name, text) in [
        ("an id with padding", "AAECAwQFBgcICQoLDA0ODw=="),
        ("an id with unused bits", "AAECAwQFBgcICQoLDA0ODx"),
        ("the other alphabet", "+/+/+/+/+/+/+/+/+/+/+w"),
        ("an id that is cut off", "AAECAwQFBgcICQoLDA0O"),
        ("an id with a line break", "AAECAwQFBgcICQoLDA0O\nDw"),
        ("no base64 length", "AAECAwQFBgcICQoLDA0ODwA"),
    ] {
        suite.refuse(name, &BASE64, given(text), "encoding");
    }
}

fn padding_cases(suite: &mut Suite) {
    for length in [
        0, 512, 513, 1024, 2048, 4096, 4097, 4352, 4353, 8191, 8192, 8193, 65_605, 1_000_000,
    ] {
        suite.accept(
            &format!("padding of {length} bytes"),
            &PADDED_LENGTH,
            json!({"length": length}),
        );
    }
    for (length, claimed) in [(511, 511), (4097, 8192), (8193, 8448)] {
        suite.deny(
            &format!("padding of {length} bytes to {claimed}"),
            &PADDED_LENGTH,
            json!({"length": length}),
            json!({"padded": claimed}),
        );
    }
    let framed = |start: &[u8], length: usize, end: &[u8]| json!({"head": 2, "start": b64::encode(start), "length": length, "end": b64::encode(end)});
    let start = b"\x01\x02\0\0\0\x04body";
    suite.accept("a padded body", &UNPAD, framed(start, 512, &[]));
    suite.accept(
        "an empty body",
        &UNPAD,
        framed(b"\x01\x02\0\0\0\0", 512, &[]),
    );
    for (name, given) in [
        ("padding that is too short", framed(start, 511, &[])),
        ("no padding", framed(start, 10, &[])),
        ("padding of the next step", framed(start, 1024, &[])),
        ("a last byte that is not zero", framed(start, 511, &[1])),
        (
            "a body that ends behind the padding",
            framed(b"\x01\x02\0\0\x01\xfbbody", 512, &[]),
        ),
        (
            "a length beyond everything",
            framed(b"\x01\x02\xff\xff\xff\xffbody", 512, &[]),
        ),
        ("nothing but a head", framed(b"\x01\x02\0", 3, &[])),
    ] {
        suite.refuse(name, &UNPAD, given, "padding");
    }
}

fn derivations(suite: &mut Suite) {
    let secret = b64::encode(cast::room_secret().as_bytes());
    for (label, length) in [
        ("identity signing", 32),
        ("identity agreement", 32),
        ("vault", 32),
        ("passphrase wrap", 32),
        ("recovery wrap", 32),
        ("recovery token", 32),
        ("room locator", 16),
        ("room join", 32),
        ("room message", 32),
        ("room commitment", 32),
        ("room history", 32),
    ] {
        let given = json!({"secret": secret, "label": label, "length": length});
        suite.accept(&format!("KDF of {label}"), &DERIVE, given.clone());
        let mut mistaken = vec![0; length];
        let framed = format!("securechat v1 {label}\0");
        kdf::kdf_into(cast::room_secret().as_bytes(), &framed, &mut mistaken);
        suite.deny(
            &format!("KDF of {label} as in L(…)"),
            &DERIVE,
            given,
            json!({"bytes": b64::encode(mistaken)}),
        );
    }
}

fn tokens(suite: &mut Suite) {
    const KEY: [u8; 32] = [1; 32];
    let token = sealing::token(&Secret32::new(KEY), b"hello");
    let given = |token: &str| json!({"key": b64::encode(KEY), "token": token});
    suite.accept("a token", &TOKEN, given(&token));
    let bare = token.trim_end_matches('=');
    let unused_bits = format!("{}{}==", &bare[..bare.len() - 1], next(bare));
    for (name, text) in [
        ("a token without padding", bare.to_owned()),
        ("a token with too much padding", format!("{token}=")),
        ("a token with unused bits", unused_bits),
        ("a token with a line break", format!("{token}\n")),
        (
            "a token with a line break inside",
            format!("{}\n{}", &token[..64], &token[64..]),
        ),
        (
            "a token with a changed byte",
            token.replacen("gAAAAA", "gAAAAB", 1),
        ),
        ("a token of another version", token.replacen("gA", "gQ", 1)),
        (
            "a token that is cut off",
            token[..token.len() - 4].to_owned(),
        ),
        ("no token", String::new()),
    ] {
        suite.refuse(name, &TOKEN, given(&text), "token");
    }
    let other = json!({"key": b64::encode([2; 32]), "token": token});
    suite.refuse("a token under another key", &TOKEN, other, "token");
    // The specification's example: in order, but with its true time.
    let spec = "gAAAAAAdwJ6wAAECAwQFBgcICQoLDA0ODy021cpGVWKZ_eEwCGM4BLLF_5CV9dOPmrhuVUPgJobwOz7JcbmrR64jVmpU4IwqDA==";
    let given = json!({"key": "cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4", "token": spec});
    suite.refuse("a token with a time", &TOKEN, given, "token");
}

/// The character with one more of the unused bits set.
fn next(token: &str) -> char {
    let last = token.chars().last().unwrap();
    char::from_u32(u32::from(last) + 1).unwrap()
}

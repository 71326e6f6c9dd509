//! What is sealed, wrapped or typed.

use super::{Seed, with};
use base64::{Engine as _, engine::general_purpose::URL_SAFE};
use client::{
    envelope, fingerprint,
    opaque::{start_login, start_registration},
    padding::frame,
    recovery::RecoveryCode,
    signal::{self, Signal, SignalKind},
    slot,
};
use decoding::{
    people::{ROOM, TOKEN, WRAP, ana, message, rng},
    unlogged::{read, typing},
};

pub fn seeds() -> Vec<Seed> {
    [framed(), unlogged(), tokens(), wraps(), typed(), opaque()].concat()
}

fn changed(data: &[u8], at: usize, byte: u8) -> Vec<u8> {
    let mut data = data.to_vec();
    data[at] = byte;
    data
}

/// Plaintexts: a message's, a vault item's, and frames as such.
fn framed() -> Vec<Seed> {
    let sealed = envelope::seal(&ROOM.message_key, &ROOM.ctx, ana(), &message())
        .expect("a body within the limits");
    let plain = ROOM
        .message_key
        .open(&sealed.token)
        .expect("it was just sealed");
    let json = format!(
        r#"{{"user":"{}","item":"settings","version":4,"content":{{"display_name":"Ana"}}}}"#,
        ana().user()
    );
    let item = frame(&[3], json.as_bytes());
    let older = frame(
        &[3],
        &with(json.as_bytes(), "\"version\":4", "\"version\":3"),
    );
    let long = frame(&[1], &[b'x'; 5_000]);
    let file = |target, name: &str, data| (target, name.to_owned(), data);
    vec![
        file("envelope", "good", plain.to_vec()),
        file(
            "envelope",
            "good-signature-of-another",
            changed(&plain, 1, plain[1] ^ 1),
        ),
        file("envelope", "bad-version", changed(&plain, 0, 2)),
        file("envelope", "bad-length", changed(&plain, 68, plain[68] - 1)),
        file(
            "envelope",
            "bad-padding",
            changed(&plain, plain.len() - 1, 1),
        ),
        file("envelope", "bad-empty", Vec::new()),
        file("vault_item", "good", item.to_vec()),
        file("vault_item", "bad-version", older.to_vec()),
        file("vault_item", "bad-class", changed(&item, 0, 1)),
        file(
            "vault_item",
            "bad-padding",
            changed(&item, item.len() - 1, 1),
        ),
        file("padding", "good-short", plain.to_vec()),
        file("padding", "good-padme", long.to_vec()),
        file("padding", "bad-size", long[..long.len() - 1].to_vec()),
        file("padding", "bad-length", changed(&long, 1, 0xff)),
    ]
}

/// Plaintexts of a receipt and a signal, and each in the other's place.
fn unlogged() -> Vec<Seed> {
    let key = &ROOM.message_key;
    let inside = |token: String| key.open(&token).expect("it was just sealed").to_vec();
    let receipt = inside(slot::seal(key, &ROOM.ctx, ana(), read()));
    let signal = inside(signal::seal(key, &ROOM.ctx, ana(), &typing()));
    let kind = SignalKind::Unknown("dancing".to_owned());
    let unknown = inside(signal::seal(
        key,
        &ROOM.ctx,
        ana(),
        &Signal { kind, ..typing() },
    ));
    let file = |target, name: &str, data| (target, name.to_owned(), data);
    vec![
        file("receipt", "good", receipt.clone()),
        file("receipt", "bad-signal", signal.clone()),
        file(
            "receipt",
            "bad-padding",
            changed(&receipt, receipt.len() - 1, 1),
        ),
        file("signal", "good", signal.clone()),
        file(
            "signal",
            "good-signature-of-another",
            changed(&signal, 1, signal[1] ^ 1),
        ),
        file("signal", "bad-receipt", receipt),
        file("signal", "bad-length", changed(&signal, 68, signal[68] - 1)),
        file(
            "signal",
            "good-unknown-kind",
            changed(&unknown, 1, unknown[1] ^ 1),
        ),
    ]
}

/// As text, and as bytes behind which the check puts the MAC.
fn tokens() -> Vec<Seed> {
    let bytes = URL_SAFE.decode(TOKEN).expect("base64");
    let signed = &bytes[..bytes.len() - 32];
    let file = |name: &str, data: &[u8]| ("token", name.to_owned(), data.to_vec());
    vec![
        file("good-text", TOKEN.as_bytes()),
        file("good-bytes", signed),
        file("bad-time", &changed(signed, 8, 1)),
        file("bad-version", &changed(signed, 0, 0x81)),
        file(
            "bad-padding-block",
            &changed(signed, signed.len() - 17, signed[signed.len() - 17] ^ 1),
        ),
        file("bad-cut", &signed[..signed.len() - 1]),
        file("bad-mac", &with(TOKEN.as_bytes(), "VEQ=", "VEU=")),
        file("bad-line-break", &[TOKEN.as_bytes(), b"\n"].concat()),
    ]
}

fn wraps() -> Vec<Seed> {
    let file = |target, name: &str, data| (target, name.to_owned(), data);
    vec![
        file("room_wrap", "good", WRAP.clone()),
        file("room_wrap", "bad-byte", changed(&WRAP, 40, WRAP[40] ^ 1)),
        file("room_wrap", "bad-key", changed(&WRAP, 31, WRAP[31] ^ 0x80)),
        file("room_wrap", "bad-cut", WRAP[..31].to_vec()),
        file("secret_wrap", "good", ROOM.secret.as_bytes().to_vec()),
        file("secret_wrap", "bad-short", vec![7; 31]),
        file("secret_wrap", "bad-long", vec![7; 33]),
    ]
}

fn typed() -> Vec<Seed> {
    let key = ROOM.secret.reveal().to_string();
    let bare = key.trim_end_matches('=');
    let code = RecoveryCode::generate(&mut rng(6)).reveal().to_string();
    let (user, signing, agreement) = (ana().user(), ana().signing_key(), ana().agreement_key());
    let link = fingerprint::link(&user, &fingerprint::of_user(&user, &signing, &agreement));
    let file = |target, name: &str, text: String| (target, name.to_owned(), text.into_bytes());
    vec![
        file("room_key", "good", key.clone()),
        file(
            "room_key",
            "good-link",
            format!("https://chat.example.org/join#{bare}"),
        ),
        file(
            "room_key",
            "good-white-space",
            format!(" {}\r\n{} ", &key[..20], &key[20..]),
        ),
        file("room_key", "bad-short", bare[1..].to_owned()),
        file("room_key", "bad-long", format!("{bare}A=")),
        file("room_key", "bad-character", key.replacen(&key[..1], "+", 1)),
        file("room_key", "bad-end", format!("{}_=", &bare[..42])),
        file("recovery_code", "good", code.clone()),
        file(
            "recovery_code",
            "good-as-typed",
            code.to_lowercase().replace('-', " – ").replace('0', "o"),
        ),
        file(
            "recovery_code",
            "bad-checksum",
            format!("{}{}", &code[5..], &code[..5]),
        ),
        file("recovery_code", "bad-short", code[2..].to_owned()),
        file("recovery_code", "bad-character", format!("U{}", &code[1..])),
        file("verification_link", "good", link.clone()),
        file(
            "verification_link",
            "good-address",
            format!(" https://chat.example.org{link}\n"),
        ),
        file("verification_link", "bad-dot", link.replace('.', "-")),
        file("verification_link", "bad-short", link[..60].to_owned()),
        file(
            "verification_link",
            "bad-character",
            link.replace('.', ".+"),
        ),
    ]
}

fn opaque() -> Vec<Seed> {
    let (_, registration) =
        start_registration(&mut rng(7), "x").expect("OPAQUE starts with any passphrase");
    let (_, login) = start_login(&mut rng(8), "x").expect("OPAQUE starts with any passphrase");
    let element = &*registration.0;
    let random = |length| vec![1; length];
    let record = [element, &random(160)].concat();
    let challenge = [element, &random(32 + 128 + 32), element, &random(64)].concat();
    let file = |target, name: &str, data| (target, name.to_owned(), data);
    vec![
        file(
            "opaque_message",
            "good-registration-request",
            registration.0.clone(),
        ),
        file(
            "opaque_message",
            "good-registration-response",
            [element, element].concat(),
        ),
        file("opaque_message", "good-record", record),
        file("opaque_message", "good-login-request", login.0.clone()),
        file("opaque_message", "good-login-challenge", challenge),
        file("opaque_message", "bad-element", changed(&login.0, 31, 0xff)),
        file("opaque_message", "bad-zero", vec![0; 32]),
        file("opaque_message", "bad-length", login.0[1..].to_vec()),
    ]
}

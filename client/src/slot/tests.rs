use super::*;
use crate::{
    envelope, padding, sealing, signal,
    testing::{first_message, identity, room},
};
use proptest::prelude::*;
use protocol::{RoomId, RunId};

const READ: Head = Head {
    seq: 7,
    hash: Hash([9; 32]),
};

fn sealed() -> (FernetKey, Context, String) {
    let (secret, ctx) = room();
    let key = secret.message_key();
    let token = seal(&key, &ctx, &identity(1), READ);
    (key, ctx, token)
}

#[test]
fn opens_to_what_was_sealed_and_verifies_as_its_senders() {
    let (key, ctx, token) = sealed();
    let opened = open(&key, &ctx, &token).unwrap();
    assert_eq!(opened.receipt.sender, identity(1).user());
    assert_eq!(opened.receipt.read, READ);
    assert!(opened.is_signed_by(&identity(1).signing_key()));
    assert!(!opened.is_signed_by(&identity(2).signing_key()));
}

#[test]
fn verifies_in_no_other_room_or_epoch() {
    let (key, ctx, token) = sealed();
    let room = RoomId([8; 16]);
    let epoch = ctx.epoch + 1;
    for other in [Context { room, ..ctx }, Context { epoch, ..ctx }] {
        let moved = open(&key, &other, &token).unwrap();
        assert!(!moved.is_signed_by(&identity(1).signing_key()));
    }
}

#[test]
fn nothing_that_is_sealed_passes_as_something_else() {
    let (key, ctx, slot) = sealed();
    let ana = identity(1);
    let message = envelope::seal(&key, &ctx, &ana, &first_message(&ana, "hello")).unwrap();
    let signal = signal::Signal {
        sender: ana.user(),
        run: RunId([3; 16]),
        count: 1,
        at: 0,
        kind: signal::SignalKind::Typing,
    };
    let signal = signal::seal(&key, &ctx, &ana, &signal);
    let not = |version| move |error| matches!(error, EnvelopeError::Version(it) if it == version);
    assert!(open(&key, &ctx, &message.token).is_err_and(not(1)));
    assert!(open(&key, &ctx, &signal).is_err_and(not(2)));
    assert!(envelope::open(&key, &ctx, &slot).is_err_and(not(4)));
    assert!(envelope::open(&key, &ctx, &signal).is_err_and(not(2)));
    assert!(signal::open(&key, &ctx, &slot).is_err_and(not(4)));
    assert!(signal::open(&key, &ctx, &message.token).is_err_and(not(1)));

    // Not even where someone with the room key changes the version: the signature is for one purpose.
    let mut plaintext = key.open(&slot).unwrap();
    plaintext[0] = 2;
    let parts = sealing::SIGNAL
        .open(&key, &ctx, &key.seal(&plaintext))
        .unwrap();
    assert!(!sealing::SIGNAL.is_signed(&ana.signing_key(), &parts.hash, &parts.signature));
}

#[test]
fn refuses_numbers_beyond_what_a_log_reaches_and_other_json() {
    let (key, ctx, _) = sealed();
    let open_json = |json: &str| {
        let plaintext = padding::frame(&[4; 65], json.as_bytes());
        open(&key, &ctx, &key.seal(&plaintext))
    };
    let (user, hash) = (identity(1).user(), READ.hash);
    let json = |seq: &str, more: &str| {
        format!(r#"{{"sender":"{user}","read":{{"seq":{seq},"hash":"{hash}"}}{more}}}"#)
    };
    assert!(open_json(&json("9007199254740991", "")).is_ok());
    for (seq, more) in [
        ("9007199254740992", ""),
        ("-1", ""),
        ("1.0", ""),
        ("1", r#","at":1"#),
        ("1", r#","sender":"x""#),
    ] {
        assert!(open_json(&json(seq, more)).is_err(), "{seq} {more}");
    }
    assert!(open_json("{}").is_err());
    assert!(open_json("").is_err());
}

#[test]
fn receipts_fit_the_servers_limit_and_look_alike() {
    let (key, ctx, token) = sealed();
    let hash = Hash([255; 32]);
    let seq = MAX_INTEGER;
    let longest = seal(&key, &ctx, &identity(1), Head { seq, hash });
    assert_eq!(token.len(), longest.len());
    assert!(token.len() <= protocol::limits::SIGNAL_CHARS);
}

proptest! {
    #[test]
    fn arbitrary_plaintexts_never_panic(mut plaintext in proptest::collection::vec(any::<u8>(), 1..600)) {
        let (key, ctx, _) = sealed();
        plaintext[0] = 4;
        prop_assert!(open(&key, &ctx, &key.seal(&plaintext)).is_err());
    }

    #[test]
    fn any_place_round_trips(seq in 0..=MAX_INTEGER, hash: [u8; 32]) {
        let (key, ctx, _) = sealed();
        let read = Head { seq, hash: Hash(hash) };
        let opened = open(&key, &ctx, &seal(&key, &ctx, &identity(1), read)).unwrap();
        prop_assert_eq!(opened.receipt.read, read);
        prop_assert!(opened.is_signed_by(&identity(1).signing_key()));
    }
}

use super::*;
use crate::{
    padding,
    testing::{identity, room},
};
use proptest::prelude::*;
use protocol::RoomId;

fn typing() -> Signal {
    Signal {
        sender: identity(1).user(),
        run: RunId([3; 16]),
        count: 1,
        at: 1_700_000_000_000,
        kind: SignalKind::Typing,
    }
}

fn sealed() -> (FernetKey, Context, String) {
    let (secret, ctx) = room();
    let key = secret.message_key();
    let token = seal(&key, &ctx, &identity(1), &typing());
    (key, ctx, token)
}

fn open_json(json: &str) -> Result<OpenedSignal, EnvelopeError> {
    let (key, ctx, _) = sealed();
    let plaintext = padding::frame(&[2; 65], json.as_bytes());
    open(&key, &ctx, &key.seal(&plaintext))
}

#[test]
fn opens_to_what_was_sealed_and_verifies_as_its_senders() {
    let (key, ctx, token) = sealed();
    let opened = open(&key, &ctx, &token).unwrap();
    assert_eq!(opened.signal, typing());
    assert!(opened.is_signed_by(&identity(1).signing_key()));
    assert!(!opened.is_signed_by(&identity(2).signing_key()));
    assert!(token.len() <= protocol::limits::SIGNAL_CHARS);
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
fn kinds_of_later_versions_are_told_from_typing() {
    let Signal {
        sender, run, at, ..
    } = typing();
    let json = |count: u64, kind: &str, content: &str| {
        format!(
            r#"{{"sender":"{sender}","run":"{run}","count":{count},"at":{at},"kind":"{kind}","content":{content}}}"#
        )
    };
    let kind = |json: String| open_json(&json).map(|it| it.signal.kind);
    assert_eq!(kind(json(1, "typing", "{}")).unwrap(), SignalKind::Typing);
    let ringing = SignalKind::Unknown("ringing".to_owned());
    let content = r#"{"call":[1,2,{}]}"#;
    assert_eq!(kind(json(1, "ringing", content)).unwrap(), ringing);
    for broken in [
        json(0, "typing", "{}"),
        json(MAX_INTEGER + 1, "typing", "{}"),
        json(1, "typing", r#"{"text":"x"}"#),
        json(1, "typing", "null"),
        json(1, "ringing", r#"{"a":1,"a":2}"#),
    ] {
        assert!(kind(broken.clone()).is_err(), "{broken}");
    }
}

#[test]
fn two_minutes_are_near_and_more_are_not() {
    let signal = typing();
    for (now, near) in [
        (signal.at, true),
        (signal.at + NEAR, true),
        (signal.at - NEAR, true),
        (signal.at + NEAR + 1, false),
        (signal.at - NEAR - 1, false),
        (0, false),
        (u64::MAX, false),
    ] {
        assert_eq!(signal.is_near(now), near, "{now}");
    }
}

proptest! {
    #[test]
    fn arbitrary_plaintexts_never_panic(mut plaintext in proptest::collection::vec(any::<u8>(), 1..600)) {
        let (key, ctx, _) = sealed();
        plaintext[0] = 2;
        prop_assert!(open(&key, &ctx, &key.seal(&plaintext)).is_err());
    }

    #[test]
    fn any_numbers_round_trip(count in 1..=MAX_INTEGER, at in 0..=MAX_INTEGER, run: [u8; 16]) {
        let (key, ctx, _) = sealed();
        let signal = Signal { run: RunId(run), count, at, ..typing() };
        let opened = open(&key, &ctx, &seal(&key, &ctx, &identity(1), &signal)).unwrap();
        prop_assert_eq!(opened.signal, signal);
    }
}

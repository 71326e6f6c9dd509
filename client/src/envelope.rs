//! Sealed entries: `Fernet(message key, pad( 0x01 ‖ signature (64) ‖ body length (u32) ‖ body ))`.

use crate::{
    account::Identity,
    body::{Body, BodyError},
    padding::PaddingError,
    room_key::Context,
    sealing::{MESSAGE, Parts},
    token::{FernetKey, OpenError},
};
use protocol::{Hash, PublicKey, Signature, json::JsonError};

/// A message, ready to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// The Fernet token.
    pub token: String,
    /// `B`: what the device's next message names as `prev`.
    pub body_hash: Hash,
}

/// A message that opened. Who wrote it is not established yet: everyone in the room has the key.
#[derive(Clone, PartialEq, Eq)]
pub struct Opened {
    /// What it claims.
    pub body: Body,
    /// `B = SHA-256(L("body") ‖ ctx ‖ body)`.
    pub body_hash: Hash,
    /// Claimed to be `SIG(sender, "message", B)`.
    pub signature: Signature,
}

/// Why a token is no message; or no signal, or no receipt, where that was expected.
#[derive(Debug, thiserror::Error)]
pub enum EnvelopeError {
    /// Damaged, or sealed under another key.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// It opened, but is of another version of this protocol, or something else than was expected there.
    #[error("plaintext version {0} does not belong here")]
    Version(u8),
    /// It opened, but someone with the room key wrote a frame or a padding that this protocol does not have.
    #[error(transparent)]
    Padding(#[from] PaddingError),
    /// It opened, but someone with the room key wrote a body that this protocol does not have.
    #[error(transparent)]
    Body(#[from] BodyError),
    /// The same of a signal or a receipt.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// A number in a signal or a receipt is out of range.
    #[error("a number is out of range")]
    Number,
}

impl From<serde_json::Error> for EnvelopeError {
    fn from(error: serde_json::Error) -> Self {
        Self::Json(error.into())
    }
}

/// Seals a message. Fails only on a body that breaks a limit.
pub fn seal(
    key: &FernetKey,
    ctx: &Context,
    identity: &Identity,
    body: &Body,
) -> Result<Sealed, BodyError> {
    let (token, body_hash) = MESSAGE.seal(key, ctx, identity, &body.to_json()?);
    Ok(Sealed { token, body_hash })
}

/// Opens a message.
pub fn open(key: &FernetKey, ctx: &Context, token: &str) -> Result<Opened, EnvelopeError> {
    let Parts {
        json,
        hash,
        signature,
    } = MESSAGE.open(key, ctx, token)?;
    Ok(Opened {
        body: Body::parse(&json)?,
        body_hash: hash,
        signature,
    })
}

impl Opened {
    /// Whether `key` signed the message.
    pub fn is_signed_by(&self, key: &PublicKey) -> bool {
        MESSAGE.is_signed(key, &self.body_hash, &self.signature)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        padding,
        secret::Secret32,
        testing::{first_message, identity, room},
    };
    use proptest::prelude::*;
    use protocol::RoomId;

    fn sealed() -> (FernetKey, Context, Sealed) {
        let (secret, ctx) = room();
        let key = secret.message_key();
        let ana = identity(1);
        let sealed = seal(&key, &ctx, &ana, &first_message(&ana, "hello")).unwrap();
        (key, ctx, sealed)
    }

    /// A token over any plaintext, as someone with the room key could make it.
    fn open_plaintext(plaintext: &[u8]) -> Result<Opened, EnvelopeError> {
        let (secret, ctx) = room();
        let key = secret.message_key();
        open(&key, &ctx, &key.seal(plaintext))
    }

    #[test]
    fn opens_to_what_was_sealed_and_verifies_as_its_senders() {
        let (key, ctx, sealed) = sealed();
        let ana = identity(1);
        let opened = open(&key, &ctx, &sealed.token).unwrap();
        assert!(opened.body == first_message(&ana, "hello"));
        assert_eq!(opened.body_hash, sealed.body_hash);
        assert!(opened.is_signed_by(&ana.signing_key()));
        assert!(!opened.is_signed_by(&identity(2).signing_key()));
    }

    #[test]
    fn a_member_cannot_seal_in_anothers_name() {
        let (secret, ctx) = room();
        let (ana, mallory) = (identity(1), identity(3));
        let key = secret.message_key();
        let forged = seal(&key, &ctx, &mallory, &first_message(&ana, "I quit")).unwrap();
        let opened = open(&key, &ctx, &forged.token).unwrap();
        assert!(!opened.is_signed_by(&ana.signing_key()));
    }

    #[test]
    fn a_message_verifies_in_no_other_room_epoch_or_secret() {
        let (key, ctx, sealed) = sealed();
        let mut commitment = ctx.commitment;
        commitment.0[31] ^= 1;
        for other in [
            Context {
                room: RoomId([8; 16]),
                ..ctx
            },
            Context {
                epoch: ctx.epoch + 1,
                ..ctx
            },
            Context { commitment, ..ctx },
        ] {
            let moved = open(&key, &other, &sealed.token).unwrap();
            assert_ne!(moved.body_hash, sealed.body_hash);
            assert!(!moved.is_signed_by(&identity(1).signing_key()));
        }
    }

    #[test]
    fn every_changed_byte_of_the_plaintext_is_noticed() {
        let (key, _, sealed) = sealed();
        let plaintext = key.open(&sealed.token).unwrap();
        let ana = identity(1).signing_key();
        for place in 0..plaintext.len() {
            let mut changed = plaintext.clone();
            changed[place] ^= 1;
            let accepted = open_plaintext(&changed).is_ok_and(|opened| opened.is_signed_by(&ana));
            assert!(!accepted, "byte {place}");
        }
    }

    /// Half of a Fernet key is for the MAC. Two keys that share this half accept each other's tokens, and whoever knows both can
    /// try texts until one opens under both. What the sender signed must hold under one commitment only.
    #[test]
    fn a_token_that_opens_under_two_keys_is_signed_for_one() {
        let sharing_the_mac_half = |byte: u8| {
            let mut bytes = [7; 32];
            bytes[16..].fill(byte);
            FernetKey::new(&Secret32::new(bytes))
        };
        let (one, two) = (sharing_the_mac_half(1), sharing_the_mac_half(2));
        let opens_under_both = |_| {
            let token = one.seal(&[0; 64]);
            one.open(&token).is_ok() && two.open(&token).is_ok()
        };
        assert!((0..10_000).any(opens_under_both));

        let (key, ctx, sealed) = sealed();
        let plaintext = key.open(&sealed.token).unwrap();
        let ctx_of_two = Context {
            commitment: Hash([2; 32]),
            ..ctx
        };
        // The best that Mallory can reach: a token that gives Ana's very words under a key of another commitment.
        let opened = open(&two, &ctx_of_two, &two.seal(&plaintext)).unwrap();
        assert!(opened.body == first_message(&identity(1), "hello"));
        assert!(!opened.is_signed_by(&identity(1).signing_key()));
    }

    #[test]
    fn says_apart_what_does_not_open_and_what_is_of_another_version() {
        let (key, ctx, sealed) = sealed();
        let wrong = FernetKey::new(&Secret32::new([1; 32]));
        assert!(matches!(
            open(&wrong, &ctx, &sealed.token),
            Err(EnvelopeError::Open(_))
        ));
        let cut = &sealed.token[..sealed.token.len() - 4];
        assert!(matches!(open(&key, &ctx, cut), Err(EnvelopeError::Open(_))));
        let mut plaintext = key.open(&sealed.token).unwrap();
        for version in [0, 2, 3, 255] {
            plaintext[0] = version;
            assert!(
                matches!(open_plaintext(&plaintext), Err(EnvelopeError::Version(it)) if it == version)
            );
        }
        assert!(matches!(
            open_plaintext(&[]),
            Err(EnvelopeError::Padding(_))
        ));
        let framed = padding::frame(&[1; 65], b"{}");
        assert!(matches!(
            open_plaintext(&framed),
            Err(EnvelopeError::Body(_))
        ));
    }

    #[test]
    fn short_messages_all_look_alike_from_outside() {
        let (secret, ctx) = room();
        let ana = identity(1);
        let length = |text: &str| {
            let body = first_message(&ana, text);
            seal(&secret.message_key(), &ctx, &ana, &body)
                .unwrap()
                .token
                .len()
        };
        assert_eq!(length("y"), length("no, and let me tell you why not"));
    }

    proptest! {
        #[test]
        fn arbitrary_plaintexts_never_panic(mut plaintext in proptest::collection::vec(any::<u8>(), 0..600), version in 0u8..2) {
            if let Some(first) = plaintext.first_mut() {
                *first = version;
            }
            prop_assert!(open_plaintext(&plaintext).is_err());
        }
    }
}

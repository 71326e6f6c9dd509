//! Sealed entries: `Fernet(message key, pad( 0x01 ‖ signature (64) ‖ body length (u32) ‖ body ))`.

use crate::{
    account::Identity,
    body::{Body, BodyError},
    padding::{self, PaddingError},
    room_key::Context,
    token::{FernetKey, OpenError},
};
use protocol::{
    Hash, PublicKey, Signature,
    label::{self, HashPurpose, SignaturePurpose},
};

/// The plaintext version of messages. 0x02 is a signal's and 0x03 a vault item's: none verifies as another.
const VERSION: u8 = 1;
const HEAD: usize = 1 + Signature::LEN;

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

/// Why a token is no message.
#[derive(Debug, thiserror::Error)]
pub enum EnvelopeError {
    /// Damaged, or sealed under another key.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// It opened, but is of another version of this protocol, or no message at all.
    #[error("plaintext version {0} is not a message's")]
    Version(u8),
    /// It opened, but someone with the room key wrote a frame or a padding that this protocol does not have.
    #[error(transparent)]
    Padding(#[from] PaddingError),
    /// It opened, but someone with the room key wrote a body that this protocol does not have.
    #[error(transparent)]
    Body(#[from] BodyError),
}

/// Seals a message. Fails only on a body that breaks a limit.
pub fn seal(
    key: &FernetKey,
    ctx: &Context,
    identity: &Identity,
    body: &Body,
) -> Result<Sealed, BodyError> {
    let json = body.to_json()?;
    let body_hash = hash(ctx, &json);
    let signature = identity.sign(SignaturePurpose::Message, &body_hash.0);
    let mut head = [VERSION; HEAD];
    head[1..].copy_from_slice(&signature.0);
    Ok(Sealed {
        token: key.seal(&padding::frame(&head, &json)),
        body_hash,
    })
}

/// Opens a message.
pub fn open(key: &FernetKey, ctx: &Context, token: &str) -> Result<Opened, EnvelopeError> {
    let plaintext = key.open(token)?;
    match plaintext.first() {
        Some(&VERSION) => {}
        Some(other) => return Err(EnvelopeError::Version(*other)),
        None => return Err(PaddingError.into()),
    }
    let (head, json) = padding::unframe(&plaintext, HEAD)?;
    Ok(Opened {
        body: Body::parse(json)?,
        body_hash: hash(ctx, json),
        signature: Signature::from_slice(&head[1..]).ok_or(PaddingError)?,
    })
}

impl Opened {
    /// Whether `key` signed the message.
    pub fn is_signed_by(&self, key: &PublicKey) -> bool {
        label::verify(
            key,
            SignaturePurpose::Message,
            &self.body_hash.0,
            &self.signature,
        )
    }
}

fn hash(ctx: &Context, json: &[u8]) -> Hash {
    label::hash(HashPurpose::Body, &[&ctx.bytes(), json])
}

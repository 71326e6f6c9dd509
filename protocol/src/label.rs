//! Domain separation: every hash and signature names its purpose, `L(x) = "securechat v1 " ‖ x ‖ 0x00`. And which public
//! keys may take part: those on which all implementations agree.

use crate::ids::{Hash, PublicKey, Signature, UserId};
use curve25519_dalek::MontgomeryPoint;
use ed25519_dalek::VerifyingKey;
use sha2::{Digest, Sha256};

/// What a SHA-256 value stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HashPurpose {
    /// A user id from its first signing key.
    User,
    /// `E(n)`: one entry of the log.
    Entry,
    /// `H(0)`: where a room's transcript starts.
    Transcript,
    /// `B`: one message's context and body.
    Body,
    /// The members of a room with their keys and roles, and who is banned.
    Roster,
    /// A receipt's context and body.
    Slot,
    /// A signal's context and body.
    Signal,
    /// A user's keys, as two people compare them.
    Fingerprint,
    /// A room's epoch and roster, as its members compare them.
    RoomFingerprint,
}

impl HashPurpose {
    fn label(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Entry => "entry hash",
            Self::Transcript => "transcript",
            Self::Body => "body",
            Self::Roster => "roster",
            Self::Slot => "slot",
            Self::Signal => "signal",
            Self::Fingerprint => "fingerprint",
            Self::RoomFingerprint => "room fingerprint",
        }
    }
}

/// What a signature says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignaturePurpose {
    /// An open entry of the log, by the identity key and, where the kind asks for it, the epoch's join key.
    Entry,
    /// A sealed message.
    Message,
    /// The credentials that the server stores for an account.
    Credential,
    /// A user's next signing key.
    Identity,
    /// How far a member has read.
    Slot,
    /// What is relayed and never stored.
    Signal,
}

impl SignaturePurpose {
    fn label(self) -> &'static str {
        match self {
            Self::Entry => "entry",
            Self::Message => "message",
            Self::Credential => "credential",
            Self::Identity => "identity",
            Self::Slot => "slot",
            Self::Signal => "signal",
        }
    }
}

/// `L(x)`.
pub fn label(name: &str) -> Vec<u8> {
    [b"securechat v1 ", name.as_bytes(), &[0]].concat()
}

/// `SHA-256(L(purpose) ‖ parts…)`.
pub fn hash(purpose: HashPurpose, parts: &[&[u8]]) -> Hash {
    let mut state = Sha256::new_with_prefix(label(purpose.label()));
    for part in parts {
        state.update(part);
    }
    Hash(state.finalize().into())
}

/// The bytes that `SIG(key, purpose, message)` signs: `L(purpose) ‖ message`.
pub fn signed_bytes(purpose: SignaturePurpose, message: &[u8]) -> Vec<u8> {
    let mut bytes = label(purpose.label());
    bytes.extend_from_slice(message);
    bytes
}

/// Checks `SIG(key, purpose, message)` the strict way: canonical encodings only and no small-order key, because
/// implementations disagree on the rest (see "Taming the many EdDSAs", Chalkias et al., 2020).
pub fn verify(
    key: &PublicKey,
    purpose: SignaturePurpose,
    message: &[u8],
    signature: &Signature,
) -> bool {
    verify_bytes(key, &signed_bytes(purpose, message), signature)
}

/// As [`verify`], over bytes that have their label, or in tests none.
fn verify_bytes(key: &PublicKey, bytes: &[u8], signature: &Signature) -> bool {
    let Some(key) = signing_key(key) else {
        return false;
    };
    let signature = ed25519_dalek::Signature::from_bytes(&signature.0);
    key.verify_strict(bytes, &signature).is_ok()
}

/// Whether a signing key may be used at all: its encoding is canonical, it is a point, and not of small order.
pub fn acceptable_signing_key(key: &PublicKey) -> bool {
    signing_key(key).is_some_and(|key| !key.is_weak())
}

/// Whether an agreement key may be used at all: its encoding is canonical, and it is not of small order. With a small-order
/// key every agreement gives zero, which HPKE refuses: nothing could be wrapped for its owner, and no epoch started.
pub fn acceptable_agreement_key(key: &PublicKey) -> bool {
    // 8 is the cofactor of the curve, and a multiple of its twist's.
    let cofactor = [true, false, false, false];
    let is_small = || {
        let point = MontgomeryPoint(key.0).mul_bits_be(cofactor.into_iter());
        point.to_bytes() == [0; 32]
    };
    key.0[31] & SIGN == 0 && is_reduced(&key.0) && !is_small()
}

/// The library takes coordinates of 2^255 - 19 and more as well, which others refuse.
fn signing_key(key: &PublicKey) -> Option<VerifyingKey> {
    VerifyingKey::from_bytes(&key.0)
        .ok()
        .filter(|_| is_reduced(&key.0))
}

/// The bit above the 255 of a coordinate.
const SIGN: u8 = 0x80;

/// Whether the lower 255 bits are less than 2^255 - 19, least significant byte first.
fn is_reduced(bytes: &[u8; 32]) -> bool {
    let [lowest, between @ .., highest] = bytes;
    *lowest < 0xed || highest | SIGN != 0xff || between.iter().any(|byte| *byte != 0xff)
}

/// The user id that a first signing key gives.
pub fn user_id(first_signing_key: &PublicKey) -> UserId {
    let full = hash(HashPurpose::User, &[&first_signing_key.0]);
    let mut id = [0; UserId::LEN];
    id.copy_from_slice(&full.0[..UserId::LEN]);
    UserId(id)
}

#[cfg(test)]
mod tests;

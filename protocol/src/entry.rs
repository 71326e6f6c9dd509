//! Entries of a room's log: `class (u8) ‖ payload`.

use crate::{
    PublicKey, b64,
    ids::{Hash, Signature},
    json::JsonError,
    label::{self, SignaturePurpose},
    limits,
    open::OpenBody,
};
use serde::{Deserialize, Serialize};

/// One entry as the server stores it and clients hash it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Entry {
    /// Class 0: a Fernet token. Everything that people say and do.
    Sealed(String),
    /// Class 1: a signed statement that the server must read in order to act on it.
    Open(OpenEntry),
    /// What is left of a sealed entry whose payload was dropped: its `E`.
    Purged(Hash),
}

/// Class 1: `u32 length ‖ JSON ‖ identity signature (64) ‖ join signature (64, zero where unused)`.
///
/// In JSON frames it is the base64url text of exactly these bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenEntry {
    /// The signed JSON, byte for byte as its author wrote it.
    pub json: String,
    /// By the sender's identity key.
    pub signature: Signature,
    /// By the epoch's join key, or for an identity change by the new key; [`Signature::ZERO`] where the kind needs none.
    pub join_signature: Signature,
}

/// Why bytes are no entry.
#[derive(Debug, thiserror::Error)]
pub enum EntryError {
    /// The class byte is neither 0 nor 1, or there is none.
    #[error("unknown entry class")]
    Class,
    /// A token that is empty, too long, or has a character outside URL-safe base64.
    #[error("not a token")]
    Token,
    /// The length prefix and the number of bytes disagree, or the JSON is not UTF-8.
    #[error("open entry of the wrong shape")]
    Shape,
    /// The JSON inside is not an open entry's.
    #[error("open entry: {0}")]
    Body(#[from] JsonError),
}

const SEALED: u8 = 0;
const OPEN: u8 = 1;

impl Entry {
    /// The class byte.
    pub fn class(&self) -> u8 {
        match self {
            Self::Sealed(_) | Self::Purged(_) => SEALED,
            Self::Open(_) => OPEN,
        }
    }

    /// The bytes after the class; none of a purged entry.
    pub fn payload(&self) -> Vec<u8> {
        match self {
            Self::Sealed(token) => token.as_bytes().to_vec(),
            Self::Open(open) => open.to_bytes(),
            Self::Purged(_) => Vec::new(),
        }
    }

    /// Reads class and payload back; the counterpart of [`Entry::class`] and [`Entry::payload`].
    pub fn from_parts(class: u8, payload: &[u8]) -> Result<Self, EntryError> {
        match class {
            SEALED => match std::str::from_utf8(payload) {
                Ok(token) if is_token(token) => Ok(Self::Sealed(token.to_owned())),
                _ => Err(EntryError::Token),
            },
            OPEN => OpenEntry::from_bytes(payload).map(Self::Open),
            _ => Err(EntryError::Class),
        }
    }
}

/// Whether a text can be a Fernet token by its outside: alphabet, a length that is whole base64 groups, and the limit.
/// Only a client with the key can say more.
pub fn is_token(text: &str) -> bool {
    text.len() <= limits::TOKEN_CHARS && has_token_shape(text)
}

/// As [`is_token`], without the limit: the vault's tokens have one of their own.
pub fn has_token_shape(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    !text.is_empty()
        && text.len().is_multiple_of(4)
        && text.len() - body.len() <= 2
        && body
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

impl OpenEntry {
    /// The entry's payload bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let length = u32::try_from(self.json.len()).unwrap_or(u32::MAX);
        [
            &length.to_be_bytes(),
            self.json.as_bytes(),
            &self.signature.0,
            &self.join_signature.0,
        ]
        .concat()
    }

    /// Parses payload bytes by their outer shape; [`OpenEntry::body`] reads the JSON.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, EntryError> {
        let (length, rest) = bytes.split_first_chunk::<4>().ok_or(EntryError::Shape)?;
        let length = u32::from_be_bytes(*length) as usize;
        if length > limits::BODY_BYTES || rest.len() != length + 2 * Signature::LEN {
            return Err(EntryError::Shape);
        }
        let (json, signatures) = rest.split_at(length);
        let (signature, join_signature) = signatures.split_at(Signature::LEN);
        let shape = || EntryError::Shape;
        Ok(Self {
            json: std::str::from_utf8(json).map_err(|_| shape())?.to_owned(),
            signature: Signature::from_slice(signature).ok_or_else(shape)?,
            join_signature: Signature::from_slice(join_signature).ok_or_else(shape)?,
        })
    }

    /// What the entry says. Says nothing of who signed it.
    pub fn body(&self) -> Result<OpenBody, EntryError> {
        Ok(OpenBody::parse(self.json.as_bytes())?)
    }

    /// Whether the identity signature is `key`'s.
    pub fn is_signed_by(&self, key: &PublicKey) -> bool {
        label::verify(
            key,
            SignaturePurpose::Entry,
            self.json.as_bytes(),
            &self.signature,
        )
    }

    /// Whether the join signature is `join_key`'s.
    pub fn is_joined_by(&self, join_key: &PublicKey) -> bool {
        label::verify(
            join_key,
            SignaturePurpose::Entry,
            self.json.as_bytes(),
            &self.join_signature,
        )
    }
}

impl Serialize for OpenEntry {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&b64::encode(self.to_bytes()))
    }
}

impl<'de> Deserialize<'de> for OpenEntry {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_bytes(&b64::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn open() -> OpenEntry {
        OpenEntry {
            json: "{}".into(),
            signature: Signature([1; 64]),
            join_signature: Signature::ZERO,
        }
    }

    #[test]
    fn round_trips_open_entries_through_bytes_and_json() {
        let entry = Entry::Open(open());
        assert_eq!(
            Entry::from_parts(entry.class(), &entry.payload()).unwrap(),
            entry
        );
        let text = serde_json::to_string(&entry).unwrap();
        assert_eq!(serde_json::from_str::<Entry>(&text).unwrap(), entry);
    }

    #[test]
    fn detects_truncation_and_extension_of_open_entries() {
        let bytes = open().to_bytes();
        for end in 0..bytes.len() {
            assert!(OpenEntry::from_bytes(&bytes[..end]).is_err());
        }
        assert!(OpenEntry::from_bytes(&[&bytes[..], &[0]].concat()).is_err());
    }

    #[test]
    fn rejects_unknown_classes_and_texts_that_are_no_token() {
        assert!(matches!(
            Entry::from_parts(2, b"AAAA"),
            Err(EntryError::Class)
        ));
        for text in ["", "AAA", "AA A", "A===", "AAAA\n", "ü-aa", "=AAA"] {
            assert!(
                matches!(
                    Entry::from_parts(0, text.as_bytes()),
                    Err(EntryError::Token)
                ),
                "{text}"
            );
        }
        assert!(is_token("gAAA") && is_token("gA==") && is_token("gAA="));
    }

    proptest! {
        #[test]
        fn decoding_arbitrary_bytes_never_panics_and_is_canonical(class in 0u8..3, bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            if let Ok(entry) = Entry::from_parts(class, &bytes) {
                prop_assert_eq!(entry.payload(), bytes);
            }
        }
    }
}

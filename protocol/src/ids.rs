//! Fixed-size identifiers, keys and hashes, each a type of its own so that one can't stand where another belongs.

use crate::b64;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::{fmt, str::FromStr};

/// A text that is not the expected number of bytes in unpadded URL-safe base64.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected} bytes in unpadded URL-safe base64")]
pub struct ParseIdError {
    /// How many bytes the type has.
    pub expected: usize,
}

macro_rules! fixed_bytes {
    ($(#[$doc:meta])* $name:ident, $len:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; $len]);

        impl $name {
            /// Length in bytes.
            pub const LEN: usize = $len;

            /// The bytes.
            pub fn as_bytes(&self) -> &[u8; $len] {
                &self.0
            }

            /// Takes a slice of exactly the right length.
            pub fn from_slice(bytes: &[u8]) -> Option<Self> {
                bytes.try_into().ok().map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&b64::encode(self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self)
            }
        }

        impl FromStr for $name {
            type Err = ParseIdError;

            fn from_str(text: &str) -> Result<Self, ParseIdError> {
                b64::decode(text)
                    .and_then(|bytes| Self::from_slice(&bytes))
                    .ok_or(ParseIdError { expected: $len })
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                std::borrow::Cow::<str>::deserialize(deserializer)?.parse().map_err(D::Error::custom)
            }
        }
    };
}

fixed_bytes!(
    /// A user: the first 20 bytes of `SHA-256(L("user") ‖ first Ed25519 public key)`, so that clients recompute it.
    UserId, 20
);
fixed_bytes!(
    /// A room: random, and the same across epochs.
    RoomId, 16
);
fixed_bytes!(
    /// One engine's identity in the per-device message chains: random, new whenever the chain could have forked.
    DeviceId, 16
);
fixed_bytes!(
    /// The sender's idempotency key for one submission, unique within (user, device). Says nothing to other clients.
    MessageId, 16
);
fixed_bytes!(
    /// One connection of a device, within which its signals are counted: random.
    RunId, 16
);
fixed_bytes!(
    /// How the server finds a room for someone who holds its key: derived from the room secret, new in each epoch.
    Locator, 16
);
fixed_bytes!(
    /// A public handle of a session in the list of sessions. Not the session id, which only the cookie carries.
    SessionHandle, 16
);
fixed_bytes!(
    /// A SHA-256 value.
    Hash, 32
);
fixed_bytes!(
    /// An Ed25519 or X25519 public key.
    PublicKey, 32
);
fixed_bytes!(
    /// An Ed25519 signature.
    Signature, 64
);

impl Hash {
    /// 32 zero bytes: the `prev_open` of a room's first entry.
    pub const ZERO: Self = Self([0; 32]);
}

impl Signature {
    /// 64 zero bytes: stands where a kind of entry needs no join signature.
    pub const ZERO: Self = Self([0; 64]);
}

/// An entry's number in its room's log: 1, 2, 3 … without gaps; 0 stands before the first.
pub type Seq = u64;

/// A room's key generation: 1, 2, 3 …
pub type Epoch = u32;

/// Milliseconds since 1970-01-01 UTC.
pub type Time = u64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trips_through_text() {
        let id = RoomId([7; 16]);
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(
            serde_json::from_str::<RoomId>(&serde_json::to_string(&id).unwrap()).unwrap(),
            id
        );
    }

    #[test]
    fn rejects_other_lengths_padding_and_foreign_alphabets() {
        for text in [
            "",
            "AAAA",
            "AAAAAAAAAAAAAAAAAAAAAA==",
            "AAAAAAAAAAAAAAAAAAAA+/",
            "AAAAAAAAAAAAAAAAAAAAAB",
        ] {
            assert_eq!(
                text.parse::<RoomId>(),
                Err(ParseIdError { expected: 16 }),
                "{text}"
            );
        }
    }
}

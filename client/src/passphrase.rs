//! A passphrase between the field where it is typed and the OPAQUE client.

use serde::{Deserialize, Serialize};
use std::fmt;
use zeroize::Zeroizing;

/// A passphrase as OPAQUE takes it.
///
/// Its bytes are the UTF-8 of exactly what was typed. Serialises as plain text, for a message to a worker only.
pub struct Passphrase(Zeroizing<String>);

impl Passphrase {
    /// Takes a passphrase as typed.
    pub fn new(typed: String) -> Self {
        Self(Zeroizing::new(typed))
    }

    /// What OPAQUE takes.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// What [`model`]'s strength estimate takes.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passphrase(..)")
    }
}

impl Serialize for Passphrase {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Passphrase {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
    }
}

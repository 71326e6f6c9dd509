//! 32 bytes that must not leak: wiped on drop, never printed, compared in constant time.

use protocol::b64;
use rand_core::{CryptoRng, RngCore};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::fmt;
use subtle::ConstantTimeEq;
use zeroize::{ZeroizeOnDrop, Zeroizing};

/// A 32-byte secret.
///
/// Serialises as base64url text, for messages from a worker; that text is a copy which its holder wipes.
#[derive(ZeroizeOnDrop)]
pub struct Secret32(Zeroizing<[u8; 32]>);

impl Secret32 {
    /// Takes over 32 bytes. The caller's own copy stays the caller's to wipe.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// Takes a slice of exactly 32 bytes.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        let mut secret = Self::new([0; 32]);
        if bytes.len() != secret.0.len() {
            return None;
        }
        secret.0.copy_from_slice(bytes);
        Some(secret)
    }

    /// 32 fresh bytes.
    pub fn random(rng: &mut (impl RngCore + CryptoRng)) -> Self {
        let mut secret = Self::new([0; 32]);
        rng.fill_bytes(&mut *secret.0);
        secret
    }

    /// The bytes themselves.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// For [`crate::kdf::kdf`], which fills a secret in place instead of leaving a copy on the stack.
    pub(crate) fn as_mut_bytes(&mut self) -> &mut [u8; 32] {
        &mut self.0
    }
}

impl PartialEq for Secret32 {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&*other.0).into()
    }
}

impl Eq for Secret32 {}

impl fmt::Debug for Secret32 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret32(..)")
    }
}

impl Serialize for Secret32 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&Zeroizing::new(b64::encode(*self.0)))
    }
}

impl<'de> Deserialize<'de> for Secret32 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Zeroizing::new(String::deserialize(deserializer)?);
        b64::decode(&text)
            .map(Zeroizing::new)
            .and_then(|bytes| Self::from_slice(&bytes))
            .ok_or_else(|| D::Error::custom("expected 32 bytes in unpadded URL-safe base64"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::rng;

    #[test]
    fn takes_exactly_32_bytes() {
        for length in [0, 31, 33, 64] {
            assert!(Secret32::from_slice(&vec![7; length]).is_none());
        }
        assert_eq!(
            Secret32::from_slice(&[7; 32]).unwrap(),
            Secret32::new([7; 32])
        );
    }

    #[test]
    fn round_trips_through_json_and_differs_when_drawn_again() {
        let mut rng = rng(1);
        let secret = Secret32::random(&mut rng);
        let text = serde_json::to_string(&secret).unwrap();
        assert_eq!(serde_json::from_str::<Secret32>(&text).unwrap(), secret);
        assert_ne!(Secret32::random(&mut rng), secret);
        assert!(serde_json::from_str::<Secret32>("\"AAAA\"").is_err());
    }
}

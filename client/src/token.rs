//! Fernet tokens: sealing and opening with one key.

use crate::secret::Secret32;
use base64::{Engine as _, engine::general_purpose::URL_SAFE};
use std::fmt;
use zeroize::Zeroizing;

/// A Fernet key: 16 bytes for the MAC, 16 for AES.
///
/// Only ever derived ([`crate::kdf`]), never a text that people share: a Fernet MAC says nothing about the half of the key that
/// decrypts, so what a token says must be bound to its key by other means ([`crate::room_key::RoomSecret::commitment`]).
pub struct FernetKey(fernet::Fernet);

/// A token is damaged, was sealed under another key, or is not the one text that its bytes have. Which of these is not told
/// apart: the MAC can't.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the token does not open")]
pub struct OpenError;

/// Every token of this protocol carries the Fernet time 0: the true time is inside, where the server can't read it.
const TIME: u64 = 0;

impl FernetKey {
    /// The key with these 32 bytes.
    pub fn new(secret: &Secret32) -> Self {
        let text = Zeroizing::new(URL_SAFE.encode(secret.as_bytes()));
        Self(fernet::Fernet::new(&text).expect("32 bytes in URL-safe base64 are a Fernet key"))
    }

    /// Seals. The IV comes from the system's generator: the `fernet` crate draws it itself and takes none from outside.
    pub fn seal(&self, plaintext: &[u8]) -> String {
        self.0.encrypt_at_time(plaintext, TIME)
    }

    /// Opens a token that is exactly what [`FernetKey::seal`] gives: time 0, padded URL-safe base64 in its canonical form.
    /// Python's and other implementations accept more; here one content has one text, so that hashes over tokens mean something.
    pub fn open(&self, token: &str) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        // This decoder refuses missing or extra padding, set trailing bits, line breaks and the other alphabet.
        let bytes = URL_SAFE.decode(token).map_err(|_| OpenError)?;
        if bytes.get(1..9) != Some(&TIME.to_be_bytes()) {
            return Err(OpenError);
        }
        self.0
            .decrypt_at_time(token, None, TIME)
            .map(Zeroizing::new)
            .map_err(|_| OpenError)
    }
}

impl fmt::Debug for FernetKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FernetKey(..)")
    }
}

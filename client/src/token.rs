//! Fernet tokens: sealing and opening with one key.

use crate::secret::Secret32;
use base64::{Engine as _, engine::general_purpose::URL_SAFE};
use std::fmt;
use zeroize::{ZeroizeOnDrop, Zeroizing};

/// A Fernet key: 16 bytes for the MAC, 16 for AES.
///
/// Only ever derived ([`crate::kdf`]), never a text that people share: a Fernet MAC says nothing about the half of the key that
/// decrypts, so what a token says must be bound to its key by other means ([`crate::room_key::RoomSecret::commitment`]).
#[derive(ZeroizeOnDrop)]
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn key(byte: u8) -> FernetKey {
        FernetKey::new(&Secret32::new([byte; 32]))
    }

    #[test]
    fn round_trips_any_length() {
        for length in [0, 1, 15, 16, 17, 4096] {
            let plaintext = vec![3; length];
            assert_eq!(*key(1).open(&key(1).seal(&plaintext)).unwrap(), plaintext);
        }
    }

    #[test]
    fn opens_the_token_of_the_fernet_specification_only_without_its_time() {
        // The example of the specification: it has a real time, so it is no token of this protocol.
        let spec = "gAAAAAAdwJ6wAAECAwQFBgcICQoLDA0ODy021cpGVWKZ_eEwCGM4BLLF_5CV9dOPmrhuVUPgJobwOz7JcbmrR64jVmpU4IwqDA==";
        let secret = URL_SAFE
            .decode("cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=")
            .unwrap();
        let key = FernetKey::new(&Secret32::from_slice(&secret).unwrap());
        assert_eq!(
            key.0.decrypt_at_time(spec, None, u64::MAX / 2).unwrap(),
            b"hello"
        );
        assert_eq!(key.open(spec), Err(OpenError));
    }

    #[test]
    fn refuses_every_time_but_zero() {
        let key = key(1);
        assert!(key.open(&key.0.encrypt_at_time(b"x", 0)).is_ok());
        for time in [1, 59, 60, 61, 1_700_000_000, u64::MAX] {
            let token = key.0.encrypt_at_time(b"x", time);
            assert_eq!(key.open(&token), Err(OpenError), "{time}");
        }
    }

    #[test]
    fn refuses_another_key_and_any_changed_byte() {
        let token = key(1).seal(b"hello");
        assert_eq!(key(2).open(&token), Err(OpenError));
        let bytes = URL_SAFE.decode(&token).unwrap();
        for place in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[place] ^= 1;
            assert_eq!(
                key(1).open(&URL_SAFE.encode(changed)),
                Err(OpenError),
                "{place}"
            );
        }
    }

    #[test]
    fn refuses_every_other_text_of_the_same_bytes() {
        // 1 + 8 + 16 + 16 + 32 = 73 bytes: two padding characters and four unused bits.
        let token = key(1).seal(b"hello");
        let body = token.strip_suffix("==").unwrap();
        let last = body.chars().last().unwrap();
        let bits_set = char::from_u32(u32::from(last) + 1).unwrap();
        for other in [
            body.to_owned(),
            format!("{body}="),
            format!("{body}==="),
            format!("{token}\n"),
            format!(" {token}"),
            format!("{}\n{}", &token[..64], &token[64..]),
            format!("{}{bits_set}==", &body[..body.len() - 1]),
        ] {
            assert_eq!(key(1).open(&other), Err(OpenError), "{other}");
        }
        let standard =
            base64::engine::general_purpose::STANDARD.encode(URL_SAFE.decode(&token).unwrap());
        assert_eq!(key(1).open(&standard).is_ok(), standard == token);
    }

    proptest! {
        #[test]
        fn arbitrary_texts_never_panic(text in ".{0,200}", bytes in proptest::collection::vec(any::<u8>(), 0..120)) {
            prop_assert!(key(1).open(&text).is_err());
            prop_assert!(key(1).open(&URL_SAFE.encode(&bytes)).is_err());
        }

        /// Shapes that pass the first checks and carry a valid MAC, over anything.
        #[test]
        fn arbitrary_ciphertexts_under_a_valid_mac_never_panic(iv: [u8; 16], ciphertext in proptest::collection::vec(any::<u8>(), 0..80)) {
            use sha2::{Digest, Sha256};
            let mut message = vec![0x80, 0, 0, 0, 0, 0, 0, 0, 0];
            message.extend_from_slice(&iv);
            message.extend_from_slice(&ciphertext);
            let pad = |with: u8| [&[1 ^ with; 16][..], &[with; 48]].concat();
            let inner = Sha256::new_with_prefix(pad(0x36)).chain_update(&message).finalize();
            let mac = Sha256::new_with_prefix(pad(0x5c)).chain_update(inner).finalize();
            message.extend_from_slice(&mac);
            if let Ok(plaintext) = key(1).open(&URL_SAFE.encode(&message)) {
                prop_assert!(plaintext.len() < ciphertext.len());
            }
        }
    }
}

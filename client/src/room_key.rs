//! The room secret of one epoch. Its text form is what people share and call *the room key*.

use crate::{
    kdf::{kdf, kdf_into},
    secret::Secret32,
    token::FernetKey,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ed25519_dalek::SigningKey;
use protocol::{Epoch, Hash, Locator, RoomId};
use rand_core::{CryptoRng, RngCore};
use std::fmt;
use zeroize::{ZeroizeOnDrop, Zeroizing};

/// 32 random bytes, new in every epoch. Whoever has them reads the whole epoch and may join.
#[derive(PartialEq, Eq, ZeroizeOnDrop)]
pub struct RoomSecret(Secret32);

/// Why a text is no room key. `Display` is the sentence for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RoomKeyError {
    /// Nothing but white space.
    #[error("Paste the room key or the invite link here.")]
    Empty,
    /// A character that no room key has.
    #[error("This is not a room key: “{0}” does not occur in one.")]
    Character(char),
    /// Fewer than 43 characters: the usual damage when a key is copied.
    #[error("The end or the beginning is missing: a room key has 44 characters, this has {0}.")]
    TooShort(usize),
    /// More than 44 characters.
    #[error("This is too long: a room key has 44 characters, this has {0}.")]
    TooLong(usize),
    /// The last character can't end a room key: one was mistyped, or the text is something else.
    #[error("This is not a room key: its last character is wrong. Copy it again.")]
    NotCanonical,
}

/// Characters without the final `=`.
const CHARS: usize = 43;

impl RoomSecret {
    /// A new epoch's secret.
    pub fn generate(rng: &mut (impl RngCore + CryptoRng)) -> Self {
        Self(Secret32::random(rng))
    }

    /// Takes a slice of exactly 32 bytes.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        Secret32::from_slice(bytes).map(Self)
    }

    /// Reads a room key or an invite link as people paste it. In a link the key is what follows `#`. White space, which mail
    /// programs put in at line ends, is dropped, and the final `=`, which link finders strip, may be missing.
    pub fn parse(text: &str) -> Result<Self, RoomKeyError> {
        let text = text.rsplit_once('#').map_or(text, |(_, key)| key);
        let mut key = Zeroizing::new(String::with_capacity(text.len()));
        key.extend(text.chars().filter(|c| !c.is_whitespace()));
        if key.is_empty() {
            return Err(RoomKeyError::Empty);
        }
        let body = key.strip_suffix('=').unwrap_or(&key);
        let foreign = |c: &char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '='));
        if let Some(character) = body.chars().find(foreign) {
            return Err(RoomKeyError::Character(character));
        }
        match body.len() {
            CHARS => {}
            less if less < CHARS => return Err(RoomKeyError::TooShort(key.len())),
            _ => return Err(RoomKeyError::TooLong(key.len())),
        }
        URL_SAFE_NO_PAD
            .decode(body)
            .ok()
            .map(Zeroizing::new)
            .and_then(|bytes| Self::from_slice(&bytes))
            .ok_or(RoomKeyError::NotCanonical)
    }

    /// The room key as people share it: 44 characters. A copy to show, then to wipe.
    pub fn reveal(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(CHARS + 1));
        URL_SAFE_NO_PAD.encode_string(self.as_bytes(), &mut text);
        text.push('=');
        text
    }

    /// The bytes, for wrapping them.
    pub fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// How the server finds the room: `KDF(secret, "room locator")`, 16 bytes.
    pub fn locator(&self) -> Locator {
        let mut locator = Locator([0; Locator::LEN]);
        kdf_into(self.as_bytes(), "room locator", &mut locator.0);
        locator
    }

    /// Proves knowledge of the room key: an Ed25519 key with the seed `KDF(secret, "room join")`.
    pub fn join_key(&self) -> SigningKey {
        SigningKey::from_bytes(kdf(self.as_bytes(), "room join").as_bytes())
    }

    /// Seals the epoch's messages: `KDF(secret, "room message")`.
    pub fn message_key(&self) -> FernetKey {
        FernetKey::new(&kdf(self.as_bytes(), "room message"))
    }

    /// Seals the previous epoch's secret in a header: `KDF(secret, "room history")`.
    pub fn history_key(&self) -> FernetKey {
        FernetKey::new(&kdf(self.as_bytes(), "room history"))
    }

    /// Public, and fixes the one secret that an epoch has: `KDF(secret, "room commitment")`.
    pub fn commitment(&self) -> Hash {
        Hash(*kdf(self.as_bytes(), "room commitment").as_bytes())
    }

    /// The epoch's context, given which room and epoch it is.
    pub fn context(&self, room: RoomId, epoch: Epoch) -> Context {
        Context {
            room,
            epoch,
            commitment: self.commitment(),
        }
    }
}

impl fmt::Debug for RoomSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RoomSecret(..)")
    }
}

/// What a message, or a wrap, belongs to. Every body hash covers it, so that nothing sealed in one epoch of one room stands in
/// another, and no token says two things under two keys that share a MAC half.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Context {
    /// The room.
    pub room: RoomId,
    /// The epoch.
    pub epoch: Epoch,
    /// The epoch's commitment.
    pub commitment: Hash,
}

impl Context {
    /// `ctx` = room id (16) ‖ epoch (u32) ‖ commitment (32).
    pub fn bytes(&self) -> [u8; 52] {
        let mut bytes = [0; 52];
        bytes[..16].copy_from_slice(&self.room.0);
        bytes[16..20].copy_from_slice(&self.epoch.to_be_bytes());
        bytes[20..].copy_from_slice(&self.commitment.0);
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::rng;
    use proptest::prelude::*;

    const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    fn secret() -> RoomSecret {
        let bytes: Vec<u8> = (0..32).collect();
        RoomSecret::from_slice(&bytes).unwrap()
    }

    #[test]
    fn accepts_the_key_as_people_paste_it() {
        for text in [
            KEY,
            &KEY[..43],
            &format!("  {KEY}\r\n"),
            &format!("{}\n{}", &KEY[..20], &KEY[20..]),
            &format!("https://chat.example.org/join#{}", &KEY[..43]),
            &format!("http://localhost:3000/join#{KEY} "),
            &format!("#{KEY}"),
        ] {
            assert_eq!(RoomSecret::parse(text), Ok(secret()), "{text}");
        }
        assert_eq!(*secret().reveal(), KEY);
    }

    #[test]
    fn says_what_is_wrong_with_anything_else() {
        use RoomKeyError::*;
        for (text, why) in [
            ("", Empty),
            (" \n", Empty),
            ("https://chat.example.org/join#", Empty),
            ("=", TooShort(1)),
            (&KEY[..42], TooShort(42)),
            (&KEY[2..], TooShort(42)),
            (&format!("{KEY}A"), TooLong(45)),
            (&format!("{}AA", &KEY[..43]), TooLong(45)),
            (&format!("{KEY}="), TooLong(45)),
            (&KEY.replace("AAEC", "AA=C"), NotCanonical),
            (&KEY.replace("AAEC", "AA+C"), Character('+')),
            (&KEY.replace("AAEC", "AAéC"), Character('é')),
            ("https://chat.example.org/join", Character(':')),
            (&KEY.replace("Hh8=", "Hh9="), NotCanonical),
        ] {
            assert_eq!(RoomSecret::parse(text), Err(why), "{text}");
        }
    }

    #[test]
    fn public_parts_are_those_of_docs_protocol() {
        // Computed once with Python's hmac.
        let secret = secret();
        assert_eq!(secret.locator().to_string(), "Dwu-K-O1esRRyyegviuQ_A");
        assert_eq!(
            secret.commitment().to_string(),
            "YLttA-YR6t2xCIG09bh7SLHtNlI2pF5sccjJqozXksI"
        );
    }

    #[test]
    fn no_derived_key_stands_for_another() {
        let secret = secret();
        let token = secret.message_key().seal(b"x");
        assert!(secret.history_key().open(&token).is_err());
        let plain = FernetKey::new(&Secret32::new(*secret.as_bytes()));
        assert!(plain.open(&token).is_err());
        let join = secret.join_key();
        assert_ne!(join.to_bytes(), *secret.commitment().as_bytes());
        assert_ne!(
            join.verifying_key().to_bytes(),
            *secret.commitment().as_bytes()
        );
        assert_ne!(secret.locator().0, secret.commitment().0[..16]);
    }

    #[test]
    fn context_is_room_then_epoch_then_commitment() {
        let context = secret().context(RoomId([3; 16]), 0x0102_0304);
        let bytes = context.bytes();
        assert_eq!(bytes[..16], [3; 16]);
        assert_eq!(bytes[16..20], [1, 2, 3, 4]);
        assert_eq!(bytes[20..], secret().commitment().0);
    }

    proptest! {
        #[test]
        fn every_key_round_trips_through_its_text(seed: u64) {
            let secret = RoomSecret::generate(&mut rng(seed));
            let text = secret.reveal();
            prop_assert_eq!(text.len(), 44);
            prop_assert_eq!(RoomSecret::parse(&text), Ok(secret));
        }

        #[test]
        fn arbitrary_texts_never_panic_and_are_canonical(text in "[A-Za-z0-9_=#-]{40,46}|.{0,60}") {
            if let Ok(secret) = RoomSecret::parse(&text) {
                let key = secret.reveal();
                prop_assert!(text.contains(key.trim_end_matches('=')) || text.contains(char::is_whitespace));
            }
        }
    }
}

//! The recovery code: what gets an account back when its passphrase is gone.

use crate::{kdf::kdf, secret::Secret32, token::FernetKey};
use protocol::{Hash, label};
use rand_core::{CryptoRng, RngCore};
use sha2::{Digest, Sha256};
use std::fmt;
use subtle::ConstantTimeEq;
use zeroize::{ZeroizeOnDrop, Zeroizing};

/// 160 random bits, written as nine groups of four characters: 32 characters of code, 4 of checksum (20 bits), in Crockford's
/// base32 alphabet, which has no I, L, O and U.
#[derive(ZeroizeOnDrop)]
pub struct RecoveryCode(Zeroizing<[u8; BYTES]>);

/// Why a text is no recovery code. `Display` is the sentence for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RecoveryCodeError {
    /// Not 36 characters, hyphens and spaces aside.
    #[error("A recovery code has 36 characters; this has {0}.")]
    Length(usize),
    /// A character outside the alphabet.
    #[error("“{0}” does not occur in a recovery code: it has digits and letters without U.")]
    Character(char),
    /// All characters are fine, but they don't belong together: at least one is wrong.
    #[error("A character is wrong or two are swapped. Compare the code with what you wrote down.")]
    Checksum,
}

const BYTES: usize = 20;
const CODE_CHARS: usize = 32;
const CHARS: usize = 36;
const GROUP: usize = 4;
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

impl RecoveryCode {
    /// A new code.
    pub fn generate(rng: &mut (impl RngCore + CryptoRng)) -> Self {
        let mut bytes = Zeroizing::new([0; BYTES]);
        rng.fill_bytes(&mut *bytes);
        Self(bytes)
    }

    /// Reads a code as people type it: any case, with or without spaces and hyphens, O for 0, I and L for 1.
    pub fn parse(text: &str) -> Result<Self, RecoveryCodeError> {
        let mut values = Zeroizing::new(Vec::with_capacity(text.len()));
        for character in text.chars().filter(|c| !is_separator(*c)) {
            values.push(value(character).ok_or(RecoveryCodeError::Character(character))?);
        }
        if values.len() != CHARS {
            return Err(RecoveryCodeError::Length(values.len()));
        }
        let mut bytes = Zeroizing::new([0; BYTES]);
        for (five, eight) in bytes.chunks_exact_mut(5).zip(values.chunks_exact(8)) {
            let bits = eight
                .iter()
                .fold(0u64, |bits, value| bits << 5 | u64::from(*value));
            five.copy_from_slice(&bits.to_be_bytes()[3..]);
        }
        let code = Self(bytes);
        if code.checksum() == values[CODE_CHARS..] {
            Ok(code)
        } else {
            Err(RecoveryCodeError::Checksum)
        }
    }

    /// The code as people write it down. A copy to show, then to wipe.
    pub fn reveal(&self) -> Zeroizing<String> {
        let mut values = Zeroizing::new(Vec::with_capacity(CHARS));
        for five in self.0.chunks_exact(5) {
            let bits = five
                .iter()
                .fold(0u64, |bits, byte| bits << 8 | u64::from(*byte));
            values.extend((0..8).rev().map(|place| (bits >> (5 * place) & 31) as u8));
        }
        values.extend(self.checksum());
        let mut text = Zeroizing::new(String::with_capacity(CHARS + CHARS / GROUP));
        for (index, value) in values.iter().enumerate() {
            if index > 0 && index % GROUP == 0 {
                text.push('-');
            }
            text.push(char::from(ALPHABET[usize::from(*value)]));
        }
        text
    }

    /// Wraps the account secret: `KDF(code, "recovery wrap")`.
    pub fn wrap_key(&self) -> FernetKey {
        FernetKey::new(&kdf(&*self.0, "recovery wrap"))
    }

    /// What the server is shown instead of the code: `KDF(code, "recovery token")`.
    pub fn token(&self) -> Secret32 {
        kdf(&*self.0, "recovery token")
    }

    /// What the server keeps: SHA-256 of [`RecoveryCode::token`].
    pub fn token_hash(&self) -> Hash {
        Hash(Sha256::digest(self.token().as_bytes()).into())
    }

    /// The first 20 bits of `SHA-256(L("recovery checksum") ‖ code)`, in four characters' values.
    fn checksum(&self) -> [u8; CHARS - CODE_CHARS] {
        let hash = Sha256::new_with_prefix(label::label("recovery checksum"))
            .chain_update(*self.0)
            .finalize();
        let bits = u32::from_be_bytes([0, hash[0], hash[1], hash[2]]) >> 4;
        [15, 10, 5, 0].map(|place| (bits >> place & 31) as u8)
    }
}

impl PartialEq for RecoveryCode {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&*other.0).into()
    }
}

impl Eq for RecoveryCode {}

impl fmt::Debug for RecoveryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryCode(..)")
    }
}

fn is_separator(character: char) -> bool {
    // What word processors make of a hyphen counts as one.
    character.is_whitespace() || matches!(character, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

fn value(character: char) -> Option<u8> {
    let character = match character.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    let place = ALPHABET.iter().position(|c| char::from(*c) == character)?;
    u8::try_from(place).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::rng;
    use proptest::prelude::*;

    /// The bytes 0, 1 … 19; computed once with Python, as is the token hash below.
    const TEXT: &str = "000G-40R4-0M30-E209-185G-R38E-1W81-24GK-GSZR";

    fn code() -> RecoveryCode {
        RecoveryCode(Zeroizing::new(std::array::from_fn(|place| place as u8)))
    }

    #[test]
    fn has_the_text_and_token_hash_of_docs_protocol() {
        assert_eq!(*code().reveal(), TEXT);
        assert_eq!(
            code().token_hash().to_string(),
            "TMyAWB4ZyhXY3BEZ4WulKn-MsptA7jGlAzqSVqcLf5Y"
        );
    }

    #[test]
    fn accepts_the_code_as_people_type_it() {
        for text in [
            TEXT.to_owned(),
            TEXT.to_lowercase(),
            TEXT.replace('-', ""),
            TEXT.replace('-', " "),
            TEXT.replace('-', "–\n"),
            TEXT.replace('0', "o"),
            TEXT.replace('0', "O").replace('1', "l"),
            TEXT.replace('1', "I"),
            format!("  {TEXT}  "),
        ] {
            assert_eq!(RecoveryCode::parse(&text), Ok(code()), "{text}");
        }
    }

    #[test]
    fn says_what_is_wrong_with_anything_else() {
        use RecoveryCodeError::*;
        for (text, why) in [
            ("", Length(0)),
            (&TEXT[..TEXT.len() - 1], Length(35)),
            (&format!("{TEXT}0"), Length(37)),
            (&TEXT.replace('G', "U"), Character('U')),
            (&TEXT.replace('G', "é"), Character('é')),
            (&TEXT.replace("GSZR", "GSRZ"), Checksum),
            (&TEXT.replace("000G", "00G0"), Checksum),
        ] {
            assert_eq!(RecoveryCode::parse(text), Err(why), "{text}");
        }
    }

    #[test]
    fn every_single_wrong_character_is_noticed() {
        let plain = TEXT.replace('-', "");
        for place in 0..plain.len() {
            for other in ALPHABET.iter().map(|c| char::from(*c).to_string()) {
                let mut wrong = plain.clone();
                wrong.replace_range(place..=place, &other);
                assert_eq!(RecoveryCode::parse(&wrong).is_ok(), wrong == plain);
            }
        }
    }

    #[test]
    fn the_server_learns_nothing_that_opens_the_wrap() {
        let token = FernetKey::new(&code().token());
        assert!(token.open(&code().wrap_key().seal(b"x")).is_err());
        assert_ne!(code().token_hash().0, *code().token().as_bytes());
    }

    proptest! {
        #[test]
        fn round_trips(seed: u64) {
            let code = RecoveryCode::generate(&mut rng(seed));
            prop_assert_eq!(RecoveryCode::parse(&code.reveal()), Ok(code));
        }

        #[test]
        fn arbitrary_texts_never_panic(text in "[0-9A-Za-z -]{30,40}|.{0,50}") {
            if let Ok(code) = RecoveryCode::parse(&text) {
                prop_assert_eq!(RecoveryCode::parse(&code.reveal()), Ok(code));
            }
        }
    }
}

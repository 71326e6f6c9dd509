//! Usernames: `[a-z0-9][a-z0-9_.-]{2,31}`, case folded by the person's keyboard, never by the server.

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use std::{fmt, str::FromStr};

/// A valid username: 3 to 32 characters, lower-case ASCII letters, digits, `_`, `.`, `-`, starting with a letter or digit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Username(String);

/// Why a text is no username.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UsernameError {
    /// Fewer than 3 characters.
    #[error("A username has at least 3 characters.")]
    TooShort,
    /// More than 32 characters.
    #[error("A username has at most 32 characters.")]
    TooLong,
    /// The first character is neither a lower-case letter nor a digit.
    #[error("A username starts with a small letter or a digit.")]
    BadStart,
    /// A character outside the alphabet.
    #[error("A username has only small letters a–z, digits, and _ . -")]
    BadCharacter,
}

impl Username {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Username {
    type Err = UsernameError;

    fn from_str(text: &str) -> Result<Self, UsernameError> {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        if !text
            .chars()
            .all(|c| plain(c) || matches!(c, '_' | '.' | '-'))
        {
            return Err(UsernameError::BadCharacter);
        }
        if !text.chars().next().is_none_or(plain) {
            return Err(UsernameError::BadStart);
        }
        match text.len() {
            0..=2 => Err(UsernameError::TooShort),
            3..=32 => Ok(Self(text.to_owned())),
            _ => Err(UsernameError::TooLong),
        }
    }
}

impl fmt::Display for Username {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Username {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        std::borrow::Cow::<str>::deserialize(deserializer)?
            .parse()
            .map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_the_documented_alphabet_and_lengths() {
        for name in ["ana", "a.b", "0_-", "a1234567890123456789012345678901"] {
            assert_eq!(
                name.parse::<Username>().map(|n| n.to_string()),
                Ok(name.to_owned())
            );
        }
    }

    #[test]
    fn rejects_with_the_reason_a_person_can_act_on() {
        use UsernameError::*;
        let cases = [
            ("", TooShort),
            ("ab", TooShort),
            (".ab", BadStart),
            ("Ana", BadCharacter),
            ("añb", BadCharacter),
        ];
        for (name, why) in cases {
            assert_eq!(name.parse::<Username>(), Err(why), "{name}");
        }
        assert_eq!("a".repeat(33).parse::<Username>(), Err(TooLong));
    }
}

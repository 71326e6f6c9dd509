//! Strict JSON for signed bodies: what two implementations could read differently is refused before it is parsed.
//!
//! Refused: a byte order mark, more than [`limits::BODY_BYTES`], depth above [`limits::JSON_DEPTH`], duplicate keys, floats,
//! integers beyond ±(2^53 − 1), lone surrogates, trailing bytes.

use crate::limits;
use serde::de::{Deserialize, DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor};
use std::{collections::HashSet, fmt};

/// The largest integer that every JSON implementation represents exactly: 2^53 − 1.
pub const MAX_INTEGER: u64 = (1 << 53) - 1;

/// Why a body is not the JSON that this protocol allows. Peers are never told which: it would only help an attacker.
#[derive(Debug, thiserror::Error)]
pub enum JsonError {
    /// More than [`limits::BODY_BYTES`] bytes.
    #[error("more than {} bytes", limits::BODY_BYTES)]
    TooLong,
    /// A rule above is broken, or a field is missing, unknown or of the wrong type.
    #[error("not the expected JSON: {0}")]
    Invalid(#[from] serde_json::Error),
}

/// Parses `text` into `T` after checking the rules above. `T` denies unknown fields where the protocol does.
pub fn parse<'de, T: Deserialize<'de>>(text: &'de [u8]) -> Result<T, JsonError> {
    if text.len() > limits::BODY_BYTES {
        return Err(JsonError::TooLong);
    }
    let mut check = serde_json::Deserializer::from_slice(text);
    Strict {
        depth: limits::JSON_DEPTH,
    }
    .deserialize(&mut check)?;
    check.end()?;
    Ok(serde_json::from_slice(text)?)
}

#[derive(Clone, Copy)]
struct Strict {
    depth: usize,
}

impl Strict {
    fn inner<E: serde::de::Error>(self) -> Result<Self, E> {
        self.depth
            .checked_sub(1)
            .map(|depth| Self { depth })
            .ok_or_else(|| E::custom("nested too deeply"))
    }
}

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("JSON without floats")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<(), E> {
        if value <= MAX_INTEGER {
            Ok(())
        } else {
            Err(E::custom("integer beyond 2^53 - 1"))
        }
    }

    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<(), E> {
        self.visit_u64(value.unsigned_abs())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let inner = self.inner()?;
        while items.next_element_seed(inner)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<(), A::Error> {
        let inner = self.inner()?;
        let mut seen = HashSet::new();
        while let Some(key) = fields.next_key::<String>()? {
            if !seen.insert(key) {
                return Err(A::Error::custom("duplicate key"));
            }
            fields.next_value_seed(inner)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[test]
    fn accepts_plain_bodies() {
        for text in [
            r#"{"a":[1,-9007199254740991,true,null,"ü 😀 \ud83d\ude00"]}"#,
            "[]",
            "0",
        ] {
            assert!(parse::<Value>(text.as_bytes()).is_ok(), "{text}");
        }
    }

    #[test]
    fn rejects_what_two_implementations_could_read_differently() {
        for text in [
            r#"{"a":1,"a":2}"#,
            r#"{"a":{"b":1,"b":1}}"#,
            "1.0",
            "1e3",
            "-0.5",
            "9007199254740992",
            r#""\ud800""#,
            "\u{feff}{}",
            "{} {}",
            "{",
            "",
            "nan",
        ] {
            assert!(parse::<Value>(text.as_bytes()).is_err(), "{text}");
        }
        assert!(parse::<Value>(b"\"\xff\"").is_err());
    }

    #[test]
    fn rejects_deep_and_long_bodies() {
        let nested = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
        assert!(parse::<Value>(nested(limits::JSON_DEPTH).as_bytes()).is_ok());
        assert!(parse::<Value>(nested(limits::JSON_DEPTH + 1).as_bytes()).is_err());
        assert!(parse::<Value>(nested(100_000).as_bytes()).is_err());
        let long = format!("\"{}\"", "x".repeat(limits::BODY_BYTES));
        assert!(matches!(
            parse::<Value>(long.as_bytes()),
            Err(JsonError::TooLong)
        ));
    }
}

//! Strict JSON for signed bodies: what two implementations could read differently is refused before it is parsed.
//!
//! Refused: a byte order mark, more than [`limits::BODY_BYTES`], depth above [`limits::JSON_DEPTH`], duplicate keys, floats,
//! integers beyond ±(2^53 − 1), lone surrogates, trailing bytes; and all that says something else than the type that is read.

use crate::limits;
use serde::{
    Serialize,
    de::{DeserializeOwned, DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Error, Map, Value};
use std::fmt;

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
    Invalid(#[from] Error),
}

/// Parses `text` into a `T` by the rules above. `T` denies unknown fields where the protocol does.
pub fn parse<T: DeserializeOwned + Serialize>(text: &[u8]) -> Result<T, JsonError> {
    if text.len() > limits::BODY_BYTES {
        return Err(JsonError::TooLong);
    }
    let mut strict = serde_json::Deserializer::from_slice(text);
    let depth = limits::JSON_DEPTH;
    let value = Strict { depth }.deserialize(&mut strict)?;
    strict.end()?;
    Ok(as_it_stands(serde_json::from_slice(text)?, &value)?)
}

/// Reads a part of what [`parse`] gave, by the same rules.
pub fn parse_part<T: DeserializeOwned + Serialize>(text: &str) -> Result<T, JsonError> {
    let value = serde_json::from_str(text)?;
    Ok(as_it_stands(serde_json::from_str(text)?, &value)?)
}

/// What was read, if writing it says the same again. serde takes more than the one form that a body has: an array of an object's
/// values without their names, and `null` for what may be absent. Other implementations do not.
fn as_it_stands<T: Serialize>(read: T, value: &Value) -> Result<T, Error> {
    match serde_json::to_value(&read)? == *value {
        true => Ok(read),
        false => Err(Error::custom("not the form that this has")),
    }
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
    type Value = Value;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("JSON without floats")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Value, E> {
        match value <= MAX_INTEGER {
            true => Ok(value.into()),
            false => Err(E::custom("integer beyond 2^53 - 1")),
        }
    }

    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<Value, E> {
        self.visit_u64(value.unsigned_abs())?;
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let inner = self.inner()?;
        let mut values = Vec::new();
        while let Some(value) = items.next_element_seed(inner)? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Value, A::Error> {
        let inner = self.inner()?;
        let mut values = Map::new();
        while let Some(key) = fields.next_key::<String>()? {
            if values.insert(key, fields.next_value_seed(inner)?).is_some() {
                return Err(A::Error::custom("duplicate key"));
            }
        }
        Ok(Value::Object(values))
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
    fn rejects_what_only_serde_would_take_for_the_type() {
        #[derive(Debug, serde::Deserialize, Serialize)]
        struct Said {
            who: String,
            #[serde(skip_serializing_if = "Option::is_none")]
            more: Option<u8>,
        }
        let read = |text: &str| {
            (
                parse::<Said>(text.as_bytes()).is_ok(),
                parse_part::<Said>(text).is_ok(),
            )
        };
        assert_eq!(read(r#"{"who":"Ana"}"#), (true, true));
        for text in [
            r#"["Ana",null]"#,
            r#"{"who":"Ana","more":null}"#,
            r#"{"who":"Ana","less":1}"#,
        ] {
            assert!(
                serde_json::from_str::<Said>(text).is_ok(),
                "serde takes {text}"
            );
            assert_eq!(read(text), (false, false), "{text}");
        }
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

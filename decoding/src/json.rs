//! JSON: the strict rules for what is signed, and agreement with everyone else's reading for all of it.

use protocol::{json, limits};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

/// What a decoder does with fields that it does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unknown {
    /// It refuses the whole.
    Refused,
    /// It passes over them: newer versions may have put them there.
    Ignored,
}

/// Strict JSON takes what `serde_json` takes and the rules allow, nothing else, and reads the same in it.
pub fn strict_json(data: &[u8]) -> bool {
    let strict = json::parse::<Value>(data);
    let plain = serde_json::from_slice::<Value>(data);
    match (strict, plain) {
        (Ok(strict), Ok(plain)) => {
            assert_eq!(strict, plain, "read as something else");
            assert!(rules_allow(data, &plain), "taken against the rules");
            true
        }
        (Ok(_), Err(error)) => panic!("taken, though it is no JSON: {error}"),
        (Err(error), Ok(plain)) => {
            let allowed = rules_allow(data, &plain);
            assert!(!allowed, "refused, though the rules allow it: {error}");
            false
        }
        (Err(_), Err(_)) => false,
    }
}

/// Reads a `T` that is not signed: it must read again as itself from what it is written to, and say what the text says to everyone
/// else who reads JSON.
pub fn reads<T: Serialize + DeserializeOwned>(data: &[u8], unknown: Unknown) -> bool {
    // Frames and bodies are texts before they are JSON.
    let Ok(text) = str::from_utf8(data) else {
        return false;
    };
    let Ok(read) = serde_json::from_str::<T>(text) else {
        return false;
    };
    let written = serde_json::to_value(&read).expect("what was read can be written");
    let again = serde_json::from_value::<T>(written.clone());
    let again = again.map(|again| serde_json::to_value(&again));
    assert!(
        again.is_ok_and(|again| again.is_ok_and(|again| again == written)),
        "{written} is read as something else"
    );
    match serde_json::from_str(text) {
        Ok(text) => assert!(
            agrees(&written, &text, unknown),
            "{text} was read as {written}"
        ),
        // serde_json passes over strings without looking for lone surrogates in them.
        Err(error) => assert_eq!(
            unknown,
            Unknown::Ignored,
            "what was read is no JSON: {error}"
        ),
    }
    true
}

/// Whether `read` says what `text` says. An absent field and `null` are one. serde also takes an object's fields without their names,
/// as an array in their order: that means nothing to others, and harms nothing where nothing is signed.
pub(crate) fn agrees(read: &Value, text: &Value, unknown: Unknown) -> bool {
    match (read, text) {
        (Value::Object(_), Value::Array(_)) => true,
        // The name of a kind, for which serde also takes its number in some places.
        (Value::String(_), Value::Number(_)) => unknown == Unknown::Ignored,
        (Value::Object(read), Value::Object(text)) => {
            let null = Value::Null;
            let said = |(name, value)| agrees(value, text.get(name).unwrap_or(&null), unknown);
            let known =
                |(name, value): (&String, &Value)| read.contains_key(name) || value.is_null();
            read.iter().all(said) && (unknown == Unknown::Ignored || text.iter().all(known))
        }
        (Value::Array(read), Value::Array(text)) => {
            let agree = |(read, text)| agrees(read, text, unknown);
            read.len() == text.len() && read.iter().zip(text).all(agree)
        }
        (read, text) => read == text,
    }
}

/// The rules of PROTOCOL.md 1.1, judged in another way than [`protocol::json`] does: by counting in the text of what is JSON.
pub fn rules_allow(data: &[u8], value: &Value) -> bool {
    let outside = Outside::of(data);
    data.len() <= limits::BODY_BYTES
        && outside.depth <= limits::JSON_DEPTH
        // An object that names a key twice keeps one of its values only.
        && outside.colons == keys(value)
        && numbers_are_exact(value)
}

/// What stands outside of the strings.
#[derive(Default)]
struct Outside {
    colons: usize,
    depth: usize,
}

impl Outside {
    fn of(data: &[u8]) -> Self {
        let mut found = Self::default();
        let (mut open, mut bytes) = (0, data.iter());
        while let Some(byte) = bytes.next() {
            match byte {
                b'"' => {
                    while let Some(b'\\') = bytes.find(|byte| matches!(byte, b'"' | b'\\')) {
                        bytes.next();
                    }
                }
                b':' => found.colons += 1,
                b'[' | b'{' => {
                    open += 1;
                    found.depth = found.depth.max(open);
                }
                b']' | b'}' => open -= 1,
                _ => {}
            }
        }
        found
    }
}

fn keys(value: &Value) -> usize {
    match value {
        Value::Object(fields) => fields.len() + fields.values().map(keys).sum::<usize>(),
        Value::Array(items) => items.iter().map(keys).sum(),
        _ => 0,
    }
}

fn numbers_are_exact(value: &Value) -> bool {
    match value {
        Value::Number(number) => match (number.as_u64(), number.as_i64()) {
            (Some(value), _) => value <= json::MAX_INTEGER,
            (None, Some(value)) => value.unsigned_abs() <= json::MAX_INTEGER,
            (None, None) => false,
        },
        Value::Array(items) => items.iter().all(numbers_are_exact),
        Value::Object(fields) => fields.values().all(numbers_are_exact),
        _ => true,
    }
}

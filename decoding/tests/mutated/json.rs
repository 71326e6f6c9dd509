//! Damage to the lines of a file that are JSON, so that they stay JSON.

use proptest::{collection::vec, prelude::*, sample::Index};
use serde_json::{Value, json};

#[derive(Debug, Clone)]
pub struct Damage {
    /// Of all lines that are JSON.
    line: Index,
    /// Of all values in the value.
    at: Index,
    kind: Kind,
}

#[derive(Debug, Clone)]
enum Kind {
    /// Another value stands there.
    Exchanged(Value),
    /// One more field or item.
    Extended(Value),
    /// One field or item less.
    Shortened(Index),
    /// An object's values in an array, in order of their names.
    Unnamed,
    /// One array around it.
    Wrapped,
}

pub fn damages() -> impl Strategy<Value = Vec<Damage>> {
    let kind = prop_oneof![
        value().prop_map(Kind::Exchanged),
        value().prop_map(Kind::Extended),
        any::<Index>().prop_map(Kind::Shortened),
        Just(Kind::Unnamed),
        Just(Kind::Wrapped),
    ];
    let parts = (any::<Index>(), any::<Index>(), kind);
    vec(
        parts.prop_map(|(line, at, kind)| Damage { line, at, kind }),
        0..4,
    )
}

fn value() -> impl Strategy<Value = Value> {
    let values = [
        json!(null),
        json!(true),
        json!(0),
        json!(-1),
        json!(1.5),
        json!(u32::MAX),
        json!(1u64 << 53),
        json!(u64::MAX),
        json!(""),
        json!("ana"),
        json!("A".repeat(22)),
        json!("A".repeat(43)),
        json!("\u{0}"),
        json!([]),
        json!({}),
        json!({"": {}}),
    ];
    proptest::sample::select(values.to_vec())
}

pub fn damaged((data, damages): (Vec<u8>, Vec<Damage>)) -> Vec<u8> {
    let lines = data.split(|byte| *byte == b'\n');
    let mut lines: Vec<_> = lines.map(<[u8]>::to_vec).collect();
    for damage in &damages {
        let read = |line: &mut Vec<u8>| serde_json::from_slice(line).ok();
        let values = lines
            .iter_mut()
            .filter_map(|line| Some((read(line)?, line)));
        let mut values: Vec<(Value, _)> = values.collect();
        if !values.is_empty() {
            let (value, line) = damage.line.get_mut(&mut values);
            damage.done_to(value);
            **line = value.to_string().into_bytes();
        }
    }
    lines.join(&b'\n')
}

impl Damage {
    fn done_to(&self, value: &mut Value) {
        let place = self.at.index(count(value));
        let Some(value) = nth(value, &mut { place }) else {
            return;
        };
        match (&self.kind, value) {
            (Kind::Exchanged(other), value) => *value = other.clone(),
            (Kind::Extended(other), Value::Object(fields)) => {
                fields.insert("more".to_owned(), other.clone());
            }
            (Kind::Extended(other), Value::Array(items)) => items.push(other.clone()),
            (Kind::Shortened(which), Value::Object(fields)) if !fields.is_empty() => {
                let name = fields.keys().nth(which.index(fields.len())).cloned();
                fields.remove(&name.unwrap());
            }
            (Kind::Shortened(which), Value::Array(items)) if !items.is_empty() => {
                items.remove(which.index(items.len()));
            }
            (Kind::Unnamed, value @ Value::Object(_)) => {
                *value = value.as_object().unwrap().values().cloned().collect();
            }
            (Kind::Wrapped, value) => *value = Value::Array(vec![value.take()]),
            _ => {}
        }
    }
}

fn count(value: &Value) -> usize {
    1 + match value {
        Value::Object(fields) => fields.values().map(count).sum(),
        Value::Array(items) => items.iter().map(count).sum(),
        _ => 0,
    }
}

/// The value at this place, counted from the outermost inwards.
fn nth<'a>(value: &'a mut Value, place: &mut usize) -> Option<&'a mut Value> {
    if *place == 0 {
        return Some(value);
    }
    *place -= 1;
    match value {
        Value::Object(fields) => fields.values_mut().find_map(|value| nth(value, place)),
        Value::Array(items) => items.iter_mut().find_map(|value| nth(value, place)),
        _ => None,
    }
}

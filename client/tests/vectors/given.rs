//! Reading what a case gives.

use client::{account::AccountSecret, room_key::RoomSecret, secret::Secret32};
use protocol::{OpenEntry, b64, open::OpenBody};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// A case's `given`.
#[derive(Clone, Copy)]
pub struct Given<'a>(pub &'a Value);

impl<'a> Given<'a> {
    /// A field as its type reads it; a field of another shape is refused like any other JSON.
    pub fn get<T: DeserializeOwned>(&self, field: &str) -> Result<T, &'static str> {
        serde_json::from_value(self.0[field].clone()).map_err(|_| "json")
    }

    /// A field that may be missing.
    pub fn maybe<T: DeserializeOwned>(&self, field: &str) -> Result<Option<T>, &'static str> {
        self.get(field)
    }

    pub fn text(&self, field: &str) -> &'a str {
        self.0[field].as_str().unwrap()
    }

    pub fn bytes(&self, field: &str) -> Vec<u8> {
        b64::decode(self.text(field)).unwrap()
    }

    pub fn number(&self, field: &str) -> u64 {
        self.0[field].as_u64().unwrap()
    }

    pub fn secret(&self, field: &str) -> Secret32 {
        Secret32::from_slice(&self.bytes(field)).unwrap()
    }

    pub fn account(&self, field: &str) -> AccountSecret {
        AccountSecret::from_bytes(self.bytes(field).try_into().unwrap())
    }

    pub fn room_key(&self, field: &str) -> RoomSecret {
        RoomSecret::parse(self.text(field)).unwrap()
    }

    pub fn list(&self, field: &str) -> Vec<Given<'a>> {
        self.0[field]
            .as_array()
            .unwrap()
            .iter()
            .map(Given)
            .collect()
    }
}

/// An open entry from its text in frames.
pub fn open_entry(text: &str) -> Result<(OpenEntry, OpenBody), &'static str> {
    let bytes = b64::decode(text).ok_or("encoding")?;
    let entry = OpenEntry::from_bytes(&bytes).map_err(|_| "encoding")?;
    let body = entry.body().map_err(|_| "json")?;
    Ok((entry, body))
}

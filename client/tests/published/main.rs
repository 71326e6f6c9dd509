//! Vectors that others published, run through the code that we ship.

#![expect(clippy::unwrap_used, reason = "tests")]

mod fernet;
mod rfc9180;
mod rfc9807;
mod wycheproof;

use rand_core::{CryptoRng, RngCore};
use serde_json::Value;

/// A value of a vector, by its name.
fn hex(vector: &Value, name: &str) -> Vec<u8> {
    let text = vector[name].as_str().unwrap_or_default();
    let pairs = text.as_bytes().chunks(2);
    let byte = |pair| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap();
    pairs.map(byte).collect()
}

/// A generator that gives the bytes that a vector names, and no others.
struct Drawn(Vec<u8>);

impl Drawn {
    fn new(parts: &[&[u8]]) -> Self {
        Self(parts.concat())
    }
}

impl RngCore for Drawn {
    fn next_u32(&mut self) -> u32 {
        rand_core::impls::next_u32_via_fill(self)
    }

    fn next_u64(&mut self) -> u64 {
        rand_core::impls::next_u64_via_fill(self)
    }

    fn fill_bytes(&mut self, out: &mut [u8]) {
        let rest = self.0.split_off(out.len());
        out.copy_from_slice(&self.0);
        self.0 = rest;
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), rand_core::Error> {
        self.fill_bytes(out);
        Ok(())
    }
}

impl CryptoRng for Drawn {}

impl Drop for Drawn {
    /// What a vector gives must have been drawn to the last byte, or it was drawn for something else.
    fn drop(&mut self) {
        assert!(std::thread::panicking() || self.0.is_empty());
    }
}

//! Randomness as the backend sees it, so that tests can repeat a run.

use crate::lock;
use rand_core::{CryptoRngCore, OsRng};
use std::sync::Mutex;

/// A cryptographic generator, shared by all tasks.
pub struct Random(Mutex<Box<dyn CryptoRngCore + Send>>);

impl Random {
    /// Takes a generator, for tests a seeded one.
    pub fn new(generator: impl CryptoRngCore + Send + 'static) -> Self {
        Self(Mutex::new(Box::new(generator)))
    }

    /// The operating system's generator.
    pub fn system() -> Self {
        Self::new(OsRng)
    }

    /// Fresh random bytes.
    pub(crate) fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        lock(&self.0).fill_bytes(&mut bytes);
        bytes
    }

    /// Lends the generator to code that draws for itself.
    pub(crate) fn with<T>(&self, draw: impl FnOnce(&mut dyn CryptoRngCore) -> T) -> T {
        draw(&mut **lock(&self.0))
    }
}

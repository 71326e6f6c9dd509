//! What this crate's tests share.

use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

/// A generator that gives the same in every run.
pub fn rng(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

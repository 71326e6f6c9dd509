//! The engine's randomness: ChaCha20, seeded once from the browser.

use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;

/// A generator of its own for each engine and each worker.
pub fn seeded() -> ChaCha20Rng {
    let mut seed = [0; 32];
    getrandom_02::getrandom(&mut seed)
        .expect("crypto.getRandomValues is older than WebAssembly in every browser");
    ChaCha20Rng::from_seed(seed)
}

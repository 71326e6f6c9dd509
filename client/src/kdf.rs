//! `KDF(secret, label)`: HKDF-SHA256 (RFC 5869) with salt `securechat v1` and the label as info.

use crate::secret::Secret32;
use hkdf::Hkdf;
use sha2::Sha256;

const SALT: &[u8] = b"securechat v1";

/// Derives 32 bytes. Every key in [the inventory](crate) has a label of its own, so that none can stand for another.
pub fn kdf(secret: &[u8], label: &str) -> Secret32 {
    let mut out = Secret32::new([0; 32]);
    kdf_into(secret, label, out.as_mut_bytes());
    out
}

/// Derives as many bytes as `out` has, at most 255 × 32.
///
/// # Panics
///
/// If `out` is longer. Every caller passes an array whose length the protocol fixes.
pub fn kdf_into(secret: &[u8], label: &str, out: &mut [u8]) {
    Hkdf::<Sha256>::new(Some(SALT), secret)
        .expand(label.as_bytes(), out)
        .expect("derived keys are far shorter than HKDF's limit of 8160 bytes");
}

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

#[cfg(test)]
mod tests {
    use super::*;
    use hmac_by_hand::hkdf_sha256;

    /// RFC 2104 and RFC 5869 written out over plain SHA-256, so that the salt, the label and the order of the two are fixed here
    /// and not by the library.
    mod hmac_by_hand {
        use sha2::{Digest, Sha256};

        fn hmac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
            let mut block = [0; 64];
            block[..key.len()].copy_from_slice(key);
            let mut inner = Sha256::new_with_prefix(block.map(|byte| byte ^ 0x36));
            parts.iter().for_each(|part| inner.update(part));
            Sha256::new_with_prefix(block.map(|byte| byte ^ 0x5c))
                .chain_update(inner.finalize())
                .finalize()
                .into()
        }

        pub fn hkdf_sha256(salt: &[u8], secret: &[u8], info: &[u8]) -> [u8; 32] {
            hmac(&hmac(salt, &[secret]), &[info, &[1]])
        }
    }

    #[test]
    fn is_hkdf_with_the_salt_first_and_the_label_as_info() {
        for label in ["vault", "room message", ""] {
            assert_eq!(
                kdf(&[7; 20], label).as_bytes(),
                &hkdf_sha256(b"securechat v1", &[7; 20], label.as_bytes())
            );
        }
    }

    #[test]
    fn shorter_outputs_are_beginnings_of_longer_ones() {
        let mut short = [0; 16];
        kdf_into(&[7; 32], "room locator", &mut short);
        assert_eq!(short[..], kdf(&[7; 32], "room locator").as_bytes()[..16]);
    }

    #[test]
    fn gives_the_bytes_of_docs_protocol() {
        // Computed once with Python: hmac.new(hmac.new(b"securechat v1", bytes(range(32)), sha256).digest(), b"vault\x01", sha256)
        let secret: Vec<u8> = (0..32).collect();
        assert_eq!(
            protocol::b64::encode(kdf(&secret, "vault").as_bytes()),
            "NjygXVTituEJYtmNYNekSgaSe4QjrkJtByMTrjxA_r0"
        );
    }
}

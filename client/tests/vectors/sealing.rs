//! Tokens that are the same in every run. The engine draws a token's IV from the system's generator; here it follows from what is sealed.

use crate::cast;
use aes::Aes128;
use base64::{Engine as _, engine::general_purpose::URL_SAFE};
use cbc::cipher::{BlockEncryptMut, KeyIvInit, block_padding::Pkcs7};
use client::{kdf::kdf, secret::Secret32, token::FernetKey};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};

/// A token over any plaintext, which the engine opens.
pub fn token(key: &Secret32, plain: &[u8]) -> String {
    let (mac_key, aes_key) = key.as_bytes().split_at(16);
    let iv = &Sha256::digest([key.as_bytes(), plain].concat())[..16];
    let cipher = cbc::Encryptor::<Aes128>::new_from_slices(aes_key, iv).unwrap();
    let ciphertext = cipher.encrypt_padded_vec_mut::<Pkcs7>(plain);
    let mut bytes = [&[0x80, 0, 0, 0, 0, 0, 0, 0, 0][..], iv, &ciphertext].concat();
    let mut mac = Hmac::<Sha256>::new_from_slice(mac_key).unwrap();
    mac.update(&bytes);
    bytes.extend(mac.finalize().into_bytes());
    let token = URL_SAFE.encode(bytes);
    assert_eq!(FernetKey::new(key).open(&token).unwrap()[..], *plain);
    token
}

/// A token under the message key of the room's second epoch.
pub fn in_the_room(plain: &[u8]) -> String {
    token(&kdf(cast::room_secret().as_bytes(), "room message"), plain)
}

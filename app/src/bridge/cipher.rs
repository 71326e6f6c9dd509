//! Encryption at rest: AES-256-GCM under a WebCrypto key that scripts can use but never read.

use leptos::prelude::window;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{
    JsFuture,
    js_sys::{Array, Uint8Array},
};
use web_sys::{AesGcmParams, AesKeyGenParams, CryptoKey, SubtleCrypto};

const ALGORITHM: &str = "AES-GCM";
const KEY_BITS: u16 = 256;
/// Random for each value; one key stays far below the 2^32 values for which that is safe (NIST SP 800-38D §8.3).
const NONCE_BYTES: u32 = 12;

/// The key, as the browser holds it.
pub struct Cipher {
    subtle: SubtleCrypto,
    key: CryptoKey,
}

impl Cipher {
    /// Makes a new key. `None` outside secure contexts, where browsers have no WebCrypto.
    pub async fn generate() -> Option<Self> {
        let subtle = window().crypto().ok()?.subtle();
        if subtle.is_undefined() {
            return None;
        }
        let uses = Array::of2(&"encrypt".into(), &"decrypt".into());
        let making = subtle
            .generate_key_with_object(&AesKeyGenParams::new(ALGORITHM, KEY_BITS), false, &uses)
            .ok()?;
        let key = JsFuture::from(making).await.ok()?.unchecked_into();
        Some(Self { subtle, key })
    }

    /// The same with a key that was stored.
    pub fn with_key(self, key: JsValue) -> Self {
        Self {
            key: key.unchecked_into(),
            ..self
        }
    }

    /// The key, for storing: IndexedDB takes it as the object that it is.
    pub fn key(&self) -> &JsValue {
        &self.key
    }

    /// Nonce ‖ ciphertext. The name is bound in, so that two values can't be exchanged for one another.
    pub async fn encrypt(&self, name: &str, value: &[u8]) -> Result<Uint8Array, JsValue> {
        let nonce = Uint8Array::new_with_length(NONCE_BYTES);
        window()
            .crypto()?
            .get_random_values_with_js_u8_array(&nonce)?;
        let running = self.subtle.encrypt_with_object_and_u8_array(
            &parameters(name, &nonce),
            &self.key,
            value,
        )?;
        let sealed = Uint8Array::new(&JsFuture::from(running).await?);
        let stored = Uint8Array::new_with_length(NONCE_BYTES + sealed.length());
        stored.set(&nonce, 0);
        stored.set(&sealed, NONCE_BYTES);
        Ok(stored)
    }

    /// What [`Cipher::encrypt`] was given; an error if it is not that of this name.
    pub async fn decrypt(&self, name: &str, stored: &JsValue) -> Result<Vec<u8>, JsValue> {
        let stored = Uint8Array::new(stored);
        let nonce = stored.slice(0, NONCE_BYTES);
        let sealed = stored.subarray(NONCE_BYTES, stored.length());
        let running = self.subtle.decrypt_with_object_and_js_u8_array(
            &parameters(name, &nonce),
            &self.key,
            &sealed,
        )?;
        Ok(Uint8Array::new(&JsFuture::from(running).await?).to_vec())
    }
}

fn parameters(name: &str, nonce: &Uint8Array) -> AesGcmParams {
    let parameters = AesGcmParams::new_with_u8_array(ALGORITHM, nonce);
    parameters.set_additional_data_u8_array(&Uint8Array::from(name.as_bytes()));
    parameters
}

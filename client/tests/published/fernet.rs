//! The vectors of the Fernet specification.
//!
//! Our tokens are stricter on purpose: their time is 0, since the true time belongs inside, and they have one text. So none of the
//! specification's valid tokens is one of ours; with the time 0 and a MAC over it, it is.

use base64::{Engine as _, engine::general_purpose::URL_SAFE};
use client::{secret::Secret32, token::FernetKey};
use hmac::{Hmac, Mac};
use serde_json::Value;
use sha2::Sha256;

struct Spec {
    vectors: Value,
    secret: Vec<u8>,
}

impl Spec {
    fn load() -> Self {
        let vectors: Value = serde_json::from_str(include_str!("fernet.json")).unwrap();
        let secret = URL_SAFE.decode(vectors["secret"].as_str().unwrap());
        Self {
            secret: secret.unwrap(),
            vectors,
        }
    }

    /// The library by itself, as the specification has it: with a clock and a time to live.
    fn opened_by_the_library(&self, vector: &Value) -> Option<Vec<u8>> {
        let library = ::fernet::Fernet::new(self.vectors["secret"].as_str().unwrap()).unwrap();
        let (ttl, now) = (
            self.vectors["ttl"].as_u64(),
            vector["now"].as_u64().unwrap(),
        );
        let token = vector["token"].as_str().unwrap();
        library.decrypt_at_time(token, ttl, now).ok()
    }

    fn opened_by_us(&self, token: &str) -> Option<Vec<u8>> {
        let key = FernetKey::new(&Secret32::from_slice(&self.secret).unwrap());
        key.open(token).ok().map(|inside| inside.to_vec())
    }

    /// The same token with our time and the MAC that belongs to it: what is wrong with it now is neither.
    fn with_our_time(&self, token: &str) -> Option<String> {
        let mut bytes = URL_SAFE.decode(token).ok()?;
        bytes.truncate(bytes.len().checked_sub(32)?);
        bytes.get_mut(1..9)?.fill(0);
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.secret[..16]).unwrap();
        mac.update(&bytes);
        bytes.extend(mac.finalize().into_bytes());
        Some(URL_SAFE.encode(bytes))
    }
}

#[test]
fn the_library_opens_what_the_specification_verifies_and_we_open_it_without_its_time() {
    let spec = Spec::load();
    let vector = &spec.vectors["verify"];
    let hello = vector["src"].as_str().unwrap().as_bytes().to_vec();
    assert_eq!(spec.opened_by_the_library(vector), Some(hello.clone()));
    let token = vector["token"].as_str().unwrap();
    assert_eq!(spec.opened_by_us(token), None);
    let ours = spec.with_our_time(token).unwrap();
    assert_eq!(spec.opened_by_us(&ours), Some(hello));
}

/// The library takes no IV, so that its token can't be the vector's. It is made in the same way, and opens as the same.
#[test]
fn a_token_of_ours_has_the_shape_of_the_generated_one_with_another_time_and_iv() {
    let spec = Spec::load();
    let vector = &spec.vectors["generate"];
    let theirs = URL_SAFE.decode(vector["token"].as_str().unwrap()).unwrap();
    let key = FernetKey::new(&Secret32::from_slice(&spec.secret).unwrap());
    let ours = key.seal(vector["src"].as_str().unwrap().as_bytes());
    let ours = URL_SAFE.decode(ours).unwrap();
    assert_eq!((ours[0], ours.len()), (theirs[0], theirs.len()));
    assert_eq!(theirs[1..9], vector["now"].as_u64().unwrap().to_be_bytes());
    assert_eq!(ours[1..9], [0; 8]);
    assert_eq!(theirs[9..25], super::hex(vector, "iv"));
    assert_ne!(ours[9..25], theirs[9..25]);
}

#[test]
fn neither_the_library_nor_we_open_what_the_specification_calls_invalid() {
    let spec = Spec::load();
    let invalid = spec.vectors["invalid"].as_array().unwrap();
    assert_eq!(invalid.len(), 11);
    for vector in invalid {
        assert_eq!(
            spec.opened_by_the_library(vector),
            None,
            "{}",
            vector["desc"]
        );
        let token = vector["token"].as_str().unwrap();
        assert_eq!(spec.opened_by_us(token), None, "{}", vector["desc"]);
    }
}

#[test]
fn what_is_invalid_by_more_than_its_time_or_mac_stays_so_with_ours() {
    let spec = Spec::load();
    for vector in spec.vectors["invalid"].as_array().unwrap() {
        let what = vector["desc"].as_str().unwrap();
        let ours = spec.with_our_time(vector["token"].as_str().unwrap());
        let opened = ours.and_then(|token| spec.opened_by_us(&token));
        let only_time_or_mac = [
            "incorrect mac",
            "far-future TS (unacceptable clock skew)",
            "expired TTL",
        ];
        assert_eq!(opened.is_some(), only_time_or_mac.contains(&what), "{what}");
    }
}

//! HPKE (RFC 9180): the vector of the suite in which epoch secrets are wrapped, through the calls that [`client::wrap`] makes.
//!
//! The sender's key pair is drawn from the generator as RFC 9180 §7.1.3 derives it, so that the vector's `ikmE` gives its `enc`. Wraps
//! are single messages without associated data: the vector's later sequence numbers and its exports concern nothing here.

use super::{Drawn, hex};
use hpke::{
    Deserializable, Kem as _, OpModeR, OpModeS, Serializable, aead::ChaCha20Poly1305,
    kdf::HkdfSha256, kem::X25519HkdfSha256 as Kem,
};
use serde_json::Value;

fn vector() -> Value {
    serde_json::from_str(include_str!("rfc9180.json")).unwrap()
}

fn read<T: Deserializable>(vector: &Value, name: &str) -> T {
    T::from_bytes(&hex(vector, name)).unwrap()
}

#[test]
fn seals_to_the_vectors_bytes() {
    let vector = vector();
    let (enc, sealed) = hpke::single_shot_seal::<ChaCha20Poly1305, HkdfSha256, Kem, _>(
        &OpModeS::Base,
        &read(&vector, "pkRm"),
        &hex(&vector, "info"),
        &hex(&vector, "pt"),
        &hex(&vector, "aad"),
        &mut Drawn::new(&[&hex(&vector, "ikmE")]),
    )
    .unwrap();
    assert_eq!(enc.to_bytes()[..], hex(&vector, "enc"));
    assert_eq!(sealed, hex(&vector, "ct"));
}

#[test]
fn opens_the_vectors_bytes_and_none_that_differ() {
    let vector = vector();
    let key: <Kem as hpke::Kem>::PrivateKey = read(&vector, "skRm");
    assert_eq!(Kem::sk_to_pk(&key).to_bytes()[..], hex(&vector, "pkRm"));
    let open = |info: &[u8], ct: &[u8]| {
        hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, Kem>(
            &OpModeR::Base,
            &key,
            &read(&vector, "enc"),
            info,
            ct,
            &hex(&vector, "aad"),
        )
    };
    let (info, mut ct) = (hex(&vector, "info"), hex(&vector, "ct"));
    assert_eq!(open(&info, &ct), Ok(hex(&vector, "pt")));
    assert!(open(&info[1..], &ct).is_err());
    ct[0] ^= 1;
    assert!(open(&info, &ct).is_err());
}

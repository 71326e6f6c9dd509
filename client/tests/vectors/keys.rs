//! Which public keys may take part, and strict signatures. The odd keys and signatures were computed by hand from the curve's equations.

use crate::{
    cast,
    suite::{Check, Suite},
};
use protocol::{
    PublicKey, Signature, b64,
    label::{self, SignaturePurpose},
};
use serde_json::{Value, json};

const SIGNING_KEY: Check = Check {
    name: "signing key",
    answer: |given| match label::acceptable_signing_key(&given.get("key")?) {
        true => Ok(json!({})),
        false => Err("keys"),
    },
};

const AGREEMENT_KEY: Check = Check {
    name: "agreement key",
    answer: |given| match label::acceptable_agreement_key(&given.get("key")?) {
        true => Ok(json!({})),
        false => Err("keys"),
    },
};

const SIGNATURE: Check = Check {
    name: "signature",
    answer: |given| {
        let (key, signature): (PublicKey, Signature) = (given.get("key")?, given.get("signature")?);
        let purpose = purpose(given.text("purpose"));
        match label::verify(&key, purpose, &given.bytes("message"), &signature) {
            true => Ok(json!({})),
            false => Err("signature"),
        }
    },
};

const PURPOSES: [(&str, SignaturePurpose); 6] = [
    ("entry", SignaturePurpose::Entry),
    ("message", SignaturePurpose::Message),
    ("credential", SignaturePurpose::Credential),
    ("identity", SignaturePurpose::Identity),
    ("slot", SignaturePurpose::Slot),
    ("signal", SignaturePurpose::Signal),
];

fn purpose(name: &str) -> SignaturePurpose {
    let found = PURPOSES.into_iter().find(|(it, _)| *it == name);
    found.unwrap().1
}

pub fn suite() -> Suite {
    let mut suite = Suite::new(
        "keys",
        "Section 1: acceptable public keys, and strict Ed25519 signatures.",
    );
    let ana = cast::ana().keys();
    signing_keys(&mut suite, &ana.signing);
    agreement_keys(&mut suite, &ana.agreement);
    signatures(&mut suite);
    suite
}

fn signing_keys(suite: &mut Suite, good: &PublicKey) {
    let given = |key: &str| json!({"key": key});
    suite.accept("a signing key", &SIGNING_KEY, json!({"key": good}));
    let mixed = "kdL6hpdA5thIiGttoau-nx3JrbVyG4AGy7N45-IG0KA";
    suite.accept(
        "a signing key plus a point of order eight",
        &SIGNING_KEY,
        given(mixed),
    );
    for (name, key) in [
        (
            "the neutral point",
            "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        ),
        (
            "a point of order two",
            "7P_______________________________________38",
        ),
        (
            "a point of order four",
            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        ),
        (
            "the other point of order four",
            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAIA",
        ),
        (
            "a point of order eight",
            "xxdqcD1N2E-6PAt2DRBnDyogU_osOczGTsf9d5KsA3o",
        ),
        (
            "a second point of order eight",
            "JuiVj8KyJ7BFw_SJ8u-Y8NXfrAXTxjM5sTgCiG1T_AU",
        ),
        (
            "a third point of order eight",
            "JuiVj8KyJ7BFw_SJ8u-Y8NXfrAXTxjM5sTgCiG1T_IU",
        ),
        (
            "a fourth point of order eight",
            "xxdqcD1N2E-6PAt2DRBnDyogU_osOczGTsf9d5KsA_o",
        ),
        (
            "the neutral point with a sign",
            "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAIA",
        ),
        (
            "the neutral point, not reduced",
            "7v_______________________________________38",
        ),
        (
            "a point that is not reduced",
            "8P_______________________________________38",
        ),
        ("no point", "AgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
    ] {
        suite.refuse(name, &SIGNING_KEY, given(key), "keys");
    }
}

fn agreement_keys(suite: &mut Suite, good: &PublicKey) {
    let given = |key: &str| json!({"key": key});
    suite.accept("an agreement key", &AGREEMENT_KEY, json!({"key": good}));
    for (name, key) in [
        (
            "the coordinate 0",
            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        ),
        (
            "the coordinate 1",
            "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        ),
        (
            "the coordinate -1",
            "7P_______________________________________38",
        ),
        (
            "a coordinate of order eight",
            "4Ot6fDtBuK4WVuP68Z_EatoJjeucMrH9hmIFFl9JuAA",
        ),
        (
            "the other coordinate of order eight",
            "X5yVvKNQjCSx0LFVnIPvWwREXMRYHI6G2CJO3dCfEVc",
        ),
        (
            "the coordinate 0, not reduced",
            "7f_______________________________________38",
        ),
        (
            "a coordinate that is not reduced",
            "8P_______________________________________38",
        ),
        (
            "the highest bit",
            "aPjEbWqnUqOR_xG7zrObWfo5HgIF4JjhPBWbkZv5s-I",
        ),
    ] {
        suite.refuse(name, &AGREEMENT_KEY, given(key), "keys");
    }
}

fn signatures(suite: &mut Suite) {
    let (ana, bob) = (cast::ana().identity, cast::bob().identity);
    let message = b"hello";
    let given = |key: Value, purpose: &str, message: &[u8], signature: Value| json!({"key": key, "purpose": purpose, "message": b64::encode(message), "signature": signature});
    let key = json!(ana.signing_key());
    for (name, purpose) in PURPOSES {
        let signature = json!(ana.sign(purpose, message));
        let it = given(key.clone(), name, message, signature);
        suite.accept(&format!("a signature on {name}"), &SIGNATURE, it);
    }
    let signature = ana.sign(SignaturePurpose::Message, message);
    let mut changed = signature;
    changed.0[40] ^= 1;
    let good = json!(signature);
    for (name, it) in [
        (
            "a signature for another purpose",
            given(key.clone(), "entry", message, good.clone()),
        ),
        (
            "a signature on another message",
            given(key.clone(), "message", b"hello!", good.clone()),
        ),
        (
            "a signature of another key",
            given(json!(bob.signing_key()), "message", message, good),
        ),
        (
            "a signature with a changed bit",
            given(key.clone(), "message", message, json!(changed)),
        ),
        (
            "a signature of zeros",
            given(key.clone(), "message", message, json!(Signature::ZERO)),
        ),
        (
            "an S that is not reduced",
            given(
                key.clone(),
                "message",
                message,
                json!(
                    "hM8qiqvrLVpIJKQSCzfF5wCm_90_bcpNdyio6QLK0u7aOwGO53CbRbtS7FuLjDR_twGDUrdS_JWg1l8acdsfEA"
                ),
            ),
        ),
        (
            "an R of small order",
            given(
                key.clone(),
                "message",
                message,
                json!(
                    "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAACYhrb2isL0wtW_Fg8dwUx7sqHsy-zmzpqWkH9FD6ISDQ"
                ),
            ),
        ),
        (
            "an R that only the check with the cofactor takes",
            given(
                key,
                "message",
                message,
                json!(
                    "0EJLcB1gJV3l33BQcQWczSK4NJu0E4IC671l6eCtIRvshwQ98LjA7B7JFBeCjQd8CzHHDBAErHIrClS1zKzbCg"
                ),
            ),
        ),
        (
            "a key of small order",
            given(
                json!("AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
                "message",
                message,
                json!(
                    "7ch21oMf0hBdC0OJyi4oMWZGkokUbizgb67-mLIlSN8FAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
                ),
            ),
        ),
    ] {
        suite.refuse(name, &SIGNATURE, it, "signature");
    }
}

//! What a passphrase or a recovery code opens: the recovery code itself, wraps of the account secret, credentials.

use crate::{
    cast, sealing,
    suite::{Check, Suite},
};
use client::{
    account::AccountSecret,
    credentials::{self, RecoveryWrap},
    kdf::kdf,
    recovery::RecoveryCode,
    token::FernetKey,
};
use protocol::{
    Hash, UserId,
    api::{OpaqueMessage, StoredCredentials},
    b64,
};
use serde_json::{Value, json};

const RECOVERY_CODE: Check = Check {
    name: "recovery code",
    answer: |given| {
        use client::recovery::RecoveryCodeError::{Character, Checksum, Length};
        let code = RecoveryCode::parse(given.text("typed")).map_err(|error| match error {
            Length(_) | Character(_) => "recovery code",
            Checksum => "checksum",
        })?;
        Ok(json!({
            "text": *code.reveal(),
            "token": b64::encode(code.token().as_bytes()),
            "kept": code.token_hash(),
        }))
    },
};

const PASSPHRASE_WRAP: Check = Check {
    name: "passphrase wrap",
    answer: |given| {
        let key = kdf(&given.bytes("export_key"), "passphrase wrap");
        unwrap(&FernetKey::new(&key), given.text("wrap"))
    },
};

const RECOVERY_WRAP: Check = Check {
    name: "recovery wrap",
    answer: |given| {
        let code = RecoveryCode::parse(given.text("code")).unwrap();
        unwrap(&code.wrap_key(), given.text("wrap"))
    },
};

fn unwrap(key: &FernetKey, wrap: &str) -> Result<Value, &'static str> {
    let secret = AccountSecret::unwrap(key, wrap).map_err(|_| "token")?;
    Ok(json!({"secret": b64::encode(secret.as_bytes())}))
}

const CREDENTIALS: Check = Check {
    name: "credentials",
    answer: |given| {
        let (user, signing): (UserId, _) = (given.get("user")?, given.get("signing")?);
        let stored: StoredCredentials = given.get("credentials")?;
        match stored.is_signed_by(&user, &signing) {
            true => Ok(json!({})),
            false => Err("signature"),
        }
    },
};

const CODE: &str = "000G-40R4-0M30-E209-185G-R38E-1W81-24GK-GSZR";
/// What is written down as [`CODE`].
const CODE_BYTES: [u8; 20] = cast::counted(0);
const EXPORT_KEY: [u8; 64] = [3; 64];

pub fn suite() -> Suite {
    let mut suite = Suite::new(
        "credentials",
        "Section 2: recovery code, wraps of the account secret, credentials.",
    );
    recovery_codes(&mut suite);
    let (passphrase, recovery) = wraps(&mut suite);
    credential_cases(&mut suite, passphrase, recovery);
    suite
}

fn recovery_codes(suite: &mut Suite) {
    let given = |typed: &str| json!({"typed": typed});
    suite.accept("a recovery code", &RECOVERY_CODE, given(CODE));
    for (name, typed) in [
        ("a code in small letters", CODE.to_lowercase()),
        ("a code without hyphens", CODE.replace('-', "")),
        (
            "a code with spaces and dashes",
            format!(" {}\n", CODE.replace('-', " \u{2013}")),
        ),
        (
            "a code with O for 0 and I and L for 1",
            CODE.replace('0', "O")
                .replacen('1', "I", 1)
                .replace('1', "l"),
        ),
    ] {
        suite.accept(name, &RECOVERY_CODE, given(&typed));
    }
    for (name, typed, reason) in [
        ("no code", String::new(), "recovery code"),
        (
            "a code that is cut off",
            CODE[..43].to_owned(),
            "recovery code",
        ),
        (
            "a code with a character too many",
            format!("{CODE}0"),
            "recovery code",
        ),
        ("a code with U", CODE.replace('G', "U"), "recovery code"),
        (
            "a code with another alphabet's letter",
            CODE.replace('G', "\u{0131}"),
            "recovery code",
        ),
        (
            "a code with a wrong character",
            CODE.replace("40R4", "40R5"),
            "checksum",
        ),
        (
            "a code with two swapped characters",
            CODE.replace("GSZR", "GSRZ"),
            "checksum",
        ),
    ] {
        suite.refuse(name, &RECOVERY_CODE, given(&typed), reason);
    }
}

/// The passphrase wrap and the recovery wrap of Ana's account.
fn wraps(suite: &mut Suite) -> (String, RecoveryWrap) {
    let ana = cast::ana().secret;
    let wrap_key = kdf(&EXPORT_KEY, "passphrase wrap");
    let passphrase = sealing::token(&wrap_key, ana.as_bytes());
    let given = |key: &[u8], wrap: &str| json!({"export_key": b64::encode(key), "wrap": wrap});
    suite.accept(
        "a passphrase wrap",
        &PASSPHRASE_WRAP,
        given(&EXPORT_KEY, &passphrase),
    );
    suite.refuse(
        "a passphrase wrap and another passphrase",
        &PASSPHRASE_WRAP,
        given(&[4; 64], &passphrase),
        "token",
    );
    let short = sealing::token(&wrap_key, &[7; 31]);
    suite.refuse(
        "a wrap of 31 bytes",
        &PASSPHRASE_WRAP,
        given(&EXPORT_KEY, &short),
        "token",
    );

    let code = RecoveryCode::parse(CODE).unwrap();
    let wrap_key = kdf(&CODE_BYTES, "recovery wrap");
    let recovery = sealing::token(&wrap_key, ana.as_bytes());
    suite.accept(
        "a recovery wrap",
        &RECOVERY_WRAP,
        json!({"code": CODE, "wrap": recovery}),
    );
    suite.refuse(
        "a recovery wrap that is a passphrase wrap",
        &RECOVERY_WRAP,
        json!({"code": CODE, "wrap": passphrase}),
        "token",
    );
    let recovery = RecoveryWrap {
        wrap: recovery,
        token_hash: code.token_hash(),
    };
    (passphrase, recovery)
}

fn credential_cases(suite: &mut Suite, passphrase: String, recovery: RecoveryWrap) {
    let ana = cast::ana().identity;
    let record = OpaqueMessage(vec![5; 192]);
    let made = credentials::make(&ana, 1, record, passphrase, recovery);
    let stored = StoredCredentials::from(&made);
    let (user, signing) = (ana.user(), ana.signing_key());
    let given = |stored: &StoredCredentials| json!({"user": user, "signing": signing, "credentials": stored});
    suite.accept("credentials", &CREDENTIALS, given(&stored));
    let other = |change: fn(&mut StoredCredentials)| {
        let mut changed = stored.clone();
        change(&mut changed);
        given(&changed)
    };
    for (name, given) in [
        ("credentials of another version", other(|it| it.version = 2)),
        (
            "credentials with another record",
            other(|it| it.record_hash = Hash::ZERO),
        ),
        (
            "credentials with another passphrase wrap",
            other(|it| it.passphrase_wrap = it.recovery_wrap.clone()),
        ),
        (
            "credentials with another recovery wrap",
            other(|it| it.recovery_wrap = it.passphrase_wrap.clone()),
        ),
        (
            "credentials with another recovery token",
            other(|it| it.recovery_token_hash = Hash::ZERO),
        ),
        (
            "credentials with another signature",
            other(|it| it.signature.0[0] ^= 1),
        ),
    ] {
        suite.refuse(name, &CREDENTIALS, given, "signature");
    }
    let bob = cast::bob().identity;
    let given = json!({"user": bob.user(), "signing": bob.signing_key(), "credentials": stored});
    suite.refuse("another's credentials", &CREDENTIALS, given, "signature");
}

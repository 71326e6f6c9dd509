//! Secrets are wiped when they go, and are never printed.

#![expect(clippy::unwrap_used, reason = "tests")]

use client::{
    account::{AccountSecret, Identity},
    body::Body,
    envelope::Opened,
    io::{Action, ApiRequest, Event},
    opaque::{
        LoginState, RegistrationState, StretchDone, StretchJob, start_login, start_registration,
    },
    recovery::RecoveryCode,
    room_key::RoomSecret,
    secret::Secret32,
    token::FernetKey,
};
use ed25519_dalek::SigningKey;
use model::{Answer, Command, Delta, SecretText};
use protocol::{
    Username,
    api::{OpaqueMessage, RecoverStart, RecoveryToken},
};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use static_assertions::{assert_impl_all, assert_not_impl_any};
use std::fmt::Debug;
use zeroize::ZeroizeOnDrop;

// Wiped, and copied by nobody in passing. An identity's secret parts are a `SigningKey` and a `Secret32`.
assert_impl_all!(AccountSecret: ZeroizeOnDrop);
assert_impl_all!(FernetKey: ZeroizeOnDrop);
assert_impl_all!(LoginState: ZeroizeOnDrop);
assert_impl_all!(RecoveryCode: ZeroizeOnDrop);
assert_impl_all!(RecoveryToken: ZeroizeOnDrop);
assert_impl_all!(RegistrationState: ZeroizeOnDrop);
assert_impl_all!(RoomSecret: ZeroizeOnDrop);
assert_impl_all!(Secret32: ZeroizeOnDrop);
assert_impl_all!(SecretText: ZeroizeOnDrop);
assert_impl_all!(SigningKey: ZeroizeOnDrop);
assert_not_impl_any!(AccountSecret: Clone);
assert_not_impl_any!(FernetKey: Clone);
assert_not_impl_any!(Identity: Clone);
assert_not_impl_any!(LoginState: Clone);
assert_not_impl_any!(RecoveryCode: Clone);
assert_not_impl_any!(RegistrationState: Clone);
assert_not_impl_any!(RoomSecret: Clone);
assert_not_impl_any!(Secret32: Clone);

// What people say, and what the local store holds, can't be printed at all.
assert_not_impl_any!(Action: Debug);
assert_not_impl_any!(Body: Debug);
assert_not_impl_any!(Event: Debug);
assert_not_impl_any!(Opened: Debug);

fn rng() -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(1)
}

fn ana() -> Username {
    "ana".parse().unwrap()
}

fn passphrase() -> SecretText {
    SecretText::new("gravel monkey piano".to_owned())
}

#[test]
fn keys_and_codes_print_their_names_only() {
    let account = AccountSecret::from_bytes([0x41; 32]);
    let room = RoomSecret::from_slice(&[0x41; 32]).unwrap();
    let identity = account.identity();
    let printed = [
        (format!("{:?}", Secret32::new([0x41; 32])), "Secret32(..)"),
        (format!("{account:?}"), "AccountSecret(..)"),
        (format!("{room:?}"), "RoomSecret(..)"),
        (format!("{:?}", room.message_key()), "FernetKey(..)"),
        (
            format!("{:?}", RecoveryCode::generate(&mut rng())),
            "RecoveryCode(..)",
        ),
        (
            format!("{identity:?}"),
            &format!("Identity({})", identity.user()),
        ),
    ];
    for (printed, expected) in printed {
        assert_eq!(printed, expected);
    }
}

#[test]
fn what_carries_secrets_prints_the_rest_of_it_only() {
    let (registration, request) = start_registration(&mut rng(), "gravel monkey piano").unwrap();
    let (login, _) = start_login(&mut rng(), "gravel monkey piano").unwrap();
    assert_eq!(format!("{registration:?}"), "RegistrationState(..)");
    let recover = ApiRequest::RecoverStart(RecoverStart {
        username: ana(),
        token: RecoveryToken::new(&[0x41; 32]),
        request,
    });
    let job = StretchJob::Login {
        state: login,
        passphrase: passphrase(),
        response: OpaqueMessage(vec![0; 3]),
        username: ana(),
    };
    let done = StretchDone {
        message: OpaqueMessage(vec![0; 64]),
        wrap_key: Secret32::new([0x41; 32]),
    };
    let command = Command::LogIn {
        username: "ana".to_owned(),
        passphrase: passphrase(),
    };
    let printed = [
        (
            format!("{recover:?}"),
            r#"RecoverStart(RecoverStart { username: Username("ana"), token: RecoveryToken(..), request: OpaqueMessage(32 bytes) })"#,
        ),
        (
            format!("{job:?}"),
            r#"Login { state: LoginState(..), passphrase: SecretText(…), response: OpaqueMessage(3 bytes), username: Username("ana") }"#,
        ),
        (
            format!("{done:?}"),
            "StretchDone { message: OpaqueMessage(64 bytes), wrap_key: Secret32(..) }",
        ),
        (
            format!("{command:?}"),
            r#"LogIn { username: "ana", passphrase: SecretText(…) }"#,
        ),
        (
            format!("{:?}", Answer::RoomKey(passphrase())),
            "RoomKey(SecretText(…))",
        ),
        (
            format!("{:?}", Delta::RecoveryCode(Some(passphrase()))),
            "RecoveryCode(Some(SecretText(…)))",
        ),
    ];
    for (printed, expected) in printed {
        assert_eq!(printed, expected);
    }
}

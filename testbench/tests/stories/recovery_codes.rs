//! New recovery codes, and what becomes of those before.

use crate::{
    crowd::nothing_is_wrong,
    replacing::{NEW, all_told, log_in, replace, secret},
};
use model::{Command, Phase, Trouble};
use protocol::PublicError;
use testbench::{Bench, PASSPHRASE};

pub fn recover(code: &str) -> Command {
    Command::Recover {
        username: "ana".to_owned(),
        code: secret(code),
        passphrase: secret("eleven blue herons over Porto"),
    }
}

#[tokio::test]
async fn a_new_recovery_code_works_and_the_one_before_does_not() {
    let mut bench = Bench::new().await;
    let ana = bench.person("ana").await;
    let room = bench.make_room(ana, "Choir").await;
    bench.get_across(ana, room, "remember this").await;
    let before = bench[ana].recovery_code.clone().unwrap();
    bench.ask(ana, Command::RecoveryCodeSaved).await.unwrap();
    assert_eq!(bench[ana].recovery_code, None);
    let phone = bench.second_device("ana").await;

    let renew = |passphrase: &str| Command::NewRecoveryCode {
        passphrase: secret(passphrase),
    };
    let wrong = bench.ask(ana, renew(NEW)).await;
    assert_eq!(wrong, Err(Trouble::Server(PublicError::WrongCredentials)));
    assert_eq!(bench[ana].recovery_code, None);
    bench.ask(ana, renew(PASSPHRASE)).await.unwrap();
    let code = bench[ana].recovery_code.clone().unwrap();
    assert_ne!(code, before);
    // The passphrase was proven, so this one was logged out.
    bench
        .until("the phone is out", |bench| {
            bench[phone].phase == Phase::Expired
        })
        .await;
    bench.ask(phone, log_in(PASSPHRASE)).await.unwrap();
    bench
        .until("the phone shows it too", |bench| {
            bench[phone].recovery_code.as_ref() == Some(&code)
        })
        .await;
    bench.ask(phone, Command::RecoveryCodeSaved).await.unwrap();
    bench
        .until("both forgot it", |bench| {
            bench[ana].recovery_code.is_none() && bench[phone].recovery_code.is_none()
        })
        .await;

    let elsewhere = bench.browser();
    let old = bench.ask(elsewhere, recover(&before)).await;
    assert_eq!(old, Err(Trouble::Server(PublicError::WrongRecoveryCode)));
    bench.ask(elsewhere, recover(&code)).await.unwrap();
    bench.online(elsewhere).await;
    bench.open(elsewhere, room).await;
    bench.shows(elsewhere, &["ana: remember this"]).await;
}

#[tokio::test]
async fn the_recovery_code_of_the_new_keys_works_and_the_one_before_does_not() {
    let mut bench = Bench::new().await;
    let ana = bench.person("ana").await;
    let room = bench.make_room(ana, "Choir").await;
    bench.get_across(ana, room, "remember this").await;
    let before = bench[ana].recovery_code.clone().unwrap();
    bench.ask(ana, Command::RecoveryCodeSaved).await.unwrap();
    bench.ask(ana, replace(PASSPHRASE, NEW)).await.unwrap();
    let code = bench[ana].recovery_code.clone().unwrap();
    all_told(&mut bench, ana).await;
    let elsewhere = bench.browser();
    let old = bench.ask(elsewhere, recover(&before)).await;
    assert_eq!(old, Err(Trouble::Server(PublicError::WrongRecoveryCode)));
    bench.ask(elsewhere, recover(&code)).await.unwrap();
    bench.online(elsewhere).await;
    bench.open(elsewhere, room).await;
    bench.shows(elsewhere, &["ana: remember this"]).await;
    nothing_is_wrong(&bench, &[elsewhere]);
}

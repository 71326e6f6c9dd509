//! Logging in at a server that answers for somebody else.

use crate::setting::*;
use client::io::{ApiAnswer, ApiRequest};
use model::{Command, Phase, SecretText};
use std::sync::{Arc, Mutex};
use testbench::{Bench, PASSPHRASE, Who};

fn log_in(username: &str) -> Command {
    Command::LogIn {
        username: username.to_owned(),
        passphrase: SecretText::new(PASSPHRASE.to_owned()),
    }
}

/// Ana can't log in and is told so; then she can.
async fn is_told(bench: &mut Bench, phone: Who, sentence: &str) {
    let refused = bench.ask(phone, log_in("ana")).await.unwrap_err();
    assert_eq!(refused.to_string(), sentence);
    assert_eq!(bench[phone].phase, Phase::LoggedOut);
    assert_eq!(bench[phone].me, None);
    bench.server_is_honest();
    bench.ask(phone, log_in("ana")).await.unwrap();
    bench.online(phone).await;
    assert_eq!(bench[phone].me.as_ref().unwrap().username, "ana");
}

/// Both even have the same passphrase.
#[tokio::test]
async fn another_accounts_first_answer_opens_nothing() {
    let (mut bench, _, _, _) = choir().await;
    let phone = bench.browser();
    bench.adversary.on_requests(phone, |request| {
        if let ApiRequest::LoginStart(start) = request {
            start.username = "ben".parse().unwrap();
        }
        None
    });
    is_told(&mut bench, phone, "Username or passphrase is wrong.").await;
}

#[tokio::test]
async fn another_accounts_last_answer_is_not_taken() {
    let (mut bench, _, _, _) = choir().await;
    let kept = Arc::new(Mutex::new(None));
    let bens = bench.browser();
    let keep = kept.clone();
    bench.adversary.on_answers(bens, move |result| {
        if let Ok(ApiAnswer::LoggedIn(it)) = result {
            *keep.lock().unwrap() = Some(it.clone());
        }
    });
    bench.ask(bens, log_in("ben")).await.unwrap();
    let phone = bench.browser();
    bench.adversary.on_answers(phone, move |result| {
        if let Ok(ApiAnswer::LoggedIn(it)) = result {
            it.clone_from(kept.lock().unwrap().as_ref().unwrap());
        }
    });
    let sentence = "The server's answer does not verify (it is about another account). Nothing was done. Please tell \
                    whoever runs this server.";
    is_told(&mut bench, phone, sentence).await;
}

#[tokio::test]
async fn swapped_keys_of_the_own_account_are_not_taken() {
    let (mut bench, _, ben, _) = choir().await;
    let other = bench.accomplice(ben).identity.agreement_key();
    let phone = bench.browser();
    bench.adversary.on_answers(phone, move |result| {
        if let Ok(ApiAnswer::LoggedIn(it)) = result {
            it.account.agreement = other;
        }
    });
    let sentence = "The server's answer does not verify (the account's keys are not those of its secret). Nothing \
                    was done. Please tell whoever runs this server.";
    is_told(&mut bench, phone, sentence).await;
}

/// The way back in with the recovery code goes through the server too.
#[tokio::test]
async fn another_accounts_recovery_is_not_taken() {
    let (mut bench, ana, ben, _) = choir().await;
    let code = |bench: &Bench, who| bench[who].recovery_code.clone().unwrap();
    let (hers, his) = (code(&bench, ana), code(&bench, ben));
    let recover = |username: &str, code: &str| Command::Recover {
        username: username.to_owned(),
        code: SecretText::new(code.to_owned()),
        passphrase: SecretText::new("eleven green bicycles in Lisbon".to_owned()),
    };
    let kept = Arc::new(Mutex::new(None));
    let keep = kept.clone();
    let bens = bench.browser();
    bench.adversary.on_answers(bens, move |result| {
        if let Ok(ApiAnswer::RecoverOpened(it)) = result {
            *keep.lock().unwrap() = Some(it.clone());
        }
    });
    bench.ask(bens, recover("ben", &his)).await.unwrap();
    let phone = bench.browser();
    bench.adversary.on_answers(phone, move |result| {
        if let Ok(ApiAnswer::RecoverOpened(it)) = result {
            it.clone_from(kept.lock().unwrap().as_ref().unwrap());
        }
    });
    let refused = bench.ask(phone, recover("ana", &hers)).await.unwrap_err();
    let sentence = "The server's answer does not verify (it is about another account). Nothing was done. Please tell \
                    whoever runs this server.";
    assert_eq!(refused.to_string(), sentence);
    bench.server_is_honest();
    bench.ask(phone, recover("ana", &hers)).await.unwrap();
    bench.online(phone).await;
    assert_eq!(bench[phone].me.as_ref().unwrap().username, "ana");
}

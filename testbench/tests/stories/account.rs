//! Accounts: what a person can do with a passphrase and a recovery code.

use model::{Command, Phase, SecretText, Trouble};
use protocol::PublicError;
use std::time::Duration;
use testbench::{Bench, PASSPHRASE};

fn secret(text: &str) -> SecretText {
    SecretText::new(text.to_owned())
}

fn log_in(username: &str, passphrase: &str) -> Command {
    Command::LogIn {
        username: username.to_owned(),
        passphrase: secret(passphrase),
    }
}

const NEW: &str = "seven tin whistles at midnight";

#[tokio::test]
async fn a_wrong_passphrase_and_an_unknown_user_get_the_same_answer() {
    let mut bench = Bench::new().await;
    bench.person("ana").await;
    let stranger = bench.browser();

    let wrong = bench.ask(stranger, log_in("ana", NEW)).await.unwrap_err();
    let unknown = bench
        .ask(stranger, log_in("nobody", NEW))
        .await
        .unwrap_err();

    assert_eq!(wrong, Trouble::Server(PublicError::WrongCredentials));
    assert_eq!(unknown, wrong);
    assert_eq!(bench[stranger].phase, Phase::LoggedOut);
}

#[tokio::test]
async fn a_taken_username_is_refused_and_another_one_can_be_chosen() {
    let mut bench = Bench::new().await;
    bench.person("ana").await;
    let newcomer = bench.browser();
    let sign_up = |username: &str| Command::SignUp {
        username: username.to_owned(),
        passphrase: secret(PASSPHRASE),
    };

    let taken = bench.ask(newcomer, sign_up("ana")).await.unwrap_err();
    assert_eq!(taken, Trouble::Server(PublicError::UsernameTaken));
    let malformed = bench.ask(newcomer, sign_up("Ana!")).await.unwrap_err();
    assert!(matches!(malformed, Trouble::Username(_)));

    bench.ask(newcomer, sign_up("ana2")).await.unwrap();
    bench.online(newcomer).await;
}

#[tokio::test]
async fn a_weak_passphrase_never_leaves_the_browser() {
    let mut bench = Bench::new().await;
    let newcomer = bench.browser();
    for weak in ["short", "password1234", "ana-ana-ana-ana"] {
        let sign_up = Command::SignUp {
            username: "ana".to_owned(),
            passphrase: secret(weak),
        };
        let trouble = bench.ask(newcomer, sign_up).await.unwrap_err();
        assert!(matches!(trouble, Trouble::Passphrase(_)), "{weak}");
    }
}

#[tokio::test]
async fn the_recovery_code_sets_a_new_passphrase_and_keeps_everything() {
    let mut bench = Bench::new().await;
    let ana = bench.person("ana").await;
    let room = bench.make_room(ana, "Choir").await;
    bench.say(ana, room, "remember this").await;
    bench.shows(ana, &["ana: remember this"]).await;
    let code = bench[ana].recovery_code.clone().unwrap();
    bench.ask(ana, Command::RecoveryCodeSaved).await.unwrap();
    bench.later(Duration::from_secs(5)).await;

    let elsewhere = bench.browser();
    let recover = |code: &str| Command::Recover {
        username: "ana".to_owned(),
        code: secret(code),
        passphrase: secret(NEW),
    };
    let nonsense = bench.ask(elsewhere, recover("no such code")).await;
    assert!(matches!(nonsense, Err(Trouble::RecoveryCode(_))));
    bench.ask(elsewhere, recover(&code)).await.unwrap();
    bench.online(elsewhere).await;
    bench.open(elsewhere, room).await;
    bench.shows(elsewhere, &["ana: remember this"]).await;

    bench
        .until("the old browser's session ends", |bench| {
            bench[ana].phase == Phase::Expired
        })
        .await;
    let old = bench.ask(ana, log_in("ana", PASSPHRASE)).await;
    assert_eq!(old, Err(Trouble::Server(PublicError::WrongCredentials)));
    bench.ask(ana, log_in("ana", NEW)).await.unwrap();
    bench.online(ana).await;
}

#[tokio::test]
async fn the_recovery_code_waits_on_every_device_until_it_is_written_down() {
    let mut bench = Bench::new().await;
    let ana = bench.person("ana").await;
    let code = bench[ana].recovery_code.clone();
    assert!(code.is_some());
    bench.later(Duration::from_secs(5)).await;

    let phone = bench.second_device("ana").await;
    assert_eq!(bench[phone].recovery_code, code);
    bench.ask(phone, Command::RecoveryCodeSaved).await.unwrap();
    bench
        .until("both forgot the code", |bench| {
            bench[ana].recovery_code.is_none() && bench[phone].recovery_code.is_none()
        })
        .await;
}

#[tokio::test]
async fn a_new_passphrase_replaces_the_old_one_and_ends_other_sessions() {
    let mut bench = Bench::new().await;
    let ana = bench.person("ana").await;
    let phone = bench.second_device("ana").await;
    let change = |current: &str| Command::ChangePassphrase {
        current: secret(current),
        new: secret(NEW),
    };

    let wrong = bench.ask(ana, change("not at all what it is")).await;
    assert_eq!(wrong, Err(Trouble::Server(PublicError::WrongCredentials)));
    bench.ask(ana, change(PASSPHRASE)).await.unwrap();
    bench
        .until("the phone is out", |bench| {
            bench[phone].phase == Phase::Expired
        })
        .await;
    bench.ask(phone, log_in("ana", NEW)).await.unwrap();
    bench.online(phone).await;
    bench.online(ana).await;
}

#[tokio::test]
async fn sessions_are_listed_and_can_be_ended_one_by_one() {
    let mut bench = Bench::new().await;
    let ana = bench.person("ana").await;
    let phone = bench.second_device("ana").await;

    bench.ask(ana, Command::ListSessions).await.unwrap();
    let sessions = &bench[ana].sessions;
    assert_eq!(sessions.len(), 2);
    let other = sessions.iter().find(|session| !session.current).unwrap();
    let handle = other.handle;
    bench
        .ask(ana, Command::RevokeSession { handle })
        .await
        .unwrap();
    assert_eq!(bench[ana].sessions.len(), 1);
    bench
        .until("the phone is out", |bench| {
            bench[phone].phase == Phase::Expired
        })
        .await;
}

#[tokio::test]
async fn logging_out_wipes_the_browser_but_warns_of_unsent_messages() {
    let mut bench = Bench::new().await;
    let ana = bench.person("ana").await;
    let room = bench.make_room(ana, "Choir").await;
    bench.browser_mut(ana).network = testbench::Network::Cut;
    bench.say(ana, room, "not out yet").await;

    let log_out = |discard| Command::LogOut { discard };
    let warned = bench.ask(ana, log_out(false)).await;
    assert_eq!(warned, Err(Trouble::Unsent { count: 1 }));
    bench.browser_mut(ana).network = testbench::Network::Up;
    bench
        .until("it is out", |bench| bench[ana].all_sent())
        .await;
    bench.ask(ana, log_out(false)).await.unwrap();
    assert_eq!(bench[ana].phase, Phase::LoggedOut);
    assert_eq!(bench.browser_mut(ana).stored().count(), 0);
}

#[tokio::test]
async fn a_deleted_account_leaves_its_rooms_and_its_name_stays_taken() {
    let mut bench = Bench::new().await;
    let ana = bench.person("ana").await;
    let ben = bench.person("ben").await;
    let room = bench.make_room(ana, "Choir").await;
    let key = bench.room_key(ana, room).await;
    bench.join(ben, &key).await;

    let delete = Command::DeleteAccount {
        passphrase: secret(PASSPHRASE),
    };
    bench.ask(ana, delete).await.unwrap();
    assert_eq!(bench[ana].phase, Phase::LoggedOut);
    bench
        .until("Ben is alone", |bench| bench[ben].members() == ["ben"])
        .await;

    let again = Command::SignUp {
        username: "ana".to_owned(),
        passphrase: secret(PASSPHRASE),
    };
    let taken = bench.ask(ana, again).await;
    assert_eq!(taken, Err(Trouble::Server(PublicError::UsernameTaken)));
}

#[tokio::test]
async fn a_display_name_is_seen_by_others_and_can_be_taken_back() {
    let mut bench = Bench::new().await;
    let ana = bench.person("ana").await;
    let ben = bench.person("ben").await;
    let room = bench.make_room(ana, "Choir").await;
    let key = bench.room_key(ana, room).await;
    bench.join(ben, &key).await;
    bench.say(ana, room, "hello").await;
    bench.shows(ben, &["ana: hello"]).await;

    let set = |name: &str| Command::SetDisplayName {
        name: name.to_owned(),
    };
    bench.ask(ana, set("Ana María")).await.unwrap();
    bench.shows(ben, &["Ana María: hello"]).await;
    bench.ask(ana, set("")).await.unwrap();
    bench.shows(ben, &["ana: hello"]).await;
}

#[tokio::test]
async fn a_display_name_that_was_chosen_offline_reaches_the_rooms_later() {
    let mut bench = Bench::new().await;
    let ana = bench.person("ana").await;
    let ben = bench.person("ben").await;
    let room = bench.make_room(ana, "Choir").await;
    let key = bench.room_key(ana, room).await;
    bench.join(ben, &key).await;
    bench.get_across(ana, room, "hello").await;
    bench.browser_mut(ana).network = testbench::Network::Cut;
    let name = "Ana María".to_owned();
    bench
        .ask(ana, Command::SetDisplayName { name })
        .await
        .unwrap();
    bench.later(Duration::from_secs(1)).await;
    bench.browser_mut(ana).network = testbench::Network::Up;
    bench.shows(ben, &["Ana María: hello"]).await;

    // A room that is joined later hears it too, once.
    let other = bench.make_room(ben, "Kitchen").await;
    let key = bench.room_key(ben, other).await;
    bench.join(ana, &key).await;
    bench.get_across(ana, other, "here I am").await;
    bench.shows(ben, &["Ana María: here I am"]).await;
    bench.later(Duration::from_secs(60)).await;
    let head = bench[ben].timeline.last().unwrap().seq.unwrap();
    bench.second_device("ana").await;
    bench.later(Duration::from_secs(60)).await;
    bench.get_across(ben, other, "welcome").await;
    assert_eq!(bench[ben].timeline.last().unwrap().seq, Some(head + 1));
}

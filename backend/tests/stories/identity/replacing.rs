//! The account itself.

use super::*;
use crate::hub::{connect, farewell};
use protocol::{PublicError, RoomId, Signature, frame::ByeReason};

#[tokio::test]
async fn new_keys_take_the_place_of_the_old_ones_with_credentials_and_settings() {
    let mut world = World::new().await;
    let ana = world.person("ana").await;
    let (_, other, cookie) = world.log_in("ana", PASSPHRASE, None).await.unwrap();
    let elsewhere = Person {
        session: other,
        ..ana.clone()
    };
    let elsewhere = connect(&world, &elsewhere).await;
    let next = replace(&mut world, &ana, 2).await;

    assert_eq!(farewell(&elsewhere).await, ByeReason::SessionEnded);
    let backend = &world.backend;
    let other = backend.authenticate(cookie.expose()).await.unwrap();
    assert!(other.is_none());
    let vault = backend.vault(&next.session).await.unwrap();
    assert_eq!((vault.len(), vault[0].version), (1, 1));
    assert_eq!(vault[0].token, token("settings2"));
    let old = refused(world.log_in("ana", PASSPHRASE, None).await);
    assert_eq!(old, PublicError::WrongCredentials);
    let (answer, ..) = world.log_in("ana", "a new passphrase", None).await.unwrap();
    assert_eq!(answer.account, next.keys);
    assert_eq!(answer.credentials.version, 2);

    world.later(3600);
    let (_, session, cookie) = world.log_in("ana", "a new passphrase", None).await.unwrap();
    let again = Person {
        session,
        cookie: cookie.expose().to_owned(),
        ..next
    };
    replace(&mut world, &again, 3).await;
}

#[tokio::test]
async fn a_replacement_that_is_sent_again_gets_the_same_answer() {
    let mut world = World::new().await;
    let ana = world.person("ana").await;
    let next = successor(&mut world, &ana);
    let request = replacement(&mut world, &next, 2).await;
    let backend = &world.backend;
    backend
        .identity_replace(&ana.session, request.clone())
        .await
        .unwrap();
    let session = backend.authenticate(&ana.cookie).await.unwrap().unwrap();
    backend
        .identity_replace(&session, request.clone())
        .await
        .unwrap();
    let other = IdentityReplace {
        credentials: ana.credentials.clone(),
        ..request
    };
    let answer = backend.identity_replace(&session, other).await;
    assert_eq!(refused(answer), PublicError::Malformed);
}

#[tokio::test]
async fn nothing_changes_unless_both_keys_the_credentials_and_the_vault_agree() {
    let mut world = World::new().await;
    let [ana, bob] = world.people(["ana", "bob"]).await;
    let next = successor(&mut world, &ana);
    let good = replacement(&mut world, &next, 2).await;
    let with = |change: &dyn Fn(&mut IdentityReplace)| {
        let mut request = good.clone();
        change(&mut request);
        request
    };
    let skipped = successor(&mut world, &next);
    let of_bob = successor(&mut world, &bob);
    let unwilling = with(&|it| it.account.earlier[0].old = Signature::ZERO);
    let not_owned = with(&|it| it.account.earlier[0].new = it.account.earlier[0].old);
    let renamed = with(&|it| it.account.username = "bob".parse().unwrap());
    let by_the_old_key = with(&|it| {
        it.credentials = sign_credentials(
            &ana.keys.user,
            &ana.signer,
            2,
            it.credentials.record.0.clone(),
        );
    });
    let too_far = with(&|it| it.account = skipped.keys.clone());
    let anothers = with(&|it| it.account = of_bob.keys.clone());
    let other_version = with(&|it| {
        it.credentials = sign_credentials(
            &ana.keys.user,
            &next.signer,
            3,
            it.credentials.record.0.clone(),
        );
    });
    let other_item = with(&|it| it.settings.item = RoomId([1; 16]).to_string());
    let no_token = with(&|it| it.settings.token = "no token".into());
    let raced = with(&|it| it.settings.replaces = 1);
    use PublicError::{BadSignature, Malformed, VaultConflict};
    for (request, expected) in [
        (unwilling, BadSignature),
        (not_owned, BadSignature),
        (renamed, BadSignature),
        (by_the_old_key, BadSignature),
        (too_far, BadSignature),
        (anothers, BadSignature),
        (other_version, Malformed),
        (other_item, Malformed),
        (no_token, Malformed),
        (raced, VaultConflict { version: 0 }),
    ] {
        let text = format!("{request:?}");
        let answer = world.backend.identity_replace(&ana.session, request).await;
        assert_eq!(refused(answer), expected, "{text}");
    }
    let backend = &world.backend;
    let session = backend.authenticate(&ana.cookie).await.unwrap().unwrap();
    assert_eq!(session.account, ana.keys);
    assert!(backend.vault(&ana.session).await.unwrap().is_empty());

    world.later(5 * 60 + 1);
    let answer = world.backend.identity_replace(&ana.session, good).await;
    assert_eq!(refused(answer), PublicError::ReauthRequired);
    world.log_in("ana", PASSPHRASE, None).await.unwrap();
}

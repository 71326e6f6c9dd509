use crate::world::*;
use backend::Backend;
use opaque_ke::ClientRegistration;
use protocol::{
    PublicError,
    api::{
        CredentialsFinish, CredentialsStart, OpaqueMessage, RecoverFinish, RecoverStart,
        RecoveryToken,
    },
};

pub async fn recover(world: &mut World, token: RecoveryToken) -> Result<(), PublicError> {
    let start = ClientRegistration::<Suite>::start(&mut world.rng, b"new").unwrap();
    let request = RecoverStart {
        username: "ana".parse().unwrap(),
        token,
        request: OpaqueMessage(start.message.serialize().to_vec()),
    };
    match world.backend.recover_start(&home(), request).await {
        Ok(_) => Ok(()),
        Err(error) => Err(world.backend.public_error(error)),
    }
}

#[tokio::test]
async fn a_recovery_code_sets_a_new_passphrase_and_ends_all_sessions() {
    let mut world = World::new().await;
    let ana = world.person("ana").await;
    let start = ClientRegistration::<Suite>::start(&mut world.rng, b"a new passphrase").unwrap();
    let request = RecoverStart {
        username: ana.keys.username.clone(),
        token: recovery_token(1),
        request: OpaqueMessage(start.message.serialize().to_vec()),
    };
    let opened = world.backend.recover_start(&home(), request).await.unwrap();
    assert_eq!(opened.account, ana.keys);
    assert_eq!(
        opened.credentials.recovery_wrap,
        ana.credentials.recovery_wrap
    );
    let record = world.record(
        start.state,
        "a new passphrase",
        &ana.keys.username,
        &opened.response,
    );
    let finish = |version, token| RecoverFinish {
        username: ana.keys.username.clone(),
        token,
        credentials: sign_credentials(&ana.keys.user, &ana.signer, version, record.clone()),
    };

    let answer = world
        .backend
        .recover_finish(&home(), finish(3, recovery_token(1)))
        .await;
    assert_eq!(refused(answer.map(|_| ())), PublicError::Malformed);
    let answer = world
        .backend
        .recover_finish(&home(), finish(2, recovery_token(7)))
        .await;
    assert_eq!(refused(answer.map(|_| ())), PublicError::WrongRecoveryCode);
    let mut forged = finish(2, recovery_token(1));
    forged.credentials.passphrase_wrap = token("thief");
    let answer = world.backend.recover_finish(&home(), forged).await;
    assert_eq!(refused(answer.map(|_| ())), PublicError::BadSignature);

    world.later(3600);
    let request = finish(2, recovery_token(1));
    let (answer, _, cookie) = world
        .backend
        .recover_finish(&home(), request)
        .await
        .unwrap();
    assert_eq!(answer.credentials.version, 2);
    assert!(
        world
            .backend
            .authenticate(cookie.expose())
            .await
            .unwrap()
            .is_some()
    );
    assert!(
        world
            .backend
            .authenticate(&ana.cookie)
            .await
            .unwrap()
            .is_none()
    );
    let refusal = refused(world.log_in("ana", PASSPHRASE, None).await);
    assert_eq!(refusal, PublicError::WrongCredentials);
    world.log_in("ana", "a new passphrase", None).await.unwrap();
    assert_eq!(
        recover(&mut world, recovery_token(1)).await,
        Err(PublicError::WrongRecoveryCode)
    );
}

#[tokio::test]
pub async fn recovery_of_an_unknown_user_fails_as_with_a_wrong_code() {
    let mut world = World::new().await;
    assert_eq!(
        recover(&mut world, RecoveryToken::new(&[0; 32])).await,
        Err(PublicError::WrongRecoveryCode)
    );
    world.person("ana").await;
    assert_eq!(
        recover(&mut world, RecoveryToken::new(&[0; 32])).await,
        Err(PublicError::WrongRecoveryCode)
    );
}

#[tokio::test]
async fn new_credentials_bring_a_new_recovery_code() {
    let mut world = World::new().await;
    let ana = world.person("ana").await;
    let start = ClientRegistration::<Suite>::start(&mut world.rng, PASSPHRASE.as_bytes()).unwrap();
    let request = CredentialsStart {
        request: OpaqueMessage(start.message.serialize().to_vec()),
    };
    let backend = world.backend.clone();
    let answer = backend
        .credentials_start(&home(), &ana.session, request)
        .await
        .unwrap();
    let name = &ana.keys.username;
    let record = world.record(start.state, PASSPHRASE, name, &answer.response);
    let credentials = sign_credentials(&ana.keys.user, &ana.signer, 2, record);
    assert_ne!(credentials.recovery_wrap, ana.credentials.recovery_wrap);
    let request = CredentialsFinish {
        credentials: credentials.clone(),
    };
    backend
        .credentials_finish(&ana.session, request)
        .await
        .unwrap();

    assert_eq!(
        recover(&mut world, recovery_token(1)).await,
        Err(PublicError::WrongRecoveryCode)
    );
    world.later(60);
    assert_eq!(recover(&mut world, recovery_token(2)).await, Ok(()));
    let (answer, ..) = world.log_in("ana", PASSPHRASE, None).await.unwrap();
    assert_eq!(answer.credentials.recovery_wrap, credentials.recovery_wrap);
}

#[tokio::test]
async fn a_changed_passphrase_ends_the_other_sessions_and_keeps_this_one() {
    let mut world = World::new().await;
    let ana = world.person("ana").await;
    let (_, other, _) = world.log_in("ana", PASSPHRASE, None).await.unwrap();
    let start = ClientRegistration::<Suite>::start(&mut world.rng, b"changed passphrase").unwrap();
    let request = CredentialsStart {
        request: OpaqueMessage(start.message.serialize().to_vec()),
    };
    let answer = world
        .backend
        .credentials_start(&home(), &ana.session, request)
        .await
        .unwrap();
    let record = world.record(
        start.state,
        "changed passphrase",
        &ana.keys.username,
        &answer.response,
    );
    let finish = |version| CredentialsFinish {
        credentials: sign_credentials(&ana.keys.user, &ana.signer, version, record.clone()),
    };
    let mut forged = finish(2);
    forged.credentials.signature.0[0] ^= 1;
    let answer = world.backend.credentials_finish(&ana.session, forged).await;
    assert_eq!(refused(answer), PublicError::BadSignature);
    for version in [1, 3] {
        let answer = world
            .backend
            .credentials_finish(&ana.session, finish(version))
            .await;
        assert_eq!(refused(answer), PublicError::Malformed);
    }

    world
        .backend
        .credentials_finish(&ana.session, finish(2))
        .await
        .unwrap();
    let left = world.backend.sessions(&ana.session).await.unwrap();
    assert_eq!(left.len(), 1);
    assert_ne!(left[0].handle, other.handle);
    world
        .log_in("ana", "changed passphrase", None)
        .await
        .unwrap();
}

#[tokio::test]
async fn grave_steps_ask_for_the_passphrase_again_after_five_minutes() {
    let mut world = World::new().await;
    let ana = world.person("ana").await;
    world.later(5 * 60 + 1);
    assert_all_ask(&world.backend, &ana).await;
    let (_, fresh, _) = world
        .log_in("ana", PASSPHRASE, Some(&ana.session))
        .await
        .unwrap();
    assert_eq!(
        world.backend.sessions(&fresh).await.unwrap().len(),
        1,
        "renewed, not added"
    );
    world.backend.delete_account(&fresh).await.unwrap();
}

async fn assert_all_ask(backend: &Backend, ana: &Person) {
    let request = CredentialsStart {
        request: OpaqueMessage(vec![0; 32]),
    };
    let answer = backend
        .credentials_start(&home(), &ana.session, request)
        .await;
    assert_eq!(refused(answer), PublicError::ReauthRequired);
    let request = CredentialsFinish {
        credentials: ana.credentials.clone(),
    };
    let answer = backend.credentials_finish(&ana.session, request).await;
    assert_eq!(refused(answer), PublicError::ReauthRequired);
    let answer = backend.delete_account(&ana.session).await;
    assert_eq!(refused(answer), PublicError::ReauthRequired);
}

#[tokio::test]
async fn a_deleted_account_is_gone() {
    let mut world = World::new().await;
    let ana = world.person("ana").await;
    world.backend.delete_account(&ana.session).await.unwrap();
    assert!(
        world
            .backend
            .authenticate(&ana.cookie)
            .await
            .unwrap()
            .is_none()
    );
    let refusal = refused(world.log_in("ana", PASSPHRASE, None).await);
    assert_eq!(refusal, PublicError::WrongCredentials);
    assert_eq!(
        recover(&mut world, recovery_token(1)).await,
        Err(PublicError::WrongRecoveryCode)
    );
    assert_eq!(
        refused(world.backend.delete_account(&ana.session).await),
        PublicError::NotLoggedIn
    );
}

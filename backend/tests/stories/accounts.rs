use crate::{credentials::recover, world::*};
use backend::Options;
use protocol::{
    PublicError, PublicKey,
    api::{LoginFinish, OpaqueMessage, RecoveryToken, RegisterFinish, StoredCredentials},
};

#[tokio::test]
async fn a_newcomer_signs_up_and_logs_in_again() {
    let mut world = World::new().await;
    let ana = world.person("ana").await;
    let (answer, session, cookie) = world.log_in("ana", PASSPHRASE, None).await.unwrap();
    assert_eq!(answer.account, ana.keys);
    assert_eq!(
        answer.credentials,
        StoredCredentials::from(&ana.credentials)
    );
    assert!(
        answer
            .credentials
            .is_signed_by(&ana.keys.user, &ana.keys.signing)
    );
    assert_ne!(session.handle, ana.session.handle);
    for cookie in [cookie.expose(), &ana.cookie] {
        let session = world.backend.authenticate(cookie).await.unwrap().unwrap();
        assert_eq!(session.account, ana.keys);
    }
}

#[tokio::test]
async fn accounts_and_opaque_keys_survive_a_crash() {
    let mut world = World::new().await;
    world.person("ana").await;
    world.restart_after_crash().await;
    world.log_in("ana", PASSPHRASE, None).await.unwrap();
}

#[tokio::test]
async fn a_wrong_passphrase_and_an_unknown_user_get_the_same_answer() {
    let mut world = World::new().await;
    world.person("ana").await;
    let (_, known) = world.login_request("ana", "wrong");
    let (_, unknown) = world.login_request("nobody", "wrong");
    let known = world.backend.login_start(&home(), known).await.unwrap();
    let unknown = world.backend.login_start(&home(), unknown).await.unwrap();
    assert_eq!(known.response.0.len(), unknown.response.0.len());
    assert_ne!(known.login, unknown.login);

    for name in ["ana", "nobody"] {
        let refusal = refused(world.log_in(name, "wrong", None).await);
        assert_eq!(refusal, PublicError::WrongCredentials, "{name}");
    }
}

#[tokio::test]
async fn a_challenge_is_good_for_one_try_and_one_minute() {
    let mut world = World::new().await;
    world.person("ana").await;
    let (_, request) = world.login_request("ana", PASSPHRASE);
    let challenge = world.backend.login_start(&home(), request).await.unwrap();
    let finish = LoginFinish {
        login: challenge.login,
        finalization: OpaqueMessage(vec![0; 64]),
    };
    for _ in 0..2 {
        let answer = world
            .backend
            .login_finish(&home(), finish.clone(), None)
            .await;
        assert_eq!(refused(answer), PublicError::WrongCredentials);
    }

    let slow = slow_login(&mut world, 59).await;
    assert!(slow.is_ok());
    let slow = slow_login(&mut world, 60).await;
    assert_eq!(refused(slow), PublicError::WrongCredentials);
}

async fn slow_login(world: &mut World, seconds: u64) -> Result<(), backend::Error> {
    use opaque_ke::{ClientLoginFinishParameters, CredentialResponse};
    let (state, request) = world.login_request("ana", PASSPHRASE);
    let challenge = world.backend.login_start(&home(), request).await?;
    let context = protocol::label::label("opaque");
    let username = "ana".parse().unwrap();
    let parameters = ClientLoginFinishParameters::new(Some(&context), identifiers(&username), None);
    let response = CredentialResponse::deserialize(&challenge.response.0).unwrap();
    let done = state
        .finish(&mut world.rng, PASSPHRASE.as_bytes(), response, parameters)
        .unwrap();
    world.later(seconds);
    let request = LoginFinish {
        login: challenge.login,
        finalization: OpaqueMessage(done.message.serialize().to_vec()),
    };
    world
        .backend
        .login_finish(&home(), request, None)
        .await
        .map(|_| ())
}

#[tokio::test]
async fn guessing_slows_down_and_the_owner_gets_in_after_waiting() {
    let mut world = World::new().await;
    world.person("ana").await;
    let mut guesses = 0;
    let wait = loop {
        match refused(world.log_in("ana", "wrong", None).await) {
            PublicError::WrongCredentials => guesses += 1,
            PublicError::TooManyAttempts { retry_after_s } => break retry_after_s,
            other => panic!("{other:?}"),
        }
        assert!(guesses < 20);
    };
    assert!(wait > 0);
    world.later(u64::from(wait));
    world.log_in("ana", PASSPHRASE, None).await.unwrap();
    world.log_in("ana", PASSPHRASE, None).await.unwrap();
}

#[tokio::test]
async fn registration_and_recovery_count_as_guesses_too() {
    let mut world = World::new().await;
    let ana = world.person("ana").await;
    let mut tries = 0;
    while let Err(PublicError::WrongRecoveryCode) =
        recover(&mut world, RecoveryToken::new(b"guess")).await
    {
        tries += 1;
        assert!(tries < 20);
    }
    let refusal = refused(world.log_in("ana", PASSPHRASE, None).await);
    assert!(matches!(refusal, PublicError::TooManyAttempts { .. }));
    let refusal = refused(world.sign_up(&ana.keys, &ana.signer).await.map(|_| ()));
    assert!(matches!(refusal, PublicError::TooManyAttempts { .. }));
}

#[tokio::test]
async fn a_username_is_never_given_out_twice() {
    let mut world = World::new().await;
    let ana = world.person("ana").await;
    let other = world.signer();
    let refusal = refused(
        world
            .sign_up(&keys_of(&other, "ana"), &other)
            .await
            .map(|_| ()),
    );
    assert_eq!(refusal, PublicError::UsernameTaken);

    world.backend.delete_account(&ana.session).await.unwrap();
    let refusal = refused(
        world
            .sign_up(&keys_of(&other, "ana"), &other)
            .await
            .map(|_| ()),
    );
    assert_eq!(refusal, PublicError::UsernameTaken);
    let same_id = keys_of(&ana.signer, "ana.again");
    let refusal = refused(world.sign_up(&same_id, &ana.signer).await.map(|_| ()));
    assert_eq!(refusal, PublicError::UsernameTaken);
}

#[tokio::test]
async fn registration_can_be_closed_while_log_in_goes_on() {
    let closed = Options {
        registration_open: false,
        ..Options::default()
    };
    let mut world = World::with(closed).await;
    let signer = world.signer();
    let refusal = refused(
        world
            .sign_up(&keys_of(&signer, "ana"), &signer)
            .await
            .map(|_| ()),
    );
    assert_eq!(refusal, PublicError::RegistrationClosed);
    let refusal = refused(world.log_in("ana", PASSPHRASE, None).await);
    assert_eq!(refusal, PublicError::WrongCredentials);
}

#[tokio::test]
async fn refuses_accounts_whose_keys_or_credentials_do_not_hold() {
    let mut world = World::new().await;
    let signer = world.signer();
    let good = {
        let keys = keys_of(&signer, "ana");
        let ana = world.person("bob").await;
        let record = ana.credentials.record.0.clone();
        RegisterFinish {
            credentials: sign_credentials(&keys.user, &signer, 1, record),
            account: keys,
        }
    };
    let other = keys_of(&world.signer(), "cyd");
    let record = good.credentials.record.0.clone();
    let change = |change: &dyn Fn(&mut RegisterFinish)| {
        let mut request = good.clone();
        change(&mut request);
        request
    };
    use PublicError::{BadSignature, Malformed};
    let cases = [
        (change(&|it| it.account.user = other.user), Malformed),
        (change(&|it| it.account.signing = other.signing), Malformed),
        (change(&|it| it.credentials.version = 2), Malformed),
        (
            change(&|it| it.credentials.record.0.truncate(100)),
            Malformed,
        ),
        (change(&|it| it.credentials.record.0.push(0)), Malformed),
        (
            change(&|it| it.credentials.passphrase_wrap = "no token!".into()),
            Malformed,
        ),
        (
            change(&|it| it.credentials.recovery_wrap = "A".repeat(1000)),
            Malformed,
        ),
        (
            change(&|it| it.credentials.recovery_wrap = token("swapped")),
            BadSignature,
        ),
        (
            change(&|it| it.credentials.recovery_token_hash.0[0] ^= 1),
            BadSignature,
        ),
        (
            change(&|it| {
                let small_order = PublicKey([0; 32]);
                it.account.signing = small_order;
                it.account.user = protocol::label::user_id(&small_order);
                it.credentials = sign_credentials(&it.account.user, &signer, 1, record.clone());
            }),
            Malformed,
        ),
    ];
    for (request, expected) in cases {
        world.later(3600);
        let answer = world.backend.register_finish(&home(), request).await;
        assert_eq!(refused(answer), expected);
    }
    world.backend.register_finish(&home(), good).await.unwrap();
}

#[tokio::test]
async fn refuses_opaque_messages_that_are_none() {
    let mut world = World::new().await;
    world.person("ana").await;
    let changes: [fn(&mut OpaqueMessage); 2] = [|it| it.0.truncate(95), |it| it.0.push(0)];
    for change in changes {
        let (_, mut request) = world.login_request("ana", PASSPHRASE);
        change(&mut request.request);
        let answer = world.backend.login_start(&home(), request).await;
        assert_eq!(refused(answer), PublicError::Malformed);
    }
}

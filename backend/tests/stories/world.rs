//! A server in one process with a clock that stands still, and people with browsers made of a few lines.

use backend::{Backend, Caller, Clock, Cookie, Limits, Options, Random, Session, SqliteStore};
use ed25519_dalek::{Signer, SigningKey};
use opaque_ke::{
    ClientLogin, ClientLoginFinishParameters, ClientRegistration,
    ClientRegistrationFinishParameters, CredentialResponse, Identifiers, RegistrationResponse,
};
use protocol::{
    Hash, PublicKey, Signature, UserId, Username,
    api::{
        AccountKeys, Credentials, LoggedIn, LoginFinish, LoginStart, OpaqueMessage, RecoveryToken,
        RegisterFinish, RegisterStart, StoredCredentials, credential_message,
    },
    label::{self, SignaturePurpose},
};
use rand_chacha::{
    ChaCha20Rng,
    rand_core::{RngCore, SeedableRng},
};
use sha2::{Digest, Sha256};
use std::{sync::Arc, time::Duration};

/// The client's side of OPAQUE; its stretching is not what these tests are about.
pub struct Suite;

impl opaque_ke::CipherSuite for Suite {
    type OprfCs = opaque_ke::Ristretto255;
    type KeyExchange = opaque_ke::TripleDh<opaque_ke::Ristretto255, sha2::Sha512>;
    type Ksf = opaque_ke::ksf::Identity;
}

pub const START: u64 = 1_750_000_000_000;

pub struct World {
    pub backend: Backend,
    pub clock: Clock,
    pub rng: ChaCha20Rng,
    pub folder: tempfile::TempDir,
    options: Options,
}

#[derive(Clone)]
pub struct Person {
    pub keys: AccountKeys,
    pub signer: SigningKey,
    pub session: Session,
    pub cookie: String,
    pub credentials: Credentials,
}

pub const PASSPHRASE: &str = "correct horse battery staple";

impl World {
    pub async fn new() -> Self {
        Self::with(Options::default()).await
    }

    pub async fn with(options: Options) -> Self {
        let clock = Clock::fake(START);
        let folder = tempfile::tempdir().unwrap();
        let backend = start(&folder, &options, &clock, 1).await;
        Self {
            backend,
            clock,
            rng: ChaCha20Rng::seed_from_u64(2),
            folder,
            options,
        }
    }

    /// A second server on the same file, as after a crash: the first one was never closed.
    pub async fn restart_after_crash(&mut self) {
        self.backend = start(&self.folder, &self.options, &self.clock, 3).await;
    }

    /// The operator changes the limits, and restarts.
    pub async fn restart_with(&mut self, limits: Limits) {
        self.options.limits = limits;
        self.restart_after_crash().await;
    }

    pub fn database(&self) -> std::path::PathBuf {
        self.folder.path().join("securechat.db")
    }

    /// Does something to the database behind the server's back.
    pub async fn sabotage(&self, sql: &'static str) {
        use sqlx::Connection;
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(self.database());
        let mut connection = sqlx::SqliteConnection::connect_with(&options)
            .await
            .unwrap();
        sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    }

    pub fn later(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    pub fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.rng.fill_bytes(&mut bytes);
        bytes
    }

    pub fn signer(&mut self) -> SigningKey {
        SigningKey::from_bytes(&self.bytes())
    }

    /// Someone who signed up.
    pub async fn person(&mut self, name: &str) -> Person {
        let signer = self.signer();
        let keys = keys_of(&signer, name);
        let (answer, session, cookie, credentials) = self.sign_up(&keys, &signer).await.unwrap();
        assert_eq!(answer.account, keys);
        Person {
            keys,
            signer,
            session,
            cookie: cookie.expose().to_owned(),
            credentials,
        }
    }

    pub async fn people<const N: usize>(&mut self, names: [&str; N]) -> [Person; N] {
        let mut people = Vec::new();
        for name in names {
            people.push(self.person(name).await);
        }
        people.try_into().ok().unwrap()
    }

    pub async fn sign_up(
        &mut self,
        keys: &AccountKeys,
        signer: &SigningKey,
    ) -> Result<(LoggedIn, Session, Cookie, Credentials), backend::Error> {
        let start =
            ClientRegistration::<Suite>::start(&mut self.rng, PASSPHRASE.as_bytes()).unwrap();
        let request = RegisterStart {
            username: keys.username.clone(),
            request: OpaqueMessage(start.message.serialize().to_vec()),
        };
        let answer = self.backend.register_start(&home(), request).await?;
        let record = self.record(start.state, PASSPHRASE, &keys.username, &answer.response);
        let credentials = sign_credentials(&keys.user, signer, 1, record);
        let request = RegisterFinish {
            account: keys.clone(),
            credentials: credentials.clone(),
        };
        let (answer, session, cookie) = self.backend.register_finish(&home(), request).await?;
        Ok((answer, session, cookie, credentials))
    }

    pub fn record(
        &mut self,
        state: ClientRegistration<Suite>,
        passphrase: &str,
        username: &Username,
        response: &OpaqueMessage,
    ) -> Vec<u8> {
        let response = RegistrationResponse::deserialize(&response.0).unwrap();
        let parameters = ClientRegistrationFinishParameters::new(identifiers(username), None);
        let done = state
            .finish(&mut self.rng, passphrase.as_bytes(), response, parameters)
            .unwrap();
        done.message.serialize().to_vec()
    }

    pub fn login_request(
        &mut self,
        name: &str,
        passphrase: &str,
    ) -> (ClientLogin<Suite>, LoginStart) {
        let start = ClientLogin::<Suite>::start(&mut self.rng, passphrase.as_bytes()).unwrap();
        let request = LoginStart {
            username: name.parse().unwrap(),
            request: OpaqueMessage(start.message.serialize().to_vec()),
        };
        (start.state, request)
    }

    /// The whole log-in of a browser; a wrong passphrase is found out by the browser first, so it sends a made-up proof.
    pub async fn log_in(
        &mut self,
        name: &str,
        passphrase: &str,
        replaces: Option<&Session>,
    ) -> Result<(LoggedIn, Session, Cookie), backend::Error> {
        let (state, request) = self.login_request(name, passphrase);
        let challenge = self.backend.login_start(&home(), request).await?;
        let context = label::label("opaque");
        let username: Username = name.parse().unwrap();
        let parameters =
            ClientLoginFinishParameters::new(Some(&context), identifiers(&username), None);
        let response = CredentialResponse::deserialize(&challenge.response.0).unwrap();
        let proof = match state.finish(&mut self.rng, passphrase.as_bytes(), response, parameters) {
            Ok(done) => done.message.serialize().to_vec(),
            Err(_) => self.bytes::<64>().to_vec(),
        };
        let request = LoginFinish {
            login: challenge.login,
            finalization: OpaqueMessage(proof),
        };
        self.backend.login_finish(&home(), request, replaces).await
    }
}

async fn start(folder: &tempfile::TempDir, options: &Options, clock: &Clock, seed: u64) -> Backend {
    let store = SqliteStore::open(&folder.path().join("securechat.db"))
        .await
        .unwrap();
    let random = Random::new(ChaCha20Rng::seed_from_u64(seed));
    Backend::start(Arc::new(store), options.clone(), clock.clone(), random)
        .await
        .unwrap()
}

pub fn identifiers(username: &Username) -> Identifiers<'_> {
    Identifiers {
        client: Some(username.as_str().as_bytes()),
        server: None,
    }
}

pub fn home() -> Caller {
    from("127.0.0.1")
}

pub fn from(address: &str) -> Caller {
    Caller {
        address: address.parse().unwrap(),
        client: "Firefox on Linux".into(),
    }
}

pub fn keys_of(signer: &SigningKey, name: &str) -> AccountKeys {
    let signing = PublicKey(signer.verifying_key().to_bytes());
    AccountKeys {
        user: label::user_id(&signing),
        username: name.parse().unwrap(),
        signing,
        agreement: PublicKey([9; 32]),
        earlier: Vec::new(),
    }
}

pub fn sign(signer: &SigningKey, purpose: SignaturePurpose, message: &[u8]) -> Signature {
    Signature(
        signer
            .sign(&label::signed_bytes(purpose, message))
            .to_bytes(),
    )
}

/// Tokens look right from outside; nobody here opens them.
pub fn token(text: &str) -> String {
    let text: String = text.chars().filter(char::is_ascii_alphanumeric).collect();
    format!("{text}{}", "A".repeat((4 - text.len() % 4) % 4))
}

pub fn recovery_token(version: u64) -> RecoveryToken {
    RecoveryToken::new(format!("recovery token {version}").as_bytes())
}

pub fn sign_credentials(
    user: &UserId,
    signer: &SigningKey,
    version: u64,
    record: Vec<u8>,
) -> Credentials {
    let mut credentials = Credentials {
        version,
        record: OpaqueMessage(record),
        passphrase_wrap: token(&format!("passphrasewrap{version}")),
        recovery_wrap: token(&format!("recoverywrap{version}")),
        recovery_token_hash: Hash(Sha256::digest(recovery_token(version).as_bytes()).into()),
        signature: Signature::ZERO,
    };
    let message = credential_message(user, &StoredCredentials::from(&credentials));
    credentials.signature = sign(signer, SignaturePurpose::Credential, &message);
    credentials
}

/// The refusal in a result that must be one.
pub fn refused<T: std::fmt::Debug>(result: Result<T, backend::Error>) -> protocol::PublicError {
    match result {
        Err(backend::Error::Refused(error)) => error,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

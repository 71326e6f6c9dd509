//! Logging in over and over: with OPAQUE as our clients do, or by sending the password to a server that hashes it.
//!
//! Our clients stretch the passphrase with 64 MiB of memory before they use it. That is theirs alone: the server sees no
//! difference, so accounts here are made without, and the generator stays cheap.

use super::{http::Line, watch::Watch};
use crate::{Outcome, cores, measured::Fault};
use ed25519_dalek::{Signer, SigningKey};
use opaque_ke::{
    CipherSuite, ClientLogin, ClientLoginFinishParameters, ClientRegistration,
    ClientRegistrationFinishParameters, CredentialResponse, Identifiers, RegistrationResponse,
    Ristretto255, TripleDh, ksf::Identity,
};
use protocol::{
    Hash, PublicKey, Signature, Username,
    api::{
        AccountKeys, Credentials, LoggedIn, LoginChallenge, LoginFinish, LoginStart, OpaqueMessage,
        RegisterFinish, RegisterStart, Registration, StoredCredentials, credential_message,
    },
    label::{self, SignaturePurpose},
};
use rand_core::OsRng;
use serde_json::{Value, json};
use sha2::Sha512;
use std::{
    cell::Cell,
    net::SocketAddr,
    time::{Duration, Instant},
};
use tokio::time::{Instant as Moment, sleep_until};

const PASSPHRASE: &[u8] = b"a long passphrase of many words";

/// How a server lets people in.
#[derive(Debug, Clone, Copy)]
pub enum Door {
    /// Ours.
    Opaque,
    /// The password goes to the server.
    Password,
}

/// Who logs in, how, and how often.
#[derive(Debug, Clone, Copy)]
pub struct Storm {
    /// Where.
    pub address: SocketAddr,
    /// How.
    pub door: Door,
    /// So many accounts, each with a connection of its own, on which one log-in follows the other.
    pub people: usize,
    /// Log-ins a second of all together; as many as the server takes where there is none.
    pub rate: Option<f64>,
}

impl Storm {
    /// Makes the accounts, and lets people log in for a while. Returns how many log-ins a second succeeded until the last one was
    /// answered; one that fails is a failure of the whole.
    pub fn run(&self, length: Duration) -> Result<f64, Fault> {
        cores::on(cores::GENERATOR, || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .map_err(|error| format!("no runtime: {error}"))?;
            Ok(runtime.block_on(self.rage(length)))
        })?
    }

    async fn rage(&self, length: Duration) -> Result<f64, Fault> {
        let mut people = Vec::new();
        for number in 0..self.people {
            let mut line = Line::open(self.address).await?;
            let username = format!("visitor{number}");
            let username: Username = username.parse().map_err(|_| "no username".to_owned())?;
            match self.door {
                Door::Opaque => register(&mut line, &username).await?,
                Door::Password => ask_with_password(&mut line, "/register", &username).await?,
            }
            people.push((line, username));
        }
        let (done, began, watch) = (Cell::new(0.0), Instant::now(), Watch::start()?);
        let each = people.iter_mut().enumerate().map(|(at, (line, username))| {
            let done = &done;
            async move {
                let pause = self.rate.map(|rate| self.people as f64 / rate);
                let mut next = pause.unwrap_or(0.0) * at as f64 / self.people as f64;
                while began.elapsed() < length {
                    if let Some(pause) = pause {
                        sleep_until(Moment::from_std(began) + Duration::from_secs_f64(next)).await;
                        next += pause;
                    }
                    match self.door {
                        Door::Opaque => log_in(line, username).await?,
                        Door::Password => ask_with_password(line, "/login", username).await?,
                    }
                    done.set(done.get() + 1.0);
                }
                Ok::<_, String>(())
            }
        });
        futures::future::try_join_all(each).await?;
        watch.end()?;
        Ok(done.get() / began.elapsed().as_secs_f64())
    }
}

struct Suite;

impl CipherSuite for Suite {
    type OprfCs = Ristretto255;
    type KeyExchange = TripleDh<Ristretto255, Sha512>;
    type Ksf = Identity;
}

fn identifiers(username: &Username) -> Identifiers<'_> {
    Identifiers {
        client: Some(username.as_str().as_bytes()),
        server: None,
    }
}

async fn register(line: &mut Line, username: &Username) -> Outcome {
    let told = |error| format!("OPAQUE: {error}");
    let start = ClientRegistration::<Suite>::start(&mut OsRng, PASSPHRASE).map_err(told)?;
    let request = RegisterStart {
        username: username.clone(),
        request: OpaqueMessage(start.message.serialize().to_vec()),
    };
    let answer: Registration = line.post("/api/register_start", &request).await?;
    let response = RegistrationResponse::deserialize(&answer.response.0).map_err(told)?;
    let parameters = ClientRegistrationFinishParameters::new(identifiers(username), None);
    let finished = start
        .state
        .finish(&mut OsRng, PASSPHRASE, response, parameters);
    let record = finished.map_err(told)?.message.serialize().to_vec();

    let mut seed = [0; 32];
    seed[..username.as_str().len()].copy_from_slice(username.as_str().as_bytes());
    let identity = SigningKey::from_bytes(&seed);
    let signing = PublicKey(identity.verifying_key().to_bytes());
    let user = label::user_id(&signing);
    let mut credentials = Credentials {
        version: 1,
        record: OpaqueMessage(record),
        passphrase_wrap: "A".repeat(140),
        recovery_wrap: "A".repeat(140),
        recovery_token_hash: Hash::ZERO,
        signature: Signature::ZERO,
    };
    let message = credential_message(&user, &StoredCredentials::from(&credentials));
    let signed = identity.sign(&label::signed_bytes(SignaturePurpose::Credential, &message));
    credentials.signature = Signature(signed.to_bytes());
    let account = AccountKeys {
        user,
        username: username.clone(),
        signing,
        agreement: PublicKey([9; 32]),
        earlier: Vec::new(),
    };
    let request = RegisterFinish {
        account,
        credentials,
    };
    let _: LoggedIn = line.post("/api/register_finish", &request).await?;
    Ok(())
}

async fn log_in(line: &mut Line, username: &Username) -> Outcome {
    let told = |error| format!("OPAQUE: {error}");
    let start = ClientLogin::<Suite>::start(&mut OsRng, PASSPHRASE).map_err(told)?;
    let request = LoginStart {
        username: username.clone(),
        request: OpaqueMessage(start.message.serialize().to_vec()),
    };
    let challenge: LoginChallenge = line.post("/api/login_start", &request).await?;
    let response = CredentialResponse::deserialize(&challenge.response.0).map_err(told)?;
    let context = label::label("opaque");
    let parameters = ClientLoginFinishParameters::new(Some(&context), identifiers(username), None);
    let finished = start
        .state
        .finish(&mut OsRng, PASSPHRASE, response, parameters);
    let finish = LoginFinish {
        login: challenge.login,
        finalization: OpaqueMessage(finished.map_err(told)?.message.serialize().to_vec()),
    };
    let _: LoggedIn = line.post("/api/login_finish", &finish).await?;
    Ok(())
}

async fn ask_with_password(line: &mut Line, path: &str, username: &Username) -> Outcome {
    let password = String::from_utf8_lossy(PASSPHRASE);
    let request = json!({ "username": username, "password": password });
    let _: Value = line.post(path, &request).await?;
    Ok(())
}

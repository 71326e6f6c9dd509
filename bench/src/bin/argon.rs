//! A server as most are: the password comes to it, and each log-in runs Argon2id with what OWASP asks for at least (19 MiB, two
//! passes). Accounts are in memory, so that nothing else takes time; hashing is kept off the tasks that answer.

use argon2::{Algorithm, Argon2, Params, Version};
use axum::{Json, Router, extract::State, http::StatusCode, routing::post};
use rand_core::{OsRng, RngCore};
use serde::Deserialize;
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    io::Error,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::{net::TcpListener, task::spawn_blocking};

type Accounts = Arc<Mutex<HashMap<String, Account>>>;
type Answer = Result<Json<Value>, StatusCode>;

#[derive(Clone, Copy)]
struct Account {
    salt: [u8; 16],
    hash: [u8; 32],
}

#[derive(Deserialize)]
struct Said {
    username: String,
    password: String,
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let address = std::env::args().nth(1).unwrap_or_default();
    let router = Router::new()
        .route("/register", post(register))
        .route("/login", post(log_in))
        .with_state(Accounts::default());
    axum::serve(TcpListener::bind(address).await?, router).await
}

async fn register(State(accounts): State<Accounts>, Json(said): Json<Said>) -> Answer {
    let mut salt = [0; 16];
    OsRng.fill_bytes(&mut salt);
    let hash = hash(said.password, salt).await?;
    let mut accounts = accounts.lock().unwrap_or_else(PoisonError::into_inner);
    accounts.insert(said.username, Account { salt, hash });
    Ok(Json(json!({})))
}

async fn log_in(State(accounts): State<Accounts>, Json(said): Json<Said>) -> Answer {
    let account = {
        let accounts = accounts.lock().unwrap_or_else(PoisonError::into_inner);
        accounts.get(&said.username).copied()
    };
    let account = account.ok_or(StatusCode::UNAUTHORIZED)?;
    if hash(said.password, account.salt).await? != account.hash {
        return Err(StatusCode::UNAUTHORIZED);
    }
    Ok(Json(json!({ "session": OsRng.next_u64() })))
}

async fn hash(password: String, salt: [u8; 16]) -> Result<[u8; 32], StatusCode> {
    let work = move || {
        let params = Params::new(19 * 1024, 2, 1, None)?;
        let mut hash = [0; 32];
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params).hash_password_into(
            password.as_bytes(),
            &salt,
            &mut hash,
        )?;
        Ok::<_, argon2::Error>(hash)
    };
    let failed = |_| StatusCode::INTERNAL_SERVER_ERROR;
    spawn_blocking(work)
        .await
        .map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?
        .map_err(failed)
}

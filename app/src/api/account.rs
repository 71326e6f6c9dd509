//! Sign-up, log-in, recovery and the end of an account.

use super::ApiError;
#[cfg(feature = "ssr")]
use super::context::Asked;
use leptos::prelude::*;
use protocol::api as wire;
use server_fn::codec::Json;

/// OPAQUE registration, first message.
#[server(endpoint = "register_start", input = Json)]
pub async fn register_start(
    #[server(flatten)] request: wire::RegisterStart,
) -> Result<wire::Registration, ApiError> {
    let asked = Asked::now();
    let answer = asked
        .backend()
        .register_start(&asked.caller(), request)
        .await;
    answer.map_err(|error| asked.refuse(error))
}

/// Creates the account, and logs in.
#[server(endpoint = "register_finish", input = Json)]
pub async fn register_finish(
    #[server(flatten)] request: wire::RegisterFinish,
) -> Result<wire::LoggedIn, ApiError> {
    let asked = Asked::now();
    let answer = asked
        .backend()
        .register_finish(&asked.caller(), request)
        .await;
    asked.logged_in(answer)
}

/// OPAQUE log-in, first message. The answer is of the same kind for unknown users.
#[server(endpoint = "login_start", input = Json)]
pub async fn login_start(
    #[server(flatten)] request: wire::LoginStart,
) -> Result<wire::LoginChallenge, ApiError> {
    let asked = Asked::now();
    let answer = asked.backend().login_start(&asked.caller(), request).await;
    answer.map_err(|error| asked.refuse(error))
}

/// Proves the passphrase, and logs in with a new session, which takes the place of the one that asks.
#[server(endpoint = "login_finish", input = Json)]
pub async fn login_finish(
    #[server(flatten)] request: wire::LoginFinish,
) -> Result<wire::LoggedIn, ApiError> {
    let asked = Asked::now();
    let replaces = asked.session_if_any().await?;
    let answer = asked
        .backend()
        .login_finish(&asked.caller(), request, replaces.as_ref())
        .await;
    asked.logged_in(answer)
}

/// Shows the recovery token.
#[server(endpoint = "recover_start", input = Json)]
pub async fn recover_start(
    #[server(flatten)] request: wire::RecoverStart,
) -> Result<wire::RecoverOpened, ApiError> {
    let asked = Asked::now();
    let answer = asked
        .backend()
        .recover_start(&asked.caller(), request)
        .await;
    answer.map_err(|error| asked.refuse(error))
}

/// Sets new credentials, ends all sessions, and logs in.
#[server(endpoint = "recover_finish", input = Json)]
pub async fn recover_finish(
    #[server(flatten)] request: wire::RecoverFinish,
) -> Result<wire::LoggedIn, ApiError> {
    let asked = Asked::now();
    let answer = asked
        .backend()
        .recover_finish(&asked.caller(), request)
        .await;
    asked.logged_in(answer)
}

/// Removes the account with its sessions and vault; its username stays taken.
#[server(endpoint = "delete_account", input = Json)]
pub async fn delete_account() -> Result<(), ApiError> {
    let asked = Asked::now();
    let answer = asked
        .backend()
        .delete_account(&asked.session().await?)
        .await;
    asked.logged_out(answer)
}

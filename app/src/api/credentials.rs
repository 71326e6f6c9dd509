//! A new passphrase, a new recovery code, or new keys, for someone who is logged in.

use super::ApiError;
#[cfg(feature = "ssr")]
use super::context::Asked;
use leptos::prelude::*;
use protocol::api as wire;
use server_fn::codec::Json;

/// OPAQUE registration of the new passphrase. The session must have been made moments ago.
#[server(endpoint = "credentials_start", input = Json)]
pub async fn credentials_start(
    #[server(flatten)] request: wire::CredentialsStart,
) -> Result<wire::Registration, ApiError> {
    let asked = Asked::now();
    let answer = asked
        .backend()
        .credentials_start(&asked.caller(), &asked.session().await?, request)
        .await;
    answer.map_err(|error| asked.refuse(error))
}

/// Replaces the credentials, and ends all other sessions.
#[server(endpoint = "credentials_finish", input = Json)]
pub async fn credentials_finish(
    #[server(flatten)] request: wire::CredentialsFinish,
) -> Result<(), ApiError> {
    let asked = Asked::now();
    let answer = asked
        .backend()
        .credentials_finish(&asked.session().await?, request)
        .await;
    answer.map_err(|error| asked.refuse(error))
}

/// Replaces the account's keys with its credentials, and ends all other sessions.
#[server(endpoint = "identity_replace", input = Json)]
pub async fn identity_replace(
    #[server(flatten)] request: wire::IdentityReplace,
) -> Result<(), ApiError> {
    let asked = Asked::now();
    let answer = asked
        .backend()
        .identity_replace(&asked.session().await?, request)
        .await;
    answer.map_err(|error| asked.refuse(error))
}

//! Where someone is logged in.

use super::ApiError;
#[cfg(feature = "ssr")]
use super::context::Asked;
use leptos::prelude::*;
use protocol::SessionHandle;
use protocol::api as wire;
use server_fn::codec::Json;

/// The sessions of the one who asks.
#[server(endpoint = "sessions", input = Json)]
pub async fn sessions() -> Result<Vec<wire::SessionInfo>, ApiError> {
    let asked = Asked::now();
    let answer = asked.backend().sessions(&asked.session().await?).await;
    answer.map_err(|error| asked.refuse(error))
}

/// Ends one of the asker's other sessions.
#[server(endpoint = "session_revoke", input = Json)]
pub async fn session_revoke(handle: SessionHandle) -> Result<(), ApiError> {
    let asked = Asked::now();
    let answer = asked
        .backend()
        .session_revoke(&asked.session().await?, handle)
        .await;
    answer.map_err(|error| asked.refuse(error))
}

/// Ends all sessions of the asker but this one.
#[server(endpoint = "sessions_revoke_others", input = Json)]
pub async fn sessions_revoke_others() -> Result<(), ApiError> {
    let asked = Asked::now();
    let answer = asked
        .backend()
        .sessions_revoke_others(&asked.session().await?)
        .await;
    answer.map_err(|error| asked.refuse(error))
}

/// Ends the session that asks.
#[server(endpoint = "log_out", input = Json)]
pub async fn log_out() -> Result<(), ApiError> {
    let asked = Asked::now();
    let session = asked.session().await?;
    asked.logged_out(
        asked
            .backend()
            .session_revoke(&session, session.handle)
            .await,
    )
}

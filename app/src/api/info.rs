//! What anyone may know about the server.

use super::ApiError;
use leptos::prelude::*;
use protocol::api as wire;
use server_fn::codec::Json;

/// Protocol version, and whether the server takes new accounts.
#[server(endpoint = "server_info", input = Json)]
pub async fn server_info() -> Result<wire::ServerInfo, ApiError> {
    Ok(expect_context::<wire::ServerInfo>())
}

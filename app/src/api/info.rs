//! What anyone may know about the server.

use super::ApiError;
#[cfg(feature = "ssr")]
use super::context::Asked;
use leptos::prelude::*;
use protocol::api as wire;
use server_fn::codec::Json;

/// Protocol version, and whether the server takes new accounts.
#[server(endpoint = "server_info", input = Json)]
pub async fn server_info() -> Result<wire::ServerInfo, ApiError> {
    Ok(Asked::now().info())
}

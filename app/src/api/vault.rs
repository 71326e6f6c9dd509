//! The sealed items that a user's devices share.

use super::ApiError;
#[cfg(feature = "ssr")]
use super::context::Asked;
use leptos::prelude::*;
use protocol::api as wire;
use server_fn::codec::Json;

/// All items of the one who asks.
#[server(endpoint = "vault_list", input = Json)]
pub async fn vault_list() -> Result<Vec<wire::VaultItem>, ApiError> {
    let asked = Asked::now();
    let answer = asked.backend().vault(&asked.session().await?).await;
    answer.map_err(|error| asked.refuse(error))
}

/// Writes an item over the version that it names; answers the new version.
#[server(endpoint = "vault_put", input = Json)]
pub async fn vault_put(#[server(flatten)] request: wire::VaultPut) -> Result<u64, ApiError> {
    let asked = Asked::now();
    let answer = asked
        .backend()
        .vault_put(&asked.session().await?, request)
        .await;
    answer.map_err(|error| asked.refuse(error))
}

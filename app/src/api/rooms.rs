//! Making and finding rooms, and changing who is in them and what holds there.

use super::ApiError;
#[cfg(feature = "ssr")]
use super::context::Asked;
use leptos::prelude::*;
use protocol::api as wire;
use protocol::frame::RoomHead;
use server_fn::codec::Json;

/// Creates a room by the header of its first epoch.
#[server(endpoint = "room_create", input = Json)]
pub async fn room_create(
    #[server(flatten)] request: wire::RoomCreate,
) -> Result<RoomHead, ApiError> {
    let asked = Asked::now();
    let answer = asked
        .backend()
        .room_create(&asked.session().await?, request)
        .await;
    answer.map_err(|error| asked.refuse(error))
}

/// What a holder of the room key needs in order to join.
#[server(endpoint = "room_find", input = Json)]
pub async fn room_find(
    #[server(flatten)] request: wire::RoomFind,
) -> Result<wire::RoomFound, ApiError> {
    let asked = Asked::now();
    asked.session().await?;
    let answer = asked.backend().room_find(request.locator).await;
    answer.map_err(|error| asked.refuse(error))
}

/// Open entries that stand or fall together: one of any kind, or a header with its wraps.
#[server(endpoint = "room_submit", input = Json)]
pub async fn room_submit(
    #[server(flatten)] request: wire::RoomSubmit,
) -> Result<wire::Submitted, ApiError> {
    let asked = Asked::now();
    let answer = asked
        .backend()
        .room_submit(&asked.session().await?, request)
        .await;
    answer.map_err(|error| asked.refuse(error))
}

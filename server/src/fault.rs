//! A panic in a handler becomes an answer: a page for people, the public error for programs, and a line in the log.

use crate::api;
use crate::html::Page;
use crate::log::RequestId;
use app::api::ApiError;
use axum::extract::{Request, State};
use axum::http::{Method, header};
use axum::middleware::Next;
use axum::response::Response;
use futures::FutureExt;
use protocol::PublicError;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

/// Stands between the handlers and the rest of the edge. What a handler shares with others are locks and channels of
/// `backend`, which are consistent between awaits; so going on after a panic is sound.
pub async fn catch(
    State(server_error): State<Arc<Page>>,
    request: Request,
    next: Next,
) -> Response {
    let headers = request.headers().clone();
    let accept = headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok());
    let wants_page = request.method() == Method::GET
        && accept.is_some_and(|accept| accept.contains("text/html"));
    let id = request
        .extensions()
        .get::<RequestId>()
        .map(|id| id.0.clone())
        .unwrap_or_default();
    match AssertUnwindSafe(next.run(request)).catch_unwind().await {
        Ok(response) => response,
        // The panic hook has written where it happened.
        Err(_) if wants_page => server_error.answer(&headers),
        Err(_) => api::refusal(ApiError(PublicError::Internal { reference: id })),
    }
}

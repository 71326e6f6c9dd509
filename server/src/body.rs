//! How large a request's body may be.

use crate::api;
use axum::extract::{Request, State};
use axum::http::header;
use axum::middleware::Next;
use axum::response::Response;
use protocol::PublicError;

/// The limit for one request's body, in bytes.
#[derive(Debug, Clone, Copy)]
pub struct BodyLimit(pub usize);

/// Refuses a body that announces itself as too large, before reading any of it. One that hides its length is cut off by
/// axum's own limit while it is read.
pub async fn limit(State(limit): State<BodyLimit>, request: Request, next: Next) -> Response {
    let length = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok());
    if length
        .and_then(|length| length.parse::<usize>().ok())
        .is_some_and(|length| length > limit.0)
    {
        return api::refusal(PublicError::TooLarge {
            limit: limit.0 as u64,
        });
    }
    next.run(request).await
}

//! The server functions' HTTP side: their routes, their context, and the one place where an error gets its status.

use crate::log::RequestId;
use app::api::ApiContext;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use leptos::prelude::provide_context;
use protocol::PublicError;
use server_fn::error::SERVER_FN_ERROR_HEADER;

/// A route for each server function, so that logs name it and unknown ones are a plain 404.
pub fn routes() -> Router<ApiContext> {
    let posts =
        server_fn::axum::server_fn_paths().filter(|(_, method)| method == axum::http::Method::POST);
    posts.fold(Router::new(), |router, (path, _)| {
        router.route(path, post(call))
    })
}

async fn call(State(context): State<ApiContext>, request: Request) -> Response {
    let id = request
        .extensions()
        .get::<RequestId>()
        .map(|id| id.0.clone())
        .unwrap_or_default();
    let answer = leptos_axum::handle_server_fns_with_context(
        move || provide_context(context.clone()),
        request,
    )
    .await;
    let answer = answer.into_response();
    if answer.headers().contains_key(SERVER_FN_ERROR_HEADER) {
        with_status(answer, id).await
    } else {
        answer
    }
}

/// leptos answers every error with 500. The error itself, in the body, says which status it has.
async fn with_status(answer: Response, id: String) -> Response {
    let body = to_bytes(answer.into_body(), ERROR_BYTES)
        .await
        .unwrap_or_default();
    let error = serde_json::from_slice::<PublicError>(&body);
    refusal(error.unwrap_or(PublicError::Internal { reference: id }))
}

/// Far above the largest [`PublicError`].
const ERROR_BYTES: usize = 16 * 1024;

/// An error as every client of the API reads it.
pub fn refusal(error: PublicError) -> Response {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let body = serde_json::to_vec(&error).unwrap_or_default();
    (
        status,
        [(header::CONTENT_TYPE, "application/json")],
        Body::from(body),
    )
        .into_response()
}

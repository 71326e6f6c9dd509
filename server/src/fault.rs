//! A panic in a handler becomes an answer: a page for people, the public error for programs, and a line in the log.

use crate::api;
use crate::html::Page;
use crate::log::RequestId;
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
        Err(_) => api::refusal(PublicError::Internal { reference: id }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::Router;
    use axum::body::Body;
    use axum::http::StatusCode;
    use axum::middleware::from_fn_with_state;
    use axum::routing::get;
    use tower::ServiceExt;

    async fn broken(accept: &str) -> Response {
        let page = Page::new(StatusCode::INTERNAL_SERVER_ERROR, b"<p>sorry".to_vec());
        let fail = || async {
            if true {
                panic!("a bug")
            }
        };
        let router = Router::new()
            .route("/", get(fail))
            .layer(from_fn_with_state(Arc::new(page), catch));
        let request = Request::get("/")
            .header(header::ACCEPT, accept)
            .body(Body::empty())
            .unwrap();
        router.oneshot(request).await.unwrap()
    }

    #[tokio::test]
    async fn a_person_gets_a_page_and_a_program_the_public_error() {
        let page = broken("text/html,*/*").await;
        assert_eq!(page.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(
            page.headers()[header::CONTENT_TYPE],
            "text/html; charset=utf-8"
        );
        let error = broken("application/json").await;
        assert_eq!(error.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(error.headers()[header::CONTENT_TYPE], "application/json");
    }
}

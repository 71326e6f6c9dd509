//! Requests that change something must come from our own pages.
//!
//! Browsers add the session cookie to requests that other sites cause; SameSite stops most of these, and this layer all of
//! them, also where a JSON body arrives with a form's content type. Browsers always say where a POST or a WebSocket comes
//! from; other programs send the Origin header as docs/PROTOCOL.md asks.

use crate::public_url::PublicUrl;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, Method, header};
use axum::middleware::Next;
use axum::response::Response;
use protocol::PublicError;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Lets reads pass, and everything else only from our own origin.
pub async fn guard(State(public_url): State<PublicUrl>, request: Request, next: Next) -> Response {
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD)
        && !request.headers().contains_key(header::UPGRADE);
    if is_read || is_same_origin(request.headers(), &public_url) {
        return next.run(request).await;
    }
    tracing::warn!(
        expected = public_url.origin(),
        "refused a request from another origin"
    );
    crate::api::refusal(PublicError::CrossSite)
}

/// The origin is named and is ours, and the browser's own judgement, where given, agrees.
fn is_same_origin(headers: &HeaderMap, public_url: &PublicUrl) -> bool {
    let origin = headers
        .get(header::ORIGIN)
        .is_some_and(|origin| origin == public_url.origin());
    let site = headers
        .get(SEC_FETCH_SITE)
        .is_none_or(|site| site == "same-origin");
    origin && site
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passes(headers: &[(HeaderName, &'static str)]) -> bool {
        let public_url = "https://chat.example.org".parse().unwrap();
        let headers = headers
            .iter()
            .map(|(name, value)| (name.clone(), value.parse().unwrap()));
        is_same_origin(&headers.collect(), &public_url)
    }

    #[test]
    fn accepts_our_own_pages_and_programs_that_name_us() {
        assert!(passes(&[
            (header::ORIGIN, "https://chat.example.org"),
            (SEC_FETCH_SITE, "same-origin")
        ]));
        assert!(passes(&[(header::ORIGIN, "https://chat.example.org")]));
    }

    #[test]
    fn refuses_other_sites_other_schemes_and_silence() {
        assert!(!passes(&[(header::ORIGIN, "https://evil.example")]));
        assert!(!passes(&[(header::ORIGIN, "http://chat.example.org")]));
        assert!(!passes(&[(
            header::ORIGIN,
            "https://chat.example.org.evil.example"
        )]));
        assert!(!passes(&[(header::ORIGIN, "null")]));
        assert!(!passes(&[]));
    }

    #[test]
    fn refuses_what_the_browser_calls_cross_site_whatever_the_origin_says() {
        assert!(!passes(&[
            (header::ORIGIN, "https://chat.example.org"),
            (SEC_FETCH_SITE, "cross-site")
        ]));
        assert!(!passes(&[
            (header::ORIGIN, "https://chat.example.org"),
            (SEC_FETCH_SITE, "same-site")
        ]));
    }
}

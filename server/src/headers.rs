//! What every answer tells the browser about what this site may do.

use crate::public_url::PublicUrl;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

/// Scripts only from files of this origin, and WebAssembly compiled from them; no inline script or style; no form is ever
/// submitted by the browser itself; markup made from text goes through the one policy of boot.js.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
    connect-src 'self'; img-src 'self' data: blob:; media-src blob:; worker-src 'self'; manifest-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; \
    trusted-types default";

/// Device access that no page of ours asks for.
const PERMISSIONS_POLICY: &str = "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), \
    magnetometer=(), microphone=(), midi=(), payment=(), usb=()";

/// A year, as browsers' preload lists ask for.
const STRICT_TRANSPORT_SECURITY: &str = "max-age=31536000";

/// The headers of every answer, made once.
#[derive(Debug, Clone)]
pub struct Policy(HeaderMap);

impl Policy {
    /// For a server that is reached at `public_url`.
    pub fn new(public_url: &PublicUrl) -> Self {
        let mut headers = HeaderMap::new();
        let mut set = |name: HeaderName, value| {
            headers.insert(name, HeaderValue::from_static(value));
        };
        set(header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY);
        set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
        set(header::REFERRER_POLICY, "no-referrer");
        set(
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        );
        set(
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        );
        set(
            HeaderName::from_static("permissions-policy"),
            PERMISSIONS_POLICY,
        );
        if public_url.is_secure() {
            set(header::STRICT_TRANSPORT_SECURITY, STRICT_TRANSPORT_SECURITY);
        }
        Self(headers)
    }
}

/// Puts the policy on an answer, whatever made it; answers without a caching rule of their own are not kept.
pub async fn apply(State(policy): State<Policy>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.extend(policy.0);
    let cache = headers.entry(header::CACHE_CONTROL);
    cache.or_insert(HeaderValue::from_static("no-store"));
    response
}

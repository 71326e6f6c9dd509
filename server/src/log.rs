//! Logs: one line for each request, with a request id, the route and never a secret.
//!
//! What is written down is the route's pattern, not the path: no room id, and no query string, ends up in a log. Addresses,
//! cookies and bodies are not logged at all.

use axum::extract::{MatchedPath, Request};
use axum::http::HeaderValue;
use axum::middleware::Next;
use axum::response::Response;
use std::hash::{BuildHasher, RandomState};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;
use tracing::Instrument;
use tracing_subscriber::EnvFilter;

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// One JSON object for each line.
    Json,
}

/// Starts logging to stderr. `filter` is in tracing's own notation, such as `info,server=debug`.
pub fn start(format: Format, filter: &str) {
    let builder = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(filter))
        .with_writer(std::io::stderr)
        // Where a line cannot be written (the log's disk is full, whoever read it is gone), saying so on the same stderr
        // would panic, and the panic's own line would end the process.
        .log_internal_errors(false);
    match format {
        Format::Text => builder.init(),
        Format::Json => builder.json().init(),
    }
    // Where, but not what: a message may quote what was being worked on.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic
            .location()
            .map(ToString::to_string)
            .unwrap_or_default();
        tracing::error!(place, "panic");
    }));
}

/// Names a request in the log and, where something broke, to the person who made it.
#[derive(Debug, Clone)]
pub struct RequestId(pub String);

impl RequestId {
    /// Unique within a process, and hard to confuse with one of another. It says nothing about how many came before.
    fn next() -> Self {
        static SEED: LazyLock<RandomState> = LazyLock::new(RandomState::new);
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        Self(format!("{:016x}", SEED.hash_one(number)))
    }
}

/// Gives the request its id, and writes its line once it is answered.
pub async fn request(mut request: Request, next: Next) -> Response {
    let id = RequestId::next();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("none", MatchedPath::as_str)
        .to_owned();
    let span = tracing::info_span!("request", id = id.0, method = %request.method(), route);
    request.extensions_mut().insert(id.clone());
    let begun = Instant::now();
    let mut response = next.run(request).instrument(span.clone()).await;
    let status = response.status();
    let ms = begun.elapsed().as_millis();
    let _entered = span.enter();
    if status.is_server_error() {
        tracing::error!(status = status.as_u16(), ms, "answered");
    } else if route.starts_with("/a/") {
        tracing::debug!(status = status.as_u16(), ms, "answered");
    } else {
        tracing::info!(status = status.as_u16(), ms, "answered");
    }
    if let Ok(id) = HeaderValue::from_str(&id.0) {
        response.headers_mut().insert("x-request-id", id);
    }
    response
}

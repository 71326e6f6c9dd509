//! The HTML, made once at start-up and the same for everyone.
//!
//! Each route pattern of the app is rendered with no user in it. Whoever serves this HTML cannot slip a script to one person
//! alone without that person's bytes differing from everyone else's, which anyone can compare.

use crate::compress::Forms;
use app::App;
use app::shell::{self, AssetLinks};
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use leptos::prelude::*;
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// A path that is no route of the app, and so renders its "not found".
const NOWHERE: &str = "/_/nowhere";

/// All pages of one build.
pub struct Pages {
    routes: Vec<(String, Arc<Page>)>,
    /// Answers every other path.
    pub not_found: Arc<Page>,
    /// Answers where a fault of the server left nothing else to say.
    pub server_error: Arc<Page>,
}

/// One page as it goes over the wire.
pub struct Page {
    status: StatusCode,
    etag: HeaderValue,
    forms: Forms,
}

/// A page could not be rendered.
#[derive(Debug, thiserror::Error)]
#[error("the page {path} could not be rendered: {cause}")]
pub struct RenderError {
    path: String,
    cause: axum::Error,
}

impl Pages {
    /// Renders every route of the app. Must run within tokio.
    pub async fn render(links: &AssetLinks) -> Result<Self, RenderError> {
        // A second call only says that it is set already.
        let _ = any_spawner::Executor::init_tokio();
        let mut routes = Vec::new();
        for listing in leptos_axum::generate_route_list(App) {
            let page =
                render_app(&example_of(listing.path()), StatusCode::OK, links.clone()).await?;
            routes.push((listing.path().to_owned(), page));
        }
        let not_found = render_app(NOWHERE, StatusCode::NOT_FOUND, links.clone()).await?;
        let server_error = render(NOWHERE, StatusCode::INTERNAL_SERVER_ERROR, {
            let links = links.clone();
            move || shell::server_error(links)
        })
        .await?;
        Ok(Self {
            routes,
            not_found,
            server_error,
        })
    }

    /// Each route pattern with what answers it.
    pub fn routes<S: Clone + Send + Sync + 'static>(
        &self,
    ) -> impl Iterator<Item = (&str, MethodRouter<S>)> {
        self.routes
            .iter()
            .map(|(path, page)| (path.as_str(), get(serve).with_state(page.clone())))
    }

    /// Every route pattern.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.routes.iter().map(|(path, _)| path.as_str())
    }
}

/// Answers with a page; 304 if the browser has these very bytes.
pub async fn serve(State(page): State<Arc<Page>>, request: HeaderMap) -> Response {
    page.answer(&request)
}

impl Page {
    /// HTML in all its forms.
    pub fn new(status: StatusCode, html: Vec<u8>) -> Self {
        let digest = URL_SAFE_NO_PAD.encode(&Sha256::digest(&html)[..12]);
        // Weak: one tag for all encodings of the same page.
        let etag =
            HeaderValue::from_str(&format!("W/\"{digest}\"")).expect("base64 is visible ASCII");
        Self {
            status,
            etag,
            forms: Forms::quick(html),
        }
    }

    /// The answer to a request with these headers.
    pub fn answer(&self, request: &HeaderMap) -> Response {
        let mut headers = HeaderMap::from_iter([
            (header::ETAG, self.etag.clone()),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
            (header::VARY, HeaderValue::from_static("accept-encoding")),
        ]);
        if self.status == StatusCode::OK
            && request
                .get(header::IF_NONE_MATCH)
                .is_some_and(|tags| self.is_among(tags))
        {
            return (StatusCode::NOT_MODIFIED, headers).into_response();
        }
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/html; charset=utf-8"),
        );
        let (body, encoding) = self.forms.choose(request);
        headers.extend(encoding.map(|encoding| (header::CONTENT_ENCODING, encoding)));
        (self.status, headers, body).into_response()
    }

    fn is_among(&self, tags: &HeaderValue) -> bool {
        let tags = tags.to_str().unwrap_or_default();
        tags.split(',').any(|tag| tag.trim() == self.etag)
    }
}

/// A concrete path for a pattern: `/room/{id}` becomes `/room/_`. The HTML is the same whatever stands there, since
/// pages read their parameters only after they have started.
fn example_of(pattern: &str) -> String {
    let parts = pattern
        .split('/')
        .map(|part| if part.starts_with('{') { "_" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

async fn render_app(
    path: &str,
    status: StatusCode,
    links: AssetLinks,
) -> Result<Arc<Page>, RenderError> {
    let shown = path.to_owned();
    render(path, status, move || shell::page(links, &shown)).await
}

async fn render<V: IntoView + 'static>(
    path: &str,
    status: StatusCode,
    view: impl FnOnce() -> V + Send + 'static,
) -> Result<Arc<Page>, RenderError> {
    let told = |cause| RenderError {
        path: path.to_owned(),
        cause,
    };
    let request = Request::get(path)
        .body(Body::empty())
        .map_err(|cause| told(axum::Error::new(cause)))?;
    // In order and without leptos' own chunks: those carry the inline scripts, and there is nothing to wait for.
    let response = leptos_axum::handle_response_inner(
        || {},
        view,
        request,
        |view, _chunks, _| Box::pin(async move { Box::pin(view.to_html_stream_in_order()) as _ }),
    )
    .await;
    let html = axum::body::to_bytes(response.into_body(), usize::MAX)
        .await
        .map_err(told)?;
    Ok(Arc::new(Page::new(status, html.into())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_a_pattern_an_example() {
        assert_eq!(example_of("/room/{id}/details"), "/room/_/details");
        assert_eq!(example_of("/"), "/");
    }

    #[test]
    fn says_not_modified_only_for_the_same_bytes() {
        let page = Page::new(StatusCode::OK, b"<p>hello".to_vec());
        let asking =
            |tag: &HeaderValue| HeaderMap::from_iter([(header::IF_NONE_MATCH, tag.clone())]);
        assert_eq!(
            page.answer(&asking(&page.etag)).status(),
            StatusCode::NOT_MODIFIED
        );
        let other = Page::new(StatusCode::OK, b"<p>goodbye".to_vec());
        assert_eq!(page.answer(&asking(&other.etag)).status(), StatusCode::OK);
    }

    #[test]
    fn an_error_page_keeps_its_status_also_for_a_browser_that_has_it() {
        let page = Page::new(StatusCode::NOT_FOUND, b"<p>nothing here".to_vec());
        let asking = HeaderMap::from_iter([(header::IF_NONE_MATCH, page.etag.clone())]);
        assert_eq!(page.answer(&asking).status(), StatusCode::NOT_FOUND);
    }
}

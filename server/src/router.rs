//! The HTTP edge put together: which path leads where, and what every request passes on its way.

use crate::api::{self, ApiState};
use crate::body::{self, BodyLimit};
use crate::headers::{self, Policy};
use crate::html::{self, Pages};
use crate::public_url::PublicUrl;
use crate::site::{self, Site};
use crate::{fault, log, origin};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::get;
use std::sync::Arc;

/// Everything that the edge serves from.
pub struct Edge {
    /// Where people reach this server.
    pub public_url: PublicUrl,
    /// How large a request may be.
    pub body_limit: BodyLimit,
    /// The assets.
    pub site: Arc<Site>,
    /// The HTML.
    pub pages: Pages,
    /// For server functions.
    pub api: ApiState,
}

/// The whole service.
pub fn router(edge: Edge) -> Router {
    let Edge {
        public_url,
        body_limit,
        site,
        pages,
        api,
    } = edge;
    let mut router = Router::new().route("/a/{hash}/{*name}", get(site::serve).with_state(site));
    for (path, page) in pages.routes() {
        router = router.route(path, page);
    }
    let policy = Policy::new(&public_url);
    router
        .merge(api::routes().with_state(api))
        .fallback_service(get(html::serve).with_state(pages.not_found))
        // From the inside out: the last layer is the first that a request meets.
        .layer(DefaultBodyLimit::max(body_limit.0))
        .layer(from_fn_with_state(body_limit, body::limit))
        .layer(from_fn_with_state(public_url, origin::guard))
        .layer(from_fn_with_state(pages.server_error, fault::catch))
        .layer(from_fn(log::request))
        .layer(from_fn_with_state(policy, headers::apply))
}

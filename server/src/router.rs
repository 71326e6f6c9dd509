//! The HTTP edge put together: which path leads where, and what every request passes on its way.

use crate::api;
use crate::body::{self, BodyLimit};
use crate::headers::{self, Policy};
use crate::html::{self, Pages};
use crate::proxies::{self, Proxies};
use crate::public_url::PublicUrl;
use crate::site::{self, Site};
use crate::ws::{self, Sockets};
use crate::{fault, log, origin, threat_model};
use app::api::ApiContext;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::get;
use std::convert::Infallible;
use std::sync::Arc;
use tokio::sync::mpsc;

/// Everything that the edge serves from.
pub struct Edge {
    /// Where people reach this server.
    pub public_url: PublicUrl,
    /// How large a request may be.
    pub body_limit: BodyLimit,
    /// Who is believed about others' addresses.
    pub proxies: Proxies,
    /// The assets.
    pub site: Arc<Site>,
    /// The HTML.
    pub pages: Pages,
    /// For server functions and connections.
    pub api: ApiContext,
    /// Held by each open WebSocket: when the other end hears that all are gone, no good-bye is left to be said.
    pub open_sockets: mpsc::Sender<Infallible>,
}

/// The whole service.
pub fn router(edge: Edge) -> Router {
    let Edge {
        public_url,
        body_limit,
        proxies,
        site,
        pages,
        api,
        open_sockets,
    } = edge;
    let security = Arc::new(threat_model::page(&site.links()));
    let mut router = Router::new()
        .route("/a/{hash}/{*name}", get(site::serve).with_state(site))
        .route(threat_model::PATH, get(html::serve).with_state(security));
    for (path, page) in pages.routes() {
        router = router.route(path, page);
    }
    let sockets = Sockets::new(&api, open_sockets);
    let policy = Policy::new(&public_url);
    router
        .route("/ws", get(ws::upgrade).with_state(sockets))
        .merge(api::routes().with_state(api))
        .fallback_service(get(html::serve).with_state(pages.not_found))
        // From the inside out: the last layer is the first that a request meets.
        .layer(DefaultBodyLimit::max(body_limit.0))
        .layer(from_fn_with_state(body_limit, body::limit))
        .layer(from_fn_with_state(proxies, proxies::see_through))
        .layer(from_fn_with_state(public_url, origin::guard))
        .layer(from_fn_with_state(pages.server_error, fault::catch))
        .layer(from_fn(log::request))
        .layer(from_fn_with_state(policy, headers::apply))
}

//! The server's life: read everything, listen, and end without losing anything.

use crate::api::ApiState;
use crate::body::BodyLimit;
use crate::config::Config;
use crate::html::{Pages, RenderError};
use crate::router::{Edge, router};
use crate::shutdown;
use crate::site::{Site, SiteError};
use axum::serve::ListenerExt;
use protocol::api::ServerInfo;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;

/// Why the server does not run, or stopped running.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The assets are not there.
    #[error(transparent)]
    Site(#[from] SiteError),
    /// The HTML could not be made.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// The address is taken, or not ours.
    #[error("cannot listen on {address}: {cause}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// What the system says.
        cause: std::io::Error,
    },
}

/// Serves until a signal says to stop.
pub async fn serve(config: Config) -> Result<(), ServeError> {
    let address = config.listen;
    let site = Arc::new(Site::load(&config.site_root)?);
    let pages = Pages::render(&site.links()).await?;
    let edge = Edge {
        public_url: config.public_url.clone(),
        body_limit: BodyLimit(config.limits.max_body_bytes),
        site,
        pages,
        api: ApiState {
            info: ServerInfo {
                version: protocol::VERSION,
                registration_open: true,
            },
        },
    };
    let told = |cause| ServeError::Listen { address, cause };
    let listener = TcpListener::bind(address).await.map_err(told)?;
    tracing::info!(%address, url = config.public_url.origin(), "listening");
    // Small frames leave at once. A connection on which that cannot be set still works.
    let listener = listener.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    let service = router(edge).into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service)
        .with_graceful_shutdown(shutdown::signal())
        .await
        .map_err(told)?;
    tracing::info!("stopped");
    Ok(())
}

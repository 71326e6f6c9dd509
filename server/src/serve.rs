//! The server's life: read everything, listen, and end without losing anything.

use crate::body::BodyLimit;
use crate::config::Config;
use crate::html::{Pages, RenderError};
use crate::listen::{self, PATIENCE};
use crate::router::{Edge, router};
use crate::shutdown;
use crate::site::{Site, SiteError};
use app::api::{ApiContext, SessionCookie};
use backend::{Backend, Clock, Options, Random, SqliteStore, StoreError};
use protocol::api::ServerInfo;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::time::timeout;

/// How long good-byes to open WebSockets may take.
const FAREWELL_WITHIN: Duration = Duration::from_secs(5);

/// Why the server does not run, or stopped running.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The assets are not there.
    #[error(transparent)]
    Site(#[from] SiteError),
    /// The HTML could not be made.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// The folder for the database could not be made.
    #[error("cannot make {folder}: {cause}")]
    Folder {
        /// Which one.
        folder: PathBuf,
        /// What the system says.
        cause: std::io::Error,
    },
    /// The database could not be opened.
    #[error("cannot open the database: {0}")]
    Store(#[from] StoreError),
    /// The database was opened, but what the server keeps in it could not be used.
    #[error("cannot start on the database: {0}")]
    Backend(#[from] backend::Error),
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
    let site = load_site(&config)?;
    let pages = Pages::render(&site.links()).await?;
    let backend = open_backend(&config).await?;
    let (open_sockets, mut sockets) = mpsc::channel::<Infallible>(1);
    let edge = Edge {
        body_limit: BodyLimit(config.limits.max_body_bytes),
        proxies: config.trusted_proxy.clone(),
        site,
        pages,
        api: ApiContext {
            backend: backend.clone(),
            cookie: SessionCookie {
                is_secure: config.public_url.is_secure(),
            },
            keep_cookie: config.limits.session_age(),
            info: ServerInfo {
                version: protocol::VERSION,
                registration_open: backend.registration_open(),
            },
        },
        open_sockets,
        public_url: config.public_url.clone(),
    };
    listen(address, &config, edge).await?;

    // Nothing new comes any more: what waits is committed, and every WebSocket is told why it ends.
    backend.shutdown().await;
    let _ = timeout(FAREWELL_WITHIN, sockets.recv()).await;
    tracing::info!("stopped");
    Ok(())
}

/// Answers requests until a signal comes, and then those that are under way.
async fn listen(address: SocketAddr, config: &Config, edge: Edge) -> Result<(), ServeError> {
    let told = |cause| ServeError::Listen { address, cause };
    let listener = TcpListener::bind(address).await.map_err(told)?;
    tracing::info!(%address, url = config.public_url.origin(), "listening");
    listen::serve(listener, router(edge), PATIENCE, shutdown::signal()).await;
    Ok(())
}

fn load_site(config: &Config) -> Result<Arc<Site>, SiteError> {
    let site = Site::load(&config.site_root)?;
    // Set by cargo-leptos.
    let is_watched = std::env::var_os("LEPTOS_WATCH").is_some();
    Ok(Arc::new(if is_watched {
        site.watched(&config.site_root)
    } else {
        site
    }))
}

async fn open_backend(config: &Config) -> Result<Backend, ServeError> {
    let folder = config.database.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).map_err(|cause| ServeError::Folder {
        folder: folder.to_owned(),
        cause,
    })?;
    let store = Arc::new(SqliteStore::open(&config.database).await?);
    let options = Options {
        registration_open: !config.closed,
        limits: config.limits.for_backend(),
    };
    Ok(Backend::start(store, options, Clock::system(), Random::system()).await?)
}

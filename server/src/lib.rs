//! The HTTP edge of SecureChat: configuration, constant HTML, assets, security headers, server functions and the WebSocket.
//!
//! Nothing here can decrypt: this package links neither `client` nor a Fernet implementation.

mod api;
mod body;
mod compress;
pub mod config;
mod fault;
mod headers;
mod html;
mod limits;
mod listen;
pub mod log;
mod origin;
mod proxies;
mod public_url;
mod router;
mod serve;
mod shutdown;
mod site;
mod threat_model;
mod ws;

pub use body::BodyLimit;
pub use html::Pages;
pub use proxies::{Proxies, ProxiesError};
pub use public_url::{PublicUrl, PublicUrlError};
pub use router::{Edge, router};
pub use serve::{ServeError, serve};
pub use site::{Site, SiteError, precompress};

//! The server from the outside: HTTP through the whole router, WebSockets through a port of their own.

#![expect(clippy::unwrap_used, reason = "tests")]

mod edge;
mod proxy;
mod socket;
mod support;

//! The pages of SecureChat and the server functions that they call.
//!
//! One crate for both sides: with `ssr` it renders the constant HTML and holds the server functions' bodies, with
//! `hydrate` it runs in the browser. Pages see `protocol` and `model` alone; `bridge` is the only code that names the
//! end-to-end engine.

// A page's view is one type, nested as deeply as its elements.
#![recursion_limit = "512"]

pub mod api;
mod app;
mod components;
pub mod engine;
mod pages;
#[cfg(feature = "ssr")]
pub mod shell;

pub use app::App;

/// Takes over the page's HTML. `boot_url` is the script that started it, from which workers are started too.
#[cfg(feature = "hydrate")]
pub fn start_page(_boot_url: String) {
    leptos::mount::hydrate_body(App);
}

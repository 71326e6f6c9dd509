//! The pages of SecureChat and the server functions that they call.
//!
//! One crate for both sides: with `ssr` it renders the constant HTML and holds the server functions' bodies, with
//! `browser` it runs there. Pages see `protocol` and `model` alone; `bridge` is the only code that names the end-to-end
//! engine.

// A page's view is one type, nested as deeply as its elements.
#![recursion_limit = "512"]

pub mod api;
mod app;
#[cfg(feature = "browser")]
mod bridge;
mod components;
pub mod engine;
pub mod inside;
#[cfg(feature = "browser")]
mod mount;
mod pages;
#[cfg(feature = "ssr")]
pub mod shell;

pub use app::App;

/// Puts the app in the place of the page's HTML and starts the engine behind it. `boot_url` is the script that started the
/// page, from which workers are started too; `invitation` is the room key that came with the address, or empty.
#[cfg(feature = "browser")]
pub fn start_page(boot_url: String, invitation: String) {
    let invited = (!invitation.is_empty()).then(|| model::SecretText::new(invitation));
    mount::replace_html(move || {
        let view = App();
        bridge::start(engine::Engine::get(), boot_url, invited);
        view
    });
}

#[cfg(feature = "browser")]
pub use bridge::{serve_worker as start_worker, show_failure};

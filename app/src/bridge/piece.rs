//! The larger half of the app, which a browser loads when it is needed: the engine with its cryptography, and what people
//! see who are logged in.
//!
//! `cargo leptos build --split` makes a file of its own of all that only [`open`] leads to. Without that flag everything
//! is in one file, and loading is done before it begins.

use super::{Start, run, worker};
use crate::engine::Show;
use crate::inside;
use futures::future::LocalBoxFuture;

/// The ways into the other half.
#[derive(Clone, Copy)]
pub struct Piece {
    /// Makes a part for people who are logged in.
    pub show: Show,
    /// One engine's life.
    pub run: fn(Start) -> LocalBoxFuture<'static, ()>,
    /// The worker's side of the slow half of OPAQUE.
    pub serve: fn(),
}

/// The other half could not be fetched. Trying again may help.
#[derive(Debug, thiserror::Error)]
#[error("a part of SecureChat could not be loaded: check your connection and try again.")]
pub struct NotLoaded;

/// Loads the other half; at once from the second time on.
pub async fn load() -> Result<Piece, NotLoaded> {
    open().await
}

fn ways_in() -> Piece {
    Piece {
        show: inside::show,
        run: |start| Box::pin(run(start)),
        serve: worker::serve,
    }
}

#[cfg(not(split))]
async fn open() -> Result<Piece, NotLoaded> {
    Ok(ways_in())
}

#[cfg(split)]
impl From<leptos::wasm_split::SplitLoaderError> for NotLoaded {
    fn from(_: leptos::wasm_split::SplitLoaderError) -> Self {
        Self
    }
}

#[cfg(split)]
#[leptos::wasm_split::wasm_split(inside, wasm_split_path = leptos::wasm_split, fallible)]
fn open() -> Result<Piece, NotLoaded> {
    Ok(ways_in())
}

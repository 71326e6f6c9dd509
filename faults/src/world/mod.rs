//! What every trial needs: the real server as a process of its own, people in its database, and lines to it that speak the
//! real protocol.
//!
//! The server cannot read tokens, so people here seal nothing: any text of a token's shape goes. What a trial checks is what
//! the server promises, by the log's own hashes.

mod disk;
mod history;
mod line;
mod people;
mod place;
mod process;
mod server;
mod writer;

pub use disk::{Disk, make_read_only};
pub use history::History;
pub use line::{Broken, Line, token};
pub use people::{Person, Town};
pub use place::Place;
pub use process::Process;
pub use server::Server;
pub use writer::Writer;

use std::time::Duration;

/// How long anything may take on a machine that is busy with other things: far above what it does take. No trial measures by
/// it; it only ends one that would never end.
pub const PATIENCE: Duration = Duration::from_secs(150);

/// Waits until something holds that nobody announces.
pub async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let waiting = async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let waited = tokio::time::timeout(PATIENCE, waiting).await;
    assert!(waited.is_ok(), "waited in vain for: {what}");
}

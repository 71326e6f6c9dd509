//! Where a store's data lies during one test.

use async_trait::async_trait;
use backend::Store;
use std::sync::Arc;

/// A database that nobody else uses.
#[async_trait]
pub trait Database: Send + Sync {
    /// Opens it; more than once, as after a restart.
    async fn open(&self) -> Arc<dyn Store>;

    /// The database as another process would find it if this one were killed now, with stores and transactions open.
    async fn after_crash(&self) -> Box<dyn Database>;
}

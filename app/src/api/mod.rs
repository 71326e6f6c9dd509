//! The server functions: accounts, vault and membership, each `POST /api/<endpoint>` with the JSON of [`protocol::api`].
//!
//! A body is three lines: who asks, what `backend` says, and the error in public form. Each names its endpoint: without
//! it the URL would come from the folder of the checkout. None answers to GET, which other sites can trigger.

mod error;
mod info;

pub use error::ApiError;
pub use info::server_info;

//! The server functions: accounts, vault and membership, each `POST /api/<endpoint>` with the JSON of [`protocol::api`].
//!
//! A body is three lines: who asks, what `backend` says, and the error in public form. Each names its endpoint: without
//! it the URL would come from the folder of the checkout. None answers to GET, which other sites can trigger.

mod account;
#[cfg(feature = "ssr")]
mod context;
#[cfg(feature = "ssr")]
mod cookie;
mod credentials;
mod error;
mod info;
mod rooms;
mod sessions;
mod vault;

pub use account::{
    delete_account, login_finish, login_start, recover_finish, recover_start, register_finish,
    register_start,
};
#[cfg(feature = "ssr")]
pub use context::ApiContext;
#[cfg(feature = "ssr")]
pub use cookie::SessionCookie;
pub use credentials::{credentials_finish, credentials_start, identity_replace};
pub use error::ApiError;
pub use info::server_info;
pub use rooms::{room_create, room_find, room_submit};
pub use sessions::{log_out, session_revoke, sessions, sessions_revoke_others};
pub use vault::{vault_list, vault_put};

//! Accounts, sessions, the vault, rooms with their logs, and the relay: everything of a SecureChat server but HTTP. It
//! stores and relays ciphertext and could not read it; nothing here decrypts.
//!
//! [`Backend`] is the whole of it behind cheap clones. All writes go through one commit queue in order, so that a check of
//! membership and the message that it allows can't be torn apart; what was committed is then published through the hub to
//! the [`Connection`]s of those whom it concerns. Clock and randomness are handed in.

#![warn(missing_docs)]

mod accounts;
mod backend;
mod clock;
mod connection;
mod error;
mod hub;
mod limits;
mod outbox;
mod queue;
mod random;
mod requests;
mod rooms;
mod sending;
mod sessions;
mod slots;
pub mod store;
mod throttle;
mod vault;

pub use accounts::Caller;
pub use backend::{Backend, Options};
pub use clock::Clock;
pub use connection::{Connection, bye};
pub use error::Error;
pub use limits::{AttemptLimits, Backoff, Limits};
pub use random::Random;
pub use sending::Sent;
pub use sessions::{Cookie, Session};
pub use store::{SqliteStore, Store, StoreError};

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks; a panic of another holder leaves data that every critical section here keeps whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

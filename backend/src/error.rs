//! What can go wrong, and the one place where it becomes what a client is told.

use crate::{random::Random, store::StoreError};
use protocol::{PublicError, b64};

/// Why the backend did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The request was understood and refused; nothing is wrong with the server.
    #[error("refused: {0}")]
    Refused(#[from] PublicError),
    /// The database failed. Trying again may help.
    #[error("the store failed")]
    Store(#[from] StoreError),
    /// The OPAQUE keys in the database, or an account's record, can't be read.
    #[error("OPAQUE keys or record unusable: {0:?}")]
    Opaque(opaque_ke::errors::ProtocolError),
    /// A bug broke off the work within the commit queue; nothing of it was kept. The panic hook wrote down where.
    #[error("a panic in the commit queue")]
    Panicked,
    /// The commit queue has ended: the server is shutting down.
    #[error("the server is shutting down")]
    Stopped,
}

impl Error {
    /// What the client is told. Causes that are the server's own go to the log, under the reference that the client gets.
    pub(crate) fn into_public(self, random: &Random) -> PublicError {
        match self {
            Self::Refused(error) => error,
            Self::Stopped => PublicError::Unreachable,
            Self::Store(_) | Self::Opaque(_) | Self::Panicked => {
                let reference = b64::encode(random.bytes::<6>());
                tracing::error!(reference, cause = ?self, "request failed");
                PublicError::Internal { reference }
            }
        }
    }
}

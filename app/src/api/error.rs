//! [`PublicError`] as a server function's error.

use protocol::PublicError;
use serde::{Deserialize, Serialize};
use server_fn::codec::JsonEncoding;
use server_fn::error::{FromServerFnError, ServerFnErrorErr};

/// What a server function answers when it does not do what it was asked: the JSON of [`PublicError`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(transparent)]
#[error(transparent)]
pub struct ApiError(pub PublicError);

impl From<PublicError> for ApiError {
    fn from(error: PublicError) -> Self {
        Self(error)
    }
}

impl FromServerFnError for ApiError {
    type Encoder = JsonEncoding;

    /// Faults of the transport, on either side.
    fn from_server_fn_error(fault: ServerFnErrorErr) -> Self {
        use ServerFnErrorErr as Fault;
        Self(match fault {
            Fault::Args(_) | Fault::MissingArg(_) | Fault::Serialization(_) => {
                PublicError::Malformed
            }
            // A body that could not be read. In the browser the same fault means an answer that is not ours, such as
            // the error page of a proxy whose SecureChat is down.
            #[cfg(feature = "ssr")]
            Fault::Deserialization(_) => PublicError::Malformed,
            _ => PublicError::Unreachable,
        })
    }
}

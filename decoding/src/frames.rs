//! The frames of the WebSocket.

use crate::json::{Unknown, reads};
use protocol::frame::{ClientFrame, ServerFrame};

/// What a client sends: nothing in it may pass unread.
pub fn client_frame(data: &[u8]) -> bool {
    reads::<ClientFrame>(data, Unknown::Refused)
}

/// What a server sends.
pub fn server_frame(data: &[u8]) -> bool {
    reads::<ServerFrame>(data, Unknown::Ignored)
}

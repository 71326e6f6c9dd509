//! What must hold of every decoder that takes bytes from outside, whatever the bytes are.
//!
//! Each check takes bytes, panics if a property does not hold, and says whether the decoder took them. The checks are written once
//! and run three times: on the committed files of `fuzz/corpus`, on random changes of these in the ordinary tests, and by the
//! fuzzer (`cargo xtask fuzz`), whose targets in `fuzz/fuzz_targets` call them by name.
//!
//! Where a format is canonical, what was read is written again to the very same bytes. Where it is sealed, the bytes are what is
//! inside: they come as someone who has the key could make them. Where it is signed, nothing verifies but what was signed.

#![warn(missing_docs)]

pub mod api;
pub mod conversation;
pub mod entries;
pub mod frames;
pub mod json;
pub mod keys;
pub mod opaque;
pub mod people;
pub mod sealed;
pub mod unlogged;
pub mod wraps;

/// A decoder with its properties.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// The name of its fuzz target and of its corpus folder.
    pub name: &'static str,
    /// Panics if a property does not hold; true if the decoder took the bytes.
    pub check: fn(&[u8]) -> bool,
}

macro_rules! targets {
    ($($module:ident::$check:ident,)*) => {
        [$(Target { name: stringify!($check), check: $module::$check }),*]
    };
}

/// All of them.
pub const TARGETS: [Target; 22] = targets![
    api::api_request,
    api::api_answer,
    api::credentials,
    conversation::conversation,
    entries::entry,
    entries::open_body,
    frames::client_frame,
    frames::server_frame,
    json::strict_json,
    keys::recovery_code,
    keys::room_key,
    keys::verification_link,
    opaque::opaque_message,
    sealed::envelope,
    sealed::message_body,
    sealed::padding,
    sealed::token,
    sealed::vault_item,
    unlogged::receipt,
    unlogged::signal,
    wraps::room_wrap,
    wraps::secret_wrap,
];

//! Parts that pages are made of.
//!
//! Components end in `into_any`: otherwise the type of a page is the type of all that is on it, which takes the compiler
//! minutes and at last exceeds the depth to which it follows types.

pub mod account;
pub mod alarms;
pub mod ask;
pub mod avatar;
pub mod browser;
mod clock;
pub mod composer;
mod connection;
pub mod dialog;
pub mod field;
pub mod frame;
mod grouping;
pub mod guard;
pub mod icon;
mod links;
pub mod log_in_again;
pub mod log_out;
pub mod member_rights;
pub mod members;
pub mod message;
pub mod message_sheet;
pub mod new_keys;
pub mod pane;
pub mod passphrase;
pub mod presence;
mod qr;
pub mod room_key;
pub mod room_rules;
pub mod room_state;
pub mod safety;
pub mod scroll;
pub mod sessions;
pub mod share;
pub mod sidebar;
pub mod skeleton;
pub mod timeline;
pub mod toast;

//! What the screen shows and what a person asks for: plain types without cryptography.
//!
//! A person's wish is a [`Command`]; the engine answers with [`Delta`]s that keep the views of [`view`] and [`timeline`] up to date, and
//! with one [`Answer`] or [`Trouble`] for each command that was asked for one.

#![warn(missing_docs)]

pub mod command;
pub mod delta;
pub mod passphrase;
pub mod secret;
pub mod timeline;
pub mod trouble;
pub mod view;

pub use command::{Answer, Command};
pub use delta::{Delta, TimelineOp};
pub use secret::SecretText;
pub use timeline::{Delivery, ItemKey, ItemKind, Sender, TimelineItem};
pub use trouble::Trouble;
pub use view::{
    Alarm, BannedView, Connection, History, LastActivity, Me, MemberView, Phase, RemovalView,
    RoomStatus, RoomSummary, RoomView, SafetyView, SessionView, Trust,
};

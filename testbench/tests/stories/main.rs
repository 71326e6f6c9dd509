//! What people rely on, told over real engines and a real backend.
#![expect(clippy::unwrap_used, reason = "tests")]

mod account;
mod alarms;
mod banning;
mod chat;
mod crowd;
mod deleting;
mod devices;
mod faults;
mod keys;
mod leaving;
mod lies;
mod new_keys;
mod races;
mod reader;
mod receipts;
mod recovery_codes;
mod reloads;
mod removals_at_once;
mod removing;
mod replacing;
mod replacing_interrupted;
mod restoring;
mod roles;
mod tampering;
mod thieves;
mod typing;
mod upheavals;
mod verifying;

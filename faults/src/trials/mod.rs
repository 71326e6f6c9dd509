//! The trials, each a story with a number at its end.

mod clock_steps;
mod disk_that_takes_nothing;
mod everyone_reconnects_at_once;
mod flood_from_one_member;
mod killed_while_people_write;
mod many_rooms_many_devices;
mod peers_that_vanish;
mod readers_that_do_not_read;
mod soak;

use crate::Wish;
use tokio::runtime::Handle;

/// A trial: panics where the server fails it, and otherwise gives what was counted, in a line.
#[derive(Clone, Copy)]
pub struct Trial {
    pub name: &'static str,
    pub run: fn(Wish, &Handle) -> String,
}

macro_rules! trials {
    ($($name:literal $module:ident)*) => {
        &[$(Trial { name: $name, run: |wish, tasks| tasks.block_on($module::run(wish)) }),*]
    };
}

/// All of them, in the order in which the full form runs them.
pub const TRIALS: &[Trial] = trials![
    "killed" killed_while_people_write
    "disk" disk_that_takes_nothing
    "slow-readers" readers_that_do_not_read
    "flood" flood_from_one_member
    "reconnects" everyone_reconnects_at_once
    "clock" clock_steps
    "vanished" peers_that_vanish
    "many" many_rooms_many_devices
    "soak" soak
];

//! Counters that slow guessing and flooding down, in bounded memory.

mod attempts;
mod counters;
mod per_minute;

pub(crate) use attempts::Attempts;
pub(crate) use per_minute::PerMinute;

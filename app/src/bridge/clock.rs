//! The engine's clock and its alarm. `std::time` panics in a browser.

use gloo_timers::future::TimeoutFuture;
use protocol::Time;
use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

/// Milliseconds since 1970-01-01 UTC, by this machine.
pub fn now() -> Time {
    // Whole and positive until the year 287396.
    js_sys::Date::now() as Time
}

/// The longest wait that browsers count correctly: they keep it in 32 signed bits.
const LONGEST_MS: Time = i32::MAX as Time;

/// Wakes the loop when the engine wants to be asked again.
#[derive(Default)]
pub struct Alarm {
    due: Option<Time>,
    timer: Option<TimeoutFuture>,
}

impl Alarm {
    /// Ready once at `due`. Setting the timer anew only when `due` changes keeps busy rooms from making a timer for each message.
    pub fn poll(&mut self, due: Option<Time>, context: &mut Context<'_>) -> Poll<()> {
        if self.due != due {
            self.due = due;
            self.timer =
                due.map(|due| TimeoutFuture::new(due.saturating_sub(now()).min(LONGEST_MS) as u32));
        }
        let Some(timer) = &mut self.timer else {
            return Poll::Pending;
        };
        let fired = Pin::new(timer).poll(context);
        if fired.is_ready() {
            *self = Self::default();
        }
        fired
    }
}

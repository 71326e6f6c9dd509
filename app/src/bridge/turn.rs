//! A turn of the loop: short enough that the page stays smooth however much has arrived.

use std::time::Duration;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::{JsFuture, js_sys::Promise};
use web_sys::MessageChannel;

/// Half a frame at 60 frames a second: the other half is for layout and paint.
const LIMIT: Duration = Duration::from_millis(8);

/// How long the loop has been working since the browser last had its say.
pub struct Turn {
    began_ms: f64,
}

impl Turn {
    /// Begins a turn.
    pub fn begin() -> Self {
        Self {
            began_ms: js_sys::Date::now(),
        }
    }

    /// Whether it is time to let the browser draw and take input.
    pub fn is_over(&self) -> bool {
        js_sys::Date::now() - self.began_ms >= LIMIT.as_millis() as f64
    }
}

/// Lets the browser do what waits, then goes on. A message to oneself is a task of its own like a timeout of zero, but
/// browsers do not stretch it to 4 ms, nor to a second in the background.
pub struct Pause(Option<MessageChannel>);

impl Pause {
    /// Makes the channel once, for all pauses.
    pub fn new() -> Self {
        Self(MessageChannel::new().ok())
    }

    /// Resolves in a later task.
    pub async fn take(&self) {
        let Some(channel) = &self.0 else {
            return gloo_timers::future::TimeoutFuture::new(0).await;
        };
        let later = Promise::new(&mut |resolve, _| {
            channel.port1().set_onmessage(Some(&resolve));
            // Posting null can't fail: there is nothing in it to clone.
            let _ = channel.port2().post_message(&JsValue::NULL);
        });
        let _ = JsFuture::from(later).await;
    }
}

//! Event listeners that end with their owner.

use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::EventTarget;

/// Listens until it is dropped.
pub struct Listener {
    target: EventTarget,
    kind: &'static str,
    heard: Closure<dyn FnMut()>,
}

impl Listener {
    /// Calls `heard` at each event of this kind.
    pub fn new(
        target: impl Into<EventTarget>,
        kind: &'static str,
        heard: impl FnMut() + 'static,
    ) -> Self {
        let listener = Self {
            target: target.into(),
            kind,
            heard: Closure::new(heard),
        };
        // Adding a function as a listener does not throw.
        let _ = listener
            .target
            .add_event_listener_with_callback(kind, listener.heard.as_ref().unchecked_ref());
        listener
    }

    /// Listens for as long as the page lives.
    pub fn forever(self) {
        std::mem::forget(self);
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let _ = self
            .target
            .remove_event_listener_with_callback(self.kind, self.heard.as_ref().unchecked_ref());
    }
}

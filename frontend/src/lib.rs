//! The WebAssembly entry points, called by boot.js.

use wasm_bindgen::{JsError, prelude::wasm_bindgen};

/// Starts the page. `boot_url` is boot.js's own address, from which workers are started; `invitation` is the room key of the invite link
/// that was opened, or empty.
#[wasm_bindgen]
pub fn page(boot_url: String, invitation: String) {
    console_error_panic_hook::set_once();
    app::start_page(boot_url, invitation);
    // From here on boot.js does not notice any more; while starting, it says itself that something failed.
    std::panic::set_hook(Box::new(|panic| {
        console_error_panic_hook::hook(panic);
        app::show_failure();
    }));
}

/// Starts a worker of the page.
#[wasm_bindgen]
pub async fn worker() -> Result<(), JsError> {
    console_error_panic_hook::set_once();
    app::start_worker().await
}

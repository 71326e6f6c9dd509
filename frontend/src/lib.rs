//! The WebAssembly entry points, called by boot.js.

use wasm_bindgen::prelude::wasm_bindgen;

/// Starts the page. `boot_url` is boot.js's own address, from which workers are started.
#[wasm_bindgen]
pub fn page(boot_url: String) {
    console_error_panic_hook::set_once();
    app::start_page(boot_url);
}

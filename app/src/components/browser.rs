//! The few things of the browser that components use: clipboard, files, printing, focus. Called from event handlers and
//! effects only, which do not run on the server.

use leptos::{prelude::*, task::spawn_local, web_sys};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// Copies text and says by `then` whether that worked.
pub fn copy(text: String, then: impl FnOnce(bool) + 'static) {
    spawn_local(async move {
        let clipboard = window().navigator().clipboard();
        then(JsFuture::from(clipboard.write_text(&text)).await.is_ok());
    });
}

/// Offers a text file for saving.
pub fn save_file(name: &str, text: &str) -> Result<(), JsValue> {
    let parts = js_sys::Array::of1(&text.into());
    let options = web_sys::BlobPropertyBag::new();
    options.set_type("text/plain;charset=utf-8");
    let blob = web_sys::Blob::new_with_str_sequence_and_options(&parts, &options)?;
    let url = web_sys::Url::create_object_url_with_blob(&blob)?;
    let link: web_sys::HtmlAnchorElement = document().create_element("a")?.unchecked_into();
    link.set_href(&url);
    link.set_download(name);
    link.click();
    web_sys::Url::revoke_object_url(&url)
}

/// Opens the print dialog.
pub fn print() {
    // Without a printer there is nothing more to do than what the browser says itself.
    let _ = window().print();
}

/// Scheme, host and port of this page.
pub fn origin() -> String {
    window().location().origin().unwrap_or_default()
}

/// Whether the main pointing device is a finger: then a keyboard is in the way and Enter makes a new line.
pub fn coarse_pointer() -> bool {
    window()
        .match_media("(pointer: coarse)")
        .ok()
        .flatten()
        .is_some_and(|query| query.matches())
}

/// Whether the person can see the page now.
pub fn page_visible() -> bool {
    document().visibility_state() == web_sys::VisibilityState::Visible
}

/// Puts the focus on the first of `selectors` that is on the screen.
pub fn focus_first(selectors: &[&str]) {
    for selector in selectors {
        let found = document().query_selector(selector).ok().flatten();
        if let Some(element) = found.and_then(|found| found.dyn_into::<web_sys::HtmlElement>().ok())
        {
            let _ = element.focus();
            if document()
                .active_element()
                .is_some_and(|active| active.is_same_node(Some(&element)))
            {
                return;
            }
        }
    }
}

/// Whether the focus is inside the element that `selector` finds.
pub fn focus_is_in(selector: &str) -> bool {
    document()
        .active_element()
        .is_some_and(|active| active.closest(selector).ok().flatten().is_some())
}

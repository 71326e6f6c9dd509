//! What the page says when its own code failed. The sentences stand in the HTML.

/// The page's code failed. Nothing of the app can be trusted to run any more.
pub fn show() {
    set_shown("app-failed", true);
}

/// Whether a page that cannot go on without the rest of its code could not get it.
pub fn set_not_started(is_shown: bool) {
    set_shown("start-failed", is_shown);
}

fn set_shown(id: &str, is_shown: bool) {
    // A worker has no document; there the page hears of it by the worker's error event.
    let document = web_sys::window().and_then(|window| window.document());
    if let Some(sentence) = document.and_then(|document| document.get_element_by_id(id)) {
        let _ = sentence.toggle_attribute_with_force("hidden", !is_shown);
    }
}

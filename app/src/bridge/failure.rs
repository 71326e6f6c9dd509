//! What the page says when its own code failed.

/// Shows the sentence that stands in the HTML for this. Nothing of the app can be trusted to run any more.
pub fn show() {
    // A worker has no document; there the page hears of it by the worker's error event.
    let document = web_sys::window().and_then(|window| window.document());
    if let Some(sentence) = document.and_then(|document| document.get_element_by_id("app-failed")) {
        let _ = sentence.remove_attribute("hidden");
    }
}

//! How the app comes into the page: built whole, then put in the place of the HTML in one step.
//!
//! It starts with the very view that the HTML shows, so nobody sees the exchange. Leptos can also adopt the elements that
//! are there, but the code for that is a third of what a browser would have to load.

use leptos::{
    prelude::*,
    web_sys::{Element, FocusOptions, HtmlElement, Node},
};
use std::iter::successors;
use wasm_bindgen::JsCast;

/// What stands before the app in `<body>`; it stays.
const LAST_BEFORE_THE_APP: &str = "body > noscript";

/// Puts `app` in the place of the HTML that shows the same. Scroll positions stay, because nothing is laid out in between.
pub fn replace_html<V: IntoView + 'static>(app: impl FnOnce() -> V + 'static) {
    let body = leptos::tachys::dom::body();
    let focus = focused(&body);
    let before = document()
        .query_selector(LAST_BEFORE_THE_APP)
        .ok()
        .flatten();
    let first = match before {
        Some(before) => before.next_sibling(),
        None => body.first_child(),
    };
    let html: Vec<Node> = successors(first, |node| node.next_sibling()).collect();
    leptos::mount::mount_to(body.clone(), app).forget();
    for node in html {
        // Fails only for a node that is no child, and then there is nothing to remove.
        let _ = body.remove_child(&node);
    }
    if let Some(element) = focus.and_then(|path| path.resolve(&body)) {
        let options = FocusOptions::new();
        options.set_prevent_scroll(true);
        let _ = element.focus_with_options(&options);
    }
}

/// The way from `<body>` to an element: which child at each step, and what the last one is.
struct Path {
    steps: Vec<u32>,
    tag: String,
}

/// Where the focus is, if someone moved it already.
fn focused(body: &HtmlElement) -> Option<Path> {
    let focused = document().active_element()?;
    let way = successors(Some(focused.clone()), |element| element.parent_element())
        .take_while(|element| !element.is_same_node(Some(body)));
    let mut steps: Vec<u32> = way
        .map(|element| {
            successors(element.previous_element_sibling(), |element| {
                element.previous_element_sibling()
            })
            .count() as u32
        })
        .collect();
    steps.reverse();
    (!steps.is_empty()).then(|| Path {
        steps,
        tag: focused.tag_name(),
    })
}

impl Path {
    /// The element that stands there now.
    fn resolve(self, body: &HtmlElement) -> Option<HtmlElement> {
        let found = self
            .steps
            .into_iter()
            .try_fold(Element::from(body.clone()), |element, step| {
                element.children().item(step)
            })?;
        (found.tag_name() == self.tag).then(|| found.unchecked_into())
    }
}

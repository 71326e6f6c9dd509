//! The head of a page beside the chat list.

use super::icon::{Icon, Shape};
use leptos::prelude::*;
use leptos_router::components::A;

/// A title with the way back.
#[component]
pub fn PaneHeader(#[prop(into)] back: Signal<String>, title: &'static str) -> impl IntoView {
    // From a page at the first level the chat list is one step back, and in sight where there is room for both.
    let narrow_only = back.with_untracked(|back| back == "/chats");
    view! {
        <header class="pane-header">
            <BackLink href=back narrow_only />
            <div class="pane-title">
                <h1 tabindex="-1">{title}</h1>
            </div>
        </header>
    }
    .into_any()
}

/// The way back, as a link: it works as people expect in every tab.
#[component]
pub fn BackLink(#[prop(into)] href: Signal<String>, narrow_only: bool) -> impl IntoView {
    let class = if narrow_only {
        "button button-icon only-narrow"
    } else {
        "button button-icon"
    };
    view! {
        <A href=move || href.get() attr:class=class attr:aria-label="Back" attr:title="Back">
            <Icon shape=Shape::Back />
        </A>
    }
    .into_any()
}

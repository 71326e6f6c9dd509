//! Every other address.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::A;

#[component]
pub fn NotFound() -> impl IntoView {
    view! {
        <Title text="Page not found" />
        <div class="empty">
            <p class="muted">"404"</p>
            <h1 tabindex="-1">"Page not found"</h1>
            <p>"There is nothing at this address. It may be mistyped, or what was here has moved."</p>
            <div class="row">
                <A href="/" attr:class="button button-primary">
                    "Go to the start"
                </A>
                <A href="/chats" attr:class="button">
                    "To your chats"
                </A>
            </div>
        </div>
    }
    .into_any()
}

//! What stands where content is on its way.

use leptos::prelude::*;

/// Grey shapes in place of a page.
#[component]
pub fn Skeleton() -> impl IntoView {
    view! {
        <div class="skeleton">
            <p class="visually-hidden">"Loading"</p>
            <div class="skeleton-block"></div>
            <div class="skeleton-block"></div>
            <div class="skeleton-block"></div>
            <div class="skeleton-block"></div>
        </div>
    }
}

/// Grey shapes in place of the chat list.
#[component]
pub fn ListSkeleton() -> impl IntoView {
    view! {
        <div class="skeleton" aria-hidden="true">
            <div class="skeleton-row"></div>
            <div class="skeleton-row"></div>
            <div class="skeleton-row"></div>
        </div>
    }
}

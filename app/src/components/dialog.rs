//! A modal dialog on the browser's own element, which keeps the focus inside and gives it back at the end.

use super::browser;
use leptos::{html, prelude::*};

/// Shown while `open`. What is inside is made anew each time, so that nothing typed stays behind.
#[component]
pub fn Dialog(
    open: RwSignal<bool>,
    #[prop(into)] title: Signal<String>,
    /// Whether Escape closes it. Without that, only `open` does.
    #[prop(default = true)]
    dismissable: bool,
    children: ChildrenFn,
) -> impl IntoView {
    let node = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        let Some(dialog) = node.get() else { return };
        if open.get() == dialog.open() {
            return;
        }
        if open.get_untracked() {
            // What is inside is there by the next frame.
            request_animation_frame(move || {
                if open.try_get_untracked() == Some(true) && !dialog.open() {
                    // Fails only for an element outside the document, and this one was just found in it.
                    let _ = dialog.show_modal();
                    browser::focus_first(&[
                        "dialog[open] input:not([tabindex])",
                        "dialog[open] button",
                    ]);
                }
            });
        } else {
            dialog.close();
        }
    });
    let children = StoredValue::new(children);
    view! {
        <dialog
            class="dialog"
            node_ref=node
            aria-label=move || title.get()
            on:cancel=move |event: leptos::ev::Event| {
                if !dismissable {
                    event.prevent_default();
                }
            }
            on:close=move |_| {
                // A browser may insist on closing at the second Escape.
                if dismissable {
                    open.set(false);
                } else if open.get_untracked() && let Some(dialog) = node.get_untracked() {
                    let _ = dialog.show_modal();
                }
            }
        >
            <Show when=move || open.get()>
                <div class="dialog-body">
                    <h2>{move || title.get()}</h2>
                    {children.with_value(|children| children())}
                </div>
            </Show>
        </dialog>
    }
    .into_any()
}

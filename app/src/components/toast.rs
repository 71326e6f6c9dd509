//! Short sentences at the edge of the screen: an answer to what was just done vanishes, a notice of the engine stays
//! until it is put away.

use crate::engine::Engine;
use leptos::prelude::*;
use std::time::Duration;

/// Long enough to read two lines twice.
const SHOWN_FOR: Duration = Duration::from_secs(6);

/// Shows answers, from any component below the one that provided it.
#[derive(Clone, Copy)]
pub struct Toasts(RwSignal<Vec<(u32, String)>>);

impl Toasts {
    /// Offers it to all components below.
    pub fn provide() {
        provide_context(Self(RwSignal::default()));
    }

    /// The one that was provided.
    pub fn get() -> Self {
        expect_context()
    }

    /// Shows a sentence for a while.
    pub fn show(self, sentence: impl Into<String>) {
        let sentence = sentence.into();
        let id = self.0.try_update(|shown| {
            let id = shown.last().map_or(0, |(last, _)| last.wrapping_add(1));
            shown.push((id, sentence));
            id
        });
        set_timeout(
            move || {
                self.0
                    .update(|shown| shown.retain(|(other, _)| Some(*other) != id))
            },
            SHOWN_FOR,
        );
    }
}

/// Where they appear. It is in the page from the start, since a screen reader announces only what changes in a region
/// that it knows.
#[component]
pub fn ToastRegion() -> impl IntoView {
    let toasts = Toasts::get().0;
    let notices = Engine::get().notices;
    view! {
        <div class="toasts" role="status" aria-live="polite">
            {move || {
                notices
                    .get()
                    .into_iter()
                    .enumerate()
                    .map(|(at, sentence)| {
                        view! {
                            <div class="toast toast-notice">
                                <p>{sentence}</p>
                                <button
                                    type="button"
                                    class="button-link"
                                    on:click=move |_| {
                                        notices
                                            .update(|notices| {
                                                if at < notices.len() {
                                                    notices.remove(at);
                                                }
                                            })
                                    }
                                >
                                    "Dismiss"
                                </button>
                            </div>
                        }
                    })
                    .collect_view()
            }}
            <For each=move || toasts.get() key=|(id, _)| *id children=|(_, sentence)| view! { <p class="toast">{sentence}</p> } />
        </div>
    }
    .into_any()
}

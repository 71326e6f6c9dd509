//! Logging out, with a word before messages are lost.

use super::{ask::Failure, dialog::Dialog};
use crate::engine::{Ask, Engine};
use leptos::prelude::*;
use model::{Command, Trouble};

/// Ends the session and wipes this browser; asks first where something was not sent yet.
#[component]
pub fn LogOut(#[prop(default = "button")] class: &'static str) -> impl IntoView {
    let engine = Engine::get();
    let ask = RwSignal::new(Ask::default());
    let warn = RwSignal::new(false);
    let unsent = Memo::new(move |_| {
        ask.with(|ask| match ask {
            Ask::Failed(Trouble::Unsent { count }) => Some(*count),
            _ => None,
        })
    });
    Effect::new(move |_| warn.set(unsent.get().is_some()));
    view! {
        <button type="button" class=class on:click=move |_| engine.ask(ask, Command::LogOut { discard: false })>
            "Log out"
        </button>
        <Show when=move || unsent.get().is_none()>
            <Failure ask />
        </Show>
        <Dialog open=warn title="Log out and lose messages?">
            <p>
                {move || match unsent.get() {
                    Some(1) => "One of your messages has not been sent yet. It is lost if you log out now.".to_owned(),
                    count => {
                        format!(
                            "{} of your messages have not been sent yet. They are lost if you log out now.",
                            count.unwrap_or_default(),
                        )
                    }
                }}
            </p>
            <div class="dialog-actions">
                <button type="button" class="button" on:click=move |_| warn.set(false)>
                    "Stay logged in"
                </button>
                <button
                    type="button"
                    class="button button-danger"
                    on:click=move |_| engine.ask(ask, Command::LogOut { discard: true })
                >
                    "Log out anyway"
                </button>
            </div>
        </Dialog>
    }
    .into_any()
}

//! What is known about one message: one dialog for a whole conversation.

use super::{
    clock,
    dialog::Dialog,
    room_state::{name_of, of_room},
};
use leptos::prelude::*;
use protocol::{Seq, Time};

/// The message whose sheet is open.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Chosen {
    pub seq: Seq,
    pub at: Time,
}

/// Opens the sheet, from any message below the one that provided it.
#[derive(Clone, Copy)]
pub struct MessageSheet(RwSignal<Option<Chosen>>);

impl MessageSheet {
    /// Offers it to all components below.
    pub fn provide() {
        provide_context(Self(RwSignal::default()));
    }

    /// The one that was provided.
    pub fn get() -> Self {
        expect_context()
    }

    /// Opens it for a message.
    pub fn open(self, chosen: Chosen) {
        self.0.set(Some(chosen));
    }
}

/// The dialog.
#[component]
pub fn Sheet() -> impl IntoView {
    let MessageSheet(chosen) = MessageSheet::get();
    let open = RwSignal::new(false);
    // Each follows the other; setting what is so already would set both off again.
    Effect::new(move |_| {
        let wanted = chosen.get().is_some();
        if open.get_untracked() != wanted {
            open.set(wanted);
        }
    });
    Effect::new(move |_| {
        if !open.get() && chosen.get_untracked().is_some() {
            chosen.set(None);
        }
    });
    view! {
        <Dialog open title="Message">
            {move || chosen.get().map(|chosen| view! { <About chosen close=open /> })}
        </Dialog>
    }
    .into_any()
}

#[component]
fn About(chosen: Chosen, close: RwSignal<bool>) -> impl IntoView {
    let Chosen { seq, at } = chosen;
    let readers = of_room(move |room| {
        let read = room.members.iter().filter(|it| !it.me && it.read >= seq);
        let others = room.members.iter().filter(|it| !it.me).count();
        (read.map(name_of).collect::<Vec<_>>(), others)
    });
    let confirmed = of_room(move |room| room.confirmed >= Some(seq));
    view! {
        <dl class="facts">
            <dt>"Sent"</dt>
            <dd>{clock::date_and_time(at)}</dd>
            <dt>"Read by"</dt>
            <dd>
                {move || {
                    let (names, of) = readers.get();
                    match names.len() {
                        0 => "nobody who said so yet".to_owned(),
                        all if all == of => format!("everyone ({})", names.join(", ")),
                        _ => names.join(", "),
                    }
                }}
            </dd>
            <dt>"Place in the log"</dt>
            <dd>
                {move || match confirmed.get() {
                    true => format!("{seq}, and another member saw the same log up to there"),
                    false => format!("{seq}, not yet confirmed by another member"),
                }}
            </dd>
        </dl>
        <div class="dialog-actions">
            <button type="button" class="button" on:click=move |_| close.set(false)>
                "Close"
            </button>
        </div>
    }
    .into_any()
}

//! What is known about one message, and what can be done with it: one dialog for a whole conversation.

use super::{
    ask::{Failure, Submit, on_done},
    clock,
    dialog::Dialog,
    room_state::{name_of, of_room, own_role},
};
use crate::engine::{Ask, Engine};
use leptos::prelude::*;
use model::Command;
use protocol::{RoomId, Seq, Time, open::Role};

/// The message whose sheet is open.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Chosen {
    pub seq: Seq,
    pub at: Time,
    pub mine: bool,
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
pub fn Sheet(room: RoomId) -> impl IntoView {
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
            {move || chosen.get().map(|chosen| view! { <About room chosen close=open /> })}
        </Dialog>
    }
    .into_any()
}

#[component]
fn About(room: RoomId, chosen: Chosen, close: RwSignal<bool>) -> impl IntoView {
    let engine = Engine::get();
    let ask = RwSignal::new(Ask::default());
    on_done(ask, move |_| close.set(false));
    let Chosen { seq, at, mine } = chosen;
    let readers = of_room(move |room| {
        let read = room.members.iter().filter(|it| !it.me && it.read >= seq);
        let others = room.members.iter().filter(|it| !it.me).count();
        (read.map(name_of).collect::<Vec<_>>(), others)
    });
    let confirmed = of_room(move |room| room.confirmed >= Some(seq));
    let admins_delete = of_room(|room| room.settings.admins_may_delete);
    let role = own_role();
    let may_delete = move || mine || (admins_delete.get() && role.get() >= Some(Role::Admin));
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
        <form on:submit=move |event| {
            event.prevent_default();
            engine.ask(ask, Command::DeleteMessage { room, seq });
        }>
            <Failure ask />
            <div class="dialog-actions">
                <button type="button" class="button" on:click=move |_| close.set(false)>
                    "Close"
                </button>
                <Show when=may_delete>
                    <Submit ask label="Delete for everyone" busy="Deleting…" class="button button-danger" />
                </Show>
            </div>
        </form>
    }
    .into_any()
}

//! What is decided for a room: settings, a new key, who may not join.

use super::{
    ask::{Failure, Submit, on_done, waiting},
    room_state::{of_room, own_role},
    toast::Toasts,
};
use crate::engine::{Ask, Engine};
use leptos::prelude::*;
use model::{BannedView, Command};
use protocol::{
    RoomId,
    open::{Role, Settings},
};

/// Everybody sees the rules; admins and the owner change them.
#[component]
pub fn Rules(room: RoomId) -> impl IntoView {
    let engine = Engine::get();
    let ask = RwSignal::new(Ask::default());
    let settings = of_room(|room| room.settings);
    let role = own_role();
    let fixed = Signal::derive(move || role.get() < Some(Role::Admin) || waiting(ask).get());
    let toasts = Toasts::get();
    on_done(ask, move |_| toasts.show("Saved for everyone in the room."));
    let change = move |change: fn(&mut Settings, bool), to: bool| {
        let mut settings = settings.get_untracked();
        change(&mut settings, to);
        engine.ask(ask, Command::SetSettings { room, settings });
    };
    view! {
        <section class="card" aria-labelledby="rules-title">
            <div class="card-head">
                <h2 id="rules-title">"Rules of this room"</h2>
                <Show when=move || { role.get() < Some(Role::Admin) }>
                    <p>"The owner and the admins decide on them."</p>
                </Show>
            </div>
            <label class="check">
                <input
                    type="checkbox"
                    disabled=move || fixed.get()
                    prop:checked=move || settings.read().history_for_newcomers
                    on:change=move |event| {
                        change(|it, to| it.history_for_newcomers = to, event_target_checked(&event));
                    }
                />
                <span>
                    "Newcomers read what was said before"
                    <span class="field-help">
                        "Without it each invitation changes the key first, and shows nothing older."
                    </span>
                </span>
            </label>
            <label class="check">
                <input
                    type="checkbox"
                    disabled=move || fixed.get()
                    prop:checked=move || settings.read().admins_may_delete
                    on:change=move |event| {
                        change(|it, to| it.admins_may_delete = to, event_target_checked(&event));
                    }
                />
                <span>
                    "Admins may delete what others wrote"
                    <span class="field-help">"Everyone sees that a message was deleted, and by whom."</span>
                </span>
            </label>
            <Failure ask />
        </section>
    }
    .into_any()
}

/// A new key though nobody left: for when it went further than it should have.
#[component]
pub fn NewKey(room: RoomId) -> impl IntoView {
    let engine = Engine::get();
    let ask = RwSignal::new(Ask::default());
    let role = own_role();
    let toasts = Toasts::get();
    on_done(ask, move |_| {
        toasts.show("The room has a new key. Invitations made before let nobody in any more.");
    });
    view! {
        <Show when=move || { role.get() >= Some(Role::Admin) }>
            <section class="card" aria-labelledby="new-key-title">
                <div class="card-head">
                    <h2 id="new-key-title">"Change the key"</h2>
                    <p>
                        "Did the key or an invite link go where it should not? A new one shuts out whoever has only the old one. Members get it by themselves."
                    </p>
                </div>
                <form on:submit=move |event| {
                    event.prevent_default();
                    engine.ask(ask, Command::ChangeKey { room });
                }>
                    <Failure ask />
                    <Submit ask label="Make a new key" busy="Changing the key…" class="button" />
                </form>
            </section>
        </Show>
    }
    .into_any()
}

/// Who may not join, if anyone.
#[component]
pub fn Banned(room: RoomId) -> impl IntoView {
    let engine = Engine::get();
    let ask = RwSignal::new(Ask::default());
    let banned = of_room(|room| room.banned.clone());
    let role = own_role();
    let line = move |BannedView { user, name }: BannedView| {
        let label = format!("Let {name} join again");
        view! {
            <li class="member-line">
                <div class="member-name">
                    <p>{name}</p>
                </div>
                {(role.get() >= Some(Role::Admin))
                    .then(|| {
                        view! {
                            <button
                                type="button"
                                class="button button-small"
                                aria-label=label
                                on:click=move |_| engine.ask(ask, Command::UnbanUser { room, user })
                            >
                                "Let in again"
                            </button>
                        }
                    })}
            </li>
        }
    };
    view! {
        <Show when=move || !banned.read().is_empty()>
            <section class="card" aria-labelledby="banned-title">
                <h2 id="banned-title">"Banned"</h2>
                <ul class="members">{move || banned.get().into_iter().map(line).collect_view()}</ul>
                <Failure ask />
            </section>
        </Show>
    }
    .into_any()
}

//! What an owner or an admin decides about one member.

use super::{
    ask::{Failure, Submit, on_done},
    dialog::Dialog,
    members::role_name,
    toast::Toasts,
};
use crate::engine::{Ask, Engine};
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;
use model::Command;
use protocol::{RoomId, UserId, open::Role};

/// The roles that the owner can give. Handing over is asked about first: it cannot be taken back.
#[component]
pub fn Roles(room: RoomId, user: UserId, name: String, role: Role) -> impl IntoView {
    let engine = Engine::get();
    let ask = RwSignal::new(Ask::default());
    let sure = RwSignal::new(false);
    let toasts = Toasts::get();
    on_done(ask, move |_| {
        sure.set(false);
        toasts.show("The role is changed.");
    });
    let (label, next) = match role {
        Role::Member => (format!("Make {name} an admin"), Role::Admin),
        _ => (format!("Make {name} a plain member"), Role::Member),
    };
    let set = move |role| engine.ask(ask, Command::SetRole { room, user, role });
    let title = Signal::stored(format!("Hand the room over to {name}?"));
    view! {
        <section class="card" aria-labelledby="role-title">
            <div class="card-head">
                <h2 id="role-title">"Role"</h2>
                <p>
                    {format!(
                        "{name} is {}. Admins take people out, decide on the rules, and delete messages where the rules allow it.",
                        role_name(role).map_or("a member", |role| match role {
                            "Admin" => "an admin",
                            _ => "the owner",
                        }),
                    )}
                </p>
            </div>
            <div class="row">
                <button type="button" class="button" on:click=move |_| set(next)>
                    {label}
                </button>
                <button type="button" class="button button-danger-quiet" on:click=move |_| sure.set(true)>
                    "Hand the room over…"
                </button>
            </div>
            <Failure ask />
        </section>
        <Dialog open=sure title>
            <p>"You stay as an admin. Only the new owner can give the room back."</p>
            <form on:submit=move |event| {
                event.prevent_default();
                set(Role::Owner);
            }>
                <Failure ask />
                <div class="dialog-actions">
                    <button type="button" class="button" on:click=move |_| sure.set(false)>
                        "Keep it"
                    </button>
                    <Submit ask label="Hand it over" busy="Handing over…" class="button button-danger" />
                </div>
            </form>
        </Dialog>
    }
    .into_any()
}

/// Taking someone out, with or without a ban.
#[component]
pub fn TakeOut(room: RoomId, user: UserId, name: String) -> impl IntoView {
    let engine = Engine::get();
    let ask = RwSignal::new(Ask::default());
    let (sure, ban) = (RwSignal::new(false), RwSignal::new(false));
    let navigate = use_navigate();
    on_done(ask, move |_| {
        navigate(&format!("/room/{room}/details"), Default::default());
    });
    let title = Signal::stored(format!("Remove {name}?"));
    view! {
        <section class="card" aria-labelledby="remove-title">
            <div class="card-head">
                <h2 id="remove-title">"Remove from the room"</h2>
                <p>{format!("The key changes at once, so {name} reads nothing of what comes next.")}</p>
            </div>
            <div>
                <button type="button" class="button button-danger-quiet" on:click=move |_| sure.set(true)>
                    {format!("Remove {name}…")}
                </button>
            </div>
        </section>
        <Dialog open=sure title>
            <p>"What they have read so far they keep. Everyone in the room sees that you removed them."</p>
            <form on:submit=move |event| {
                event.prevent_default();
                engine
                    .ask(
                        ask,
                        match ban.get_untracked() {
                            true => Command::BanUser { room, user },
                            false => Command::RemoveMember { room, user },
                        },
                    );
            }>
                <label class="check">
                    <input
                        type="checkbox"
                        prop:checked=move || ban.get()
                        on:change=move |event| ban.set(event_target_checked(&event))
                    />
                    <span>"Also ban them: no key lets them in again"</span>
                </label>
                <Failure ask />
                <div class="dialog-actions">
                    <button type="button" class="button" on:click=move |_| sure.set(false)>
                        "Cancel"
                    </button>
                    <Submit ask label="Remove" busy="Removing…" class="button button-danger" />
                </div>
            </form>
        </Dialog>
    }
    .into_any()
}

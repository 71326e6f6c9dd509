//! What an owner or an admin decides about one member.

use super::{
    ask::{Failure, Submit},
    dialog::Dialog,
};
use crate::engine::{Ask, Engine};
use leptos::prelude::*;
use model::Command;
use protocol::{RoomId, UserId, open::Role};

/// The roles that the owner can give. Handing over is asked about first: it cannot be taken back.
#[component]
pub fn Roles(
    room: RoomId,
    user: UserId,
    name: Memo<String>,
    role: Memo<Role>,
    ask: RwSignal<Ask>,
) -> impl IntoView {
    let engine = Engine::get();
    let sure = RwSignal::new(false);
    let set = move |role| engine.ask(ask, Command::SetRole { room, user, role });
    let is_member = move || role.get() == Role::Member;
    let toggle = move |_| {
        set(match role.get_untracked() {
            Role::Member => Role::Admin,
            _ => Role::Member,
        });
    };
    let title = Signal::derive(move || format!("Hand the room over to {}?", name.get()));
    view! {
        <section class="card" aria-labelledby="role-title">
            <div class="card-head">
                <h2 id="role-title">"Role"</h2>
                <p>
                    {move || {
                        let is = if is_member() { "a member" } else { "an admin" };
                        format!(
                            "{} is {is}. Admins take people out, decide on the rules, and delete messages where the rules allow it.",
                            name.get(),
                        )
                    }}
                </p>
            </div>
            <div class="row">
                <button type="button" class="button" on:click=toggle>
                    {move || match is_member() {
                        true => format!("Make {} an admin", name.get()),
                        false => format!("Make {} a plain member", name.get()),
                    }}
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
pub fn TakeOut(
    room: RoomId,
    user: UserId,
    name: Memo<String>,
    ask: RwSignal<Ask>,
) -> impl IntoView {
    let engine = Engine::get();
    let (sure, ban) = (RwSignal::new(false), RwSignal::new(false));
    let title = Signal::derive(move || format!("Remove {}?", name.get()));
    view! {
        <section class="card" aria-labelledby="remove-title">
            <div class="card-head">
                <h2 id="remove-title">"Remove from the room"</h2>
                <p>{move || format!("The key changes at once, so {} reads nothing of what comes next.", name.get())}</p>
            </div>
            <div>
                <button type="button" class="button button-danger-quiet" on:click=move |_| sure.set(true)>
                    {move || format!("Remove {}…", name.get())}
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

//! `/join`: with a room key or an invite link. A key that came with the address waits in the engine's handle.

use crate::components::{
    ask::{Failure, Submit, on_done},
    field::{TextField, value},
    guard::{OtherTab, Stand, WayBack, stand},
    icon::{Icon, Shape},
    pane::PaneHeader,
    skeleton::Skeleton,
};
use crate::engine::{Ask, Engine};
use crate::inside::Part;
use leptos::{html::Input, prelude::*};
use leptos_meta::Title;
use leptos_router::{components::A, hooks::use_navigate};
use model::{Answer, Command, SecretText};

#[component]
pub fn Join() -> impl IntoView {
    let engine = Engine::get();
    let stand = stand(engine);
    view! {
        <Title text="Join a chat" />
        {move || match stand.get() {
            Stand::Starting => view! { <Skeleton /> }.into_any(),
            Stand::OtherTab => view! { <OtherTab /> }.into_any(),
            Stand::Outside => view! { <Invited /> }.into_any(),
            Stand::Inside => engine.inside(Part::Join),
        }}
    }
    .into_any()
}

/// For people who are not logged in.
#[component]
fn Invited() -> impl IntoView {
    let invited = Engine::get().invitation;
    view! {
        <div class="empty">
            <span class="empty-mark">
                <Icon shape=Shape::Users />
            </span>
            <h1 tabindex="-1">
                {move || if invited.with(Option::is_some) { "You are invited to a chat" } else { "Join a chat" }}
            </h1>
            <p>
                {move || {
                    if invited.with(Option::is_some) {
                        "Log in or create an account, and you land in the room. Its key stays in this tab; the server does not get it."
                    } else {
                        "Log in or create an account first, then paste the key that someone gave you."
                    }
                }}
            </p>
            <div class="row">
                <A href="/signup" attr:class="button button-primary">
                    "Create account"
                </A>
                <A href="/login" attr:class="button">
                    "Log in"
                </A>
            </div>
        </div>
    }
    .into_any()
}

#[component]
pub fn JoinContent() -> impl IntoView {
    let engine = Engine::get();
    let ask = RwSignal::new(Ask::default());
    let key = NodeRef::<Input>::new();
    let navigate = use_navigate();
    let invited = RwSignal::new(false);
    on_done(ask, move |answer| {
        if let Answer::Room(room) = answer {
            engine.invitation.set(None);
            navigate(&format!("/room/{room}"), Default::default());
        }
    });
    // Any site can open an invite link: it joins by itself only for someone who has just logged in for that.
    Effect::new(move |_| {
        if let (Some(field), Some(invitation)) = (key.get(), engine.invitation.get()) {
            field.set_value(invitation.reveal());
            invited.set(true);
            engine.invitation.set(None);
            if WayBack::take_joining() {
                engine.ask(ask, Command::JoinRoom { key: invitation });
            }
        }
    });
    view! {
        <PaneHeader back="/chats" title="Join a chat" />
        <div class="pane-scroll">
            <form
                class="column column-wide stack"
                on:submit=move |event| {
                    event.prevent_default();
                    engine.ask(ask, Command::JoinRoom { key: SecretText::new(value(key)) });
                }
            >
                <Show when=move || invited.get()>
                    <p class="lead">
                        "You opened an invitation. Join if you trust whoever sent it: the members will see your username."
                    </p>
                </Show>
                <TextField
                    id="room-key"
                    label="Room key or invite link"
                    node=key
                    class="field-input field-input-code"
                    help="44 characters that a member of the room gave you. The key does not leave this browser."
                />
                <Failure ask />
                <div>
                    <Submit ask label="Join" busy="Joining the room…" />
                </div>
            </form>
        </div>
    }
    .into_any()
}

//! Where the account is logged in.

use super::{
    ask::{Failure, on_done, waiting},
    clock,
    icon::{Icon, Shape},
    toast::Toasts,
};
use crate::engine::{Ask, Engine};
use leptos::prelude::*;
use model::{Command, SessionView};

#[component]
pub fn Sessions() -> impl IntoView {
    let engine = Engine::get();
    let (list, revoke) = (RwSignal::new(Ask::default()), RwSignal::new(Ask::default()));
    let toasts = Toasts::get();
    Effect::new(move |_| engine.ask(list, Command::ListSessions));
    on_done(revoke, move |_| {
        toasts.show("Logged out there.");
        engine.ask(list, Command::ListSessions);
    });
    let others = Memo::new(move |_| {
        engine
            .sessions
            .with(|sessions| sessions.iter().any(|session| !session.current))
    });
    view! {
        <section class="card" aria-labelledby="sessions-title">
            <div class="card-head">
                <h2 id="sessions-title">"Where you are logged in"</h2>
                <p>
                    "Logging a lost device out stops it from getting new messages. It does not take back what it has already."
                </p>
            </div>
            <ul class="sessions" aria-busy=move || waiting(list).get().then_some("true")>
                {move || {
                    engine.sessions.get().into_iter().map(|session| view! { <Session session revoke /> }).collect_view()
                }}
            </ul>
            <Failure ask=list />
            <Failure ask=revoke />
            <Show when=move || others.get()>
                <div>
                    <button
                        type="button"
                        class="button button-danger-quiet"
                        on:click=move |_| engine.ask(revoke, Command::RevokeOtherSessions)
                    >
                        "Log out all others"
                    </button>
                </div>
            </Show>
        </section>
    }
    .into_any()
}

#[component]
fn Session(session: SessionView, revoke: RwSignal<Ask>) -> impl IntoView {
    let engine = Engine::get();
    let SessionView {
        handle,
        current,
        created,
        last_used,
        client,
    } = session;
    let client = if client.is_empty() {
        "Unknown browser".to_owned()
    } else {
        client
    };
    let name = format!("Log out {client}");
    let times = if current {
        format!("Active now, since {}", clock::date_and_time(created))
    } else {
        format!("Last used {}", clock::date_and_time(last_used))
    };
    view! {
        <li>
            <Icon shape=Shape::Device />
            <div>
                <p>
                    <strong>{client}</strong>
                    {current.then(|| view! { <span class="tag tag-accent">"This one"</span> })}
                </p>
                <p>{times}</p>
            </div>
            {(!current)
                .then(|| {
                    view! {
                        <button
                            type="button"
                            class="button button-small"
                            aria-label=name
                            on:click=move |_| engine.ask(revoke, Command::RevokeSession { handle })
                        >
                            "Log out"
                        </button>
                    }
                })}
        </li>
    }
    .into_any()
}

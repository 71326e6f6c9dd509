//! How the connection stands.

use super::{
    clock,
    icon::{Icon, Shape},
};
use crate::engine::Engine;
use leptos::prelude::*;
use model::{Command, Connection};
use std::time::Duration;

/// A calm line while the server cannot be reached: what that means and what happens next. A first connection that is
/// just being made says nothing.
#[component]
pub fn ConnectionBanner() -> impl IntoView {
    let engine = Engine::get();
    let lost = Memo::new(move |before: Option<&bool>| match engine.connection.get() {
        Connection::Waiting { .. } => true,
        Connection::Connecting => before.copied().unwrap_or(false),
        Connection::Idle | Connection::Online => false,
    });
    view! {
        <div class="banner-place" role="status">
            <Show when=move || lost.get()>
                <div class="banner banner-warning">
                    <Icon shape=Shape::Offline />
                    <p>
                        <strong>"No connection. "</strong>
                        <NextTry />
                        " What you write is kept and goes out by itself."
                    </p>
                    <button type="button" class="button-link" on:click=move |_| engine.send(Command::Reconnect)>
                        "Try now"
                    </button>
                </div>
            </Show>
        </div>
    }
    .into_any()
}

/// When the next try is, counted down. Not read out: it would be every second.
#[component]
fn NextTry() -> impl IntoView {
    let connection = Engine::get().connection;
    let now = RwSignal::new(clock::now());
    if let Ok(ticking) =
        set_interval_with_handle(move || now.set(clock::now()), Duration::from_secs(1))
    {
        on_cleanup(move || ticking.clear());
    }
    let words = move || match connection.get() {
        Connection::Waiting { retry_at } => match retry_at.saturating_sub(now.get()).div_ceil(1000)
        {
            0 | 1 => "Trying again.".to_owned(),
            seconds => format!("Trying again in {seconds} seconds."),
        },
        _ => "Trying again.".to_owned(),
    };
    view! { <span aria-live="off">{words}</span> }
}

/// A dot for the connection, with the word for a screen reader.
#[component]
pub fn ConnectionDot() -> impl IntoView {
    let connection = Engine::get().connection;
    let online = move || connection.get() == Connection::Online;
    view! {
        <span class="status-dot" data-state=move || if online() { "online" } else { "waiting" }></span>
        <span class="visually-hidden">{move || if online() { "connected" } else { "not connected" }}</span>
    }
    .into_any()
}

//! What stands around a page: header and footer on public ones, the chat list on signed-in ones, and the dialogs and
//! sentences that belong to no page in particular.

use super::{
    browser,
    connection::ConnectionBanner,
    dialog::Dialog,
    guard::{Stand, stand},
    icon::Brand,
    sidebar::Sidebar,
    toast::ToastRegion,
};
use crate::engine::Engine;
use crate::inside::Part;
use leptos::{either::Either, prelude::*};
use leptos_router::{components::A, hooks::use_location};
use model::{Command, Phase};
use protocol::RoomId;

/// How a page is framed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Layout {
    /// Header, one column, footer.
    Site,
    /// Two panes; where there is room for one only, the chat list.
    List,
    /// Two panes; where there is room for one only, the page.
    Pane,
}

impl Layout {
    fn of(path: &str, stand: Stand) -> Self {
        match path.trim_end_matches('/') {
            // One sentence and one button: nothing to stand beside.
            _ if stand == Stand::OtherTab => Self::Site,
            "/chats" => Self::List,
            // An invitation opens for people who have no account yet.
            "/join" if stand == Stand::Inside => Self::Pane,
            "/verify" if stand == Stand::Inside => Self::Pane,
            "/chats/new" | "/profile" => Self::Pane,
            path if path.starts_with("/room/") => Self::Pane,
            _ => Self::Site,
        }
    }
}

/// The room that an address names.
fn room_of(path: &str) -> Option<RoomId> {
    path.strip_prefix("/room/")?.split('/').next()?.parse().ok()
}

#[component]
pub fn Frame(children: Children) -> impl IntoView {
    let engine = Engine::get();
    let path = use_location().pathname;
    let stand = stand(engine);
    let layout = Memo::new(move |_| Layout::of(&path.read(), stand.get()));
    let site = move || layout.get() == Layout::Site;

    let room = Memo::new(move |_| room_of(&path.read()));
    Effect::new(move |before: Option<Option<RoomId>>| {
        let open = room.get().filter(|_| stand.get() == Stand::Inside);
        if before.flatten() != open {
            engine.send(Command::OpenRoom { room: open });
        }
        open
    });

    // A new page starts at its heading, for the keyboard as for a screen reader.
    Effect::new(move |before: Option<String>| {
        let path = path.get();
        if before.is_some_and(|before| before != path) {
            request_animation_frame(|| {
                if !browser::focus_is_in(".composer") {
                    browser::focus_first(&["main h1", ".sidebar h2", "#content"]);
                }
            });
        }
        path
    });

    view! {
        <a
            class="skip-link"
            href="#content"
            rel="external"
            on:click=|event| {
                event.prevent_default();
                browser::focus_first(&["#content", ".sidebar h2"]);
            }
        >
            "Skip to content"
        </a>
        <div
            class=move || if site() { "site" } else { "app" }
            data-shows=move || if layout.get() == Layout::List { "list" } else { "pane" }
        >
            {move || {
                if site() {
                    Either::Left(view! { <SiteHeader /> })
                } else {
                    Either::Right(
                        view! {
                            <ConnectionBanner />
                            <Sidebar />
                        },
                    )
                }
            }}
            <main id="content" class=move || if site() { "site-main" } else { "pane" } tabindex="-1">
                {children()}
            </main>
            {move || {
                site()
                    .then(|| {
                        view! {
                            <footer class="site-footer">
                                <p>
                                    "SecureChat encrypts in your browser. Whoever runs this server sees who talks in which room and when, never what is said. "
                                    <a href="/security" rel="external">
                                        "What it protects from, and what not"
                                    </a>
                                </p>
                            </footer>
                        }
                    })
            }}
        </div>
        <Expired />
        <ToastRegion />
    }
    .into_any()
}

#[component]
fn SiteHeader() -> impl IntoView {
    let stand = stand(Engine::get());
    view! {
        <header class="site-header">
            <Brand href="/" />
            <nav aria-label="Account" hidden=move || stand.get() == Stand::OtherTab>
                {move || {
                    if stand.get() == Stand::Inside {
                        Either::Left(
                            view! {
                                <A href="/chats" attr:class="button button-small button-primary">
                                    "Open chats"
                                </A>
                            },
                        )
                    } else {
                        Either::Right(
                            view! {
                                <A href="/login" attr:class="button button-small button-quiet">
                                    "Log in"
                                </A>
                                <A href="/signup" attr:class="button button-small button-primary">
                                    "Create account"
                                </A>
                            },
                        )
                    }
                }}
            </nav>
        </header>
    }
    .into_any()
}

/// The session ended while the app was open: log in again, with everything kept.
#[component]
fn Expired() -> impl IntoView {
    let engine = Engine::get();
    let open = RwSignal::new(false);
    Effect::new(move |_| open.set(engine.phase.get() == Phase::Expired));
    view! {
        <Dialog open title="Please log in again" dismissable=false>
            {engine.inside(Part::LogInAgain)}
        </Dialog>
    }
    .into_any()
}

//! The route table.

use crate::components::{frame::Frame, guard::WayBack, toast::Toasts};
use crate::engine::Engine;
use crate::pages::{
    Chats, Home, Join, LogIn, Member, NewChat, NotFound, Profile, Recover, Room, RoomDetails,
    SignUp, Verify, Welcome,
};
use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::{
    components::{FlatRoutes, Route, Router},
    path,
};

/// The whole page below `<body>`.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    let engine = Engine::provide();
    Toasts::provide();
    WayBack::provide();
    // Effects run in a browser only, once the app stands in the page.
    Effect::new(move |_| engine.ready.set(true));
    view! {
        <Title formatter=move |title: String| {
            match engine.rooms.with(|rooms| rooms.iter().map(|room| room.unread).fold(0, u32::saturating_add)) {
                0 => format!("{title} · SecureChat"),
                unread => format!("({unread}) {title} · SecureChat"),
            }
        } />
        <Router>
            <Frame>
                <FlatRoutes fallback=NotFound>
                    <Route path=path!("/") view=Home />
                    <Route path=path!("/signup") view=SignUp />
                    <Route path=path!("/welcome") view=Welcome />
                    <Route path=path!("/login") view=LogIn />
                    <Route path=path!("/recover") view=Recover />
                    <Route path=path!("/chats") view=Chats />
                    <Route path=path!("/chats/new") view=NewChat />
                    <Route path=path!("/join") view=Join />
                    <Route path=path!("/room/:id") view=Room />
                    <Route path=path!("/room/:id/details") view=RoomDetails />
                    <Route path=path!("/room/:id/member/:user") view=Member />
                    <Route path=path!("/verify") view=Verify />
                    <Route path=path!("/profile") view=Profile />
                </FlatRoutes>
            </Frame>
        </Router>
    }
    .into_any()
}

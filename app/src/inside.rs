//! What only people who are logged in see. All of it is made by [`show`] and by nothing else, so that a browser need not
//! load it before someone comes in.

use crate::components::{log_in_again::LogInAgain, sidebar};
use crate::pages;
use leptos::prelude::*;

/// Whether nearly everyone who opens this address is logged in, so that all of this will be needed at once.
pub fn is_for_insiders(path: &str) -> bool {
    matches!(
        path,
        "/chats" | "/chats/new" | "/profile" | "/welcome" | "/verify"
    ) || path.starts_with("/room/")
}

/// A part of the screen.
#[derive(Clone, Copy)]
pub enum Part {
    /// The chat list.
    RoomList,
    /// Who is logged in, below the chat list.
    Foot,
    /// The question for the passphrase after the session has ended.
    LogInAgain,
    /// The content of `/chats`.
    Chats,
    /// The content of `/chats/new`.
    NewChat(pages::Made),
    /// The content of `/join`.
    Join,
    /// The content of `/room/:id/member/:user`.
    Member,
    /// The content of `/profile`.
    Profile,
    /// The content of `/room/:id`.
    Room,
    /// The content of `/room/:id/details`.
    RoomDetails,
    /// The content of `/verify`.
    Verify,
    /// The content of `/welcome`.
    Welcome,
}

/// Makes a part.
pub fn show(part: Part) -> AnyView {
    match part {
        Part::RoomList => view! { <sidebar::RoomList /> }.into_any(),
        Part::Foot => view! { <sidebar::Foot /> }.into_any(),
        Part::LogInAgain => view! { <LogInAgain /> }.into_any(),
        Part::Chats => view! { <pages::ChatsContent /> }.into_any(),
        Part::NewChat(made) => view! { <pages::NewChatContent made /> }.into_any(),
        Part::Join => view! { <pages::JoinContent /> }.into_any(),
        Part::Member => view! { <pages::MemberContent /> }.into_any(),
        Part::Profile => view! { <pages::ProfileContent /> }.into_any(),
        Part::Room => view! { <pages::RoomContent /> }.into_any(),
        Part::RoomDetails => view! { <pages::RoomDetailsContent /> }.into_any(),
        Part::Verify => view! { <pages::VerifyContent /> }.into_any(),
        Part::Welcome => view! { <pages::WelcomeContent /> }.into_any(),
    }
}

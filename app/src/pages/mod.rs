//! The pages, one file for each address.

mod chats;
mod home;
mod join;
mod log_in;
mod member;
mod new_chat;
mod not_found;
mod profile;
mod recover;
mod room;
mod room_details;
mod sign_up;
mod verify;
mod welcome;

pub use chats::{Chats, ChatsContent};
pub use home::Home;
pub use join::{Join, JoinContent};
pub use log_in::LogIn;
pub use member::{Member, MemberContent};
pub use new_chat::{Made, NewChat, NewChatContent};
pub use not_found::NotFound;
pub use profile::{Profile, ProfileContent};
pub use recover::Recover;
pub use room::{Room, RoomContent};
pub use room_details::{RoomDetails, RoomDetailsContent};
pub use sign_up::SignUp;
pub use verify::{Verify, VerifyContent};
pub use welcome::{Welcome, WelcomeContent};

//! The pages, one file for each address.

mod chats;
mod home;
mod join;
mod log_in;
mod new_chat;
mod not_found;
mod profile;
mod recover;
mod room;
mod room_details;
mod sign_up;
mod welcome;

pub use chats::Chats;
pub use home::Home;
pub use join::Join;
pub use log_in::LogIn;
pub use new_chat::NewChat;
pub use not_found::NotFound;
pub use profile::Profile;
pub use recover::Recover;
pub use room::Room;
pub use room_details::RoomDetails;
pub use sign_up::SignUp;
pub use welcome::Welcome;

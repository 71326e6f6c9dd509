//! What the address and the engine say together about the room on the screen.

use crate::engine::Engine;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use model::{Connection, MemberView, RoomView};
use protocol::{RoomId, open::Role};

/// Which room the page shows.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Here {
    /// This one, and the engine has it.
    Room(RoomId),
    /// It is on its way.
    Loading,
    /// The person is in no such room.
    Nowhere,
}

/// The room of the address, as far as the engine has it.
pub fn here() -> Memo<Here> {
    let engine = Engine::get();
    let params = use_params_map();
    Memo::new(move |_| {
        let Some(wanted) = params
            .read()
            .get("id")
            .and_then(|id| id.parse::<RoomId>().ok())
        else {
            return Here::Nowhere;
        };
        if engine
            .room
            .with(|room| room.as_ref().is_some_and(|room| room.room == wanted))
        {
            return Here::Room(wanted);
        }
        let listed = engine
            .rooms
            .with(|rooms| rooms.iter().any(|room| room.room == wanted));
        // A list that the server has not confirmed yet may lack a room that was joined elsewhere.
        if listed || engine.connection.get() != Connection::Online {
            Here::Loading
        } else {
            Here::Nowhere
        }
    })
}

/// The name of the room on the screen; empty while unknown.
pub fn room_name() -> Signal<String> {
    let engine = Engine::get();
    Memo::new(move |_| {
        engine.room.with(|room| {
            room.as_ref()
                .map(|room| room.name.clone())
                .unwrap_or_default()
        })
    })
    .into()
}

/// How many are in the room on the screen, in words.
pub fn member_count() -> impl IntoView {
    let engine = Engine::get();
    move || match engine.room.with(|room| {
        room.as_ref()
            .map_or(0, |room: &RoomView| room.members.len())
    }) {
        0 => "Loading members…".to_owned(),
        1 => "Only you so far".to_owned(),
        count => format!("{count} members"),
    }
}

/// A part of the room on the screen; its default while there is none.
pub fn of_room<T: Default + PartialEq + Send + Sync + 'static>(
    part: impl Fn(&RoomView) -> T + Send + Sync + 'static,
) -> Memo<T> {
    let engine = Engine::get();
    Memo::new(move |_| {
        engine
            .room
            .with(|room| room.as_ref().map(&part).unwrap_or_default())
    })
}

/// Who is in the room on the screen. How far each has read is left out: that changes all the time, and whoever lists people
/// shows it to nobody.
pub fn members() -> Memo<Vec<MemberView>> {
    of_room(|room| {
        let members = room.members.iter().cloned();
        members.map(|it| MemberView { read: 0, ..it }).collect()
    })
}

/// What this person may do in the room on the screen.
pub fn own_role() -> Memo<Option<Role>> {
    of_room(|room| room.members.iter().find(|it| it.me).map(|it| it.role))
}

/// How a member is called.
pub fn name_of(member: &MemberView) -> String {
    match member.display_name.is_empty() {
        true => member.username.clone(),
        false => member.display_name.clone(),
    }
}

//! What is wrong in the room on the screen. It stays until the person says that they have understood it: only they can judge.

use super::{
    ask::Failure,
    icon::{Icon, Shape},
    message::Details,
    room_state::{of_room, own_role},
};
use crate::engine::{Ask, Engine};
use leptos::prelude::*;
use model::{Alarm, Command};
use protocol::{RoomId, open::Role};

#[component]
pub fn Alarms(room: RoomId) -> impl IntoView {
    let alarms = of_room(|room| room.alarms.clone());
    view! {
        <Show when=move || !alarms.read().is_empty()>
            <section class="alarms" role="alert" aria-label="Warnings">
                {move || {
                    alarms.get().into_iter().map(|alarm| view! { <Warning room alarm /> }).collect_view()
                }}
            </section>
        </Show>
    }
    .into_any()
}

#[component]
fn Warning(room: RoomId, alarm: Alarm) -> impl IntoView {
    let engine = Engine::get();
    let sentence = alarm.sentence.clone();
    view! {
        <div class="alarm">
            <Icon shape=Shape::Warning />
            <div>
                <p>{alarm.sentence}</p>
                <Details details=alarm.details />
            </div>
            <button
                type="button"
                class="button button-small"
                on:click=move |_| {
                    engine.send(Command::DismissAlarm { room, sentence: sentence.clone() });
                }
            >
                "Understood"
            </button>
        </div>
    }
    .into_any()
}

/// In the composer's place while the server has less of the log than it had.
#[component]
pub fn Rewound(room: RoomId) -> impl IntoView {
    let engine = Engine::get();
    let ask = RwSignal::new(Ask::default());
    let owner = own_role();
    let owner_name = of_room(|room| {
        let owner = room.members.iter().find(|it| it.role == Role::Owner);
        owner.map(super::room_state::name_of).unwrap_or_default()
    });
    view! {
        <div class="composer-closed">
            <p>"The server came back without the newest messages of this room. Nothing is sent here until that is settled."</p>
            {move || match owner.get() {
                Some(Role::Owner) => {
                    view! {
                        <p>
                            "If whoever runs the server restored a backup, you can go on with what is left. Everyone will see that messages were lost here; each can send their own again."
                        </p>
                        <button
                            type="button"
                            class="button button-small"
                            on:click=move |_| engine.ask(ask, Command::AcceptRewind { room })
                        >
                            "Go on with what is left"
                        </button>
                        <Failure ask />
                    }
                        .into_any()
                }
                _ => {
                    view! {
                        <p>
                            {move || {
                                format!("Ask whoever runs the server what happened, and {} to go on.", owner_name.read())
                            }}
                        </p>
                    }
                        .into_any()
                }
            }}
        </div>
    }
    .into_any()
}

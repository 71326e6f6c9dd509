//! What is wrong in the room on the screen. It stays: only the person can judge it.

use super::{
    icon::{Icon, Shape},
    message::Details,
    room_state::of_room,
};
use leptos::prelude::*;
use model::Alarm;

#[component]
pub fn Alarms() -> impl IntoView {
    let alarms = of_room(|room| room.alarms.clone());
    view! {
        <Show when=move || !alarms.read().is_empty()>
            <section class="alarms" role="alert" aria-label="Warnings">
                {move || {
                    alarms.get().into_iter().map(|alarm| view! { <Warning alarm /> }).collect_view()
                }}
            </section>
        </Show>
    }
    .into_any()
}

#[component]
fn Warning(alarm: Alarm) -> impl IntoView {
    view! {
        <div class="alarm">
            <Icon shape=Shape::Warning />
            <div>
                <p>{alarm.sentence}</p>
                <Details details=alarm.details />
            </div>
        </div>
    }
    .into_any()
}

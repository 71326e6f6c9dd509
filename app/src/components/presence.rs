//! Between messages and composer: who is typing, and how far word of a removal has come.

use super::room_state::of_room;
use leptos::prelude::*;

#[component]
pub fn Presence() -> impl IntoView {
    let typing = of_room(|room| room.typing.clone());
    let removal = of_room(|room| room.removal.clone());
    view! {
        <div class="presence" aria-live="polite">
            {move || typing.with(|names| typing_line(names)).map(|line| view! { <p>{line}</p> })}
            {move || {
                removal
                    .get()
                    .filter(|it| it.seen < it.of)
                    .map(|it| {
                        view! {
                            <p>
                                {format!(
                                    "{} of {} members have seen that {} is gone. The others may still write as if {} were here.",
                                    it.seen,
                                    it.of,
                                    it.name,
                                    it.name,
                                )}
                            </p>
                        }
                    })
            }}
        </div>
    }
    .into_any()
}

fn typing_line(names: &[String]) -> Option<String> {
    match names {
        [] => None,
        [one] => Some(format!("{one} is typing…")),
        [one, two] => Some(format!("{one} and {two} are typing…")),
        [one, two, ..] => Some(format!("{one}, {two} and others are typing…")),
    }
}

#[cfg(test)]
mod tests {
    use super::typing_line;

    #[test]
    fn says_who_is_typing_without_a_list() {
        let names: Vec<String> = ["Ana", "Ben", "Cleo", "Dan"].map(str::to_owned).into();
        assert_eq!(typing_line(&[]), None);
        let line = |count: usize| typing_line(&names[..count]).unwrap();
        assert_eq!(line(1), "Ana is typing…");
        assert_eq!(line(2), "Ana and Ben are typing…");
        assert_eq!(line(4), "Ana, Ben and others are typing…");
    }
}

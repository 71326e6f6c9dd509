//! Where a message is written.

use super::{
    ask::waiting,
    browser,
    icon::{Icon, Shape},
    scroll::Scroll,
};
use crate::engine::{Ask, Engine};
use leptos::{ev::KeyboardEvent, html::Textarea, leptos_dom::helpers::TimeoutHandle, prelude::*};
use model::Command;
use protocol::{RoomId, limits::TEXT_BYTES};
use std::{collections::VecDeque, time::Duration};

/// From here on the room that is left is shown, in bytes.
const COUNT_FROM: usize = TEXT_BYTES - 2048;

/// How long typing pauses before the draft is kept.
const DRAFT_AFTER: Duration = Duration::from_millis(500);

/// How a text stands to the limit, in words; and whether it is beyond.
fn count(text: &str) -> Option<(String, bool)> {
    let bytes = text.len();
    if bytes < COUNT_FROM {
        return None;
    }
    // People count characters, the limit counts bytes: this text's own average converts one into the other.
    let in_characters = |bytes: usize| (bytes * text.chars().count()).div_ceil(text.len().max(1));
    Some(if bytes > TEXT_BYTES {
        let over = in_characters(bytes - TEXT_BYTES);
        (
            format!("About {over} characters too long. Shorten the message or send it in parts."),
            true,
        )
    } else {
        (
            format!(
                "Room for about {} more characters.",
                in_characters(TEXT_BYTES - bytes)
            ),
            false,
        )
    })
}

/// The composer of a room. Enter sends and Shift+Enter makes a new line; under a finger Enter makes a new line.
#[component]
pub fn Composer(room: RoomId, scroll: Scroll) -> impl IntoView {
    let engine = Engine::get();
    let node = NodeRef::<Textarea>::new();
    let text = RwSignal::new(engine.room.with_untracked(|room| {
        room.as_ref()
            .map(|room| room.draft.clone())
            .unwrap_or_default()
    }));
    let counted = Memo::new(move |_| text.with(|text| count(text)));
    let too_long =
        Memo::new(move |_| counted.with(|counted| counted.as_ref().is_some_and(|(_, over)| *over)));
    let empty = Memo::new(move |_| text.with(|text| text.trim().is_empty()));

    let show = move |new: String| {
        if let Some(area) = node.get_untracked() {
            area.set_value(&new);
            fit(&area);
        }
        text.set(new);
    };

    let timer = StoredValue::new(None::<TimeoutHandle>);
    let keep_draft = move |text: String| {
        if let Some(timer) = timer.try_update_value(Option::take).flatten() {
            timer.clear();
        }
        engine.send(Command::SetDraft { room, text });
    };
    let keep_draft_soon = move || {
        if let Some(timer) = timer.try_update_value(Option::take).flatten() {
            timer.clear();
        }
        let handle = set_timeout_with_handle(
            move || {
                text.try_get_untracked().map(keep_draft);
            },
            DRAFT_AFTER,
        );
        timer.set_value(handle.ok());
    };
    on_cleanup(move || {
        if timer.with_value(Option::is_some) {
            keep_draft(text.get_untracked());
        }
    });

    // The field is free at once; what was written waits here until the engine has it.
    let ask = RwSignal::new(Ask::default());
    let queue = StoredValue::new(VecDeque::<String>::new());
    let next = move || {
        if let Some(text) = queue.with_value(|queue| queue.front().cloned()) {
            engine.ask(ask, Command::SendText { room, text });
        }
    };
    Effect::new(move |_| match ask.get() {
        Ask::Done(_) => {
            queue.update_value(|queue| {
                queue.pop_front();
            });
            next();
        }
        Ask::Failed(_) => {
            let mut back: Vec<String> = queue
                .try_update_value(std::mem::take)
                .unwrap_or_default()
                .into();
            back.push(text.get_untracked());
            back.retain(|text| !text.is_empty());
            show(back.join("\n"));
        }
        Ask::Idle | Ask::Waiting => {}
    });
    let send = move || {
        if empty.get_untracked() || too_long.get_untracked() {
            return;
        }
        queue.update_value(|queue| queue.push_back(text.get_untracked()));
        show(String::new());
        keep_draft(String::new());
        scroll.to_end();
        next();
    };

    Effect::new(move |_| {
        if let Some(area) = node.get() {
            area.set_value(&text.get_untracked());
            fit(&area);
            if !browser::coarse_pointer() {
                let _ = area.focus();
            }
        }
    });
    let typed = move |event: KeyboardEvent| {
        // While an input method composes, Enter chooses a word.
        if event.key() == "Enter"
            && !event.shift_key()
            && !event.is_composing()
            && !browser::coarse_pointer()
        {
            event.prevent_default();
            send();
        }
    };
    let failure = move || match ask.get() {
        Ask::Failed(trouble) => Some((trouble.to_string(), true)),
        _ => counted.get(),
    };

    view! {
        <form
            class="composer"
            on:submit=move |event| {
                event.prevent_default();
                send();
            }
        >
            <div class="composer-box">
                <textarea
                    class="composer-text"
                    node_ref=node
                    rows="1"
                    placeholder="Write a message"
                    aria-label="Message"
                    aria-describedby="composer-note"
                    aria-invalid=move || too_long.get().then_some("true")
                    autocomplete="off"
                    enterkeyhint="enter"
                    on:input=move |event| {
                        text.set(event_target_value(&event));
                        if let Some(area) = node.get_untracked() {
                            fit(&area);
                            scroll.keep_end();
                        }
                        keep_draft_soon();
                        engine.send(Command::Typing { room });
                    }
                    on:keydown=typed
                ></textarea>
                <button
                    type="submit"
                    class="button button-icon composer-send"
                    aria-label="Send"
                    aria-disabled=move || (empty.get() || too_long.get()).then_some("true")
                    aria-busy=move || waiting(ask).get().then_some("true")
                >
                    <Icon shape=Shape::Send />
                </button>
            </div>
            <div id="composer-note" aria-live="polite">
                {move || {
                    failure()
                        .map(|(sentence, danger)| {
                            view! {
                                <p class="composer-note" class:composer-note-danger=danger>
                                    {sentence}
                                </p>
                            }
                        })
                }}
            </div>
        </form>
    }
    .into_any()
}

/// Makes the field as high as its text; the style sheet sets the most.
fn fit(area: &leptos::web_sys::HtmlTextAreaElement) {
    let style = leptos::web_sys::HtmlElement::style(area);
    let _ = style.set_property("block-size", "auto");
    let _ = style.set_property("block-size", &format!("{}px", area.scroll_height()));
}

#[cfg(test)]
mod tests {
    use super::{COUNT_FROM, TEXT_BYTES, count};

    #[test]
    fn counts_only_near_the_limit() {
        assert_eq!(count(&"x".repeat(COUNT_FROM - 1)), None);
        assert_eq!(
            count(&"x".repeat(TEXT_BYTES)),
            Some(("Room for about 0 more characters.".into(), false))
        );
    }

    #[test]
    fn says_how_many_characters_are_too_many_whatever_bytes_they_take() {
        let (sentence, over) = count(&"ü".repeat(TEXT_BYTES / 2 + 10)).unwrap();
        assert!(over);
        assert!(
            sentence.starts_with("About 10 characters too long"),
            "{sentence}"
        );
    }
}

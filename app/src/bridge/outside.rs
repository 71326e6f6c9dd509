//! Before the engine is needed. Someone of whom this browser keeps nothing can read and fill the pages without it; it is
//! made at the first command, or at once where something is kept.

use super::{
    failure,
    listen::Listener,
    piece::{self, NotLoaded, Piece},
};
use crate::engine::Engine as Page;
use crate::inside::is_for_insiders;
use client::io::Event;
use futures::{StreamExt, channel::mpsc::UnboundedReceiver};
use leptos::prelude::{Set, document, window};
use model::{Delta, Phase, Trouble};
use std::{cell::Cell, rc::Rc};
use wasm_bindgen_futures::spawn_local;

/// Waits until the engine is needed. What was heard meanwhile is the engine's to hear first; `None` if another tab took
/// over before.
pub async fn until_needed(
    page: Page,
    inbox: &mut UnboundedReceiver<Event>,
) -> Option<(Vec<Event>, Piece)> {
    let mut heard = Vec::new();
    while let Some(event) = inbox.next().await {
        let needed = match &event {
            Event::Started { stored } if stored.iter().all(Vec::is_empty) => {
                page.phase.set(Phase::LoggedOut);
                false
            }
            Event::Locked => {
                page.phase.set(Phase::OtherTab);
                false
            }
            Event::Replaced => {
                page.phase.set(Phase::OtherTab);
                return None;
            }
            // Nothing is due yet.
            Event::Tick => continue,
            _ => true,
        };
        heard.push(event);
        if needed {
            match piece::load().await {
                Ok(piece) => {
                    failure::set_not_started(false);
                    return Some((heard, piece));
                }
                Err(fault) => refuse(page, &mut heard, &fault),
            }
        }
    }
    None
}

/// Says that the command could not be done: the next one tries again. A page that starts with something kept has no
/// command to answer, and no content without the engine.
fn refuse(page: Page, heard: &mut Vec<Event>, fault: &NotLoaded) {
    match heard.pop_if(|event| matches!(event, Event::Command { .. })) {
        Some(Event::Command { ticket, .. }) => page.apply(Delta::Answer {
            ticket,
            result: Err(Trouble::Browser(fault.to_string())),
        }),
        _ => failure::set_not_started(true),
    }
}

/// Loads what will be needed: at once on a page for people who are logged in, else while someone begins to use the page.
pub fn load_ahead() {
    if is_for_insiders(&window().location().pathname().unwrap_or_default()) {
        return spawn_local(async {
            // Whoever is logged in hears of a failure when the engine is to start.
            let _ = piece::load().await;
        });
    }
    let loading = Rc::new(Cell::new(false));
    for kind in ["pointerdown", "keydown", "input"] {
        let loading = loading.clone();
        let begin = move || {
            if !loading.replace(true) {
                let loading = loading.clone();
                spawn_local(async move {
                    // The command that needs it tries again too, and says so if that fails.
                    loading.set(piece::load().await.is_ok());
                });
            }
        };
        Listener::new(document(), kind, begin).forever();
    }
}

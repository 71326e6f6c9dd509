//! Invite links: the room key stands in the fragment, which browsers do not send, and must not stay in the address bar,
//! the history or a screenshot.

use super::listen::Listener;
use crate::engine::Engine;
use leptos::prelude::{Set, window};
use model::SecretText;

const PATH: &str = "/join";

/// Takes the fragment of an invite link out of the address bar. boot.js does the same for the address that the page was opened with.
fn take() -> Option<SecretText> {
    let location = window().location();
    if location.pathname().ok()? != PATH {
        return None;
    }
    let fragment = SecretText::new(location.hash().ok()?);
    let key = fragment
        .reveal()
        .strip_prefix('#')
        .filter(|key| !key.is_empty())?;
    let history = window().history().ok()?;
    let state = history.state().ok()?;
    // Replaced, not navigated: the link itself must not stay one step back in the history either.
    history
        .replace_state_with_url(&state, "", Some(PATH))
        .ok()?;
    Some(SecretText::new(key.to_owned()))
}

/// Offers the invitation that the page was opened with, and any that is opened in the same tab later.
pub fn offer(page: Engine, first: Option<SecretText>) {
    let offer = move |invitation: Option<SecretText>| {
        if invitation.is_some() {
            page.invitation.set(invitation);
        }
    };
    offer(first);
    for kind in ["hashchange", "popstate"] {
        Listener::new(window(), kind, move || offer(take())).forever();
    }
}

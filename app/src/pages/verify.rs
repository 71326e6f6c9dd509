//! `/verify#…`: someone's side of a safety number, as a link or from a QR code. It compares by itself.

use crate::components::{
    ask::Failure,
    guard::SignedIn,
    icon::{Icon, Shape},
    pane::PaneHeader,
    safety::SafetyCard,
    skeleton::Skeleton,
};
use crate::engine::{Ask, Engine};
use crate::inside::Part;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_location;
use model::{Answer, Command, SafetyView};

#[component]
pub fn Verify() -> impl IntoView {
    view! {
        <Title text="Compare keys" />
        <SignedIn part=Part::Verify />
    }
    .into_any()
}

#[component]
pub fn VerifyContent() -> impl IntoView {
    let engine = Engine::get();
    let ask = RwSignal::new(Ask::default());
    let link = use_location().hash;
    Effect::new(move |_| engine.ask(ask, Command::CompareLink { text: link.get() }));
    view! {
        <PaneHeader back="/chats" title="Compare keys" />
        <div class="pane-scroll">
            <div class="column column-wide">
                {move || match ask.get() {
                    Ask::Done(Answer::Compared { safety, matches }) => {
                        view! { <Outcome safety=*safety matches /> }.into_any()
                    }
                    Ask::Failed(_) => view! { <Failure ask /> }.into_any(),
                    _ => view! { <Skeleton /> }.into_any(),
                }}
            </div>
        </div>
    }
    .into_any()
}

#[component]
fn Outcome(safety: SafetyView, matches: bool) -> impl IntoView {
    let who = safety.username.clone();
    if matches {
        view! {
            <p class="note note-good">
                <Icon shape=Shape::Shield />
                <span>
                    {format!("These are the keys that you know as {who}'s. If {who} showed you this code in person, mark it below.")}
                </span>
            </p>
            <SafetyCard safety />
        }
        .into_any()
    } else {
        view! {
            <div class="alarm" role="alert">
                <Icon shape=Shape::Warning />
                <div>
                    <p>
                        {format!(
                            "These are not the keys that you know as {who}'s. Either {who} just replaced them, or the server shows one of you false keys. Ask {who} by another way, and do not write anything secret until it is clear.",
                        )}
                    </p>
                </div>
            </div>
        }
        .into_any()
    }
}

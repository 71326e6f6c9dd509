//! The safety number: what two people compare to know that nobody stands between them.

use super::{
    ask::{Failure, on_done},
    browser,
    icon::{Icon, Shape},
    qr::Qr,
    share::CopyButton,
    toast::Toasts,
};
use crate::engine::{Ask, Engine};
use leptos::prelude::*;
use model::{Answer, Command, SafetyView, SecretText, Trust};
use protocol::UserId;

/// Asks for the safety number with someone and shows it.
#[component]
pub fn Safety(user: UserId) -> impl IntoView {
    let engine = Engine::get();
    let ask = RwSignal::new(Ask::default());
    Effect::new(move |_| engine.ask(ask, Command::SafetyNumber { user }));
    let safety = move || match ask.get() {
        Ask::Done(Answer::Safety(safety)) => Some(*safety),
        _ => None,
    };
    view! {
        {move || safety().map(|safety| view! { <SafetyCard safety /> })}
        <Failure ask />
    }
    .into_any()
}

/// A safety number with its QR code, and whether it was compared.
#[component]
pub fn SafetyCard(safety: SafetyView) -> impl IntoView {
    let SafetyView {
        user,
        username,
        digits,
        link,
        trust,
    } = safety;
    let link = SecretText::new(format!("{}{link}", browser::origin()));
    view! {
        <section class="card" aria-labelledby="safety-title">
            <div class="card-head">
                <h2 id="safety-title">"Safety number"</h2>
                <p>
                    {format!(
                        "Compare it with {username} in person or in a call. If both of you see the same number, nobody stands between you, not even the server.",
                    )}
                </p>
            </div>
            <div class="safety">
                <ol class="safety-digits" aria-label="Safety number" data-testid="safety-number">
                    {digits.split(' ').map(|group| view! { <li>{group.to_owned()}</li> }).collect_view()}
                </ol>
                <div class="safety-code">
                    <Qr text=link.reveal().to_owned() label="QR code of your side of the safety number" />
                    <p class="small muted">
                        {format!("{username} can scan this with a phone that is logged in: it compares by itself.")}
                    </p>
                    <CopyButton text=link label="Copy link" copied="Link copied." shape=Shape::Link />
                </div>
            </div>
            <Mark user username trust />
        </section>
    }
    .into_any()
}

/// Says how things stand, and lets the person say that the numbers are the same.
#[component]
fn Mark(user: UserId, username: String, trust: Trust) -> impl IntoView {
    let engine = Engine::get();
    let ask = RwSignal::new(Ask::default());
    let trust = RwSignal::new(trust);
    let toasts = Toasts::get();
    let name = username.clone();
    on_done(ask, move |_| {
        let verified = matches!(trust.get_untracked(), Trust::Verified { .. });
        trust.set(match verified {
            true => Trust::Unverified,
            false => Trust::Verified { at: 0 },
        });
        toasts.show(match verified {
            true => format!("{name} is no longer marked as verified."),
            false => format!("{name} is verified, on all your devices."),
        });
    });
    let set = move |verified: bool| {
        engine.ask(ask, Command::SetVerified { user, verified });
    };
    view! {
        {move || match trust.get() {
            Trust::Verified { .. } => {
                view! {
                    <div class="row">
                        <span class="tag tag-good">
                            <Icon shape=Shape::Shield />
                            "Verified"
                        </span>
                        <button type="button" class="button-link" on:click=move |_| set(false)>
                            "Take it back"
                        </button>
                    </div>
                }
                    .into_any()
            }
            other => {
                view! {
                    {(other == Trust::Changed)
                        .then(|| {
                            view! {
                                <p class="note">
                                    <Icon shape=Shape::Warning />
                                    <span>
                                        {format!(
                                            "{username} has other keys than those that you compared. Ask {username}, by another way than this chat, whether they replaced them, and compare again.",
                                        )}
                                    </span>
                                </p>
                            }
                        })}
                    <div>
                        <button type="button" class="button button-primary" on:click=move |_| set(true)>
                            "The numbers are the same"
                        </button>
                    </div>
                }
                    .into_any()
            }
        }}
        <Failure ask />
    }
    .into_any()
}

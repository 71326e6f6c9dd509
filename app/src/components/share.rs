//! A room key, ready to be handed over.

use super::{
    browser,
    icon::{Icon, Shape},
    qr::Qr,
    toast::Toasts,
};
use leptos::prelude::*;
use model::SecretText;

/// Copies a text and says so.
#[component]
pub fn CopyButton(
    text: SecretText,
    label: &'static str,
    /// What is said once it is copied.
    copied: &'static str,
    #[prop(default = "button button-small")] class: &'static str,
    #[prop(default = Shape::Copy)] shape: Shape,
) -> impl IntoView {
    let toasts = Toasts::get();
    view! {
        <button
            type="button"
            class=class
            on:click=move |_| {
                browser::copy(
                    text.reveal().to_owned(),
                    move |worked| {
                        toasts
                            .show(
                                if worked {
                                    copied
                                } else {
                                    "This browser does not let pages copy. Please select the text and copy it yourself."
                                },
                            );
                    },
                );
            }
        >
            <Icon shape />
            {label}
        </button>
    }
    .into_any()
}

/// The room key with its invite link and QR code, and how to hand it over.
#[component]
pub fn KeyCard(key: SecretText) -> impl IntoView {
    // The fragment of an address is not sent to any server.
    let link = SecretText::new(format!("{}/join#{}", browser::origin(), key.reveal()));
    view! {
        <section class="key-card" aria-labelledby="room-key-title">
            <h2 class="key-card-title" id="room-key-title">
                <Icon shape=Shape::Key />
                "Room key"
            </h2>
            <div class="key-card-main">
                <Qr text=link.reveal().to_owned() label="QR code of the invite link" />
                <div class="stack">
                    <code class="key-text" data-testid="room-key">
                        {key.reveal().to_owned()}
                    </code>
                    <div class="row">
                        <CopyButton
                            text=key
                            label="Copy key"
                            copied="Room key copied."
                            class="button button-small button-primary"
                        />
                        <CopyButton
                            text=link
                            label="Copy invite link"
                            copied="Invite link copied. Paste it only where you trust the readers."
                            shape=Shape::Link
                        />
                    </div>
                    <p class="small">
                        "Whoever has this key can read and write here. Show the code in person, or send the link through a call or chat that you already trust; never post it in public."
                    </p>
                </div>
            </div>
        </section>
    }
    .into_any()
}

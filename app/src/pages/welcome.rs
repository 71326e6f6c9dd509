//! `/welcome`: the recovery code, until its owner says that it is saved.

use crate::components::{
    ask::{Failure, on_done, waiting},
    browser,
    guard::{SignedIn, onward},
    icon::{Icon, Shape},
    share::CopyButton,
    toast::Toasts,
};
use crate::engine::{Ask, Engine};
use crate::inside::Part;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::{components::A, hooks::use_navigate};
use model::{Command, SecretText};

#[component]
pub fn Welcome() -> impl IntoView {
    view! {
        <Title text="Save your recovery code" />
        <div class="column column-wide">
            <SignedIn part=Part::Welcome />
        </div>
    }
    .into_any()
}

#[component]
pub fn WelcomeContent() -> impl IntoView {
    let engine = Engine::get();
    // Stays until the page is left: once it is saved, the engine forgets the code before its answer leads on.
    let code = Memo::new(move |before: Option<&Option<SecretText>>| {
        before
            .cloned()
            .flatten()
            .or_else(|| engine.recovery_code.get())
    });
    move || match code.get() {
        Some(code) => view! { <Code code /> }.into_any(),
        None => view! { <Saved /> }.into_any(),
    }
}

#[component]
fn Code(code: SecretText) -> impl IntoView {
    let engine = Engine::get();
    let ask = RwSignal::new(Ask::default());
    let saved = RwSignal::new(false);
    let username = engine.me.with_untracked(|me| {
        me.as_ref()
            .map(|me| me.username.clone())
            .unwrap_or_default()
    });
    let navigate = use_navigate();
    on_done(ask, move |_| navigate(&onward(engine), Default::default()));
    let (file, greeting) = (
        file_text(&username, &code),
        format!("Welcome, {username}. "),
    );
    let toasts = Toasts::get();
    let save = move |_| {
        if browser::save_file(
            &format!("securechat-recovery-{username}.txt"),
            file.reveal(),
        )
        .is_err()
        {
            toasts
                .show("This browser does not let pages save files. Please copy the code instead.");
        }
    };
    view! {
        <div class="sheet">
            <header class="page-head">
                <h1 tabindex="-1">"Save your recovery code"</h1>
                <p class="lead">
                    {greeting}
                    "This code opens your account if you ever lose your passphrase. It is shown only until you have saved it."
                </p>
            </header>
            <section class="key-card" aria-labelledby="recovery-title">
                <h2 class="key-card-title" id="recovery-title">
                    <Icon shape=Shape::Key />
                    "Recovery code"
                </h2>
                <code class="key-text key-text-groups" data-testid="recovery-code">
                    {code.reveal().to_owned()}
                </code>
                <div class="row key-card-actions">
                    <CopyButton text=code label="Copy" copied="Recovery code copied." />
                    <button type="button" class="button button-small" on:click=save>
                        "Save as text file"
                    </button>
                    <button type="button" class="button button-small" on:click=|_| browser::print()>
                        "Print"
                    </button>
                </div>
            </section>
            <p class="small no-print">
                "Keep it on paper or in a password manager, away from this device. Whoever has it and knows your username can take over the account."
            </p>
            <label class="check no-print">
                <input type="checkbox" on:change=move |event| saved.set(event_target_checked(&event)) />
                <span>"I saved it where I find it again without this device."</span>
            </label>
            <Failure ask />
            <button
                type="button"
                class="button button-primary button-wide no-print"
                disabled=move || !saved.get()
                aria-busy=move || waiting(ask).get().then_some("true")
                on:click=move |_| engine.ask(ask, Command::RecoveryCodeSaved)
            >
                "Continue"
            </button>
        </div>
    }
    .into_any()
}

#[component]
fn Saved() -> impl IntoView {
    view! {
        <div class="empty">
            <h1 tabindex="-1">"Your recovery code is saved"</h1>
            <p>"It is not shown again. Keep it where you find it without this device."</p>
            <div class="row">
                <A href="/chats" attr:class="button button-primary">
                    "To your chats"
                </A>
            </div>
        </div>
    }
    .into_any()
}

fn file_text(username: &str, code: &SecretText) -> SecretText {
    SecretText::new(format!(
        "SecureChat recovery code\n\nServer:   {}\nUsername: {username}\nCode:     {}\n\nWhoever has this code and knows the username can take over the account.\n",
        browser::origin(),
        code.reveal()
    ))
}

//! The field for a new passphrase, with its strength as it is typed.

use super::field::SecretField;
use leptos::{html::Input, prelude::*};
use model::passphrase::{Strength, Verdict, judge};

/// A new passphrase. `username` is what stands in its field meanwhile: a passphrase may not be made of it.
#[component]
pub fn NewPassphrase(
    id: &'static str,
    #[prop(default = "Passphrase")] label: &'static str,
    node: NodeRef<Input>,
    #[prop(into)] username: Signal<String>,
) -> impl IntoView {
    let strength = RwSignal::new(judge("", ""));
    let typed = RwSignal::new(false);
    let on_input = Callback::new(move |text: String| {
        typed.set(!text.is_empty());
        strength.set(judge(&text, &username.read_untracked()));
    });
    view! {
        <SecretField id label node autocomplete="new-password" on_input>
            <div class="meter" data-score=move || if typed.get() { strength.with(score) } else { "0" }>
                <span class="meter-bars" aria-hidden="true">
                    <i></i>
                    <i></i>
                    <i></i>
                    <i></i>
                </span>
                <span class="meter-word">
                    {move || if typed.get() { strength.with(word) } else { "" }}
                </span>
            </div>
            <p class="field-help" role="status">
                {move || strength.with(|strength| strength.sentence.clone())}
            </p>
        </SecretField>
    }
    .into_any()
}

fn score(strength: &Strength) -> &'static str {
    match strength.verdict {
        Verdict::TooShort | Verdict::TooLong | Verdict::Guessable => "1",
        Verdict::Fair => "3",
        Verdict::Strong => "4",
    }
}

fn word(strength: &Strength) -> &'static str {
    match strength.verdict {
        Verdict::TooShort => "Too short",
        Verdict::TooLong => "Too long",
        Verdict::Guessable => "Easy to guess",
        Verdict::Fair => "Good",
        Verdict::Strong => "Strong",
    }
}

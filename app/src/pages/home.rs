//! `/`: what SecureChat is, why to trust it, and what it cannot do.

use crate::components::{
    guard::{Stand, stand},
    icon::{Icon, Shape},
};
use crate::engine::Engine;
use leptos::{either::Either, prelude::*};
use leptos_meta::Title;
use leptos_router::components::A;

#[component]
pub fn Home() -> impl IntoView {
    view! {
        <Title text="Talk where the server cannot listen" />
        <section class="hero">
            <div class="hero-text">
                <h1 tabindex="-1">"Talk where the server cannot listen."</h1>
                <p class="lead">
                    "SecureChat locks every message in your browser with a key that only the people in the room have. The server passes on what it cannot read. If it lies about what was said, your browser notices and tells you."
                </p>
                <Start />
                <p class="small muted">"No phone number, no e-mail address: a username and a passphrase are all it takes."</p>
            </div>
            <Witness />
        </section>
        <section class="section" aria-labelledby="trust">
            <h2 id="trust">"Why you can trust it"</h2>
            <ul class="points">
                <Point
                    shape=Shape::Key
                    title="Keys stay with people"
                    text="Each room has a key that its members hand to each other. It never reaches the server. Neither does your passphrase, not even when you sign up."
                />
                <Point
                    shape=Shape::Shield
                    title="A lying server is caught"
                    text="Every message is signed and chained to what came before. One that was forged, moved, repeated or dropped shows up as just that, in plain words."
                />
                <Point
                    shape=Shape::Device
                    title="Every device, whole history"
                    text="Log in on a new device and all your rooms are there, with everything that was said. No extra ritual, and still nobody reads along."
                />
                <Point
                    shape=Shape::Open
                    title="Anyone can check"
                    text="The protocol is written down so exactly that a stranger can build a client from it, in another language, and compare."
                />
            </ul>
        </section>
        <section class="section" aria-labelledby="limits">
            <h2 id="limits">"What it cannot do"</h2>
            <ul class="limits">
                <Limit
                    title="The server sees who and when. "
                    text="Usernames, who is in which room, times, addresses, and sizes in steps. It can also refuse to serve you."
                />
                <Limit
                    title="The server ships this page. "
                    text="Whoever runs it could serve altered code. Run your own, or know the people who do."
                />
                <Limit
                    title="Whoever has a room's key is in. "
                    text="Share it with care: it opens everything that was said under it."
                />
                <Limit
                    title="Nobody can reset your account. "
                    text="If you lose both your passphrase and your recovery code, it is gone with all its messages."
                />
            </ul>
        </section>
    }
    .into_any()
}

#[component]
fn Start() -> impl IntoView {
    let stand = stand(Engine::get());
    view! {
        <div class="row">
            {move || {
                if stand.get() == Stand::Inside {
                    Either::Left(
                        view! {
                            <A href="/chats" attr:class="button button-primary">
                                "Open your chats"
                            </A>
                        },
                    )
                } else {
                    Either::Right(
                        view! {
                            <A href="/signup" attr:class="button button-primary">
                                "Create account"
                            </A>
                            <A href="/login" attr:class="button">
                                "Log in"
                            </A>
                        },
                    )
                }
            }}
        </div>
    }
    .into_any()
}

/// The argument as a picture: one conversation, as its members read it and as the server holds it.
#[component]
fn Witness() -> impl IntoView {
    view! {
        <div class="witness" aria-hidden="true">
            <div class="witness-side witness-people">
                <p class="witness-label">"What you see"</p>
                <div class="message" data-first="true" data-tone="7">
                    <span class="avatar avatar-small" data-tone="7">
                        "AL"
                    </span>
                    <div class="message-body">
                        <p class="message-sender">"Ada Lindqvist"</p>
                        <div class="bubble">
                            <p class="message-text">"The spare key is under the blue pot."</p>
                            <span class="message-meta">"10:42"</span>
                        </div>
                    </div>
                </div>
                <div class="message" data-first="true" data-own="true">
                    <div class="message-body">
                        <div class="bubble">
                            <p class="message-text">"Found it. See you at eight!"</p>
                            <span class="message-meta">"10:44" <Icon shape=Shape::Check /></span>
                        </div>
                    </div>
                </div>
            </div>
            <div class="witness-side witness-server">
                <p class="witness-label">"What the server has"</p>
                <p class="witness-token">
                    "gAAAAAAAAAAAk3vXw0q8H9mJt1Zr5yUe2cBnLp7sDfGhKxQoWiVaTzEuRb4MjCNyl6S8dXPg0Fk_IvYtO2qLh9ZrWm3eJx5uBsTnAaCvKdHpQfGi7oRzUlE1wMyX…"
                </p>
                <p class="witness-token">
                    "gAAAAAAAAAAAp7YdGm2sQvKxW9rLhTzBn4JcEuFo0iRaSlPgXk1fVtMeDq8HwUyNj5bIz3CAO6_ZsWq4tLb8nEoXvG1dRcKuYm7fHpS2iJaT…"
                </p>
            </div>
        </div>
    }
    .into_any()
}

#[component]
fn Point(shape: Shape, title: &'static str, text: &'static str) -> impl IntoView {
    view! {
        <li>
            <Icon shape />
            <h3>{title}</h3>
            <p>{text}</p>
        </li>
    }
    .into_any()
}

#[component]
fn Limit(title: &'static str, text: &'static str) -> impl IntoView {
    view! {
        <li>
            <strong>{title}</strong>
            {text}
        </li>
    }
    .into_any()
}

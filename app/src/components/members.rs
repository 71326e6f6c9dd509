//! Who is in the room on the screen.

use super::{
    avatar::{Avatar, Of, tone},
    icon::{Icon, Shape},
    room_state::{members, name_of},
};
use leptos::prelude::*;
use leptos_router::components::A;
use model::{MemberView, Trust};
use protocol::{RoomId, open::Role};

/// A role in words; that someone is a member goes without saying.
pub fn role_name(role: Role) -> Option<&'static str> {
    match role {
        Role::Owner => Some("Owner"),
        Role::Admin => Some("Admin"),
        Role::Member => None,
    }
}

#[component]
pub fn Members(room: RoomId) -> impl IntoView {
    let members = members();
    view! {
        <section class="card" aria-labelledby="members-title">
            <h2 id="members-title">
                "Members " <span class="muted">{move || members.read().len()}</span>
            </h2>
            <ul class="members">
                {move || {
                    members.get().into_iter().map(|member| view! { <Member room member /> }).collect_view()
                }}
            </ul>
        </section>
    }
    .into_any()
}

/// One member. The others lead to a page of their own, with what can be done about them.
#[component]
fn Member(room: RoomId, member: MemberView) -> impl IntoView {
    let name = name_of(&member);
    let MemberView {
        user,
        username,
        role,
        me,
        trust,
        ..
    } = member;
    let shown = if me {
        format!("{name} (you)")
    } else {
        name.clone()
    };
    let line = view! {
        <Avatar of=Of::Person name=Signal::stored(name) tone=tone(user.as_bytes()) />
        <div class="member-name">
            <p>{shown}</p>
            <p>{format!("@{username}")}</p>
        </div>
        {(!me).then(|| view! { <TrustTag trust /> })}
        {role_name(role).map(|role| view! { <span class="tag tag-accent">{role}</span> })}
    };
    view! {
        <li>
            {if me {
                view! { <div class="member-line">{line}</div> }.into_any()
            } else {
                view! {
                    <A href=format!("/room/{room}/member/{user}") attr:class="member-line member-link">
                        {line}
                        <Icon shape=Shape::Forward />
                    </A>
                }
                    .into_any()
            }}
        </li>
    }
    .into_any()
}

/// How sure the person is who someone is; that one has not compared yet is no news.
#[component]
pub fn TrustTag(trust: Trust) -> impl IntoView {
    match trust {
        Trust::Unverified => None,
        Trust::Verified { .. } => Some(
            view! {
                <span class="tag tag-good">
                    <Icon shape=Shape::Shield />
                    "Verified"
                </span>
            }
            .into_any(),
        ),
        Trust::Changed => Some(view! { <span class="tag tag-danger">"New keys"</span> }.into_any()),
    }
}

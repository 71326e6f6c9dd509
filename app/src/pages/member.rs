//! `/room/:id/member/:user`: who someone is, and what can be decided about them.

use crate::components::{
    avatar::{Avatar, Of, tone},
    guard::SignedIn,
    member_rights::{Roles, TakeOut},
    members::{TrustTag, role_name},
    pane::PaneHeader,
    room_state::{Here, here, name_of, of_room},
    safety::Safety,
    skeleton::Skeleton,
};
use crate::inside::Part;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;
use model::MemberView;
use protocol::{RoomId, UserId, open::Role};

#[component]
pub fn Member() -> impl IntoView {
    view! {
        <Title text="Member" />
        <SignedIn part=Part::Member />
    }
    .into_any()
}

#[component]
pub fn MemberContent() -> impl IntoView {
    let here = here();
    let params = use_params_map();
    let back = Signal::derive(move || {
        format!(
            "/room/{}/details",
            params.read().get("id").unwrap_or_default()
        )
    });
    let user = Memo::new(move |_| params.read().get("user")?.parse::<UserId>().ok());
    let members = of_room(|room| room.members.clone());
    let member = Memo::new(move |_| {
        members.with(|all| all.iter().find(|it| Some(it.user) == user.get()).cloned())
    });
    let own = Memo::new(move |_| members.with(|all| all.iter().find(|it| it.me).map(|it| it.role)));
    view! {
        <PaneHeader back title="Member" />
        <div class="pane-scroll">
            <div class="column column-wide">
                {move || match (here.get(), member.get()) {
                    (Here::Room(room), Some(member)) => {
                        let own = own.get().unwrap_or(Role::Member);
                        view! { <About room member own /> }.into_any()
                    }
                    (Here::Loading, _) => view! { <Skeleton /> }.into_any(),
                    _ => view! { <p>"Nobody of this room has this address. They may have left."</p> }.into_any(),
                }}
            </div>
        </div>
    }
    .into_any()
}

#[component]
fn About(room: RoomId, member: MemberView, own: Role) -> impl IntoView {
    let name = name_of(&member);
    let MemberView {
        user,
        username,
        role,
        trust,
        me,
        ..
    } = member;
    let above = own >= Role::Admin && own > role;
    view! {
        <div class="profile-head">
            <Avatar
                of=Of::Person
                name=Signal::stored(name.clone())
                tone=tone(user.as_bytes())
                size="avatar-large"
            />
            <div>
                <h2 class="page-title">{name.clone()}</h2>
                <p class="muted small">{format!("@{username}")}</p>
                <p class="row">
                    <TrustTag trust />
                    {role_name(role).map(|role| view! { <span class="tag tag-accent">{role}</span> })}
                </p>
            </div>
        </div>
        {(!me).then(|| view! { <Safety user /> })}
        {(own == Role::Owner && !me).then(|| view! { <Roles room user name=name.clone() role /> })}
        {above.then(|| view! { <TakeOut room user name /> })}
    }
    .into_any()
}

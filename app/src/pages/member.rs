//! `/room/:id/member/:user`: who someone is, and what can be decided about them.

use crate::components::{
    ask::on_done,
    avatar::{Avatar, Of, tone},
    guard::SignedIn,
    member_rights::{Roles, TakeOut},
    members::{TrustTag, role_name},
    pane::PaneHeader,
    room_state::{Here, here, members, name_of, own_role},
    safety::Safety,
    skeleton::Skeleton,
    toast::Toasts,
};
use crate::engine::Ask;
use crate::inside::Part;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::{use_navigate, use_params_map};
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
    let members = members();
    let member = Memo::new(move |_| {
        members.with(|all| all.iter().find(|it| Some(it.user) == user.get()).cloned())
    });
    // What is known of a member changes while a dialog about them is open.
    let shown = Memo::new(move |_| member.read().as_ref().map(|it| it.user));

    // Both outlive what asked: the log may tell of the change before the answer does, and then there is nothing left to ask.
    let (role, removal) = (RwSignal::new(Ask::default()), RwSignal::new(Ask::default()));
    let toasts = Toasts::get();
    on_done(role, move |_| toasts.show("The role is changed."));
    let navigate = use_navigate();
    on_done(removal, move |_| {
        navigate(&back.get_untracked(), Default::default());
    });
    view! {
        <PaneHeader back title="Member" />
        <div class="pane-scroll">
            <div class="column column-wide">
                {move || match (here.get(), shown.get()) {
                    (Here::Room(room), Some(user)) => view! { <About room user member role removal /> }.into_any(),
                    (Here::Loading, _) => view! { <Skeleton /> }.into_any(),
                    _ => view! { <p>"Nobody of this room has this address. They may have left."</p> }.into_any(),
                }}
            </div>
        </div>
    }
    .into_any()
}

#[component]
fn About(
    room: RoomId,
    user: UserId,
    member: Memo<Option<MemberView>>,
    role: RwSignal<Ask>,
    removal: RwSignal<Ask>,
) -> impl IntoView {
    let own = own_role();
    let me = member.with_untracked(|it| it.as_ref().is_some_and(|it| it.me));
    let theirs = Memo::new(move |_| member.read().as_ref().map_or(Role::Member, |it| it.role));
    let name = Memo::new(move |_| member.read().as_ref().map(name_of).unwrap_or_default());
    let above = move || own.get() >= Some(Role::Admin) && own.get() > Some(theirs.get());
    view! {
        {move || member.get().map(|member| view! { <Head member /> })}
        {(!me).then(|| view! { <Safety user /> })}
        <Show when=move || !me && own.get() == Some(Role::Owner)>
            <Roles room user name role=theirs ask=role />
        </Show>
        <Show when=above>
            <TakeOut room user name ask=removal />
        </Show>
    }
    .into_any()
}

#[component]
fn Head(member: MemberView) -> impl IntoView {
    let name = name_of(&member);
    let MemberView {
        user,
        username,
        role,
        trust,
        ..
    } = member;
    view! {
        <div class="profile-head">
            <Avatar
                of=Of::Person
                name=Signal::stored(name.clone())
                tone=tone(user.as_bytes())
                size="avatar-large"
            />
            <div>
                <h2 class="page-title">{name}</h2>
                <p class="muted small">{format!("@{username}")}</p>
                <p class="row">
                    <TrustTag trust />
                    {role_name(role).map(|role| view! { <span class="tag tag-accent">{role}</span> })}
                </p>
            </div>
        </div>
    }
    .into_any()
}

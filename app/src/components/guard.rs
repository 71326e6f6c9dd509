//! Who sees a page: signed-in people, everybody else, or nobody because another tab holds the app.

use super::{
    icon::{Icon, Shape},
    skeleton::Skeleton,
};
use crate::engine::Engine;
use crate::inside::Part;
use leptos::{either::EitherOf3, prelude::*};
use leptos_router::{
    NavigateOptions,
    hooks::{use_location, use_navigate},
};
use model::{Command, Phase};

/// What a guard needs to know. An expired session counts as inside: everything stays on the screen.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Stand {
    Starting,
    OtherTab,
    Outside,
    Inside,
}

/// Where the person stands; `Starting` in the HTML and until the engine knows better.
pub fn stand(engine: Engine) -> Memo<Stand> {
    Memo::new(move |_| match engine.phase.get() {
        _ if !engine.ready.get() => Stand::Starting,
        Phase::Starting => Stand::Starting,
        Phase::OtherTab => Stand::OtherTab,
        Phase::LoggedOut => Stand::Outside,
        Phase::LoggedIn | Phase::Expired => Stand::Inside,
    })
}

/// What someone wanted who had to log in first.
#[derive(Clone, Copy)]
pub struct WayBack {
    /// The page to go back to.
    page: RwSignal<Option<String>>,
    /// Whether to join with the invitation without being asked again.
    joining: RwSignal<bool>,
}

impl WayBack {
    /// Offers it to all components below.
    pub fn provide() {
        provide_context(Self {
            page: RwSignal::default(),
            joining: RwSignal::default(),
        });
    }

    /// Whether the person logged in, or signed up, in order to join. True once only.
    pub fn take_joining() -> bool {
        expect_context::<Self>()
            .joining
            .try_update(std::mem::take)
            .unwrap_or(false)
    }
}

/// Where to go after logging in: write the recovery code down, join with the invitation, or back to where one was.
pub fn onward(engine: Engine) -> String {
    let WayBack { page, joining } = expect_context();
    if engine.recovery_code.with_untracked(Option::is_some) {
        return "/welcome".to_owned();
    }
    if engine.invitation.with_untracked(Option::is_some) {
        joining.set(true);
        return "/join".to_owned();
    }
    page.try_update(Option::take)
        .flatten()
        .unwrap_or_else(|| "/chats".to_owned())
}

/// Content for signed-in people. Everybody else goes to the log-in page.
#[component]
pub fn SignedIn(part: Part) -> impl IntoView {
    let engine = Engine::get();
    let stand = stand(engine);
    let back = expect_context::<WayBack>().page;
    let location = use_location();
    let navigate = use_navigate();
    Effect::new(move |_| {
        if stand.get() == Stand::Outside {
            let path = location.pathname.get_untracked();
            if path.starts_with("/room/") || path == "/verify" {
                back.set(Some(path + &location.hash.get_untracked()));
            }
            navigate(
                "/login",
                NavigateOptions {
                    replace: true,
                    ..Default::default()
                },
            );
        }
    });
    move || match stand.get() {
        Stand::Inside => EitherOf3::A(engine.inside(part)),
        Stand::OtherTab => EitherOf3::B(view! { <OtherTab /> }),
        Stand::Starting | Stand::Outside => EitherOf3::C(view! { <Skeleton /> }),
    }
}

/// Content for people who are not signed in: whole in the HTML. Those who are go on, unless `stay` says that the page
/// itself is about to send them somewhere.
#[component]
pub fn SignedOut(#[prop(optional, into)] stay: Signal<bool>, children: Children) -> impl IntoView {
    let engine = Engine::get();
    let stand = stand(engine);
    let navigate = use_navigate();
    Effect::new(move |_| {
        if stand.get() == Stand::Inside && !stay.get() {
            navigate(
                &onward(engine),
                NavigateOptions {
                    replace: true,
                    ..Default::default()
                },
            );
        }
    });
    let elsewhere = move || stand.get() == Stand::OtherTab;
    view! {
        <div class="column" hidden=elsewhere>
            {children()}
        </div>
        {move || elsewhere().then(|| view! { <OtherTab /> })}
    }
    .into_any()
}

/// Another tab of this browser holds the app: two at once would contradict each other.
#[component]
pub fn OtherTab() -> impl IntoView {
    let engine = Engine::get();
    view! {
        <div class="empty">
            <span class="empty-mark">
                <Icon shape=Shape::Device />
            </span>
            <h1 tabindex="-1">"SecureChat is open in another tab"</h1>
            <p>"Go on there, or use it here: the other tab then steps aside, and nothing that you wrote is lost."</p>
            <div class="row">
                <button type="button" class="button button-primary" on:click=move |_| engine.send(Command::TakeOver)>
                    "Use it here"
                </button>
            </div>
        </div>
    }
    .into_any()
}

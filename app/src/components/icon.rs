//! The icons, each one path on a 24 by 24 grid, and the mark of SecureChat.

use leptos::prelude::*;
use leptos_router::components::A;

/// What an icon shows.
#[derive(Clone, Copy)]
pub enum Shape {
    Back,
    Chat,
    Check,
    Checks,
    Clock,
    Copy,
    Device,
    Down,
    Forward,
    Info,
    Key,
    Link,
    More,
    Offline,
    Open,
    Plus,
    Send,
    Shield,
    Users,
    Warning,
}

impl Shape {
    fn path(self) -> &'static str {
        match self {
            Self::Back => "m14.5 5-7 7 7 7",
            Self::Chat => "M4 5.5h16v11H11l-4.5 4v-4H4z",
            Self::Check => "m5 12.5 4.5 4.5L19 7.5",
            Self::Checks => "m2 12.5 4.5 4.5L16 7.5M11.5 16l1 1L22 7.5",
            Self::Clock => "M20.5 12a8.5 8.5 0 1 1-17 0 8.5 8.5 0 0 1 17 0ZM12 7.5V12l3 2",
            Self::Copy => {
                "M10.5 8.5H18a2 2 0 0 1 2 2V18a2 2 0 0 1-2 2h-7.5a2 2 0 0 1-2-2v-7.5a2 2 0 0 1 2-2ZM15.5 8.5V6a2 2 0 0 0-2-2H6a2 2 0 0 0-2 2v7.5a2 2 0 0 0 2 2h2.5"
            }
            Self::Device => {
                "M5 5h14a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2V7a2 2 0 0 1 2-2ZM9 20.5h6"
            }
            Self::Down => "M12 5v14M5.5 12.5 12 19l6.5-6.5",
            Self::Forward => "m9.5 6 6 6-6 6",
            Self::Info => "M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0ZM12 11v5.5M12 7.6v.1",
            Self::Key => "M12.5 15a4.5 4.5 0 1 1-9 0 4.5 4.5 0 0 1 9 0ZM11.3 11.7 20 3M16 7l3 3",
            Self::Link => {
                "M10 14a4.2 4.2 0 0 0 6 0l3-3a4.2 4.2 0 0 0-6-6l-1 1M14 10a4.2 4.2 0 0 0-6 0l-3 3a4.2 4.2 0 0 0 6 6l1-1"
            }
            Self::More => "M5.5 12v.1M12 12v.1M18.5 12v.1",
            Self::Offline => {
                "M3 3l18 18M8.5 8.8A9 9 0 0 0 5 11M2 7.7a13 13 0 0 1 3.5-2.1M12 20v.1M8.5 15.5a5 5 0 0 1 6-.7M19 11a9 9 0 0 0-6-2.9M22 7.7A14 14 0 0 0 10 4.2"
            }
            Self::Open => "M9 7l-5 5 5 5M15 7l5 5-5 5",
            Self::Plus => "M12 5v14M5 12h14",
            Self::Send => "M12 19.5V5M5.5 11.5 12 5l6.5 6.5",
            Self::Shield => {
                "M12 3 4.5 6v5.5c0 4.6 3.1 7.9 7.5 9.5 4.4-1.6 7.5-4.9 7.5-9.5V6zM8.8 12l2.3 2.3 4.2-4.5"
            }
            Self::Users => {
                "M12.5 8.5a3.5 3.5 0 1 1-7 0 3.5 3.5 0 0 1 7 0ZM2.5 19.5c.6-3.3 3.2-5.3 6.5-5.3s5.9 2 6.5 5.3M16 5.3a3.5 3.5 0 0 1 0 6.4M18 14.7c1.8.8 3 2.4 3.5 4.8"
            }
            Self::Warning => "M12 4 2.8 19.5h18.4zM12 10v4.2M12 17v.1",
        }
    }
}

/// An icon. It never stands alone for something that has no words nearby or an accessible name around it.
#[component]
pub fn Icon(shape: Shape) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
            <path d=shape.path()></path>
        </svg>
    }
}

/// Mark and name, linked to `href`.
#[component]
pub fn Brand(href: &'static str) -> impl IntoView {
    view! {
        <A href=href attr:class="brand">
            <svg viewBox="0 0 32 32" aria-hidden="true">
                <path
                    class="brand-plate"
                    d="M16 2.5c7.7 0 13.5 5.5 13.5 12.6S23.7 27.7 16 27.7c-1.5 0-2.9-.2-4.2-.6-1.7 1.4-4 2.4-6.9 2.4-.6 0-.9-.7-.5-1.2 1.1-1.3 1.8-2.7 2-4.2-2.4-2.3-3.9-5.4-3.9-9C2.5 8 8.3 2.5 16 2.5z"
                ></path>
                <path
                    class="brand-keyhole"
                    d="M16 8.6a3.9 3.9 0 0 0-2 7.3l-1 4.6c-.1.6.3 1.1.9 1.1h4.2c.6 0 1-.5.9-1.1l-1-4.6a3.9 3.9 0 0 0-2-7.3z"
                ></path>
            </svg>
            "SecureChat"
        </A>
    }
}

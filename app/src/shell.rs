//! The HTML around the app: the same bytes for everyone, without inline script or style.

use crate::App;
use crate::inside::is_for_insiders;
use leptos::prelude::*;
use leptos_meta::MetaTags;

/// Where this build's assets are, and what the boot script hashes to.
#[derive(Debug, Clone)]
pub struct AssetLinks {
    /// `/a/<hash of the whole site>`, without a slash at the end.
    pub base: String,
    /// `sha384-…` of boot.js.
    pub boot_integrity: String,
    /// Names in `pkg/` of the scripts that securechat.js imports.
    pub scripts: Vec<String>,
    /// Names in `pkg/` of the WebAssembly that only people inside need.
    pub inside: Vec<String>,
}

/// A page that starts the app. The sentences before the app are for browsers in which it cannot start; the app replaces
/// what follows them. On a page for people who are logged in the browser fetches all of the app at once.
pub fn page(links: AssetLinks, path: &str) -> impl IntoView + use<> {
    let AssetLinks {
        base,
        boot_integrity,
        scripts,
        inside,
    } = links;
    let scripts = std::iter::once("securechat.js".to_owned()).chain(scripts);
    let inside = inside.into_iter().filter(|_| is_for_insiders(path));
    let wasm = std::iter::once("securechat.wasm".to_owned()).chain(inside);
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <Common base=base.clone() />
                {scripts
                    .map(|name| view! { <link rel="modulepreload" href=format!("{base}/pkg/{name}") /> })
                    .collect_view()}
                {wasm
                    .map(|name| {
                        view! {
                            <link
                                rel="preload"
                                href=format!("{base}/pkg/{name}")
                                r#as="fetch"
                                r#type="application/wasm"
                                crossorigin="anonymous"
                            />
                        }
                    })
                    .collect_view()}
                <script type="module" src=format!("{base}/boot.js") integrity=boot_integrity></script>
                <MetaTags />
            </head>
            <body>
                <div id="no-webassembly" class="start-problem" role="alert" hidden>
                    <p>
                        "SecureChat encrypts in your browser and needs WebAssembly for it, which this browser lacks or has switched off. Please use a current version of Firefox, Chrome, Edge or Safari."
                    </p>
                </div>
                <div id="start-failed" class="start-problem" role="alert" hidden>
                    <p>
                        "SecureChat could not start. Check your connection and reload the page; if that does not help, close its other tabs first."
                    </p>
                </div>
                <div id="app-failed" class="start-problem" role="alert" hidden>
                    <p>
                        "Something went wrong in this page and it stopped. Nothing that you sent is lost. Please reload the page."
                    </p>
                </div>
                <noscript>
                    <div class="start-problem">
                        <p>
                            "SecureChat encrypts in your browser and needs JavaScript for it. Nothing that you type here is sent anywhere while it is off."
                        </p>
                    </div>
                </noscript>
                <App />
            </body>
        </html>
    }
}

/// The page for a fault of the server. It stands alone: nothing on it can start, and so nothing can fail again.
pub fn server_error(links: AssetLinks) -> impl IntoView {
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <Common base=links.base />
                <title>"Something went wrong · SecureChat"</title>
            </head>
            <body>
                <main class="start-problem">
                    <h1>"Something went wrong"</h1>
                    <p>"The server had a fault and could not answer. Nothing that you sent before is lost."</p>
                    <p>
                        <a href="/">"Back to the start"</a>
                    </p>
                </main>
            </body>
        </html>
    }
}

/// What every page has in its head.
#[component]
fn Common(base: String) -> impl IntoView {
    view! {
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1, interactive-widget=resizes-content" />
        <meta name="color-scheme" content="light dark" />
        <link rel="icon" type="image/svg+xml" href=format!("{base}/icon.svg") />
        <link rel="manifest" href=format!("{base}/manifest.webmanifest") />
        <link rel="stylesheet" href=format!("{base}/pkg/securechat.css") />
    }
}

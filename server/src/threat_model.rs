//! `/security`: docs/THREAT-MODEL.md as a page of its own, without a script, so that people can read what holds and what
//! does not before they trust any of it.

use crate::html::Page;
use app::shell::AssetLinks;
use axum::http::StatusCode;
use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, TagEnd, html};

/// Where it is served.
pub const PATH: &str = "/security";

const TEXT: &str = include_str!("../../docs/THREAT-MODEL.md");

/// The page in this build's looks.
pub fn page(links: &AssetLinks) -> Page {
    let base = &links.base;
    let mut text = String::new();
    html::push_html(&mut text, parts(TEXT));
    let whole = format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\">\
         <link rel=\"icon\" type=\"image/svg+xml\" href=\"{base}/icon.svg\">\
         <link rel=\"stylesheet\" href=\"{base}/pkg/securechat.css\">\
         <title>What it protects from · SecureChat</title></head>\
         <body><main class=\"document\"><p><a href=\"/\">SecureChat</a></p>{text}</main></body></html>"
    );
    Page::new(StatusCode::OK, whole.into_bytes())
}

/// The document's parts. Links to neighbouring documents lead nowhere on a server, so only their words stay; of the tests that
/// it names, too, only the words are for readers here.
fn parts(text: &str) -> impl Iterator<Item = Event<'_>> {
    let mut dropped = Vec::new();
    Parser::new_ext(text, Options::ENABLE_TABLES).filter_map(move |event| match event {
        Event::Start(Tag::Link { ref dest_url, .. }) => {
            let drop = !leads_somewhere(dest_url);
            dropped.push(drop);
            (!drop).then_some(event)
        }
        Event::End(TagEnd::Link) => (!dropped.pop().unwrap_or(true)).then_some(event),
        // Nothing in the document may run or load anything.
        Event::Html(_) | Event::InlineHtml(_) | Event::Start(Tag::Image { .. }) => None,
        event => Some(event),
    })
}

fn leads_somewhere(link: &CowStr<'_>) -> bool {
    link.starts_with('#') || link.starts_with("https://")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let mut html = String::new();
        html::push_html(&mut html, parts(text));
        html
    }

    #[test]
    fn keeps_words_and_drops_links_that_lead_to_no_page() {
        let html =
            shown("See [the protocol](PROTOCOL.md) and [RFC 9807](https://example.org/9807).");
        assert_eq!(
            html,
            "<p>See the protocol and <a href=\"https://example.org/9807\">RFC 9807</a>.</p>\n"
        );
    }

    #[test]
    fn markup_in_the_document_stays_out() {
        let html = shown("<script>alert(1)</script>\n\nText <img src=x> here");
        assert!(
            !html.contains("<script") && !html.contains("<img"),
            "{html}"
        );
    }

    #[test]
    fn the_document_has_its_table() {
        assert!(shown(TEXT).contains("<table>"));
    }
}

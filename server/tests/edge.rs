//! The whole edge over a small site: what every answer must carry, and what must not differ between people.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use protocol::PublicError;
use protocol::api::ServerInfo;
use server::{ApiState, BodyLimit, Edge, Pages, PublicUrl, Site, router};
use std::sync::Arc;
use tower::ServiceExt;

const ORIGIN: &str = "https://chat.example.org";
const BODY_LIMIT: usize = 1000;

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map(|value| value.to_str().unwrap())
            .unwrap_or_default()
    }

    fn error(&self) -> PublicError {
        assert_eq!(self.header("content-type"), "application/json");
        serde_json::from_slice(&self.body).unwrap()
    }
}

struct TestEdge {
    router: Router,
    assets: Vec<String>,
    pages: Vec<String>,
    _root: tempfile::TempDir,
}

impl TestEdge {
    async fn start() -> Self {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir(root.path().join("pkg")).unwrap();
        for name in [
            "boot.js",
            "icon.svg",
            "pkg/securechat.js",
            "pkg/securechat.wasm",
            "pkg/securechat.css",
        ] {
            std::fs::write(root.path().join(name), format!("{name} ").repeat(200)).unwrap();
        }
        let site = Arc::new(Site::load(root.path()).unwrap());
        let pages = Pages::render(&site.links()).await.unwrap();
        let assets = site.paths().collect();
        let page_paths = pages
            .paths()
            .map(|path| path.replace("{id}", "abc"))
            .collect();
        let edge = Edge {
            public_url: ORIGIN.parse::<PublicUrl>().unwrap(),
            body_limit: BodyLimit(BODY_LIMIT),
            site,
            pages,
            api: ApiState {
                info: ServerInfo {
                    version: protocol::VERSION,
                    registration_open: true,
                },
            },
        };
        Self {
            router: router(edge),
            assets,
            pages: page_paths,
            _root: root,
        }
    }

    async fn ask(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body.to_owned())).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap().to_vec();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body,
        }
    }

    async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.ask(Method::GET, path, headers, "").await
    }

    async fn post(&self, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        self.ask(Method::POST, path, headers, body).await
    }
}

fn assert_policy(answer: &Answer, path: &str) {
    let policy = answer.header("content-security-policy");
    for part in [
        "default-src 'none'",
        "script-src 'self' 'wasm-unsafe-eval'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
    ] {
        assert!(policy.contains(part), "{path}: {policy}");
    }
    assert!(!policy.contains("unsafe-inline"), "{path}");
    assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
    assert_eq!(answer.header("referrer-policy"), "no-referrer", "{path}");
    assert_eq!(
        answer.header("cross-origin-opener-policy"),
        "same-origin",
        "{path}"
    );
    assert_eq!(
        answer.header("cross-origin-resource-policy"),
        "same-origin",
        "{path}"
    );
    assert!(
        answer
            .header("strict-transport-security")
            .contains("max-age"),
        "{path}"
    );
    assert!(!answer.header("cache-control").is_empty(), "{path}");
}

#[tokio::test]
async fn every_answer_carries_the_policy() {
    let edge = TestEdge::start().await;
    let elsewhere = [
        "/nowhere".to_owned(),
        "/a/0/boot.js".to_owned(),
        "/api/nothing".to_owned(),
    ];
    for path in edge.pages.iter().chain(&edge.assets).chain(&elsewhere) {
        assert_policy(&edge.get(path, &[]).await, path);
    }
    assert_policy(
        &edge
            .post(
                "/api/server_info",
                &[("origin", "https://evil.example")],
                "{}",
            )
            .await,
        "a refusal",
    );
    assert_policy(
        &edge.post("/login", &[("origin", ORIGIN)], "").await,
        "a method that a page lacks",
    );
}

#[tokio::test]
async fn html_is_the_same_bytes_for_everyone() {
    let edge = TestEdge::start().await;
    assert!(!edge.pages.is_empty());
    for path in &edge.pages {
        let alice = edge
            .get(
                path,
                &[("cookie", "__Host-session=alice"), ("user-agent", "one")],
            )
            .await;
        let bob = edge
            .get(
                path,
                &[("cookie", "__Host-session=bob"), ("user-agent", "two")],
            )
            .await;
        let nobody = edge.get(&format!("{path}?from=elsewhere"), &[]).await;
        assert_eq!(alice.status, StatusCode::OK, "{path}");
        assert_eq!(alice.body, bob.body, "{path}");
        assert_eq!(alice.body, nobody.body, "{path}");
        assert_eq!(alice.header("etag"), bob.header("etag"), "{path}");
        assert_eq!(alice.header("set-cookie"), "", "{path}");
    }
}

#[tokio::test]
async fn html_runs_nothing_but_the_boot_script_and_pins_it() {
    let edge = TestEdge::start().await;
    for path in edge.pages.iter().map(String::as_str).chain(["/nowhere"]) {
        let html = String::from_utf8(edge.get(path, &[]).await.body).unwrap();
        assert!(html.starts_with("<!DOCTYPE html>"), "{path}: {html}");
        let script = html.split("<script").nth(1).unwrap();
        assert_eq!(html.matches("<script").count(), 1, "{path}: {html}");
        assert!(
            script.contains("/boot.js\"") && script.contains("integrity=\"sha384-"),
            "{path}: {html}"
        );
        assert!(
            script.starts_with(" type=\"module\"") && script.contains("></script>"),
            "{path}: {html}"
        );
        for banned in ["<style", " style=", "onclick=", "onload=", "javascript:"] {
            assert!(!html.contains(banned), "{path} has {banned}: {html}");
        }
        for named in html.split('"').filter(|text| text.starts_with("/a/")) {
            assert!(
                edge.assets.iter().any(|asset| asset == named),
                "{path} names {named}, which is not there"
            );
        }
    }
}

#[tokio::test]
async fn a_page_that_the_browser_has_is_not_sent_again() {
    let edge = TestEdge::start().await;
    let first = edge.get("/", &[]).await;
    assert_eq!(first.header("cache-control"), "no-cache");
    let again = edge
        .get("/", &[("if-none-match", first.header("etag"))])
        .await;
    assert_eq!(again.status, StatusCode::NOT_MODIFIED);
    assert!(again.body.is_empty());
}

#[tokio::test]
async fn assets_are_kept_for_ever_and_sent_compressed() {
    let edge = TestEdge::start().await;
    for path in &edge.assets {
        let plain = edge.get(path, &[]).await;
        assert_eq!(plain.status, StatusCode::OK, "{path}");
        assert!(
            plain.header("cache-control").contains("immutable"),
            "{path}"
        );
        assert_eq!(plain.header("vary"), "accept-encoding", "{path}");
        assert_ne!(
            plain.header("content-type"),
            "application/octet-stream",
            "{path}"
        );
        for encoding in ["br", "gzip"] {
            let compressed = edge.get(path, &[("accept-encoding", encoding)]).await;
            assert_eq!(compressed.header("content-encoding"), encoding, "{path}");
            assert!(compressed.body.len() < plain.body.len(), "{path}");
        }
    }
}

#[tokio::test]
async fn what_is_not_there_is_a_page_that_says_so() {
    let edge = TestEdge::start().await;
    let answer = edge.get("/nowhere/at/all", &[]).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert!(answer.header("content-type").starts_with("text/html"));
    assert_eq!(
        edge.get("/a/0/boot.js", &[]).await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        edge.get("/a/../Cargo.toml", &[]).await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn a_server_function_answers_our_own_pages_only() {
    let edge = TestEdge::start().await;
    let ours = [
        ("origin", ORIGIN),
        ("sec-fetch-site", "same-origin"),
        ("content-type", "application/json"),
    ];
    let answer = edge.post("/api/server_info", &ours, "{}").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(
        serde_json::from_slice::<ServerInfo>(&answer.body)
            .unwrap()
            .version,
        protocol::VERSION
    );

    for headers in [
        &[][..],
        &[("origin", "https://evil.example")],
        &[("origin", "null"), ("content-type", "text/plain")],
    ] {
        let refused = edge.post("/api/server_info", headers, "{}").await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{headers:?}");
        assert_eq!(refused.error(), PublicError::CrossSite);
    }
}

#[tokio::test]
async fn a_server_function_does_not_answer_to_get() {
    let edge = TestEdge::start().await;
    assert_eq!(
        edge.get("/api/server_info", &[]).await.status,
        StatusCode::METHOD_NOT_ALLOWED
    );
}

#[tokio::test]
async fn a_body_that_is_no_request_is_refused_with_a_typed_error() {
    let edge = TestEdge::start().await;
    let answer = edge
        .post("/api/server_info", &[("origin", ORIGIN)], "not json")
        .await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert_eq!(answer.error(), PublicError::Malformed);
}

#[tokio::test]
async fn a_body_above_the_limit_is_refused_before_it_is_read() {
    let edge = TestEdge::start().await;
    let length = (BODY_LIMIT + 1).to_string();
    let answer = edge
        .post(
            "/api/server_info",
            &[("origin", ORIGIN), ("content-length", &length)],
            "{}",
        )
        .await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(
        answer.error(),
        PublicError::TooLarge {
            limit: BODY_LIMIT as u64
        }
    );
}

#[tokio::test]
async fn a_websocket_from_another_site_is_refused() {
    let edge = TestEdge::start().await;
    let upgrade = [
        ("connection", "upgrade"),
        ("upgrade", "websocket"),
        ("origin", "https://evil.example"),
    ];
    assert_eq!(
        edge.get("/ws", &upgrade).await.status,
        StatusCode::FORBIDDEN
    );
    assert_eq!(
        edge.get("/ws", &upgrade[..2]).await.status,
        StatusCode::FORBIDDEN
    );
}

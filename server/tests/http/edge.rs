//! The whole edge over a small site: what every answer must carry, and what must not differ between people.

use crate::support::{Answer, BODY_LIMIT, ORIGIN, TestEdge};
use axum::http::StatusCode;
use protocol::PublicError;
use protocol::api::{ServerInfo, SessionInfo};
use serde_json::json;

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

#[tokio::test]
async fn a_session_starts_with_the_account_and_ends_with_logging_out() {
    let edge = TestEdge::start().await;
    let nobody = edge.call("sessions", "", &json!({})).await;
    assert_eq!(nobody.status, StatusCode::UNAUTHORIZED);
    assert_eq!(nobody.error(), PublicError::NotLoggedIn);

    let signed_up = edge.sign_up("ana").await;
    assert_eq!(
        signed_up.status,
        StatusCode::OK,
        "{}",
        String::from_utf8_lossy(&signed_up.body)
    );
    let attributes = signed_up.header("set-cookie");
    assert!(attributes.starts_with("__Host-session="), "{attributes}");
    for attribute in ["Path=/", "HttpOnly", "Secure", "SameSite=Strict"] {
        assert!(attributes.contains(attribute), "{attributes}");
    }

    let cookie = signed_up.cookie();
    let sessions: Vec<SessionInfo> = edge.call("sessions", &cookie, &json!({})).await.json();
    assert!(sessions.len() == 1 && sessions[0].current);

    let logged_out = edge.call("log_out", &cookie, &json!({})).await;
    assert_eq!(logged_out.status, StatusCode::OK);
    assert!(logged_out.header("set-cookie").contains("Max-Age=0"));
    assert_eq!(
        edge.call("sessions", &cookie, &json!({})).await.error(),
        PublicError::NotLoggedIn
    );
}

#[tokio::test]
async fn a_taken_username_is_refused_with_its_own_status() {
    let edge = TestEdge::start().await;
    edge.sign_up("ana").await;
    let again = edge.sign_up("ana").await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    assert_eq!(again.error(), PublicError::UsernameTaken);
    assert_eq!(again.header("set-cookie"), "");
}

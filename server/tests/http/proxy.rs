//! Behind a reverse proxy each person still has an address of their own.

use crate::support::{ORIGIN, PROXY, TestEdge};
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, StatusCode};
use protocol::api::{OpaqueMessage, RegisterStart};
use std::net::{IpAddr, SocketAddr};
use tower::ServiceExt;

/// One attempt to sign up, each under another name; whether the address must wait.
async fn must_wait(edge: &TestEdge, n: u32, peer: &str, forwarded: &str) -> bool {
    let attempt = RegisterStart {
        username: format!("user{n}").parse().unwrap(),
        request: OpaqueMessage(vec![0; 32]),
    };
    let peer = SocketAddr::new(peer.parse::<IpAddr>().unwrap(), 1234);
    let request = Request::post("/api/register_start")
        .header("origin", ORIGIN)
        .header("content-type", "application/json")
        .header("x-forwarded-for", forwarded)
        .extension(ConnectInfo(peer))
        .body(Body::from(serde_json::to_vec(&attempt).unwrap()))
        .unwrap();
    let answer = edge.router.clone().oneshot(request).await.unwrap();
    answer.status() == StatusCode::TOO_MANY_REQUESTS
}

async fn how_many_must_wait(edge: &TestEdge, peer: &str, forwarded: impl Fn(u32) -> String) -> u32 {
    let mut waiting = 0;
    for n in 0..100 {
        waiting += u32::from(must_wait(edge, n, peer, &forwarded(n)).await);
    }
    waiting
}

#[tokio::test]
async fn people_behind_the_proxy_do_not_use_up_each_others_attempts() {
    let edge = TestEdge::start().await;
    let each_their_own = |n| format!("198.51.100.1, 203.0.113.{n}");
    assert_eq!(how_many_must_wait(&edge, PROXY, each_their_own).await, 0);
}

#[tokio::test]
async fn one_machine_behind_the_proxy_is_slowed_down_whatever_it_claims() {
    let edge = TestEdge::start().await;
    let claims = |n| format!("198.51.100.{n}, 203.0.113.5");
    assert!(how_many_must_wait(&edge, PROXY, claims).await > 40);
    assert!(!must_wait(&edge, 200, PROXY, "203.0.113.6").await);
}

#[tokio::test]
async fn without_the_proxy_the_header_says_nothing() {
    let edge = TestEdge::start().await;
    let claims = |n| format!("198.51.100.{n}");
    assert!(how_many_must_wait(&edge, "203.0.113.5", claims).await > 40);
}

#[tokio::test]
async fn addresses_of_version_6_count_by_their_network() {
    let edge = TestEdge::start().await;
    let same_network = |n| format!("2001:db8:0:1::{n:x}");
    assert!(how_many_must_wait(&edge, PROXY, same_network).await > 40);
    let edge = TestEdge::start().await;
    let other_networks = |n| format!("2001:db8:0:{n:x}::1");
    assert_eq!(how_many_must_wait(&edge, PROXY, other_networks).await, 0);
}

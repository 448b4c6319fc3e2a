//! One address cannot ask for everything: limits over real connections.

use axum::http::StatusCode;
use reqwest::{Client, RequestBuilder, Response};
use serde_json::{Value, json};

use crate::support::{Folders, child::Server};

const SAMPLES: &str = "/api/samples";

struct Limited {
    server: Server,
    client: Client,
    _folders: Folders,
}

impl Limited {
    fn start(limits: &[&str]) -> Self {
        let folders = Folders::new();
        let mut arguments = vec!["--concurrency", "0", "--trainings", "0"];
        arguments.extend(limits);
        Self { server: Server::start(&folders, &arguments), client: Client::new(), _folders: folders }
    }

    async fn send(&self, request: impl FnOnce(&Client, String) -> RequestBuilder, path: &str) -> Response {
        request(&self.client, format!("{}{path}", self.server.url)).send().await.unwrap()
    }

    /// Status of a request for samples that is refused at once unless it comes too often.
    async fn post(&self, forwarded: Option<&str>) -> StatusCode {
        let post = |client: &Client, url| match forwarded {
            Some(address) => client.post(url).header("x-forwarded-for", address).json(&json!({})),
            None => client.post(url).json(&json!({})),
        };
        self.send(post, SAMPLES).await.status()
    }

    async fn get(&self, path: &str) -> StatusCode {
        self.send(Client::get, path).await.status()
    }
}

#[tokio::test]
async fn samplings_beyond_a_minutes_worth_are_refused_with_the_time_to_wait() {
    let limited = Limited::start(&["--samplings-per-minute", "2"]);
    for _ in 0..2 {
        assert_eq!(limited.post(None).await, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let refused = limited.send(|client, url| client.post(url).json(&json!({})), SAMPLES).await;
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.headers()["content-type"], "application/problem+json");
    assert!(
        refused.headers().contains_key("content-security-policy") && refused.headers().contains_key("x-request-id")
    );
    let wait: u64 = refused.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=30).contains(&wait), "{wait}");
    let problem: Value = refused.json().await.unwrap();
    assert_eq!(problem["status"], 429);
    assert!(problem["detail"].as_str().unwrap().contains(&format!("{wait} s")), "{problem}");
    assert_eq!(limited.get("/api/systems").await, StatusCode::OK, "only samplings are refused");
}

#[tokio::test]
async fn a_refused_address_is_heard_again_after_the_time_it_was_told() {
    let limited = Limited::start(&["--samplings-per-minute", "60"]);
    let mut asked = 0;
    while limited.post(None).await != StatusCode::TOO_MANY_REQUESTS {
        asked += 1;
        assert!(asked < 600, "never refused");
    }
    assert!(asked >= 60, "{asked}");
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    assert_eq!(limited.post(None).await, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn reading_the_api_is_limited_and_the_page_and_the_probe_are_not() {
    let limited = Limited::start(&["--requests-per-minute", "3"]);
    for path in ["/api/systems", "/api/runs", "/api/none"] {
        assert_ne!(limited.get(path).await, StatusCode::TOO_MANY_REQUESTS);
    }
    for path in ["/api/systems", "/api/runs", "/api/openapi.json", "/api"] {
        assert_eq!(limited.get(path).await, StatusCode::TOO_MANY_REQUESTS, "{path}");
    }
    assert_eq!(limited.post(None).await, StatusCode::TOO_MANY_REQUESTS);
    for path in ["/", "/healthz", "/metrics"] {
        assert_eq!(limited.get(path).await, StatusCode::OK, "{path}");
    }
}

#[tokio::test]
async fn a_forwarded_address_counts_only_behind_a_trusted_proxy() {
    const HEARD: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;
    const REFUSED: StatusCode = StatusCode::TOO_MANY_REQUESTS;
    let open = Limited::start(&["--samplings-per-minute", "1"]);
    assert_eq!(open.post(Some("203.0.113.1")).await, HEARD);
    assert_eq!(open.post(Some("203.0.113.2")).await, REFUSED);

    let behind = Limited::start(&["--samplings-per-minute", "1", "--proxies", "1"]);
    assert_eq!(behind.post(Some("203.0.113.1")).await, HEARD);
    assert_eq!(behind.post(Some("203.0.113.2")).await, HEARD);
    assert_eq!(behind.post(Some("203.0.113.2")).await, REFUSED);
    assert_eq!(behind.post(Some("198.51.100.7, 203.0.113.2")).await, REFUSED, "the client's own entry");
}

#[tokio::test]
async fn zero_is_no_limit() {
    let limited = Limited::start(&["--samplings-per-minute", "0", "--requests-per-minute", "0"]);
    for _ in 0..60 {
        assert_eq!(limited.post(None).await, StatusCode::UNPROCESSABLE_ENTITY);
    }
}

//! Folders, servers and clients that the tests share.

pub mod child;
pub mod folders;
pub mod form;

use std::time::{Duration, Instant};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode, header},
};
use catalog::run::{Run, RunState};
use serde_json::Value;
use server::{
    http::{AppState, Limits, form::Bounds, rate::Rates},
    runs::{
        Runs,
        executor::{Executor, Options},
    },
    store::{Assets, settings},
};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

pub use folders::Folders;
pub use form::Form;

/// A server in this process, without a socket.
pub struct App {
    pub folders: Folders,
    pub runs: Runs,
    pub router: Router,
    pub token: String,
    stop: CancellationToken,
}

pub const OPTIONS: Options = Options { trainings: 1, samplings: 1, lease: Duration::from_secs(30) };

/// As often as a test likes.
pub const UNLIMITED: Limits = Limits {
    queue: 100,
    voxels: 1 << 24,
    pixels: 1 << 20,
    uploads: Bounds { file: 1 << 20, form: 1 << 21, disk: 1 << 30, silence: Duration::from_secs(20) },
    rates: Rates { requests: 0, samplings: 0, proxies: 0 },
};

impl App {
    /// A server that queues runs and works on none.
    pub async fn idle() -> Self {
        Self::new(Folders::new(), UNLIMITED).await
    }

    /// A server that works on runs.
    pub async fn working() -> Self {
        let app = Self::idle().await;
        app.work();
        app
    }

    /// From now on it works on runs.
    pub fn work(&self) {
        tokio::spawn(Executor::new(self.runs.clone(), self.assets(), OPTIONS, self.stop.clone()).run());
    }

    pub async fn new(folders: Folders, limits: Limits) -> Self {
        let runs = Runs::open(&folders.data()).await.unwrap();
        let token = settings::ensure_admin_token(&runs.pool).await.unwrap().unwrap().0;
        let stop = CancellationToken::new();
        let assets = Assets::new(folders.assets(), folders.web());
        let state = AppState::new(runs.clone(), assets, folders.web(), limits, stop.clone());
        Self { router: server::http::router(state), folders, runs, token, stop }
    }

    pub fn assets(&self) -> Assets {
        Assets::new(self.folders.assets(), self.folders.web())
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (head, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap().to_vec();
        Answer { status: head.status, headers: head.headers, body }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(json_request(path, &body, None)).await
    }

    /// Asks for samples with a form.
    pub async fn upload(&self, form: &Form) -> Answer {
        self.send(form.request("/api/samples")).await
    }

    pub async fn post_as_admin(&self, path: &str, body: Value) -> Answer {
        self.send(json_request(path, &body, Some(&self.token))).await
    }

    pub async fn delete(&self, path: &str, token: Option<&str>) -> Answer {
        let mut request = Request::delete(path);
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        self.send(request.body(Body::empty()).unwrap()).await
    }

    pub async fn run(&self, id: &str) -> Run {
        let answer = self.get(&format!("/api/runs/{id}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        serde_json::from_slice(&answer.body).unwrap()
    }

    /// Waits until a run has ended.
    pub async fn ended(&self, id: &str) -> Run {
        let start = Instant::now();
        loop {
            let run = self.run(id).await;
            if run.state.is_final() {
                return run;
            }
            assert!(start.elapsed() < Duration::from_secs(120), "run {id} does not end: {run:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Draws two small samples and waits for them.
    pub async fn sampled(&self) -> Run {
        let answer = self.post("/api/samples", small_request()).await;
        assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.text());
        let run = self.ended(answer.json()["id"].as_str().unwrap()).await;
        assert_eq!(run.state, RunState::Succeeded, "{:?}", run.error);
        run
    }
}

impl Drop for App {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// A request that is quick to fulfil.
pub fn small_request() -> Value {
    serde_json::json!({
        "system": "porous-gan", "preset": "berea-small", "seed": 7, "count": 2,
        "parameters": { "size": 32 },
    })
}

fn json_request(path: &str, body: &Value, token: Option<&str>) -> Request<Body> {
    let mut request = Request::post(path).header(header::CONTENT_TYPE, "application/json");
    if let Some(token) = token {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    request.body(Body::from(body.to_string())).unwrap()
}

/// A response, read to its end.
pub struct Answer {
    pub status: StatusCode,
    pub headers: axum::http::HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("{e}: {}", self.text()))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Checks that this is a problem, and answers with the names of the bad fields.
    pub fn problem(&self, status: StatusCode) -> Vec<String> {
        assert_eq!(self.status, status, "{}", self.text());
        assert_eq!(self.header("content-type"), "application/problem+json");
        let problem = self.json();
        assert_eq!(problem["status"], status.as_u16());
        assert_eq!(problem["title"], status.canonical_reason().unwrap());
        assert!(!problem["detail"].as_str().unwrap().is_empty());
        let errors = problem["errors"].as_array().unwrap();
        let mut fields: Vec<_> = errors.iter().map(|error| error["field"].as_str().unwrap().to_owned()).collect();
        assert!(errors.iter().all(|error| !error["message"].as_str().unwrap().is_empty()));
        fields.sort();
        fields
    }
}

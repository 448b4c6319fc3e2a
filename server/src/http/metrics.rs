//! `GET /metrics` for Prometheus. Every label has few values: routes are patterns, never paths.

use std::{sync::OnceLock, time::Instant};

use axum::{
    extract::{MatchedPath, Request, State},
    http::{Method, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use super::{AppState, error::ApiError};
use crate::store::runs;

/// Upper bounds of the buckets of response times, seconds.
const BUCKETS: [f64; 9] = [0.001, 0.002, 0.005, 0.01, 0.025, 0.1, 0.5, 2.0, 10.0];
const DURATION: &str = "vitrine_http_request_duration_seconds";
const REQUESTS: &str = "vitrine_http_requests_total";
const RUNS: &str = "vitrine_runs";

/// The process's recorder. The first call installs it.
pub(super) fn recorder() -> &'static PrometheusHandle {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    HANDLE.get_or_init(|| {
        let builder = PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Full(DURATION.to_owned()), &BUCKETS)
            .expect("there are buckets");
        let recorder = builder.build_recorder();
        let handle = recorder.handle();
        if metrics::set_global_recorder(recorder).is_err() {
            tracing::warn!("another metrics recorder is installed; /metrics stays empty");
        }
        metrics::describe_counter!(REQUESTS, "Requests by method, route and status");
        metrics::describe_histogram!(DURATION, "Seconds until the response's head, by route");
        metrics::describe_gauge!(RUNS, "Runs by kind and state");
        metrics::describe_counter!("vitrine_runs_ended_total", "Runs that this process has ended, by state");
        metrics::describe_gauge!("vitrine_watched_runs", "Runs that someone watches");
        metrics::describe_gauge!("vitrine_watchers", "Open event streams");
        handle
    })
}

/// Counters for Prometheus
#[utoipa::path(
    get, path = "/metrics", operation_id = "getMetrics", tag = "operation",
    responses((status = 200, description = "Prometheus text format", body = String, content_type = "text/plain"))
)]
pub async fn render(State(state): State<AppState>) -> Result<Response, ApiError> {
    let counts = runs::counts(&state.runs.pool).await?;
    for kind in runs::Kind::ALL {
        for (name, _) in runs::STATES {
            let count = counts.iter().find(|(k, s, _)| k == kind.name() && s == name).map_or(0, |(_, _, n)| *n);
            metrics::gauge!(RUNS, "kind" => kind.name(), "state" => name).set(count as f64);
        }
    }
    let (watched, watchers) = state.runs.feeds.watched();
    metrics::gauge!("vitrine_watched_runs").set(watched as f64);
    metrics::gauge!("vitrine_watchers").set(watchers as f64);
    let handle = recorder();
    handle.run_upkeep();
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], handle.render()).into_response())
}

/// Counts a request.
pub async fn count(request: Request, next: Next) -> Response {
    recorder();
    let route =
        request.extensions().get::<MatchedPath>().map_or_else(|| "static".to_owned(), |p| p.as_str().to_owned());
    let method = method(request.method());
    let start = Instant::now();
    let response = next.run(request).await;
    let status = response.status().as_u16().to_string();
    metrics::histogram!(DURATION, "route" => route.clone()).record(start.elapsed().as_secs_f64());
    metrics::counter!(REQUESTS, "method" => method, "route" => route, "status" => status).increment(1);
    response
}

/// Methods can be invented by clients; labels cannot.
fn method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::DELETE => "DELETE",
        _ => "other",
    }
}

//! Systems, runs and their life, health and metrics.

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use catalog::run::RunState;
use serde_json::json;

use crate::support::{App, Folders, UNLIMITED, small_request};

#[tokio::test]
async fn the_catalogue_is_served_with_a_tag() {
    let app = App::idle().await;
    let all = app.get("/api/systems").await;
    assert_eq!(all.status, StatusCode::OK);
    assert_eq!(all.header("content-type"), "application/json");
    let systems = all.json()["systems"].clone();
    assert_eq!(systems, serde_json::to_value(catalog::systems::all()).unwrap());
    let etag = all.header("etag").to_owned();
    let again = Request::get("/api/systems").header(header::IF_NONE_MATCH, &etag).body(Body::empty()).unwrap();
    let again = app.send(again).await;
    assert_eq!((again.status, again.body.len()), (StatusCode::NOT_MODIFIED, 0));
    assert_eq!(again.header("etag"), etag);
    let one = app.get("/api/systems/porous-gan").await;
    assert_eq!(one.json(), systems[0]);
    app.get("/api/systems/nonsense").await.problem(StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sampling_is_accepted_drawn_and_the_same_twice() {
    let app = App::working().await;
    let accepted = app.post("/api/samples", small_request()).await;
    assert_eq!(accepted.status, StatusCode::ACCEPTED);
    let id = accepted.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(accepted.header("location"), format!("/api/runs/{id}"));
    let run = app.ended(&id).await;
    assert_eq!(run.state, RunState::Succeeded, "{:?}", run.error);
    let progress = run.progress.unwrap();
    assert_eq!(progress.done, progress.total);
    assert!(run.started_ms.unwrap() >= run.created_ms && run.ended_ms.unwrap() >= run.started_ms.unwrap());
    let names: Vec<_> = run.artifacts.iter().map(|a| a.name.as_str()).collect();
    assert_eq!(names, ["metrics.json", "sample-0000.nrrd", "sample-0001.nrrd"]);

    let first = app.get(&format!("/api/runs/{id}/artifacts/sample-0000.nrrd")).await.body;
    let volume = samples::volume::nrrd::read(&first).unwrap();
    assert_eq!(volume.shape(), [32; 3]);
    let metrics = app.get(&format!("/api/runs/{id}/artifacts/metrics.json")).await.json();
    assert_eq!(metrics["request"]["seed"], 7);
    assert_eq!(metrics["request"]["parameters"]["normalization"], "batch", "defaults are filled in");
    let porosity = metrics["samples"][0]["measures"]["porosity"].as_f64().unwrap();
    let counted = volume.voxels().iter().filter(|v| **v == samples::volume::PORE).count() as f64 / 32768.0;
    assert!((porosity - counted).abs() < 1e-12);

    let again = app.sampled().await;
    assert_eq!(run.artifacts, again.artifacts, "the same request gives the same files");
}

#[tokio::test]
async fn trainings_need_the_admin_token() {
    let app = App::idle().await;
    let request = json!({ "system": "porous-gan", "preset": "ketton-small" });
    let refused = app.post("/api/runs", request.clone()).await;
    refused.problem(StatusCode::UNAUTHORIZED);
    assert!(refused.header("www-authenticate").starts_with("Bearer"));
    let accepted = app.post_as_admin("/api/runs", request.clone()).await;
    assert_eq!(accepted.status, StatusCode::ACCEPTED, "{}", accepted.text());
    let path = accepted.header("location").to_owned();
    app.delete(&path, None).await.problem(StatusCode::UNAUTHORIZED);
    app.delete(&path, Some("vitrine_wrong")).await.problem(StatusCode::UNAUTHORIZED);
    let cancelled = app.delete(&path, Some(&app.token)).await;
    assert_eq!((cancelled.status, cancelled.json()["state"].clone()), (StatusCode::OK, json!("cancelled")));

    let old = app.token.clone();
    let new = server::store::settings::replace_admin_token(&app.runs.pool).await.unwrap().0;
    app.delete(&path, Some(&old)).await.problem(StatusCode::UNAUTHORIZED);
    assert_eq!(app.delete(&path, Some(&new)).await.status, StatusCode::NO_CONTENT);
    let stored: String =
        sqlx::query_scalar("SELECT group_concat(value) FROM settings").fetch_one(&app.runs.pool).await.unwrap();
    assert!(!stored.contains(new.trim_start_matches("vitrine_")), "only a hash is stored");
}

#[tokio::test]
async fn the_queue_has_positions_pages_and_a_limit() {
    let limits = server::http::Limits { queue: 3, ..UNLIMITED };
    let app = App::new(Folders::new(), limits).await;
    let mut ids = Vec::new();
    for position in 0..3 {
        let run = app.post("/api/samples", small_request()).await.json();
        assert_eq!(run["queue_position"], position);
        ids.push(run["id"].as_str().unwrap().to_owned());
    }
    let refused = app.post("/api/samples", small_request()).await;
    refused.problem(StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(refused.header("retry-after"), "30");

    let page = app.get("/api/runs?limit=2&state=queued&kind=sample").await.json();
    let listed: Vec<_> = page["runs"].as_array().unwrap().iter().map(|run| run["id"].as_str().unwrap()).collect();
    assert_eq!(listed, [ids[2].as_str(), ids[1].as_str()], "newest first");
    let next = page["next"].as_str().unwrap();
    let last = app.get(&format!("/api/runs?limit=2&before={next}")).await.json();
    assert_eq!(last["runs"][0]["id"], ids[0]);
    assert!(last["next"].is_null());
    assert_eq!(app.get("/api/runs?kind=train").await.json()["runs"], json!([]));

    let path = format!("/api/runs/{}", ids[0]);
    assert_eq!(app.delete(&path, None).await.json()["state"], "cancelled");
    assert_eq!(app.run(&ids[1]).await.queue_position, Some(0), "the others move up");
    assert_eq!(app.delete(&path, None).await.status, StatusCode::NO_CONTENT);
    app.get(&path).await.problem(StatusCode::NOT_FOUND);
    app.delete(&path, None).await.problem(StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_sampling_stops_when_it_is_cancelled() {
    let app = App::working().await;
    let mut long = small_request();
    long["count"] = json!(500);
    let id = app.post("/api/samples", long).await.json()["id"].as_str().unwrap().to_owned();
    while app.run(&id).await.progress.is_none() {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let asked = app.delete(&format!("/api/runs/{id}"), None).await;
    assert_eq!(asked.status, StatusCode::ACCEPTED);
    let run = app.ended(&id).await;
    assert_eq!((run.state, run.error), (RunState::Cancelled, None));
    let kept = app.folders.data().join("artifacts/runs").join(&id);
    assert!(kept.exists());
    assert_eq!(app.delete(&format!("/api/runs/{id}"), None).await.status, StatusCode::NO_CONTENT);
    assert!(!kept.exists(), "deleting takes the files with it");
}

#[tokio::test(flavor = "multi_thread")]
async fn corrupt_weights_fail_the_run_with_a_sentence() {
    let app = App::working().await;
    let whole = std::fs::read(app.folders.weights()).unwrap();
    std::fs::write(app.folders.weights(), &whole[..whole.len() / 2]).unwrap();
    let id = app.post("/api/samples", small_request()).await.json()["id"].as_str().unwrap().to_owned();
    let run = app.ended(&id).await;
    assert_eq!(run.state, RunState::Failed);
    let error = run.error.unwrap();
    assert!(error.contains("weights") && !error.contains("internal error"), "{error}");
    assert!(run.artifacts.is_empty());
}

#[tokio::test]
async fn health_and_metrics() {
    let app = App::idle().await;
    let health = app.get("/healthz").await;
    assert_eq!((health.status, health.json()["status"].clone()), (StatusCode::OK, json!("ok")));
    let id = app.post("/api/samples", small_request()).await.json()["id"].as_str().unwrap().to_owned();
    app.get(&format!("/api/runs/{id}")).await;
    app.get("/some/unknown/place").await;
    let metrics = app.get("/metrics").await;
    assert!(metrics.header("content-type").starts_with("text/plain; version=0.0.4"));
    let text = metrics.text();
    assert!(text.contains("vitrine_http_requests_total{"), "{text}");
    assert!(text.contains("route=\"/api/runs/{id}\""), "{text}");
    assert!(text.contains("vitrine_runs{kind=\"sample\",state=\"queued\"}"), "{text}");
    assert!(!text.contains(&id) && !text.contains("unknown/place"), "labels come from a fixed list");
    app.runs.pool.close().await;
    app.get("/healthz").await.problem(StatusCode::SERVICE_UNAVAILABLE);
}

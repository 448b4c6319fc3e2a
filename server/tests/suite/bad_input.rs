//! Everything that is wrong with a request is said precisely, and nothing is queued.

use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode, header},
    routing::get,
};
use proptest::prelude::*;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::support::{App, Folders, UNLIMITED};

fn with(change: impl FnOnce(&mut Value)) -> Value {
    let mut request = crate::support::small_request();
    change(&mut request);
    request
}

#[tokio::test]
async fn bad_fields_of_a_sampling_are_each_named() {
    let app = App::idle().await;
    let cases: [(Value, &[&str]); 17] = [
        (with(|r| r["system"] = json!("porous-gam")), &["system"]),
        (with(|r| r["system"] = json!(["porous-gan"])), &["system"]),
        (with(|r| r["preset"] = json!("granite")), &["preset"]),
        (with(|r| (r["preset"], r["parameters"]["size"]) = (json!("paper"), json!(64))), &["preset"]),
        (with(|r| r["preset"] = json!("paper")), &["parameters.size"]),
        (with(|r| r["colour"] = json!("red")), &["colour"]),
        (with(|r| r["parameters"]["colour"] = json!("red")), &["parameters.colour"]),
        (with(|r| r["parameters"]["size"] = json!(0)), &["parameters.size"]),
        (with(|r| r["parameters"]["size"] = json!(1_000_000_000)), &["parameters.size"]),
        (with(|r| r["parameters"]["size"] = json!(36)), &["parameters.size"]),
        (with(|r| r["parameters"]["size"] = json!("64")), &["parameters.size"]),
        (with(|r| r["parameters"]["size"] = json!(512)), &["parameters.size"]),
        (with(|r| r["parameters"] = json!([64])), &["parameters"]),
        (with(|r| r["seed"] = json!(-1)), &["seed"]),
        (with(|r| r["seed"] = json!(1u64 << 53)), &["seed"]),
        (with(|r| r["device"] = json!("webgpu")), &["device"]),
        (
            json!({ "system": "porous-gan", "preset": "berea-small", "seed": 1.5, "count": 0, "device": "abacus",
                    "parameters": { "normalization": "none", "median_filter": 1 } }),
            &["count", "device", "parameters.median_filter", "parameters.normalization", "seed"],
        ),
    ];
    for (body, fields) in cases {
        let answer = app.post("/api/samples", body.clone()).await;
        assert_eq!(answer.problem(StatusCode::UNPROCESSABLE_ENTITY), fields, "{body}");
    }
    let too_many = app.post("/api/samples", with(|r| r["count"] = json!(5000))).await;
    assert_eq!(too_many.problem(StatusCode::UNPROCESSABLE_ENTITY), ["count"], "more voxels than the operator allows");
    assert_eq!(app.get("/api/runs").await.json()["runs"], json!([]));
}

#[tokio::test]
async fn bad_fields_of_a_training_are_each_named() {
    let app = App::idle().await;
    let body = json!({ "system": "porous-gan", "preset": "ketton-small", "count": 3,
                       "parameters": { "iterations": 0, "learning_rate": "fast" } });
    let answer = app.post_as_admin("/api/runs", body).await;
    let fields = answer.problem(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(fields, ["count", "parameters.iterations", "parameters.learning_rate"]);
}

#[tokio::test]
async fn bodies_that_are_not_json_or_too_large() {
    let app = App::idle().await;
    let post = |media: Option<&str>, body: Vec<u8>| {
        let mut request = Request::post("/api/samples");
        if let Some(media) = media {
            request = request.header(header::CONTENT_TYPE, media);
        }
        app.send(request.body(Body::from(body)).unwrap())
    };
    let json = Some("application/json");
    for broken in ["", "{", "{\"seed\": NaN}", "{\"seed\": 1e999}", "\u{feff}{}", "{}{}"] {
        post(json, broken.into()).await.problem(StatusCode::BAD_REQUEST);
    }
    post(json, vec![0xff, 0xfe]).await.problem(StatusCode::BAD_REQUEST);
    post(json, "[".repeat(50_000).into()).await.problem(StatusCode::BAD_REQUEST);
    post(None, "{}".into()).await.problem(StatusCode::UNSUPPORTED_MEDIA_TYPE);
    post(Some("text/plain"), "{}".into()).await.problem(StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let large = format!("{{\"system\":\"{}\"}}", "x".repeat(100_000));
    post(json, large.into()).await.problem(StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn bad_addresses_methods_and_queries() {
    let app = App::idle().await;
    for path in ["/api/nothing", "/api/", "/api/runs/", "/api/runs/no-such-run", "/api/runs/no-such-run/events"] {
        app.get(path).await.problem(StatusCode::NOT_FOUND);
    }
    app.get("/api/runs/no-such-run/artifacts/..%2F..%2Fvitrine.db").await.problem(StatusCode::NOT_FOUND);
    app.get("/api/runs/%ff").await.problem(StatusCode::BAD_REQUEST);
    let wrong = app.send(Request::put("/api/samples").body(Body::empty()).unwrap()).await;
    wrong.problem(StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(wrong.header("allow"), "POST");
    let wrong = app.send(Request::post("/index.html").body(Body::empty()).unwrap()).await;
    wrong.problem(StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(wrong.header("allow"), "GET, HEAD");
    let fields = app.get("/api/runs?limit=0&state=lost&kind=dance&before=x&colour=red").await;
    let fields = fields.problem(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(fields, ["before", "colour", "kind", "limit", "state"]);
}

#[tokio::test]
async fn a_handler_that_panics_or_takes_too_long_is_answered_for() {
    let router = Router::new().route(
        "/panic",
        get(|| async {
            if true {
                panic!("secret")
            }
        }),
    );
    let router = server::http::layers::wrap(router);
    let response = router.oneshot(Request::get("/panic").body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(response.headers()[header::CONTENT_TYPE], "application/problem+json");
    let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
    assert!(!String::from_utf8_lossy(&body).contains("secret"));
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[a-z-]{0,12}".prop_map(Value::from),
        Just(json!("porous-gan")),
        Just(json!("berea-small")),
    ];
    leaf.prop_recursive(3, 24, 6, |inner| {
        let key = prop_oneof![
            Just("system"),
            Just("preset"),
            Just("parameters"),
            Just("seed"),
            Just("count"),
            Just("device"),
            Just("size"),
            Just("other"),
        ];
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::vec((key.prop_map(str::to_owned), inner), 0..7)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

#[test]
fn any_json_is_answered_without_a_server_error() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let limits = server::http::Limits { queue: 100_000, ..UNLIMITED };
    let app = runtime.block_on(App::new(Folders::new(), limits));
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig { cases: 300, ..ProptestConfig::default() });
    runner
        .run(&any_json(), |body| {
            let answer = runtime.block_on(app.post("/api/samples", body));
            prop_assert!(matches!(answer.status.as_u16(), 202 | 422), "{} {}", answer.status, answer.text());
            prop_assert!(
                answer.status == StatusCode::ACCEPTED || !answer.json()["errors"].as_array().unwrap().is_empty()
            );
            Ok(())
        })
        .unwrap();
}

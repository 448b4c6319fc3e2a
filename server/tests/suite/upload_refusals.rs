//! Forms that are wrong: each is refused with a word on what is wrong with which part, nothing is queued, and nothing of
//! it stays on the disk.

use std::time::Duration;

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use proptest::prelude::*;
use serde_json::json;
use server::http::{Limits, form::Bounds};

use crate::support::{
    App, Folders, Form, UNLIMITED,
    form::{picture, picture_request},
    small_request,
};

async fn limited(change: impl FnOnce(&mut Limits)) -> App {
    let mut limits = UNLIMITED;
    change(&mut limits);
    App::new(Folders::new(), limits).await
}

async fn refused(app: &App, form: &Form, status: StatusCode, fields: &[&str]) {
    let answer = app.upload(form).await;
    assert_eq!(answer.problem(status), fields, "{}", answer.text());
    assert_eq!(app.get("/api/runs").await.json()["runs"], json!([]), "{}", answer.text());
    assert_eq!(app.folders.uploads(), [""; 0], "{}", answer.text());
}

#[tokio::test]
async fn wrong_parts_are_each_named() {
    let app = App::idle().await;
    let request = picture_request().to_string();
    let bad = json!({ "system": "dlv-irn", "preset": "x2-irn", "count": 0, "parameters": { "small_spread": 0.5 } });
    let png = picture(12, 8);
    let cases: [(Form, &[&str]); 14] = [
        (Form::asking(), &["inputs.picture"]),
        (Form::default(), &["request"]),
        (Form::default().with("picture", &png).with("colour", "red"), &["inputs.colour", "request"]),
        (Form::small().with("colour", "red"), &["inputs.colour"]),
        (Form::small().with("../picture", &png), &["inputs.../picture"]),
        (Form::small().nameless(&png).with("Picture", &png), &["inputs", "inputs.Picture"]),
        (Form::small().with("picture", &png), &["inputs.picture"]),
        (Form::small().with("request", &request), &["request"]),
        (Form::asking().with("picture", ""), &["inputs.picture"]),
        (Form::asking().with("picture", "<svg xmlns='http://www.w3.org/2000/svg'/>"), &["inputs.picture"]),
        (Form::asking().with("picture", &png[..png.len() / 2]), &["inputs.picture"]),
        (Form::asking().with("picture", bomb()), &["inputs.picture"]),
        (
            Form::default().with("request", bad.to_string()).with("pictures", &png),
            &["count", "inputs.picture", "inputs.pictures", "parameters.small_spread"],
        ),
        (Form::default().with("picture", &png).with("request", small_request().to_string()), &["inputs.picture"]),
    ];
    for (form, fields) in cases {
        refused(&app, &form, StatusCode::UNPROCESSABLE_ENTITY, fields).await;
    }
    let without = app.post("/api/samples", picture_request()).await;
    assert_eq!(without.problem(StatusCode::UNPROCESSABLE_ENTITY), ["inputs.picture"], "JSON has no place for it");
    let unknown = Form::default().with("request", json!({ "system": "dlv-irm", "preset": "x2" }).to_string());
    refused(&app, &unknown.with("picture", &png), StatusCode::UNPROCESSABLE_ENTITY, &["system"]).await;
    let untrained = Form::default().with("request", json!({ "system": "dlv-irn", "preset": "paper" }).to_string());
    refused(&app, &untrained.with("picture", &png), StatusCode::UNPROCESSABLE_ENTITY, &["preset"]).await;
}

/// A PNG file of a few bytes that says it has 30 000 × 30 000 pixels.
fn bomb() -> Vec<u8> {
    let mut png = picture(12, 8);
    png[16..20].copy_from_slice(&30_000u32.to_be_bytes());
    png[20..24].copy_from_slice(&30_000u32.to_be_bytes());
    let mut check = flate2::Crc::new();
    check.update(&png[12..29]);
    png[29..33].copy_from_slice(&check.sum().to_be_bytes());
    png
}

#[tokio::test]
async fn a_form_without_files_is_a_request_like_any_other() {
    let app = App::idle().await;
    let answer = app.upload(&Form::default().with("request", small_request().to_string())).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.text());
    assert_eq!(app.folders.uploads(), [""; 0]);
}

#[tokio::test]
async fn bodies_that_are_no_whole_form() {
    let app = App::idle().await;
    let (media, body) = Form::small().encode();
    let post = |media: &str, body: &[u8]| {
        let request = Request::post("/api/samples").header(header::CONTENT_TYPE, media);
        app.send(request.body(Body::from(body.to_vec())).unwrap())
    };
    for end in [0, 1, 20, 80, body.len() / 2, body.len() - 6] {
        post(&media, &body[..end]).await.problem(StatusCode::BAD_REQUEST);
    }
    post("multipart/form-data", &body).await.problem(StatusCode::BAD_REQUEST);
    post("multipart/form-data; boundary=another", &body).await.problem(StatusCode::BAD_REQUEST);
    post("multipart/mixed; boundary=a-boundary-1f6c", &body).await.problem(StatusCode::UNSUPPORTED_MEDIA_TYPE);
    post(&media, &vec![b'-'; 1 << 20]).await.problem(StatusCode::BAD_REQUEST);
    let endless_head = [&body[..60], &vec![b'x'; 1 << 20]].concat();
    post(&media, &endless_head).await.problem(StatusCode::BAD_REQUEST);
    let not_json = Form::default().with("request", "{\"system\":").with("picture", picture(2, 2));
    refused(&app, &not_json, StatusCode::BAD_REQUEST, &[]).await;
    let crowd = (0..1000).fold(Form::small(), |form, _| form.with("x", ""));
    refused(&app, &crowd, StatusCode::BAD_REQUEST, &[]).await;
}

#[tokio::test]
async fn what_is_too_large_is_refused() {
    let bounds = Bounds { file: 4000, form: 200_000, disk: 1 << 30, silence: Duration::from_secs(20) };
    let app = limited(|limits| limits.uploads = bounds).await;
    let large = StatusCode::PAYLOAD_TOO_LARGE;
    refused(&app, &Form::asking().with("picture", vec![0; 4001]), large, &["inputs.picture"]).await;
    refused(&app, &Form::asking().with("x", vec![0; 200_000]), large, &[]).await;
    refused(&app, &Form::default().with("request", vec![b'['; 100_000]), large, &["request"]).await;
    let (media, part) = Form::default().with("x", "").encode();
    let head = part.windows(4).position(|bytes| bytes == b"\r\n\r\n").unwrap() + 4;
    let content = (0..300).map(|_| Ok::<_, std::io::Error>(vec![0u8; 1000]));
    let unannounced = Body::from_stream(futures::stream::iter([Ok(part[..head].to_vec())].into_iter().chain(content)));
    let unannounced = Request::post("/api/samples").header(header::CONTENT_TYPE, media).body(unannounced).unwrap();
    app.send(unannounced).await.problem(large);
    assert_eq!(app.folders.uploads(), [""; 0]);
    assert_eq!(app.upload(&Form::small()).await.status, StatusCode::ACCEPTED, "what fits is taken");
}

#[tokio::test]
async fn pixels_are_bounded_over_all_samples() {
    let app = limited(|limits| limits.pixels = 300).await;
    let bad = StatusCode::UNPROCESSABLE_ENTITY;
    refused(&app, &Form::asking().with("picture", picture(20, 16)), bad, &["inputs.picture"]).await;
    let counted = |count: u32| {
        let mut request = picture_request();
        request["count"] = count.into();
        Form::default().with("request", request.to_string()).with("picture", picture(12, 8))
    };
    refused(&app, &counted(4), bad, &["count"]).await;
    assert_eq!(app.upload(&counted(3)).await.status, StatusCode::ACCEPTED, "3 × 96 pixels are at most 300");
}

#[tokio::test]
async fn where_too_much_waits_no_upload_stays() {
    let app = limited(|limits| limits.queue = 1).await;
    assert_eq!(app.upload(&Form::small()).await.status, StatusCode::ACCEPTED);
    let kept = app.folders.uploads();
    let busy = app.upload(&Form::small()).await;
    busy.problem(StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(busy.header("retry-after"), "30");
    assert_eq!(app.folders.uploads(), kept);

    let app = limited(|limits| limits.uploads.disk = 10).await;
    assert_eq!(app.upload(&Form::small()).await.status, StatusCode::ACCEPTED, "there was room before it");
    app.upload(&Form::small()).await.problem(StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(app.folders.uploads().len(), 1);
}

#[derive(Clone, Debug)]
enum Part {
    Request(bool),
    Picture(bool),
    Other(String, Vec<u8>),
}

fn any_part() -> impl Strategy<Value = Part> {
    prop_oneof![
        3 => proptest::bool::weighted(0.8).prop_map(Part::Request),
        3 => proptest::bool::weighted(0.8).prop_map(Part::Picture),
        1 => ("[a-zA-Z./\\-]{0,8}", proptest::collection::vec(any::<u8>(), 0..200)).prop_map(|(n, c)| Part::Other(n, c)),
    ]
}

/// Random parts in random order, some of the forms cut: what is accepted is exactly one good request with one good
/// picture, and of everything else nothing stays.
#[test]
fn any_form_is_answered_without_a_server_error_and_only_good_ones_are_taken() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let app = runtime.block_on(limited(|limits| limits.queue = 100_000));
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig { cases: 300, ..ProptestConfig::default() });
    let taken = std::cell::Cell::new(0);
    let forms = (proptest::collection::vec(any_part(), 0..4), proptest::option::weighted(0.2, 0.0..1.0f64));
    runner
        .run(&forms, |(parts, cut)| {
            let png = picture(5, 4);
            let form = parts.iter().fold(Form::default(), |form, part| match part {
                Part::Request(true) => form.with("request", picture_request().to_string()),
                Part::Request(false) => form.with("request", "{}"),
                Part::Picture(true) => form.with("picture", &png),
                Part::Picture(false) => form.with("picture", &png[..png.len() - 20]),
                Part::Other(name, content) => form.with(name, content),
            });
            let (media, mut body) = form.encode();
            if let Some(cut) = cut {
                // The last two bytes are only the end of a line.
                body.truncate((cut * (body.len() - 2) as f64) as usize);
            }
            let request = Request::post("/api/samples").header(header::CONTENT_TYPE, media);
            let answer = runtime.block_on(app.send(request.body(Body::from(body)).unwrap()));
            let good = matches!(
                parts.as_slice(),
                [Part::Request(true), Part::Picture(true)] | [Part::Picture(true), Part::Request(true)]
            );
            let expected = if cut.is_some() {
                vec![400]
            } else if good {
                vec![202]
            } else {
                vec![400, 422]
            };
            prop_assert!(expected.contains(&answer.status.as_u16()), "{} {}", answer.status, answer.text());
            if answer.status == StatusCode::UNPROCESSABLE_ENTITY {
                prop_assert!(!answer.problem(answer.status).is_empty());
            }
            taken.set(taken.get() + usize::from(answer.status == StatusCode::ACCEPTED));
            prop_assert_eq!(app.folders.uploads().len(), taken.get());
            Ok(())
        })
        .unwrap();
    assert!(taken.get() > 2, "good forms were among them: {}", taken.get());
}

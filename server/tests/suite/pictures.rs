//! Pictures through the API and the command line: what comes back, and that it is the same.

use std::{collections::BTreeMap, fs};

use axum::http::StatusCode;
use catalog::run::{Run, RunEvent, RunState};
use samples::image::{Decoded, Limits, decode};
use serde_json::{Value, json};
use server::store::events;

use crate::support::{
    App, Folders, Form,
    child::{output, stderr},
    form::{picture, picture_request, see_through},
};

async fn drawn(app: &App, request: &Value, file: &[u8]) -> Run {
    let form = Form::default().with("picture", file).with("request", request.to_string());
    let answer = app.upload(&form).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.text());
    let run = app.ended(answer.json()["id"].as_str().unwrap()).await;
    assert_eq!(run.state, RunState::Succeeded, "{:?}", run.error);
    run
}

async fn download(app: &App, run: &Run, name: &str) -> Vec<u8> {
    app.get(&format!("/api/runs/{}/artifacts/{name}", run.id)).await.body
}

fn read(png: &[u8]) -> Decoded {
    decode(png, &Limits::PHOTO).unwrap()
}

fn sides(picture: &Decoded) -> [usize; 2] {
    [picture.image.width(), picture.image.height()]
}

fn with_direction(direction: &str) -> Value {
    let mut request = picture_request();
    request["parameters"]["direction"] = direction.into();
    request
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_comes_back_small_and_restored() {
    let app = App::working().await;
    let run = drawn(&app, &with_direction("both"), &picture(13, 9)).await;
    let types: BTreeMap<_, _> = run.artifacts.iter().map(|a| (a.name.as_str(), a.media_type.as_str())).collect();
    assert_eq!(types.get("metrics.json"), Some(&"application/json"));
    let pictures: Vec<_> = types.iter().filter(|(name, _)| **name != "metrics.json").collect();
    assert!(pictures.len() > 2 && pictures.iter().all(|(_, media)| **media == "image/png"), "{types:?}");

    let restored = read(&download(&app, &run, "sample-0000.png").await);
    let small = read(&download(&app, &run, "sample-0000-small.png").await);
    assert_eq!((sides(&restored), sides(&small)), ([13, 9], [7, 5]), "cut to the picture's own size");
    for text in [&restored.text, &small.text] {
        assert!(text.contains(&("source".to_owned(), "dlv-irn x2-small".to_owned())), "{text:?}");
        assert!(text.contains(&("seed".to_owned(), "3 / 0".to_owned())), "{text:?}");
    }
    let whole = app.get(&format!("/api/runs/{}/artifacts/sample-0000-small.png", run.id)).await;
    assert_eq!(whole.header("content-type"), "image/png");

    let metrics: Value = serde_json::from_slice(&download(&app, &run, "metrics.json").await).unwrap();
    let sample = &metrics["samples"][0];
    assert_eq!((&sample["file"], &sample["shape"]), (&json!("sample-0000.png"), &json!([9, 13])));
    let beside: Vec<_> = sample["beside"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    let listed: Vec<_> = beside.iter().filter(|name| types.contains_key(**name)).collect();
    assert_eq!((listed.len(), listed.len() + 2), (beside.len(), types.len()), "{beside:?} of {types:?}");
    assert!(sample["measures"].as_object().unwrap().values().any(Value::is_number), "{sample}");
    let request: catalog::SampleRequest = serde_json::from_value(metrics["request"].clone()).unwrap();
    assert_eq!(request.seed, 3, "what was asked for is told, and no picture of it");

    let again = drawn(&app, &with_direction("both"), &picture(13, 9)).await;
    assert_eq!(run.artifacts, again.artifacts, "the same request and picture give the same files");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_small_picture_that_was_made_here_grows_back_to_its_own_size() {
    let app = App::working().await;
    let run = drawn(&app, &with_direction("down"), &picture(13, 9)).await;
    let small = download(&app, &run, "sample-0000.png").await;
    assert_eq!(sides(&read(&small)), [7, 5]);
    let grown = drawn(&app, &with_direction("auto"), &small).await;
    assert_eq!(sides(&read(&download(&app, &grown, "sample-0000.png").await)), [13, 9]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_of_a_file_does_not_survive_is_noted() {
    let app = App::working().await;
    let run = drawn(&app, &with_direction("down"), &see_through(8, 6)).await;
    let log = events::after(&app.runs.pool, &run.id, 0, 100).await.unwrap();
    let notes: Vec<_> = log
        .iter()
        .filter_map(|event| match serde_json::from_str(&event.json).unwrap() {
            RunEvent::Note { text, .. } => Some(text),
            _ => None,
        })
        .collect();
    assert!(notes.iter().any(|note| note.starts_with("picture: Transparent parts")), "{notes:?}");

    fs::write(app.folders.path().join("glass.png"), see_through(8, 6)).unwrap();
    let command = ["sample", "dlv-irn", "--preset", "x2-small", "--seed", "3", "--set", "direction=down"];
    let drawn = output(&app.folders, &[&command[..], &["--input", "glass.png", "--out", "out"]].concat());
    assert!(drawn.status.success(), "{}", stderr(&drawn));
    let said = stderr(&drawn);
    assert!(said.lines().any(|line| line.starts_with("note: picture: Transparent parts")), "{said}");
    for artifact in &run.artifacts {
        let file = fs::read(app.folders.path().join("out").join(&artifact.name)).unwrap();
        assert_eq!(file, download(&app, &run, &artifact.name).await, "{}: as from the server", artifact.name);
    }
}

#[test]
fn a_file_is_named_with_input_or_with_set() {
    let folders = Folders::new();
    fs::write(folders.path().join("photo.png"), picture(12, 8)).unwrap();
    let command = ["sample", "dlv-irn", "--preset", "x2-small", "--set", "direction=down"];
    for (file, out) in [(["--input", "photo.png"], "one"), (["--set", "picture=photo.png"], "two")] {
        let drawn = output(&folders, &[&command[..], &file, &["--out", out]].concat());
        assert!(drawn.status.success(), "{}", stderr(&drawn));
    }
    for name in ["sample-0000.png", "metrics.json"] {
        let [one, two] = ["one", "two"].map(|out| fs::read(folders.path().join(out).join(name)).unwrap());
        assert_eq!(one, two, "{name}");
    }
}

//! Somebody tries on a garment, through the API and the command line.

use std::fs;

use axum::http::StatusCode;
use catalog::run::{Run, RunState};
use samples::{
    Image,
    image::{Limits, decode, encode},
    wardrobe::{Scene, test_pair},
};
use serde_json::{Value, json};

use crate::support::{
    App, Folders, Form,
    child::{output, stderr},
    form::picture,
};

/// A drawn garment as a flat picture.
fn garment() -> Vec<u8> {
    let pair = test_pair(4);
    encode::png(&Scene::render(&pair.person, &pair.garment, 150, 200).unwrap().garment, &[]).unwrap()
}

/// A mask that repaints the middle of a picture.
fn mask(width: usize, height: usize) -> Vec<u8> {
    let inside =
        |i: usize| (width / 4..width / 2).contains(&(i % width)) && (height / 3..height / 2).contains(&(i / width));
    let pixels = (0..width * height).flat_map(|i| [255 * u8::from(!inside(i)); 3]).collect();
    encode::png(&Image::new(width, height, pixels).unwrap(), &[]).unwrap()
}

fn request(preset: &str, parameters: Value) -> Value {
    json!({ "system": "dci-vton", "preset": preset, "seed": 3, "parameters": parameters })
}

async fn tried_on(app: &App, request: &Value, files: &[(&'static str, &[u8])]) -> Run {
    let form = files.iter().fold(Form::default(), |form, (name, file)| form.with(name, file));
    let answer = app.upload(&form.with("request", request.to_string())).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.text());
    app.ended(answer.json()["id"].as_str().unwrap()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_garment_of_ones_own_is_worn_and_its_picture_is_gone_when_the_run_ends() {
    let app = App::working().await;
    let (garment, mask) = (garment(), mask(48, 64));
    let files = [("garment", garment.as_slice()), ("mask", mask.as_slice())];
    let run = tried_on(&app, &request("small", json!({ "steps": 2 })), &files).await;
    assert_eq!(run.state, RunState::Succeeded, "{:?}", run.error);
    app.folders.no_uploads("succeeded").await;
    let names: Vec<_> = run.artifacts.iter().map(|artifact| artifact.name.as_str()).collect();
    for name in
        ["sample-0000.png", "sample-0000-original.png", "sample-0000-grid.png", "sample-0000-mask.png", "metrics.json"]
    {
        assert!(names.contains(&name), "{names:?}");
    }
    let read = async |name: &str| {
        let file = app.get(&format!("/api/runs/{}/artifacts/{name}", run.id)).await.body;
        decode(&file, &Limits::PHOTO).unwrap()
    };
    let (result, before) = (read("sample-0000.png").await, read("sample-0000-original.png").await);
    assert!(result.text.iter().any(|(_, says)| says.contains("generated")), "{:?}", result.text);
    for i in 0..48 * 64 {
        let repainted = (12..24).contains(&(i % 48)) && (21..32).contains(&(i / 48));
        let [after, before] = [&result.image, &before.image].map(|image| &image.pixels()[3 * i..3 * i + 3]);
        assert!(repainted || after == before, "pixel {i} was to be kept");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_worn_fails_with_a_reason_and_leaves_nothing() {
    let app = App::working().await;
    for (name, file, says) in [
        ("mask", mask(40, 64), "both must be of the same size"),
        ("garment", picture(3, 3), "garment"),
        ("person", picture(90, 120), "nobody is recognised"),
    ] {
        let run = tried_on(&app, &request("small", json!({})), &[(name, &*file)]).await;
        assert_eq!(run.state, RunState::Failed, "{name}");
        let error = run.error.unwrap_or_default();
        assert!(error.contains(says), "{name}: {error}");
        app.folders.no_uploads(name).await;
    }
}

#[test]
fn the_command_line_takes_person_garment_and_mask() {
    let folders = Folders::new();
    for (name, file) in [("G.png", garment()), ("M.png", mask(48, 64)), ("wall.png", picture(90, 120))] {
        fs::write(folders.path().join(name), file).unwrap();
    }
    let command = ["sample", "dci-vton", "--preset", "small", "--set"];
    let dressed = output(&folders, &[&command[..], &["garment=G.png", "--set", "mask=M.png", "--out", "out"]].concat());
    assert!(dressed.status.success(), "{}", stderr(&dressed));
    for name in ["sample-0000.png", "sample-0000-composite.png", "sample-0000-pose.png", "metrics.json"] {
        assert!(folders.path().join("out").join(name).is_file(), "{name}");
    }
    let impossible =
        output(&folders, &[&command[..], &["method=no-warp", "--set", "warp=affine", "--out", "none"]].concat());
    assert_eq!(impossible.status.code(), Some(2));
    assert!(stderr(&impossible).contains("parameters.warp"), "{}", stderr(&impossible));
    fs::write(folders.path().join("warp_viton.pth"), "no weights").unwrap();
    let paper = ["sample", "dci-vton", "--preset", "paper", "--weights", ".", "--out", "none"];
    let incomplete = output(&folders, &paper);
    assert_eq!(incomplete.status.code(), Some(2));
    assert!(stderr(&incomplete).contains("has no .ckpt file"), "{}", stderr(&incomplete));
    let refused = output(&folders, &[&command[..], &["person=wall.png", "--out", "none"]].concat());
    assert_eq!(refused.status.code(), Some(2), "{}", stderr(&refused));
    let said = stderr(&refused);
    assert!(said.contains("inputs.person") && said.contains("nobody is recognised"), "{said}");
}

//! The document that is checked in is the document that is served, and it describes what is sent.

use axum::http::StatusCode;
use serde_json::Value;

use crate::support::{App, small_request};

#[tokio::test]
async fn the_checked_in_document_is_the_served_one() {
    let app = App::idle().await;
    let served = app.get("/api/openapi.json").await.json();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
    let pretty = serde_json::to_string_pretty(&served).unwrap() + "\n";
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        std::fs::write(path, &pretty).unwrap();
    }
    let stored = std::fs::read_to_string(path).unwrap_or_default();
    assert!(stored == pretty, "server/openapi.json is old: run this test with UPDATE_OPENAPI=1 and look at the change");
}

#[tokio::test]
async fn every_reference_leads_somewhere() {
    let app = App::idle().await;
    let document = app.get("/api/openapi.json").await.json();
    let mut references = Vec::new();
    collect(&document, &mut references);
    assert!(references.len() > 20);
    for reference in references {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
}

fn collect(value: &Value, references: &mut Vec<String>) {
    match value {
        Value::Object(object) => {
            references.extend(object.get("$ref").and_then(Value::as_str).map(str::to_owned));
            object.values().for_each(|value| collect(value, references));
        }
        Value::Array(array) => array.iter().for_each(|value| collect(value, references)),
        _ => {}
    }
}

#[tokio::test]
async fn every_operation_has_a_name_of_its_own() {
    let app = App::idle().await;
    let document = app.get("/api/openapi.json").await.json();
    let paths = document["paths"].as_object().unwrap().values();
    let operations: Vec<_> = paths.flat_map(|path| path.as_object().unwrap().values()).collect();
    let names: std::collections::BTreeSet<_> = operations.iter().map(|o| o["operationId"].as_str().unwrap()).collect();
    assert_eq!(names.len(), operations.len());
}

#[tokio::test]
async fn a_run_has_the_fields_of_its_schema() {
    let app = App::idle().await;
    let document = app.get("/api/openapi.json").await.json();
    let run = app.post("/api/samples", small_request()).await.json();
    let described: Vec<_> =
        document["components"]["schemas"]["Run"]["properties"].as_object().unwrap().keys().collect();
    assert_eq!(run.as_object().unwrap().keys().collect::<Vec<_>>(), described);
}

#[tokio::test]
async fn the_page_names_every_operation_and_needs_no_script() {
    let app = App::idle().await;
    let page = app.get("/api").await;
    assert_eq!(page.status, StatusCode::OK);
    let html = page.text();
    let document = app.get("/api/openapi.json").await.json();
    for path in document["paths"].as_object().unwrap().keys() {
        assert!(html.contains(&format!("<code>{path}</code>")), "{path}");
    }
    assert!(!html.contains("<script") && !html.contains(" style=") && !html.contains("http://"));
    assert_eq!(app.get("/api/docs.css").await.header("content-type"), "text/css; charset=utf-8");
}

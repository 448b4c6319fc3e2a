//! `GET /api`: the OpenAPI document as a page. Made on the server, without scripts and without anything from
//! elsewhere, so the strict content security policy holds here too.

use std::fmt::Write as _;

use axum::{
    Router,
    http::header,
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::Value;

use super::AppState;

const STYLE: &str = include_str!("docs.css");
const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// The page and its style.
pub fn routes(document: &Value) -> Router<AppState> {
    let page = page(document);
    Router::new()
        .route("/api", get(move || async move { serve(page, "text/html; charset=utf-8") }))
        .route("/api/docs.css", get(|| async { serve(STYLE.to_owned(), "text/css; charset=utf-8") }))
}

fn serve(body: String, media: &'static str) -> Response {
    ([(header::CONTENT_TYPE, media), (header::CACHE_CONTROL, "no-cache")], body).into_response()
}

fn page(document: &Value) -> String {
    let mut html = String::from(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>Vitrine API</title><link rel=\"stylesheet\" href=\"/api/docs.css\"></head><body><main>",
    );
    let info = &document["info"];
    let _ = write!(
        html,
        "<h1>{} API <small>{}</small></h1><p>{}</p><p>Machine-readable: <a href=\"/api/openapi.json\">openapi.json</a>. \
         Trainings need <code>Authorization: Bearer</code> with the admin token.</p><h2>Operations</h2>",
        text(&info["title"]),
        text(&info["version"]),
        text(&info["description"])
    );
    for (path, operations) in document["paths"].as_object().into_iter().flatten() {
        for method in METHODS {
            if let Some(operation) = operations.get(method) {
                write_operation(&mut html, method, path, operation);
            }
        }
    }
    html.push_str("<h2>Schemas</h2>");
    for (name, schema) in document["components"]["schemas"].as_object().into_iter().flatten() {
        let json = serde_json::to_string_pretty(schema).unwrap_or_default();
        let _ = write!(
            html,
            "<details id=\"schema-{0}\"><summary>{0}</summary><p>{1}</p><pre tabindex=\"0\">{2}</pre></details>",
            escape(name),
            text(&schema["description"]),
            escape(&json)
        );
    }
    html.push_str("</main></body></html>");
    html
}

fn write_operation(html: &mut String, method: &str, path: &str, operation: &Value) {
    let _ = write!(
        html,
        "<section><h3><span class=\"method {method}\">{}</span> <code>{}</code></h3><p><strong>{}</strong></p>",
        method.to_uppercase(),
        escape(path),
        text(&operation["summary"])
    );
    if operation["description"].is_string() {
        let _ = write!(html, "<p>{}</p>", text(&operation["description"]));
    }
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    let rows: String = parameters
        .map(|p| {
            format!(
                "<tr><td><code>{}</code></td><td>{}</td><td>{}</td></tr>",
                text(&p["name"]),
                text(&p["in"]),
                text(&p["description"])
            )
        })
        .collect();
    if !rows.is_empty() {
        let _ = write!(
            html,
            "<table><caption>Parameters</caption><tr><th>Name</th><th>In</th><th>What</th></tr>{rows}</table>"
        );
    }
    if let Some(content) = operation["requestBody"]["content"].as_object() {
        let _ = write!(html, "<p>Body: {}</p>", bodies(content));
    }
    html.push_str("<table><caption>Responses</caption><tr><th>Status</th><th>What</th><th>Body</th></tr>");
    for (status, response) in operation["responses"].as_object().into_iter().flatten() {
        let content = response["content"].as_object().map(bodies).unwrap_or_default();
        let _ = write!(
            html,
            "<tr><td>{}</td><td>{}</td><td>{content}</td></tr>",
            escape(status),
            text(&response["description"])
        );
    }
    html.push_str("</table></section>");
}

fn bodies(content: &serde_json::Map<String, Value>) -> String {
    let one = |(media, body): (&String, &Value)| {
        let schema = body["schema"]["$ref"].as_str().and_then(|r| r.rsplit('/').next()).map(escape);
        match schema {
            Some(name) => format!("<a href=\"#schema-{name}\">{name}</a> <small>{}</small>", escape(media)),
            None => format!("<small>{}</small>", escape(media)),
        }
    };
    content.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn text(value: &Value) -> String {
    escape(value.as_str().unwrap_or_default())
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

//! The web bundle: compression, caching, pages, and the headers that protect them.

use axum::{
    body::Body,
    http::{Request, StatusCode},
};

use crate::support::{Answer, App, Folders, UNLIMITED};

async fn get(app: &App, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::get(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    app.send(request.body(Body::empty()).unwrap()).await
}

const IMMUTABLE: &str = "public, max-age=31536000, immutable";
const HTML: (&str, &str) = ("accept", "text/html,*/*");

#[tokio::test]
async fn the_best_compressed_twin_is_chosen() {
    let app = App::idle().await;
    for (accepted, encoding, body) in [
        ("gzip, br", "br", "brotli of index"),
        ("gzip", "gzip", "gzip of index"),
        ("identity", "", "<!doctype html><title>Vitrine</title>"),
    ] {
        let page = get(&app, "/", &[("accept-encoding", accepted)]).await;
        assert_eq!((page.status, page.header("content-encoding")), (StatusCode::OK, encoding));
        assert_eq!(page.text(), body);
        assert_eq!(page.header("content-type"), "text/html");
        assert!(page.header("vary").to_lowercase().contains("accept-encoding"), "{:?}", page.headers);
    }
}

#[tokio::test]
async fn hashed_names_are_kept_forever_and_the_others_asked_for_again() {
    let app = App::idle().await;
    let wasm = get(&app, "/pkg/page.0123456789abcdef.wasm", &[("accept-encoding", "br")]).await;
    assert_eq!(wasm.header("content-type"), "application/wasm");
    assert_eq!(wasm.header("content-encoding"), "br");
    assert_eq!(wasm.header("cache-control"), IMMUTABLE);
    assert_eq!(get(&app, "/assets/styles/main.fedcba9876543210.css", &[]).await.header("cache-control"), IMMUTABLE);
    for path in ["/", "/index.html", "/manifest.json", "/sw.js", "/systems/porous-gan?seed=7"] {
        let answer = get(&app, path, &[]).await;
        assert_eq!((answer.status, answer.header("cache-control")), (StatusCode::OK, "no-cache"), "{path}");
    }
}

#[tokio::test]
async fn addresses_of_pages_get_the_page_and_missing_files_do_not() {
    let app = App::idle().await;
    assert_eq!(get(&app, "/systems/porous-gan", &[]).await.header("content-type"), "text/html");
    let mistyped = get(&app, "/sistems", &[HTML]).await;
    assert_eq!((mistyped.status, mistyped.header("content-type")), (StatusCode::NOT_FOUND, "text/html"));
    for path in ["/pkg/page.0000000000000000.wasm", "/assets/none.css", "/systems/page.js", "/..%2f..%2fetc%2fpasswd"] {
        get(&app, path, &[]).await.problem(StatusCode::NOT_FOUND);
    }
    get(&app, "/pkg/page.0000000000000000.wasm", &[HTML]).await.problem(StatusCode::NOT_FOUND);
    get(&app, "/api/none", &[HTML]).await.problem(StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn without_a_bundle_the_server_says_how_to_build_it() {
    let folders = Folders::new();
    std::fs::remove_dir_all(folders.web()).unwrap();
    let app = App::new(folders, server::http::Limits { queue: 1, voxels: 1, ..UNLIMITED }).await;
    let answer = get(&app, "/", &[HTML]).await;
    answer.problem(StatusCode::NOT_FOUND);
    assert!(answer.text().contains("--web"));
}

#[tokio::test]
async fn every_answer_carries_the_protecting_headers() {
    let app = App::idle().await;
    for path in ["/", "/api/systems", "/api/none", "/api", "/pkg/page.0123456789abcdef.wasm"] {
        let answer = get(&app, path, &[]).await;
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("script-src 'self' 'wasm-unsafe-eval';"), "{path}: {policy}");
        assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{path}: {policy}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{path}");
        // A visitor may take a photo; nothing else is asked for.
        assert!(answer.header("permissions-policy").starts_with("camera=(self), microphone=(),"), "{path}");
        assert!(!answer.header("x-request-id").is_empty(), "{path}");
    }
    let named = get(&app, "/api/systems", &[("x-request-id", "abc")]).await;
    assert_eq!(named.header("x-request-id"), "abc");
}

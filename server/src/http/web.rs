//! The web bundle: files as they were built, their compressed twins where the client takes them, and `index.html`
//! for the addresses of pages.

use std::path::PathBuf;

use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderValue, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use tower::ServiceExt as _;
use tower_http::services::ServeDir;

use super::{
    AppState,
    error::{self, ApiError},
};

/// Names under these folders hold the hash of their content.
const HASHED: [&str; 2] = ["/assets/", "/pkg/"];
const IMMUTABLE: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const REVALIDATE: HeaderValue = HeaderValue::from_static("no-cache");

/// The folder of the web bundle.
pub struct Bundle {
    folder: PathBuf,
    files: ServeDir,
}

impl Bundle {
    /// The bundle in `folder`.
    pub fn new(folder: PathBuf) -> Self {
        let files =
            ServeDir::new(&folder).append_index_html_on_directories(false).precompressed_br().precompressed_gzip();
        Self { folder, files }
    }

    /// Whether the bundle was built.
    pub fn is_there(&self) -> bool {
        self.folder.join("index.html").is_file()
    }
}

/// Answers whatever is no route of the API.
pub async fn serve(State(state): State<AppState>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    if path == "/api" || path.starts_with("/api/") {
        return error::not_found(request).await.into_response();
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let mut response = error::method_not_allowed(request).await.into_response();
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
        return response;
    }
    if path == "/" || is_page(&path) {
        return index(&state, request, StatusCode::OK).await;
    }
    let wants_html = request
        .headers()
        .get_all(header::ACCEPT)
        .iter()
        .any(|accept| accept.to_str().is_ok_and(|accept| accept.contains("text/html")));
    let again = copy(&request);
    let mut response = file(&state, request).await;
    if response.status().is_success() || response.status() == StatusCode::NOT_MODIFIED {
        response.headers_mut().insert(header::CACHE_CONTROL, caching(&path));
        return response;
    }
    if response.status() != StatusCode::NOT_FOUND {
        return response;
    }
    // A person who mistyped sees the page say so; a program sees a problem.
    if wants_html && state.web.is_there() && !HASHED.iter().any(|folder| path.starts_with(folder)) {
        return index(&state, again, StatusCode::NOT_FOUND).await;
    }
    error::not_found(again).await.into_response()
}

/// Addresses that the page itself resolves.
fn is_page(path: &str) -> bool {
    path.strip_prefix("/systems").is_some_and(|rest| rest.is_empty() || (rest.starts_with('/') && !rest.contains('.')))
}

async fn index(state: &AppState, request: Request, status: StatusCode) -> Response {
    if !state.web.is_there() {
        let detail = "The web page has not been built: run `make web`, or name its folder with `--web`.".to_owned();
        return ApiError::Status(StatusCode::NOT_FOUND, detail).into_response();
    }
    let mut request = request;
    *request.uri_mut() = Uri::from_static("/index.html");
    if status != StatusCode::OK {
        // A 404 must not turn into a 304.
        request.headers_mut().remove(header::IF_MODIFIED_SINCE);
        request.headers_mut().remove(header::RANGE);
    }
    let mut response = file(state, request).await;
    if response.status() == StatusCode::OK {
        *response.status_mut() = status;
    }
    response.headers_mut().insert(header::CACHE_CONTROL, REVALIDATE);
    response
}

async fn file(state: &AppState, request: Request) -> Response {
    match state.web.files.clone().oneshot(request).await {
        Ok(response) => response.map(Body::new),
        Err(impossible) => match impossible {},
    }
}

/// The parts of a request that a second attempt needs.
fn copy(request: &Request) -> Request {
    let mut copy = Request::new(Body::empty());
    *copy.method_mut() = request.method().clone();
    *copy.uri_mut() = request.uri().clone();
    *copy.headers_mut() = request.headers().clone();
    copy
}

fn caching(path: &str) -> HeaderValue {
    let name = path.rsplit('/').next().unwrap_or_default();
    let is_hash = |part: &str| part.len() == 16 && part.bytes().all(|b| b.is_ascii_hexdigit());
    let hashed = HASHED.iter().any(|folder| path.starts_with(folder)) && name.split('.').any(is_hash);
    if hashed { IMMUTABLE } else { REVALIDATE }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_with_a_hash_are_kept_forever() {
        assert_eq!(caching("/pkg/page.0123456789abcdef.wasm"), IMMUTABLE);
        assert_eq!(caching("/assets/styles/main.0123456789abcdef.css"), IMMUTABLE);
        assert_eq!(caching("/assets/styles/main.css"), REVALIDATE);
        assert_eq!(caching("/sw.js"), REVALIDATE);
        assert_eq!(caching("/0123456789abcdef.js"), REVALIDATE);
    }

    #[test]
    fn pages_are_addresses_without_a_dot() {
        assert!(is_page("/systems/porous-gan"));
        assert!(!is_page("/systems/page.js"));
        assert!(!is_page("/systemsx"));
    }
}

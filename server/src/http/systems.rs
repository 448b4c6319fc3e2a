//! `GET /api/systems`: the catalogue. It never changes while the server runs, so its bytes are made once.

use std::sync::LazyLock;

use axum::{
    extract::Path,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use sha2::{Digest as _, Sha256};

use super::{conditional, error::ApiError};

struct Document {
    bytes: Bytes,
    etag: String,
}

impl Document {
    fn of(value: &impl serde::Serialize) -> Self {
        let bytes = Bytes::from(serde_json::to_vec(value).expect("the catalogue serialises"));
        let etag = format!("W/\"{}\"", &hex::encode(Sha256::digest(&bytes))[..32]);
        Self { bytes, etag }
    }

    fn answer(&self, headers: &HeaderMap) -> Response {
        let etag = [(header::ETAG, self.etag.clone()), (header::CACHE_CONTROL, "no-cache".to_owned())];
        if conditional::not_modified(headers, &self.etag) {
            return (StatusCode::NOT_MODIFIED, etag).into_response();
        }
        (etag, [(header::CONTENT_TYPE, "application/json")], self.bytes.clone()).into_response()
    }
}

static ALL: LazyLock<Document> =
    LazyLock::new(|| Document::of(&serde_json::json!({ "systems": catalog::systems::all() })));

static EACH: LazyLock<Vec<(&'static str, Document)>> =
    LazyLock::new(|| catalog::systems::all().iter().map(|system| (system.slug, Document::of(system))).collect());

/// Every system with its presets, parameters and JSON schemas
#[utoipa::path(
    get, path = "/api/systems", operation_id = "listSystems", tag = "systems",
    responses(
        (status = 200, description = "The systems", body = ref("#/components/schemas/Systems"),
         headers(("etag" = String, description = "Changes when the catalogue does"))),
        (status = 304, description = "The client has them already"),
    )
)]
pub async fn list(headers: HeaderMap) -> Response {
    ALL.answer(&headers)
}

/// One system
#[utoipa::path(
    get, path = "/api/systems/{slug}", operation_id = "getSystem", tag = "systems",
    params(("slug" = String, Path, description = "Name of the system, such as `porous-gan`")),
    responses(
        (status = 200, description = "The system", body = ref("#/components/schemas/System")),
        (status = 304, description = "The client has it already"),
        (status = 404, description = "No such system", body = ref("#/components/schemas/Problem"),
         content_type = "application/problem+json"),
    )
)]
pub async fn one(Path(slug): Path<String>, headers: HeaderMap) -> Result<Response, ApiError> {
    match EACH.iter().find(|(name, _)| *name == slug) {
        Some((_, document)) => Ok(document.answer(&headers)),
        None => {
            let shown: String = slug.chars().take(64).collect();
            Err(ApiError::Status(StatusCode::NOT_FOUND, format!("There is no system `{shown}`.")))
        }
    }
}

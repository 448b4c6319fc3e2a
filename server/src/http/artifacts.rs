//! `GET /api/runs/{id}/artifacts/{name}`: finished files, whole or in ranges.

use axum::{
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};

use super::{
    AppState, conditional,
    error::ApiError,
    range::{self, Wanted},
};
use crate::store::{StoreError, artifacts};

/// A finished file of a run
#[utoipa::path(
    get, path = "/api/runs/{id}/artifacts/{name}", operation_id = "getArtifact", tag = "runs",
    params(
        ("id" = String, Path, description = "The run"),
        ("name" = String, Path, description = "Name of the file, as the run lists it"),
        ("range" = Option<String>, Header, description = "One range of bytes"),
    ),
    responses(
        (status = 200, description = "The file", content_type = "application/octet-stream"),
        (status = 206, description = "A part of it", content_type = "application/octet-stream"),
        (status = 304, description = "The client has it already"),
        (status = 404, description = "No such file", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 416, description = "The range is outside", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
    )
)]
pub async fn download(
    State(state): State<AppState>,
    Path((id, name)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let missing = || {
        let shown: String = name.chars().take(64).collect();
        ApiError::Status(StatusCode::NOT_FOUND, format!("The run has no file `{shown}`."))
    };
    let artifact = artifacts::find(&state.runs.pool, &id, &name).await?.ok_or_else(missing)?;
    let etag = format!("\"{}\"", artifact.sha256);
    let always = [
        (header::ETAG, etag.clone()),
        (header::CACHE_CONTROL, "no-cache".to_owned()),
        (header::ACCEPT_RANGES, "bytes".to_owned()),
    ];
    if conditional::not_modified(&headers, &etag) {
        return Ok((StatusCode::NOT_MODIFIED, always).into_response());
    }
    let asked = headers.get(header::RANGE).and_then(|v| v.to_str().ok());
    // `If-Range`: a part is only of use to a client that has the rest of the same file.
    let same = !headers.contains_key(header::IF_RANGE) || conditional::matches(&headers, header::IF_RANGE, &etag);
    let (status, range) = match range::parse(asked.filter(|_| same), artifact.bytes) {
        Wanted::All => (StatusCode::OK, 0..artifact.bytes),
        Wanted::Part(range) => (StatusCode::PARTIAL_CONTENT, range),
        Wanted::Outside => return Err(ApiError::Range(artifact.bytes)),
    };
    let part = (!range.is_empty()).then(|| range.clone());
    let stream = match state.runs.artifacts.read(&id, &name, part).await {
        Err(StoreError::Objects(object_store::Error::NotFound { .. })) => return Err(missing()),
        read => read?,
    };
    // Names are letters, digits, dots, dashes and underscores: nothing to escape.
    let disposition = format!("attachment; filename=\"{}\"", artifact.name);
    let about = [
        (header::CONTENT_TYPE, artifact.media_type),
        (header::CONTENT_LENGTH, (range.end - range.start).to_string()),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    let mut response = (status, always, about, Body::from_stream(stream)).into_response();
    if status == StatusCode::PARTIAL_CONTENT {
        let value = format!("bytes {}-{}/{}", range.start, range.end - 1, artifact.bytes);
        if let Ok(value) = value.parse() {
            response.headers_mut().insert(header::CONTENT_RANGE, value);
        }
    }
    Ok(response)
}

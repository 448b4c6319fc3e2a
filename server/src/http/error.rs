//! The one error of the HTTP edge: `application/problem+json` (RFC 9457) with an `errors` entry for each bad field.
//! Internals are logged here, once, and never shown.

use std::time::Duration;

use axum::{
    Json,
    extract::Request,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use catalog::FieldError;
use schemars::JsonSchema;
use serde::Serialize;

use crate::store::{StoreError, disk_is_full};

/// The body of every error.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Problem {
    /// Always `about:blank`: the status says what kind it is.
    pub r#type: &'static str,
    /// The status in words.
    pub title: String,
    /// The status.
    pub status: u16,
    /// One sentence on this occurrence.
    pub detail: String,
    /// What is wrong with which field; empty if no field is to blame.
    pub errors: Vec<FieldError>,
}

/// Why a request is not answered with what it asked for.
#[derive(Debug)]
pub enum ApiError {
    /// Fields of the request are wrong.
    Fields(Vec<FieldError>),
    /// A field of the request is larger than it may be.
    TooLarge(FieldError),
    /// A status with a sentence.
    Status(StatusCode, String),
    /// The address asked too often; the time until it may ask again.
    TooOften(Duration),
    /// Too much waits already.
    Busy(String),
    /// A range outside the file, whose length is given.
    Range(u64),
    /// The admin token is missing or wrong.
    Unauthorized,
    /// The server's own fault.
    Internal(StoreError),
}

impl ApiError {
    /// A run that is not there.
    pub fn no_run(id: &str) -> Self {
        let shown: String = id.chars().take(64).collect();
        Self::Status(StatusCode::NOT_FOUND, format!("There is no run `{shown}`."))
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        Self::Internal(error)
    }
}

impl From<Vec<FieldError>> for ApiError {
    fn from(errors: Vec<FieldError>) -> Self {
        Self::Fields(errors)
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        match self {
            Self::Fields(errors) => {
                let detail = match errors.as_slice() {
                    [one] => one.to_string(),
                    more => format!("{} fields are wrong.", more.len()),
                };
                problem(StatusCode::UNPROCESSABLE_ENTITY, detail, errors)
            }
            Self::TooLarge(error) => problem(StatusCode::PAYLOAD_TOO_LARGE, error.to_string(), vec![error]),
            Self::Status(status, detail) => problem(status, detail, Vec::new()),
            Self::TooOften(wait) => {
                let seconds = wait.as_secs() + 1;
                let detail = format!("This address asks too often; it may ask again in {seconds} s.");
                let mut response = problem(StatusCode::TOO_MANY_REQUESTS, detail, Vec::new());
                response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
                response
            }
            Self::Busy(detail) => {
                let mut response = problem(StatusCode::SERVICE_UNAVAILABLE, detail, Vec::new());
                response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("30"));
                response
            }
            Self::Range(length) => {
                let detail = format!("The file has {length} bytes; the range is outside.");
                let mut response = problem(StatusCode::RANGE_NOT_SATISFIABLE, detail, Vec::new());
                if let Ok(value) = HeaderValue::from_str(&format!("bytes */{length}")) {
                    response.headers_mut().insert(header::CONTENT_RANGE, value);
                }
                response
            }
            Self::Unauthorized => {
                let detail = "Trainings need the admin token: `Authorization: Bearer …`.".to_owned();
                let mut response = problem(StatusCode::UNAUTHORIZED, detail, Vec::new());
                let challenge = HeaderValue::from_static("Bearer realm=\"vitrine\"");
                response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
                response
            }
            Self::Internal(error) if disk_is_full(&error) => {
                tracing::error!(%error, "the disk is full");
                let detail = "The server has no room left to write: nothing was kept. Ask again when its operator has made some.";
                problem(StatusCode::INSUFFICIENT_STORAGE, detail.to_owned(), Vec::new())
            }
            Self::Internal(error) => {
                tracing::error!(%error, "a request failed");
                let detail = "The server failed; its log says why.".to_owned();
                problem(StatusCode::INTERNAL_SERVER_ERROR, detail, Vec::new())
            }
        }
    }
}

/// A problem as a response.
pub fn problem(status: StatusCode, detail: String, errors: Vec<FieldError>) -> Response {
    let problem = Problem {
        r#type: "about:blank",
        title: status.canonical_reason().unwrap_or("Error").to_owned(),
        status: status.as_u16(),
        detail,
        errors,
    };
    let mut response = (status, Json(problem)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Answers unknown paths.
pub async fn not_found(request: Request) -> ApiError {
    let path: String = request.uri().path().chars().take(200).collect();
    ApiError::Status(StatusCode::NOT_FOUND, format!("There is nothing at {path}."))
}

/// Answers known paths with a wrong method; axum adds `Allow`.
pub async fn method_not_allowed(request: Request) -> ApiError {
    let path: String = request.uri().path().chars().take(200).collect();
    ApiError::Status(StatusCode::METHOD_NOT_ALLOWED, format!("{} is not possible at {path}.", request.method()))
}

/// Gives the bare answers of middleware and of axum's own extractors (time-outs, limits, panics, addresses that are no
/// text) the form of a problem.
pub async fn dress(response: Response) -> Response {
    let status = response.status();
    let bare = !response.headers().contains_key(header::CONTENT_TYPE)
        || response.headers().get(header::CONTENT_TYPE).is_some_and(|t| t.as_bytes().starts_with(b"text/plain"));
    if !bare {
        return response;
    }
    let detail = match status {
        StatusCode::REQUEST_TIMEOUT => "The request took too long.",
        StatusCode::PAYLOAD_TOO_LARGE => "The request is too large.",
        StatusCode::INTERNAL_SERVER_ERROR => "The server failed; its log says why.",
        StatusCode::BAD_REQUEST => "The request or its address cannot be read.",
        _ => return response,
    };
    problem(status, detail.to_owned(), Vec::new())
}

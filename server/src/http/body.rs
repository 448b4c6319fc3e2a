//! JSON bodies of requests: read with a limit, refused with the right status, and with an error for every field of
//! the wrong type, not only the first.

use axum::{
    body::{Body, to_bytes},
    extract::{FromRequest, Request},
    http::{HeaderMap, StatusCode, header},
};
use catalog::FieldError;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::error::ApiError;

/// Largest body. Requests are a few hundred bytes and are kept with their runs: longer reward tables are for the browser and the
/// command line.
pub const MAX_BODY: usize = 64 * 1024;

/// A body that is JSON; what it says is decoded by [`check`].
pub struct JsonBody(pub Value);

impl<S: Send + Sync> FromRequest<S> for JsonBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        if !is_json(&request) {
            let detail = "The body must be JSON with `Content-Type: application/json`.".to_owned();
            return Err(ApiError::Status(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail));
        }
        let bytes = read(request.into_body()).await?;
        serde_json::from_slice(&bytes)
            .map(JsonBody)
            .map_err(|error| ApiError::Status(StatusCode::BAD_REQUEST, format!("The body is not JSON: {error}.")))
    }
}

fn is_json(request: &Request) -> bool {
    essence(request.headers()).is_some_and(|essence| {
        essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
    })
}

/// The media type that a body says it has, without parameters, in small letters.
pub fn essence(headers: &HeaderMap) -> Option<String> {
    let media = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    Some(media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
}

async fn read(body: Body) -> Result<bytes::Bytes, ApiError> {
    to_bytes(body, MAX_BODY).await.map_err(|error| {
        let mut cause: Option<&dyn std::error::Error> = Some(&error);
        while let Some(inner) = cause {
            if inner.to_string().contains("length limit exceeded") {
                let detail = format!("The body is larger than {MAX_BODY} bytes.");
                return ApiError::Status(StatusCode::PAYLOAD_TOO_LARGE, detail);
            }
            cause = inner.source();
        }
        ApiError::Status(StatusCode::BAD_REQUEST, "The body broke off.".to_owned())
    })
}

/// Decodes a JSON object and checks it with the catalogue; answers with an error for every bad field.
///
/// # Errors
/// Fields of the wrong type, unknown and missing fields, and what `check` finds in the others.
pub fn check<T: DeserializeOwned, C>(
    body: Value,
    check: impl FnOnce(T) -> Result<C, Vec<FieldError>>,
) -> Result<C, Vec<FieldError>> {
    let (decoded, mut errors) = decode(body);
    match decoded.map(check) {
        Some(Ok(checked)) if errors.is_empty() => return Ok(checked),
        Some(Err(more)) => {
            for error in more {
                if !errors.iter().any(|known| known.field == error.field) {
                    errors.push(error);
                }
            }
        }
        _ => {}
    }
    Err(errors)
}

/// Adds more errors to the outcome of a check.
///
/// # Errors
/// If there were or are errors.
pub fn also<C>(checked: Result<C, Vec<FieldError>>, more: Vec<FieldError>) -> Result<C, Vec<FieldError>> {
    match checked {
        Ok(checked) if more.is_empty() => Ok(checked),
        Ok(_) => Err(more),
        Err(errors) => Err([errors, more].concat()),
    }
}

/// Decodes as much as there is. serde stops at the first error; so each top-level field that is to blame is taken
/// out and the rest tried again.
fn decode<T: DeserializeOwned>(mut body: Value) -> (Option<T>, Vec<FieldError>) {
    if !body.is_object() {
        return (None, vec![FieldError::new("body", "must be a JSON object")]);
    }
    let mut errors: Vec<FieldError> = Vec::new();
    loop {
        let error = match serde_path_to_error::deserialize::<_, T>(&body) {
            Ok(decoded) => return (Some(decoded), errors),
            Err(error) => error,
        };
        let message = plain(&error.inner().to_string());
        let quoted = ["unknown field `", "missing field `"].iter().find_map(|start| message.strip_prefix(start));
        let field = match quoted.and_then(|rest| rest.split_once('`')) {
            Some((name, _)) => name.to_owned(),
            None => error.path().to_string(),
        };
        let top = field.split(['.', '[']).next().unwrap_or_default().to_owned();
        if !errors.iter().any(|known| known.field == field) {
            errors.push(FieldError::new(field.chars().take(64).collect::<String>(), message));
        }
        if body.as_object_mut().and_then(|object| object.remove(&top)).is_none() {
            // A field that is missing: nothing more can be found out.
            return (None, errors);
        }
    }
}

/// Without serde's position, which means nothing for a decoded value.
fn plain(message: &str) -> String {
    message.split(" at line ").next().unwrap_or(message).to_owned()
}

#[cfg(test)]
mod tests {
    use catalog::{SampleRequest, request::Venue};
    use serde_json::json;

    use super::*;

    fn fields(body: Value) -> Vec<String> {
        let checked = check(body, |request: SampleRequest| request.check(Venue::Server));
        let mut fields: Vec<_> = checked.unwrap_err().into_iter().map(|e| e.field).collect();
        fields.sort();
        fields
    }

    #[test]
    fn every_bad_field_is_named_whatever_is_wrong_with_it() {
        let body = json!({
            "system": "porous-gan", "preset": "berea-small", "seed": -1, "count": 0, "sede": 1,
            "parameters": { "size": 0, "colour": "red" },
        });
        assert_eq!(fields(body), ["count", "parameters.colour", "parameters.size", "sede", "seed"]);
    }

    #[test]
    fn a_missing_field_and_a_body_that_is_no_object_are_named() {
        assert_eq!(fields(json!({ "preset": "berea-small" })), ["system"]);
        assert_eq!(fields(json!(["porous-gan", "berea-small"])), ["body"]);
        assert_eq!(fields(json!("text")), ["body"]);
        assert_eq!(fields(json!({ "system": "porous-gan", "preset": 3 })), ["preset"]);
    }
}

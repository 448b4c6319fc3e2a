//! Who may start and end trainings: whoever has the admin token.

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
};

use super::{AppState, error::ApiError};
use crate::store::settings;

/// Proof that the request carries the admin token.
pub struct Admin;

impl FromRequestParts<AppState> for Admin {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        require(state, &parts.headers).await
    }
}

/// Looks for the admin token in `Authorization: Bearer …`.
///
/// # Errors
/// If it is missing or wrong.
pub async fn require(state: &AppState, headers: &HeaderMap) -> Result<Admin, ApiError> {
    let value = headers.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let token = match value.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
        _ => return Err(ApiError::Unauthorized),
    };
    match settings::is_admin_token(&state.runs.pool, token).await? {
        true => Ok(Admin),
        false => Err(ApiError::Unauthorized),
    }
}

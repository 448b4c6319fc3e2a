//! `GET /healthz`: whether the server can work, for whoever restarts it.

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};

use super::{AppState, error::ApiError};
use crate::store::StoreError;

/// Whether the server works
#[utoipa::path(
    get, path = "/healthz", operation_id = "getHealth", tag = "operation",
    responses(
        (status = 200, description = "It does"),
        (status = 503, description = "It stops, or its database does not answer", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
    )
)]
pub async fn healthz(State(state): State<AppState>) -> Result<Response, ApiError> {
    if state.stop.is_cancelled() {
        return Err(ApiError::Status(StatusCode::SERVICE_UNAVAILABLE, "The server stops.".to_owned()));
    }
    let answered = sqlx::query_scalar::<_, i64>("SELECT 1").fetch_one(&state.runs.pool).await;
    if let Err(error) = answered.map_err(StoreError::from) {
        tracing::error!(%error, "the database does not answer");
        return Err(ApiError::Status(StatusCode::SERVICE_UNAVAILABLE, "The database does not answer.".to_owned()));
    }
    let body = Json(serde_json::json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION") }));
    Ok(([(header::CACHE_CONTROL, "no-store")], body).into_response())
}

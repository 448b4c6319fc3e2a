//! Starting trainings; listing, watching over and ending runs.

use std::collections::HashMap;

use axum::{
    Json,
    extract::{Path, Query, State, rejection::QueryRejection},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use catalog::{
    FieldError, TrainRequest,
    run::{Run, Work},
};
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    AppState,
    auth::{self, Admin},
    body::{self, JsonBody},
    error::ApiError,
};
use crate::{
    device,
    store::{
        runs::{self as stored, Cancel, Filter, Kind, STATES},
        uploads::Arriving,
    },
    training,
};

/// Runs on one page of a list.
const MAX_PAGE: u32 = 200;
const PAGE: u32 = 50;

/// A page of runs.
#[derive(Serialize, JsonSchema)]
pub struct RunList {
    /// Newest first.
    pub runs: Vec<Run>,
    /// Give this as `before` for the next page; absent on the last.
    pub next: Option<String>,
}

/// Start a training
#[utoipa::path(
    post, path = "/api/runs", operation_id = "startTraining", tag = "runs", security(("admin" = [])),
    request_body(content = ref("#/components/schemas/TrainRequest"), content_type = "application/json"),
    responses(
        (status = 202, description = "Queued", body = ref("#/components/schemas/Run"),
         headers(("location" = String, description = "Address of the run"))),
        (status = 400, description = "Not JSON", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 401, description = "No admin token", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 413, description = "Too large", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 415, description = "Not `application/json`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 422, description = "Bad fields, each named in `errors`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 503, description = "Too many runs wait", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
    )
)]
pub async fn train(_: Admin, State(state): State<AppState>, JsonBody(body): JsonBody) -> Result<Response, ApiError> {
    let checked = body::check(body, |request: TrainRequest| {
        let device = device::check(request.device).err();
        let data = training::check(&request, state.assets.folder()).err();
        body::also(request.check(), device.into_iter().chain(data).collect())
    })?;
    submit(&state, Work::Train(checked.request), None).await
}

/// Runs, newest first
#[utoipa::path(
    get, path = "/api/runs", operation_id = "listRuns", tag = "runs",
    params(
        ("kind" = Option<String>, Query, description = "`train` or `sample`"),
        ("state" = Option<String>, Query, description = "`queued`, `running`, `succeeded`, `failed` or `cancelled`"),
        ("system" = Option<String>, Query, description = "Name of a system"),
        ("before" = Option<String>, Query, description = "Only runs created before this one"),
        ("limit" = Option<u32>, Query, description = "1 to 200; 50 if absent"),
    ),
    responses(
        (status = 200, description = "A page of runs", body = ref("#/components/schemas/RunList")),
        (status = 400, description = "The query cannot be read", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 422, description = "Bad parameters", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
    )
)]
pub async fn list(
    State(state): State<AppState>,
    query: Result<Query<HashMap<String, String>>, QueryRejection>,
) -> Result<Json<RunList>, ApiError> {
    let Query(query) = query.map_err(|e| ApiError::Status(StatusCode::BAD_REQUEST, e.body_text()))?;
    let filter = filter(&query)?;
    let mut runs = stored::list(&state.runs.pool, &Filter { limit: filter.limit + 1, ..filter.clone() }).await?;
    let more = runs.len() > filter.limit as usize;
    runs.truncate(filter.limit as usize);
    let next = runs.last().filter(|_| more).map(|run| run.id.clone());
    Ok(Json(RunList { runs, next }))
}

/// One run
#[utoipa::path(
    get, path = "/api/runs/{id}", operation_id = "getRun", tag = "runs",
    params(("id" = String, Path, description = "The run")),
    responses(
        (status = 200, description = "The run", body = ref("#/components/schemas/Run")),
        (status = 404, description = "No such run", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
    )
)]
pub async fn one(State(state): State<AppState>, Path(id): Path<String>) -> Result<Response, ApiError> {
    let run = stored::get(&state.runs.pool, &id).await?.ok_or_else(|| ApiError::no_run(&id))?;
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(run)).into_response())
}

/// Cancel a run, or delete it with its files once it has ended
///
/// Trainings need the admin token.
#[utoipa::path(
    delete, path = "/api/runs/{id}", operation_id = "endRun", tag = "runs", security((), ("admin" = [])),
    params(("id" = String, Path, description = "The run")),
    responses(
        (status = 202, description = "It stops before its next step", body = ref("#/components/schemas/Run")),
        (status = 200, description = "It was waiting and is cancelled", body = ref("#/components/schemas/Run")),
        (status = 204, description = "It had ended and is deleted"),
        (status = 401, description = "No admin token", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 404, description = "No such run", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
    )
)]
pub async fn delete(
    State(state): State<AppState>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let run = stored::get(&state.runs.pool, &id).await?.ok_or_else(|| ApiError::no_run(&id))?;
    if matches!(run.work, Work::Train(_)) {
        auth::require(&state, &headers).await?;
    }
    let status = match state.runs.cancel(&id).await? {
        Cancel::Done => StatusCode::OK,
        Cancel::Asked => StatusCode::ACCEPTED,
        Cancel::Unknown => return Err(ApiError::no_run(&id)),
        Cancel::Ended => {
            state.runs.delete(&id).await?;
            return Ok(StatusCode::NO_CONTENT.into_response());
        }
    };
    let run = stored::get(&state.runs.pool, &id).await?.ok_or_else(|| ApiError::no_run(&id))?;
    Ok((status, Json(run)).into_response())
}

/// Queues work, with the pictures that have arrived for it, and answers with its run.
///
/// # Errors
/// If too much waits already.
pub async fn submit(state: &AppState, work: Work, arrived: Option<Arriving>) -> Result<Response, ApiError> {
    let Some(run) = state.runs.submit(&work, arrived, state.limits.queue).await? else {
        return Err(ApiError::Busy(format!("{} runs of this kind wait already; try again later.", state.limits.queue)));
    };
    let location = format!("/api/runs/{}", run.id);
    Ok((StatusCode::ACCEPTED, [(header::LOCATION, location)], Json(run)).into_response())
}

fn filter(query: &HashMap<String, String>) -> Result<Filter, Vec<FieldError>> {
    let mut filter = Filter { limit: PAGE, ..Filter::default() };
    let mut errors = Vec::new();
    for (name, value) in query {
        match name.as_str() {
            "kind" => match Kind::from_name(value) {
                Some(kind) => filter.kind = Some(kind),
                None => errors.push(FieldError::new("kind", "must be one of train, sample")),
            },
            "state" => match STATES.iter().find(|(name, _)| name == value) {
                Some((_, state)) => filter.state = Some(*state),
                None => {
                    let known: Vec<_> = STATES.iter().map(|(name, _)| *name).collect();
                    errors.push(FieldError::new("state", format!("must be one of {}", known.join(", "))));
                }
            },
            "system" => filter.system = Some(value.clone()),
            "before" => match uuid::Uuid::parse_str(value) {
                Ok(id) => filter.before = Some(id.to_string()),
                Err(_) => errors.push(FieldError::new("before", "must be the id of a run")),
            },
            "limit" => match value.parse() {
                Ok(limit) if (1..=MAX_PAGE).contains(&limit) => filter.limit = limit,
                _ => errors.push(FieldError::new("limit", format!("must be a whole number from 1 to {MAX_PAGE}"))),
            },
            other => {
                let shown: String = other.chars().take(64).collect();
                errors.push(FieldError::new(shown, "unknown; known are kind, state, system, before, limit"));
            }
        }
    }
    errors.sort_by(|a, b| a.field.cmp(&b.field));
    if errors.is_empty() { Ok(filter) } else { Err(errors) }
}

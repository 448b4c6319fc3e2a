//! `GET /api/runs/{id}/events`: the event log as server-sent events, from any point on.

use std::{convert::Infallible, time::Duration};

use axum::{
    extract::{Path, State},
    http::{HeaderMap, HeaderName, StatusCode},
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use catalog::FieldError;

use super::{AppState, error::ApiError};
use crate::store::events;

/// Silence after which a comment is sent, so that proxies keep the connection.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// How long a browser waits before it connects again.
const RETRY: Duration = Duration::from_secs(2);
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// Watch a run
///
/// Server-sent events, numbered from 1 without gaps; `data` is a `RunEvent`. With `Last-Event-ID` the stream starts
/// after that event. It ends after the run's last event; asking again after that one is answered with 204, which
/// tells an `EventSource` to stop.
#[utoipa::path(
    get, path = "/api/runs/{id}/events", operation_id = "watchRun", tag = "runs",
    params(
        ("id" = String, Path, description = "The run"),
        ("last-event-id" = Option<u64>, Header, description = "Number of the last event the client has seen"),
    ),
    responses(
        (status = 200, description = "Events", body = ref("#/components/schemas/RunEvent"), content_type = "text/event-stream"),
        (status = 204, description = "The run has ended and the client has seen everything"),
        (status = 404, description = "No such run", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 422, description = "`Last-Event-ID` is not a number", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
    )
)]
pub async fn watch(
    State(state): State<AppState>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let (last, ended) = events::last(&state.runs.pool, &id).await?.ok_or_else(|| ApiError::no_run(&id))?;
    let seen = seen(&headers)?.min(last);
    if ended && seen == last {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let mut watcher = state.runs.feeds.watch(&id, seen);
    let stop = state.stop.clone();
    let stream = async_stream::stream! {
        yield Ok::<_, Infallible>(Event::default().retry(RETRY));
        loop {
            let next = tokio::select! {
                next = watcher.next() => next,
                () = stop.cancelled() => break,
            };
            match next {
                Ok(Some(event)) => yield Ok(Event::default().id(event.seq.to_string()).data(&event.json)),
                Ok(None) => break,
                Err(error) => {
                    // The client connects again and goes on where it was.
                    tracing::error!(run = id, %error, "an event stream broke off");
                    break;
                }
            }
        }
    };
    let sse = Sse::new(stream).keep_alive(KeepAlive::new().interval(KEEP_ALIVE));
    // Proxies that buffer would hold events back.
    Ok(([(HeaderName::from_static("x-accel-buffering"), "no")], sse).into_response())
}

fn seen(headers: &HeaderMap) -> Result<i64, Vec<FieldError>> {
    let Some(value) = headers.get(LAST_EVENT_ID) else { return Ok(0) };
    let number = value.to_str().ok().and_then(|text| text.trim().parse::<i64>().ok()).filter(|n| *n >= 0);
    number.ok_or_else(|| vec![FieldError::new("last-event-id", "must be the number of an event")])
}

//! The `runs` table: creation, reading, cancelling, deleting. What a worker does with a run is in
//! [`leases`](super::leases).

use catalog::run::{Artifact, Progress, Run, RunEvent, RunState, Work};
use sqlx::{QueryBuilder, Row as _, Sqlite, SqlitePool, sqlite::SqliteRow};

use super::{IMMEDIATE, StoreError, events, now_ms};

/// The two queues.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Trainings.
    Train,
    /// Samplings.
    Sample,
}

impl Kind {
    /// Both.
    pub const ALL: [Kind; 2] = [Kind::Train, Kind::Sample];

    /// The name in the database, in URLs and in metrics.
    pub fn name(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Sample => "sample",
        }
    }

    /// The kind of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The kind of a piece of work.
    pub fn of(work: &Work) -> Self {
        match work {
            Work::Train(_) => Self::Train,
            Work::Sample(_) => Self::Sample,
        }
    }
}

/// The states with their names.
pub const STATES: [(&str, RunState); 5] = [
    ("queued", RunState::Queued),
    ("running", RunState::Running),
    ("succeeded", RunState::Succeeded),
    ("failed", RunState::Failed),
    ("cancelled", RunState::Cancelled),
];

/// Name of a state in the database and in URLs.
pub fn state_name(state: RunState) -> &'static str {
    STATES.iter().find(|(_, s)| *s == state).map_or("queued", |(name, _)| name)
}

/// A name for a new run: UUID v7, which sorts by time.
pub fn new_id() -> String {
    uuid::Uuid::now_v7().to_string()
}

/// Stores a new run as queued, with first words to whoever watches it. `false` if `limit` runs of its kind are already
/// waiting.
///
/// # Errors
/// If the database fails.
pub async fn create(
    pool: &SqlitePool,
    id: &str,
    work: &Work,
    notes: &[RunEvent],
    limit: u32,
) -> Result<bool, StoreError> {
    let kind = Kind::of(work).name();
    let (system, preset) = match work {
        Work::Train(request) => (&request.system, &request.preset),
        Work::Sample(request) => (&request.system, &request.preset),
    };
    let json = serde_json::to_string(work).map_err(|source| StoreError::Corrupt { what: "request", source })?;
    let mut tx = pool.begin_with(IMMEDIATE).await?;
    let waiting: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM runs WHERE state = 'queued' AND kind = ?1")
        .bind(kind)
        .fetch_one(&mut *tx)
        .await?;
    if waiting >= i64::from(limit) {
        return Ok(false);
    }
    sqlx::query(
        "INSERT INTO runs (id, kind, system, preset, work, created_ms, delivered_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)",
    )
    .bind(id)
    .bind(kind)
    .bind(system)
    .bind(preset)
    .bind(json)
    .bind(now_ms())
    .execute(&mut *tx)
    .await?;
    events::append(&mut tx, id, &[RunEvent::State { state: RunState::Queued, error: None }]).await?;
    events::append(&mut tx, id, notes).await?;
    tx.commit().await?;
    Ok(true)
}

/// Which runs to list.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only this kind.
    pub kind: Option<Kind>,
    /// Only this state.
    pub state: Option<RunState>,
    /// Only this system.
    pub system: Option<String>,
    /// Only runs created before this one.
    pub before: Option<String>,
    /// At most so many.
    pub limit: u32,
}

const SELECT: &str = "SELECT r.*, \
     CASE WHEN r.state = 'queued' THEN \
       (SELECT COUNT(*) FROM runs q WHERE q.state = 'queued' AND q.kind = r.kind AND q.id < r.id) \
     END AS queue_position, \
     (SELECT json_group_array(json_object('name', a.name, 'media_type', a.media_type, 'bytes', a.bytes, \
                                          'sha256', a.sha256) ORDER BY a.name) \
      FROM artifacts a WHERE a.run_id = r.id) AS artifacts \
     FROM runs r WHERE 1 = 1";

/// One run.
///
/// # Errors
/// If the database fails.
pub async fn get(pool: &SqlitePool, id: &str) -> Result<Option<Run>, StoreError> {
    let mut query = QueryBuilder::<Sqlite>::new(SELECT);
    query.push(" AND r.id = ").push_bind(id);
    let row = query.build().fetch_optional(pool).await?;
    row.map(|row| decode(&row)).transpose()
}

/// Runs, newest first.
///
/// # Errors
/// If the database fails.
pub async fn list(pool: &SqlitePool, filter: &Filter) -> Result<Vec<Run>, StoreError> {
    let mut query = QueryBuilder::<Sqlite>::new(SELECT);
    if let Some(kind) = filter.kind {
        query.push(" AND r.kind = ").push_bind(kind.name());
    }
    if let Some(state) = filter.state {
        query.push(" AND r.state = ").push_bind(state_name(state));
    }
    if let Some(system) = &filter.system {
        query.push(" AND r.system = ").push_bind(system);
    }
    if let Some(before) = &filter.before {
        query.push(" AND r.id < ").push_bind(before);
    }
    query.push(" ORDER BY r.id DESC LIMIT ").push_bind(i64::from(filter.limit));
    let rows = query.build().fetch_all(pool).await?;
    rows.iter().map(decode).collect()
}

fn decode(row: &SqliteRow) -> Result<Run, StoreError> {
    let corrupt = |what| move |source| StoreError::Corrupt { what, source };
    let state: String = row.try_get("state")?;
    let work: String = row.try_get("work")?;
    let artifacts: String = row.try_get("artifacts")?;
    let done: Option<i64> = row.try_get("progress_done")?;
    let total: Option<i64> = row.try_get("progress_total")?;
    let artifacts: Vec<Artifact> = serde_json::from_str(&artifacts).map_err(corrupt("list of artifacts"))?;
    Ok(Run {
        id: row.try_get("id")?,
        work: serde_json::from_str(&work).map_err(corrupt("request"))?,
        state: STATES.iter().find(|(name, _)| *name == state).map_or(RunState::Failed, |(_, state)| *state),
        queue_position: row.try_get::<Option<i64>, _>("queue_position")?.map(i64::unsigned_abs),
        progress: done.zip(total).map(|(d, t)| Progress { done: d.unsigned_abs(), total: t.unsigned_abs() }),
        error: row.try_get("error")?,
        created_ms: row.try_get("created_ms")?,
        started_ms: row.try_get("started_ms")?,
        ended_ms: row.try_get("ended_ms")?,
        artifacts,
    })
}

/// What asking for an end led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cancel {
    /// It was still queued and is cancelled.
    Done,
    /// A worker is at it and has been asked to stop.
    Asked,
    /// It had ended before.
    Ended,
    /// There is no such run.
    Unknown,
}

/// Cancels a queued run, or asks the worker of a running one to stop.
///
/// # Errors
/// If the database fails.
pub async fn cancel(pool: &SqlitePool, id: &str) -> Result<Cancel, StoreError> {
    let mut tx = pool.begin_with(IMMEDIATE).await?;
    let state: Option<String> =
        sqlx::query_scalar("SELECT state FROM runs WHERE id = ?1").bind(id).fetch_optional(&mut *tx).await?;
    let outcome = match state.as_deref() {
        None => Cancel::Unknown,
        Some("queued") => {
            sqlx::query("UPDATE runs SET state = 'cancelled', ended_ms = ?2, cancel_requested = 1 WHERE id = ?1")
                .bind(id)
                .bind(now_ms())
                .execute(&mut *tx)
                .await?;
            events::append(&mut tx, id, &[RunEvent::State { state: RunState::Cancelled, error: None }]).await?;
            Cancel::Done
        }
        Some("running") => {
            sqlx::query("UPDATE runs SET cancel_requested = 1 WHERE id = ?1").bind(id).execute(&mut *tx).await?;
            Cancel::Asked
        }
        Some(_) => Cancel::Ended,
    };
    tx.commit().await?;
    Ok(outcome)
}

/// Deletes an ended run with its events and artifact rows; `false` if there is none.
///
/// # Errors
/// If the database fails.
pub async fn delete(pool: &SqlitePool, id: &str) -> Result<bool, StoreError> {
    let deleted = sqlx::query("DELETE FROM runs WHERE id = ?1 AND ended_ms IS NOT NULL").bind(id).execute(pool).await?;
    Ok(deleted.rows_affected() == 1)
}

/// Ids of sampling runs that ended before `ms`: they can be drawn again from their request.
///
/// # Errors
/// If the database fails.
pub async fn samplings_ended_before(pool: &SqlitePool, ms: i64) -> Result<Vec<String>, StoreError> {
    Ok(sqlx::query_scalar("SELECT id FROM runs WHERE kind = 'sample' AND ended_ms < ?1 LIMIT 100")
        .bind(ms)
        .fetch_all(pool)
        .await?)
}

/// Number of runs of each kind in each state.
///
/// # Errors
/// If the database fails.
pub async fn counts(pool: &SqlitePool) -> Result<Vec<(String, String, i64)>, StoreError> {
    Ok(sqlx::query_as("SELECT kind, state, COUNT(*) FROM runs GROUP BY kind, state").fetch_all(pool).await?)
}

/// The newest succeeded training of a preset that has weights.
///
/// # Errors
/// If the database fails.
pub async fn newest_training(pool: &SqlitePool, system: &str, preset: &str) -> Result<Option<String>, StoreError> {
    Ok(sqlx::query_scalar(
        "SELECT r.id FROM runs r JOIN artifacts a ON a.run_id = r.id AND a.name = 'weights.safetensors' \
         WHERE r.kind = 'train' AND r.state = 'succeeded' AND r.system = ?1 AND r.preset = ?2 \
         ORDER BY r.id DESC LIMIT 1",
    )
    .bind(system)
    .bind(preset)
    .fetch_optional(pool)
    .await?)
}

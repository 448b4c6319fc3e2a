//! The event log of runs.

use catalog::run::RunEvent;
use sqlx::{SqliteConnection, SqlitePool};

use super::StoreError;

/// An event as it is stored and sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredEvent {
    /// Number within the run, from 1.
    pub seq: i64,
    /// JSON of a [`RunEvent`].
    pub json: String,
}

/// Events of a run after number `after`, at most `limit`, in order.
///
/// # Errors
/// If the database fails.
pub async fn after(pool: &SqlitePool, run: &str, after: i64, limit: i64) -> Result<Vec<StoredEvent>, StoreError> {
    let rows: Vec<(i64, String)> =
        sqlx::query_as("SELECT seq, event FROM run_events WHERE run_id = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3")
            .bind(run)
            .bind(after)
            .bind(limit)
            .fetch_all(pool)
            .await?;
    Ok(rows.into_iter().map(|(seq, json)| StoredEvent { seq, json }).collect())
}

/// Number of the last event of a run and whether the run has ended; `None` if there is no such run.
///
/// # Errors
/// If the database fails.
pub async fn last(pool: &SqlitePool, run: &str) -> Result<Option<(i64, bool)>, StoreError> {
    let row = sqlx::query_as("SELECT last_event, ended_ms IS NOT NULL FROM runs WHERE id = ?1")
        .bind(run)
        .fetch_optional(pool)
        .await?;
    Ok(row)
}

/// Appends events inside a transaction that holds the write lock.
pub(super) async fn append(
    connection: &mut SqliteConnection,
    run: &str,
    events: &[RunEvent],
) -> Result<(), StoreError> {
    let count = i64::try_from(events.len()).unwrap_or(i64::MAX);
    let last: i64 =
        sqlx::query_scalar("UPDATE runs SET last_event = last_event + ?2 WHERE id = ?1 RETURNING last_event")
            .bind(run)
            .bind(count)
            .fetch_one(&mut *connection)
            .await?;
    for (seq, event) in (last - count + 1..).zip(events) {
        let json = serde_json::to_string(event).map_err(|source| StoreError::Corrupt { what: "event", source })?;
        sqlx::query("INSERT INTO run_events (run_id, seq, event) VALUES (?1, ?2, ?3)")
            .bind(run)
            .bind(seq)
            .bind(json)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

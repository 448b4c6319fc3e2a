//! What a worker does with a run: claim it, keep it, write to it, end it, give it back. Each write names the
//! token of the claim, so a worker whose lease went to another changes nothing.

use std::time::Duration;

use catalog::run::{Artifact, RunEvent, RunState, Work};
use sqlx::{Sqlite, SqlitePool, Transaction};

use super::{IMMEDIATE, StoreError, events, now_ms, runs::Kind};

/// Workers that may die over one run before it counts as failed.
pub const MAX_LOST_LEASES: i64 = 20;

/// A run in the hands of one worker.
#[derive(Clone, Debug)]
pub struct Claim {
    /// The run.
    pub run: String,
    /// Proof of the claim.
    pub token: String,
    /// What to do.
    pub work: Work,
    /// Whether another worker was at it before.
    pub again: bool,
}

/// Takes the oldest queued run of a kind, if there is one.
///
/// # Errors
/// If the database fails.
pub async fn claim(pool: &SqlitePool, kind: Kind, lease: Duration) -> Result<Option<Claim>, StoreError> {
    let token = uuid::Uuid::now_v7().to_string();
    let now = now_ms();
    let mut tx = pool.begin_with(IMMEDIATE).await?;
    let row: Option<(String, String, i64)> = sqlx::query_as(
        "UPDATE runs SET state = 'running', lease_token = ?2, lease_until_ms = ?3, started_ms = COALESCE(started_ms, ?4) \
         WHERE id = (SELECT id FROM runs WHERE state = 'queued' AND kind = ?1 ORDER BY id LIMIT 1) \
         RETURNING id, work, started_ms",
    )
    .bind(kind.name())
    .bind(&token)
    .bind(until(lease))
    .bind(now)
    .fetch_optional(&mut *tx)
    .await?;
    let Some((run, work, started)) = row else { return Ok(None) };
    events::append(&mut tx, &run, &[RunEvent::State { state: RunState::Running, error: None }]).await?;
    tx.commit().await?;
    let work = serde_json::from_str(&work).map_err(|source| StoreError::Corrupt { what: "request", source })?;
    Ok(Some(Claim { run, token, work, again: started != now }))
}

/// State of a lease after an attempt to renew it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Renewal {
    /// Ours.
    Held,
    /// Ours, but someone wants the run to end.
    CancelRequested,
    /// Given to another, or the run is gone.
    Lost,
}

/// Extends a lease.
///
/// # Errors
/// If the database fails.
pub async fn renew(pool: &SqlitePool, claim: &Claim, lease: Duration) -> Result<Renewal, StoreError> {
    let cancel: Option<bool> = sqlx::query_scalar(
        "UPDATE runs SET lease_until_ms = ?3 WHERE id = ?1 AND lease_token = ?2 RETURNING cancel_requested",
    )
    .bind(&claim.run)
    .bind(&claim.token)
    .bind(until(lease))
    .fetch_optional(pool)
    .await?;
    Ok(match cancel {
        None => Renewal::Lost,
        Some(true) => Renewal::CancelRequested,
        Some(false) => Renewal::Held,
    })
}

/// Appends events; the last progress among them becomes the run's. `false` if the lease is lost.
///
/// # Errors
/// If the database fails.
pub async fn append(pool: &SqlitePool, claim: &Claim, new: &[RunEvent]) -> Result<bool, StoreError> {
    let Some(mut tx) = held(pool, claim).await? else { return Ok(false) };
    let progress = new.iter().rev().find_map(|e| if let RunEvent::Progress(p) = e { Some(p) } else { None });
    if let Some(progress) = progress {
        sqlx::query("UPDATE runs SET progress_done = ?2, progress_total = ?3 WHERE id = ?1")
            .bind(&claim.run)
            .bind(i64::try_from(progress.done).unwrap_or(i64::MAX))
            .bind(i64::try_from(progress.total).unwrap_or(i64::MAX))
            .execute(&mut *tx)
            .await?;
    }
    events::append(&mut tx, &claim.run, new).await?;
    tx.commit().await?;
    Ok(true)
}

/// Records a file that is complete in the artifact store. Doing it again with the same content changes nothing.
/// `false` if the lease is lost.
///
/// # Errors
/// If the database fails.
pub async fn record_artifact(pool: &SqlitePool, claim: &Claim, artifact: &Artifact) -> Result<bool, StoreError> {
    let Some(mut tx) = held(pool, claim).await? else { return Ok(false) };
    let changed = sqlx::query(
        "INSERT INTO artifacts (run_id, name, media_type, bytes, sha256) VALUES (?1, ?2, ?3, ?4, ?5) \
         ON CONFLICT (run_id, name) DO UPDATE SET media_type = excluded.media_type, bytes = excluded.bytes, \
         sha256 = excluded.sha256 WHERE sha256 <> excluded.sha256",
    )
    .bind(&claim.run)
    .bind(&artifact.name)
    .bind(&artifact.media_type)
    .bind(i64::try_from(artifact.bytes).unwrap_or(i64::MAX))
    .bind(&artifact.sha256)
    .execute(&mut *tx)
    .await?
    .rows_affected();
    if changed == 1 {
        events::append(&mut tx, &claim.run, &[RunEvent::Artifact(artifact.clone())]).await?;
    }
    tx.commit().await?;
    Ok(true)
}

/// Ends a run. `false` if the lease is lost.
///
/// # Errors
/// If the database fails.
pub async fn finish(
    pool: &SqlitePool,
    claim: &Claim,
    state: RunState,
    error: Option<String>,
) -> Result<bool, StoreError> {
    let Some(mut tx) = held(pool, claim).await? else { return Ok(false) };
    end(&mut tx, &claim.run, state, error).await?;
    tx.commit().await?;
    Ok(true)
}

/// Puts a run back into the queue, at its old place; one that was to be cancelled ends instead. `false` if the
/// lease is lost.
///
/// # Errors
/// If the database fails.
pub async fn release(pool: &SqlitePool, claim: &Claim) -> Result<bool, StoreError> {
    let Some(mut tx) = held(pool, claim).await? else { return Ok(false) };
    let cancelled: bool = sqlx::query_scalar("SELECT cancel_requested FROM runs WHERE id = ?1")
        .bind(&claim.run)
        .fetch_one(&mut *tx)
        .await?;
    if cancelled {
        end(&mut tx, &claim.run, RunState::Cancelled, None).await?;
    } else {
        requeue(&mut tx, &claim.run).await?;
    }
    tx.commit().await?;
    Ok(true)
}

/// A run whose worker has gone silent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reaped {
    /// The run.
    pub run: String,
    /// Its queue.
    pub kind: Kind,
    /// Whether it waits again; otherwise it has ended.
    pub queued: bool,
}

/// Takes back every run whose lease has run out.
///
/// # Errors
/// If the database fails.
pub async fn reap(pool: &SqlitePool) -> Result<Vec<Reaped>, StoreError> {
    // Looking takes no lock; an idle server must not write.
    let any: bool =
        sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM runs WHERE state = 'running' AND lease_until_ms < ?1)")
            .bind(now_ms())
            .fetch_one(pool)
            .await?;
    if !any {
        return Ok(Vec::new());
    }
    let mut tx = pool.begin_with(IMMEDIATE).await?;
    let silent: Vec<(String, String, i64, bool)> = sqlx::query_as(
        "UPDATE runs SET lost_leases = lost_leases + 1 WHERE state = 'running' AND lease_until_ms < ?1 \
         RETURNING id, kind, lost_leases, cancel_requested",
    )
    .bind(now_ms())
    .fetch_all(&mut *tx)
    .await?;
    let mut reaped = Vec::with_capacity(silent.len());
    for (run, kind, lost, cancel_requested) in silent {
        let queued = !cancel_requested && lost < MAX_LOST_LEASES;
        if cancel_requested {
            end(&mut tx, &run, RunState::Cancelled, None).await?;
        } else if queued {
            let note = RunEvent::Note {
                text: "The worker went silent; the run waits for another one.".to_owned(),
                detail: serde_json::json!({ "lost_leases": lost }),
            };
            events::append(&mut tx, &run, &[note]).await?;
            requeue(&mut tx, &run).await?;
        } else {
            let error = format!("{lost} workers died over this run");
            end(&mut tx, &run, RunState::Failed, Some(error)).await?;
        }
        reaped.push(Reaped { run, kind: Kind::from_name(&kind).unwrap_or(Kind::Sample), queued });
    }
    tx.commit().await?;
    Ok(reaped)
}

/// Whether a run of a kind has waited longer than `grace` since the queue was last told; if so, notes that it is
/// being told again.
///
/// # Errors
/// If the database fails.
pub async fn overdue(pool: &SqlitePool, kind: Kind, grace: Duration) -> Result<Option<String>, StoreError> {
    let now = now_ms();
    let grace = i64::try_from(grace.as_millis()).unwrap_or(i64::MAX);
    let waiting: Option<i64> =
        sqlx::query_scalar("SELECT delivered_ms FROM runs WHERE state = 'queued' AND kind = ?1 ORDER BY id LIMIT 1")
            .bind(kind.name())
            .fetch_optional(pool)
            .await?;
    if waiting.is_none_or(|delivered| delivered >= now.saturating_sub(grace)) {
        return Ok(None);
    }
    Ok(sqlx::query_scalar(
        "UPDATE runs SET delivered_ms = ?2 WHERE id = (SELECT id FROM runs WHERE state = 'queued' AND kind = ?1 \
         ORDER BY id LIMIT 1) AND delivered_ms < ?3 RETURNING id",
    )
    .bind(kind.name())
    .bind(now)
    .bind(now.saturating_sub(grace))
    .fetch_optional(pool)
    .await?)
}

async fn held(pool: &SqlitePool, claim: &Claim) -> Result<Option<Transaction<'static, Sqlite>>, StoreError> {
    let mut tx = pool.begin_with(IMMEDIATE).await?;
    let held: Option<i64> = sqlx::query_scalar("SELECT 1 FROM runs WHERE id = ?1 AND lease_token = ?2")
        .bind(&claim.run)
        .bind(&claim.token)
        .fetch_optional(&mut *tx)
        .await?;
    Ok(held.map(|_| tx))
}

async fn end(
    tx: &mut Transaction<'static, Sqlite>,
    run: &str,
    state: RunState,
    error: Option<String>,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE runs SET state = ?2, error = ?3, ended_ms = ?4, lease_token = NULL, lease_until_ms = NULL WHERE id = ?1",
    )
    .bind(run)
    .bind(super::runs::state_name(state))
    .bind(&error)
    .bind(now_ms())
    .execute(&mut **tx)
    .await?;
    events::append(tx, run, &[RunEvent::State { state, error }]).await
}

async fn requeue(tx: &mut Transaction<'static, Sqlite>, run: &str) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE runs SET state = 'queued', lease_token = NULL, lease_until_ms = NULL, delivered_ms = ?2 WHERE id = ?1",
    )
    .bind(run)
    .bind(now_ms())
    .execute(&mut **tx)
    .await?;
    events::append(tx, run, &[RunEvent::State { state: RunState::Queued, error: None }]).await
}

fn until(lease: Duration) -> i64 {
    now_ms().saturating_add(i64::try_from(lease.as_millis()).unwrap_or(i64::MAX))
}

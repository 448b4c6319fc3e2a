//! Mends what died: leases that ran out, deliveries that were lost, files past their time.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::executor::Executor;
use crate::store::{
    StoreError, leases, now_ms,
    runs::{self, Kind},
};

/// Time between two rounds.
const ROUND: Duration = Duration::from_secs(1);
/// A run that waits this long while a slot is free was not delivered.
const GRACE: Duration = Duration::from_secs(5);
/// Rounds between two sweeps of old deliveries and samples.
const SWEEP: u64 = 300;
/// How long samples of ended runs are kept; they can be drawn again from their request.
const KEEP_SAMPLES: Duration = Duration::from_secs(7 * 24 * 3600);

/// Looks after the runs of the database until `stop`.
pub async fn run(executor: Executor, stop: CancellationToken) {
    for number in 0u64.. {
        if let Err(error) = round(&executor, number).await {
            tracing::warn!(%error, "cannot look after the runs");
        }
        tokio::select! {
            () = tokio::time::sleep(ROUND) => {}
            () = stop.cancelled() => return,
        }
    }
}

async fn round(executor: &Executor, number: u64) -> Result<(), StoreError> {
    let runs = executor.runs();
    for reaped in leases::reap(&runs.pool).await? {
        tracing::warn!(run = reaped.run, queued = reaped.queued, "the worker of a run went silent");
        runs.feeds.nudge(&reaped.run);
        if reaped.queued {
            runs.queue.deliver(reaped.kind, &reaped.run).await?;
        }
    }
    runs.tidy_uploads().await?;
    for kind in Kind::ALL {
        if executor.has_free_slot(kind)
            && let Some(run) = leases::overdue(&runs.pool, kind, GRACE).await?
        {
            tracing::warn!(run, "a run waited though a slot was free");
            executor.work_if_free(kind);
        }
    }
    if number.is_multiple_of(SWEEP) {
        runs.queue.sweep().await?;
        let keep = i64::try_from(KEEP_SAMPLES.as_millis()).unwrap_or(i64::MAX);
        for id in runs::samplings_ended_before(&runs.pool, now_ms() - keep).await? {
            runs.delete(&id).await?;
        }
    }
    Ok(())
}

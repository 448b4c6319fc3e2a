//! Delivery of work to workers: the only module that knows apalis. Putting another queue here (NATS, Postgres)
//! means to write its public functions again.
//!
//! The queue is not the truth. A delivery says that there is work of a kind; which run is taken is decided by the
//! `runs` table. So a delivery that comes twice does no harm, and one that is lost is made good by the reaper.

use std::{future::Future, pin::Pin, sync::Arc, task, time::Duration};

use apalis::prelude::*;
use apalis_sqlite::{Config, SqliteStorage};
use serde::{Deserialize, Serialize};
use sqlx::SqlitePool;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::store::{StoreError, runs::Kind};

/// How often a worker looks for deliveries of other processes; its own process wakes it at once.
const POLL: Duration = Duration::from_millis(500);
/// How often a worker says that it lives, and how many silences make apalis deliver its work to another.
const HEARTBEAT: Duration = Duration::from_secs(10);
const MISSED_HEARTBEATS: usize = 3;
/// Pause before a worker that the queue has failed starts again.
const RESTART: Duration = Duration::from_secs(1);

/// Creates and updates the queue's own tables.
///
/// # Errors
/// If the database fails.
pub async fn migrate(pool: &SqlitePool) -> Result<(), StoreError> {
    // Not `SqliteStorage::setup`: it also turns off `synchronous`. And its history needs a table of its own.
    let mut migrations = SqliteStorage::migrations();
    migrations.dangerous_set_table_name("_apalis_migrations");
    migrations.run(pool).await?;
    Ok(())
}

/// What travels through the queue.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Delivery {
    /// The run that caused it; for people who look into the queue.
    run: String,
}

/// The queues, one for each kind of run.
#[derive(Clone)]
pub struct Queue {
    pool: SqlitePool,
    wake: [Arc<Notify>; Kind::ALL.len()],
}

impl Queue {
    /// The queues in this database.
    pub fn new(pool: SqlitePool) -> Self {
        Self { pool, wake: Default::default() }
    }

    /// Says that there is work.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn deliver(&self, kind: Kind, run: &str) -> Result<(), StoreError> {
        let delivery = serde_json::to_vec(&Delivery { run: run.to_owned() })
            .map_err(|source| StoreError::Corrupt { what: "delivery", source })?;
        let mut connection = self.pool.acquire().await?;
        let task = TaskBuilder::new(delivery).build();
        apalis_sqlite::queries::push_tasks(&mut *connection, kind.name(), &[task]).await.map_err(database)?;
        self.wake[kind as usize].notify_one();
        Ok(())
    }

    /// Calls `work` for every delivery of a kind, at most `slots` at a time, until `stop`; then waits for those
    /// under way.
    pub async fn serve<F, W>(&self, kind: Kind, slots: usize, stop: CancellationToken, work: F)
    where
        F: Fn() -> W + Clone + Send + Sync + 'static,
        W: Future<Output = ()> + Send + 'static,
    {
        while !stop.is_cancelled() {
            match self.work(kind, slots, &stop, work.clone()).await {
                Ok(()) if stop.is_cancelled() => break,
                Ok(()) => tracing::warn!(queue = kind.name(), "the queue's worker ended by itself; starting again"),
                Err(error) => tracing::warn!(queue = kind.name(), %error, "the queue failed; starting again"),
            }
            tokio::select! {
                () = tokio::time::sleep(RESTART) => {}
                () = stop.cancelled() => {}
            }
        }
    }

    async fn work<F, W>(&self, kind: Kind, slots: usize, stop: &CancellationToken, work: F) -> Result<(), WorkerError>
    where
        F: Fn() -> W + Clone + Send + Sync + 'static,
        W: Future<Output = ()> + Send + 'static,
    {
        let config = Config::default()
            .queue(kind.name())
            // Larger batches would lie with one worker while another is idle.
            .batch_size(1)
            .heartbeat_interval(HEARTBEAT)
            .missed_heartbeats(MISSED_HEARTBEATS);
        let storage = SqliteStorage::<Delivery>::new(&self.pool)
            .with_config(config)
            .poll_with_strategy(Wake::new(self.wake[kind as usize].clone()));
        let context = WorkerContext::new(&format!("{}-{}", kind.name(), uuid::Uuid::now_v7()));
        let worker =
            WorkerBuilder::new(&context).backend(storage).concurrency(slots).build(move |delivery: Delivery| {
                let work = work();
                async move {
                    tracing::debug!(run = delivery.run, "delivered");
                    work.await;
                }
            });
        let stopped = async {
            stop.cancelled().await;
            // A worker that has not started cannot be stopped yet.
            while context.stop().is_err() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            std::future::pending::<()>().await;
        };
        tokio::select! {
            ended = worker.run() => ended,
            () = stopped => Ok(()),
        }
    }

    /// Forgets deliveries that were dealt with and workers that are gone.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn sweep(&self) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM Jobs WHERE status IN ('Done', 'Killed', 'Failed') AND done_at < unixepoch() - 600")
            .execute(&self.pool)
            .await?;
        sqlx::query(
            "DELETE FROM Workers WHERE last_seen < unixepoch() - 3600 \
             AND id NOT IN (SELECT lock_by FROM Jobs WHERE lock_by IS NOT NULL)",
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}

fn database(error: apalis_sqlite::Error) -> StoreError {
    match error {
        apalis_sqlite::Error::Database(error) => StoreError::Database(error),
        other => StoreError::Database(sqlx::Error::Protocol(other.to_string())),
    }
}

/// Wakes apalis when this process delivers something and, for other processes, every [`POLL`].
///
/// It never says "ready": apalis ignores the answer, and a future that was ready would leave no waker behind, so
/// that the worker would sleep until its next heartbeat.
struct Wake {
    notify: Arc<Notify>,
    next: Pin<Box<dyn Future<Output = ()> + Send>>,
}

impl Wake {
    fn new(notify: Arc<Notify>) -> Self {
        let next = Self::next(notify.clone());
        Self { notify, next }
    }

    fn next(notify: Arc<Notify>) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(async move {
            tokio::select! {
                () = notify.notified() => {}
                () = tokio::time::sleep(POLL) => {}
            }
        })
    }
}

impl PollStrategy for Wake {
    fn poll_drive(&mut self, cx: &mut task::Context<'_>, _: &PollSnapshot) -> task::Poll<Option<()>> {
        while self.next.as_mut().poll(cx).is_ready() {
            self.next = Self::next(self.notify.clone());
        }
        task::Poll::Pending
    }
}

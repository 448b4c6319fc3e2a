//! Runs: work on the server, from the request to its artifacts.
//!
//! `POST` stores a row and tells the [`queue`]; a worker's [`executor`] claims the row with a lease and works on a
//! thread of its own; what happens is written to the event log, from where a [`feed`] takes it to every watcher;
//! the [`reaper`] takes back runs whose worker went silent.

pub mod control;
pub mod executor;
pub mod feed;
pub mod inputs;
pub mod keep;
pub mod queue;
pub mod reaper;
pub mod report;
pub mod sample;
pub mod train;

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use catalog::run::{Run, RunEvent, Work};
use sqlx::SqlitePool;

use crate::store::{
    ArtifactStore, StoreError, Uploads, events, leases,
    runs::{self, Cancel, Kind},
    uploads::Arriving,
};
use control::{Controls, StopReason};
use feed::Feeds;
use queue::Queue;

/// Said in the log of a run that works on pictures.
const KEPT: &str = "The uploaded pictures are deleted when this run ends.";
/// Age at which uploads that belong to no run were left by a process that died. One that lives has named their run long
/// before.
const FORSAKEN: Duration = Duration::from_secs(3600);

/// Everything that can be done with runs, short of working on them.
#[derive(Clone)]
pub struct Runs {
    /// The database.
    pub pool: SqlitePool,
    /// Finished files.
    pub artifacts: ArtifactStore,
    /// Pictures to work on.
    pub uploads: Uploads,
    /// Live events.
    pub feeds: Feeds,
    queue: Queue,
    controls: Controls,
    data: PathBuf,
}

impl Runs {
    /// Opens the data folder.
    ///
    /// # Errors
    /// If the database or the artifact store cannot be opened.
    pub async fn open(data: &Path) -> Result<Self, StoreError> {
        let pool = crate::store::open(data).await?;
        let artifacts = ArtifactStore::local(&data.join("artifacts"))?;
        Ok(Self::new(pool, artifacts, data))
    }

    /// With a database and a store that are open.
    pub fn new(pool: SqlitePool, artifacts: ArtifactStore, data: &Path) -> Self {
        Self {
            feeds: Feeds::new(pool.clone()),
            queue: Queue::new(pool.clone()),
            controls: Controls::default(),
            artifacts,
            uploads: Uploads::new(data.join("uploads")),
            data: data.to_owned(),
            pool,
        }
    }

    /// Queues work that has passed its checks, with the pictures that have arrived for it. `None` if `limit` runs of its
    /// kind are waiting already.
    ///
    /// # Errors
    /// If the database fails, or the pictures cannot be kept.
    pub async fn submit(&self, work: &Work, arrived: Option<Arriving>, limit: u32) -> Result<Option<Run>, StoreError> {
        let id = runs::new_id();
        let mut notes = Vec::new();
        if let Some(arrived) = arrived {
            // First the pictures: a worker may take the run the moment it is queued.
            let run = id.clone();
            self.uploads.blocking(move |uploads| uploads.keep(arrived, &run)).await?;
            notes.push(RunEvent::Note { text: KEPT.to_owned(), detail: serde_json::Value::Null });
        }
        let created = runs::create(&self.pool, &id, work, &notes, limit).await;
        if !matches!(created, Ok(true)) {
            self.forget_uploads(&id).await;
        }
        if !created? {
            return Ok(None);
        }
        // The row is stored, so the work is not lost: the reaper finds runs that the queue was not told about.
        if let Err(error) = self.queue.deliver(Kind::of(work), &id).await {
            tracing::warn!(run = id, %error, "the queue could not be told");
        }
        runs::get(&self.pool, &id).await
    }

    /// Cancels a run, wherever it is.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn cancel(&self, id: &str) -> Result<Cancel, StoreError> {
        let outcome = runs::cancel(&self.pool, id).await?;
        if outcome == Cancel::Done {
            self.forget_uploads(id).await;
        }
        self.controls.stop(id, StopReason::Cancelled);
        self.feeds.nudge(id);
        Ok(outcome)
    }

    /// Deletes an ended run with everything it left; `false` if there is none.
    ///
    /// # Errors
    /// If the database or a store fails.
    pub async fn delete(&self, id: &str) -> Result<bool, StoreError> {
        if !runs::delete(&self.pool, id).await? {
            return Ok(false);
        }
        self.forget_uploads(id).await;
        self.artifacts.delete_run(id).await?;
        self.forget_checkpoints(id).await;
        self.feeds.nudge(id);
        Ok(true)
    }

    /// Where a training keeps its checkpoints.
    pub fn checkpoints(&self, run: &str) -> PathBuf {
        self.data.join("checkpoints").join(run)
    }

    async fn forget_checkpoints(&self, run: &str) {
        let folder = self.checkpoints(run);
        match tokio::fs::remove_dir_all(&folder).await {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                tracing::warn!(folder = %folder.display(), %error, "checkpoints stay behind");
            }
            _ => {}
        }
    }

    /// Deletes every upload that no run needs any more, whoever ended the run and whether or not he lived to tidy up.
    ///
    /// # Errors
    /// If the database or the folder fails.
    pub async fn tidy_uploads(&self) -> Result<(), StoreError> {
        for kept in self.uploads.blocking(Uploads::list).await? {
            let needed = match events::last(&self.pool, &kept.name).await? {
                Some((_, ended)) => !ended,
                None => kept.age < FORSAKEN,
            };
            if !needed {
                self.forget_uploads(&kept.name).await;
            }
        }
        Ok(())
    }

    /// What stays behind here is tried again by [`tidy_uploads`](Self::tidy_uploads).
    async fn forget_uploads(&self, name: &str) {
        let owned = name.to_owned();
        if let Err(error) = self.uploads.blocking(move |uploads| uploads.delete(&owned)).await {
            tracing::warn!(name, %error, "uploads stay behind");
        }
    }

    async fn give_back(&self, claim: &leases::Claim) -> Result<bool, StoreError> {
        let released = leases::release(&self.pool, claim).await?;
        if released {
            self.queue.deliver(Kind::of(&claim.work), &claim.run).await?;
            // It may have ended instead: someone had asked for that.
            self.tidy_uploads().await?;
        }
        Ok(released)
    }
}

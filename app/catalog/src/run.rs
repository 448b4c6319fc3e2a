//! Runs: work on the server, as the API reports it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{SampleRequest, TrainRequest};

/// What a run does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Work {
    /// Train a model.
    Train(TrainRequest),
    /// Sample a model.
    Sample(SampleRequest),
}

/// The life of a run: `Queued → Running → Succeeded | Failed | Cancelled`. A run whose worker died goes back to
/// `Queued` when its lease runs out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RunState {
    /// Waits for a worker.
    Queued,
    /// A worker is at it.
    Running,
    /// Finished; its artifacts are there.
    Succeeded,
    /// Ended with an error.
    Failed,
    /// Ended by request.
    Cancelled,
}

impl RunState {
    /// Whether the run has ended.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Cancelled)
    }
}

/// A run, as `GET /api/runs/{id}` answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Run {
    /// Unique, sortable by time of creation (UUID v7).
    pub id: String,
    /// What it does.
    pub work: Work,
    /// Where it is in its life.
    pub state: RunState,
    /// Runs before it in the queue; only while queued.
    pub queue_position: Option<u64>,
    /// Steps done and steps in all, once known.
    pub progress: Option<Progress>,
    /// One sentence; only when failed.
    pub error: Option<String>,
    /// Milliseconds since 1970.
    pub created_ms: i64,
    /// Milliseconds since 1970.
    pub started_ms: Option<i64>,
    /// Milliseconds since 1970.
    pub ended_ms: Option<i64>,
    /// Finished files.
    pub artifacts: Vec<Artifact>,
}

/// A finished file of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Artifact {
    /// File name, unique within the run.
    pub name: String,
    /// Media type.
    pub media_type: String,
    /// Length in bytes.
    pub bytes: u64,
    /// SHA-256, hex.
    pub sha256: String,
}

/// Steps done of steps in all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Progress {
    /// Steps done.
    pub done: u64,
    /// Steps in all.
    pub total: u64,
}

/// One server-sent event of a run. Events are numbered from 1 without gaps, so a watcher can resume.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum RunEvent {
    /// The state changed.
    State {
        /// The new state.
        state: RunState,
        /// One sentence; only when failed.
        error: Option<String>,
    },
    /// Steps were done.
    Progress(Progress),
    /// Named numbers of one step, such as losses.
    Metrics {
        /// The step.
        step: u64,
        /// Name and value.
        values: Vec<(String, f64)>,
    },
    /// A file is ready.
    Artifact(Artifact),
    /// A word to the operator: resumed from a checkpoint, a checkpoint was invalid.
    Note {
        /// One sentence.
        text: String,
        /// More, for programs.
        #[serde(default)]
        detail: Value,
    },
}

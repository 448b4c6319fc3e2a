//! From the thread that works to the event log: events are batched, files are published.

use std::{sync::Arc, time::Duration};

use catalog::run::{Artifact, Progress, RunEvent};
use tokio::{runtime::Handle, sync::mpsc};

use super::{Runs, control::Control, control::StopReason, sample::Output};
use crate::store::leases::{self, Claim};

/// Events that wait to be written; a thread that is faster than the disk is slowed down.
const BUFFER: usize = 4096;
/// Events written at once, and the time in which they gather.
const BATCH: usize = 512;
const GATHER: Duration = Duration::from_millis(200);

/// What the working thread holds.
pub struct Reporter {
    runs: Runs,
    claim: Claim,
    control: Arc<Control>,
    events: mpsc::Sender<RunEvent>,
    runtime: Handle,
}

/// A reporter and the stream that [`write`] empties.
pub fn channel(runs: Runs, claim: Claim, control: Arc<Control>) -> (Reporter, mpsc::Receiver<RunEvent>) {
    let (events, receiver) = mpsc::channel(BUFFER);
    (Reporter { runs, claim, control, events, runtime: Handle::current() }, receiver)
}

impl Reporter {
    /// Puts an event into the log, in order.
    pub fn event(&self, event: RunEvent) {
        // The receiver is gone only when the process ends.
        let _ = self.events.blocking_send(event);
    }

    /// Stores a file and records it once it is safe.
    ///
    /// # Errors
    /// If the store does not take it, or the lease is lost.
    pub fn publish(&self, name: &str, media_type: &str, bytes: Vec<u8>) -> anyhow::Result<Artifact> {
        self.runtime.block_on(async {
            let artifact = self.runs.artifacts.put(&self.claim.run, name, media_type, bytes.into()).await?;
            if !leases::record_artifact(&self.runs.pool, &self.claim, &artifact).await? {
                self.control.stop(StopReason::LeaseLost);
                anyhow::bail!("another worker has taken this run");
            }
            self.runs.feeds.nudge(&self.claim.run);
            Ok(artifact)
        })
    }

    /// Runs a future of the server on this thread.
    pub fn block_on<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    /// The run that this is about.
    pub fn run(&self) -> &str {
        &self.claim.run
    }

    /// The runs of this process.
    pub fn runs(&self) -> &Runs {
        &self.runs
    }

    /// Tells when to stop.
    pub fn control(&self) -> &Control {
        &self.control
    }
}

impl Output for Reporter {
    fn progress(&mut self, progress: Progress, _: &str) {
        self.event(RunEvent::Progress(progress));
    }

    fn file(&mut self, name: &str, media_type: &str, bytes: Vec<u8>) -> anyhow::Result<()> {
        self.publish(name, media_type, bytes).map(|_| ())
    }

    fn note(&mut self, text: String) {
        self.event(RunEvent::Note { text, detail: serde_json::Value::Null });
    }

    fn stopped(&self) -> bool {
        self.control.stopped()
    }
}

/// Writes events in batches until the reporter is gone. A lost lease stops the run.
pub async fn write(runs: &Runs, claim: &Claim, control: &Control, mut events: mpsc::Receiver<RunEvent>) {
    let mut batch = Vec::with_capacity(BATCH);
    while events.recv_many(&mut batch, BATCH).await > 0 {
        let gathered = tokio::time::Instant::now() + GATHER;
        while batch.len() < BATCH {
            match tokio::time::timeout_at(gathered, events.recv()).await {
                Ok(Some(event)) => batch.push(event),
                Ok(None) | Err(_) => break,
            }
        }
        match leases::append(&runs.pool, claim, &tidy(std::mem::take(&mut batch))).await {
            Ok(true) => runs.feeds.nudge(&claim.run),
            Ok(false) => control.stop(StopReason::LeaseLost),
            Err(error) => tracing::error!(run = claim.run, %error, "events are lost"),
        }
    }
}

/// Of a batch only the last progress matters. JSON has no NaN: such a metric becomes a note that says so.
fn tidy(batch: Vec<RunEvent>) -> Vec<RunEvent> {
    let last_progress = batch.iter().rposition(|event| matches!(event, RunEvent::Progress(_)));
    let mut tidied = Vec::with_capacity(batch.len());
    for (i, event) in batch.into_iter().enumerate() {
        match event {
            RunEvent::Progress(_) if Some(i) != last_progress => {}
            RunEvent::Metrics { step, values } => {
                let (finite, other): (Vec<_>, Vec<_>) = values.into_iter().partition(|(_, value)| value.is_finite());
                if !finite.is_empty() {
                    tidied.push(RunEvent::Metrics { step, values: finite });
                }
                for (name, value) in other {
                    let text = format!("At step {step}, {name} is {value}.");
                    tidied.push(RunEvent::Note { text, detail: serde_json::Value::Null });
                }
            }
            event => tidied.push(event),
        }
    }
    tidied
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_keeps_the_last_progress_and_says_which_metrics_are_not_numbers() {
        let progress = |done| RunEvent::Progress(Progress { done, total: 9 });
        let metrics =
            RunEvent::Metrics { step: 3, values: vec![("loss".to_owned(), f64::NAN), ("acc".to_owned(), 0.5)] };
        let tidied = tidy(vec![progress(1), metrics, progress(2)]);
        assert_eq!(tidied.len(), 3);
        assert_eq!(tidied[0], RunEvent::Metrics { step: 3, values: vec![("acc".to_owned(), 0.5)] });
        assert!(matches!(&tidied[1], RunEvent::Note { text, .. } if text == "At step 3, loss is NaN."));
        assert_eq!(tidied[2], progress(2));
    }
}

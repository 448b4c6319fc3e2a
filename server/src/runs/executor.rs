//! Works on runs: claims them, keeps their lease alive, runs them on threads of their own and records the end.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::{Duration, Instant},
};

use catalog::run::{RunEvent, RunState, Work};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

use super::{
    Runs,
    control::{Control, StopReason},
    report::{self, Reporter},
    train,
};
use crate::store::{
    Assets, StoreError,
    leases::{self, Claim, Renewal},
    runs::Kind,
};

/// How an executor works.
#[derive(Clone, Debug)]
pub struct Options {
    /// Trainings at a time.
    pub trainings: usize,
    /// Samplings at a time.
    pub samplings: usize,
    /// Silence after which a worker counts as dead.
    pub lease: Duration,
}

/// Attempts to write the end of a run before that is left to the reaper.
const FINISH_ATTEMPTS: u32 = 5;

/// Works on runs in this process.
#[derive(Clone)]
pub struct Executor {
    runs: Runs,
    assets: Assets,
    options: Options,
    slots: [Arc<Semaphore>; Kind::ALL.len()],
    stop: CancellationToken,
}

/// How the work on a run ended.
pub enum Ended {
    /// It is done.
    Done,
    /// It stopped because it was told to.
    Stopped,
}

impl Executor {
    /// An executor that takes no new run once `stop` is cancelled.
    pub fn new(runs: Runs, assets: Assets, options: Options, stop: CancellationToken) -> Self {
        let slots = Kind::ALL.map(|kind| Arc::new(Semaphore::new(count(&options, kind))));
        Self { runs, assets, options, slots, stop }
    }

    /// Works until stopped: takes runs from the queue, looks after leases, tidies up. When stopped, running work
    /// makes its checkpoint and goes back into the queue.
    pub async fn run(self) {
        let queues = Kind::ALL.map(|kind| {
            let executor = self.clone();
            async move {
                let slots = count(&executor.options, kind);
                if slots == 0 {
                    return;
                }
                let (queue, stop) = (executor.runs.queue.clone(), executor.stop.clone());
                let work = move || {
                    let executor = executor.clone();
                    // A task of its own: what apalis drops when the queue fails must not be the run.
                    let task = tokio::spawn(async move { executor.work_when_free(kind).await });
                    async move { drop(task.await) }
                };
                queue.serve(kind, slots, stop, work).await;
            }
        });
        let stopping = async {
            self.stop.cancelled().await;
            self.runs.controls.stop_all(StopReason::Shutdown);
        };
        let ((), (), _) = tokio::join!(
            stopping,
            super::reaper::run(self.clone(), self.stop.clone()),
            futures::future::join_all(queues)
        );
        for (slots, kind) in self.slots.iter().zip(Kind::ALL) {
            let all = u32::try_from(count(&self.options, kind)).unwrap_or(u32::MAX);
            drop(slots.acquire_many(all).await);
        }
    }

    /// The runs this executor works on.
    pub fn runs(&self) -> &Runs {
        &self.runs
    }

    async fn work_when_free(&self, kind: Kind) {
        if let Ok(slot) = self.slots[kind as usize].clone().acquire_owned().await {
            self.work(kind, slot).await;
        }
    }

    /// Works on the oldest waiting run if a slot is free, whatever the queue says.
    pub fn work_if_free(&self, kind: Kind) {
        if let Ok(slot) = self.slots[kind as usize].clone().try_acquire_owned() {
            let executor = self.clone();
            tokio::spawn(async move { executor.work(kind, slot).await });
        }
    }

    /// Whether a slot is free.
    pub fn has_free_slot(&self, kind: Kind) -> bool {
        self.slots[kind as usize].available_permits() > 0
    }

    async fn work(&self, kind: Kind, _slot: OwnedSemaphorePermit) {
        if self.stop.is_cancelled() {
            return;
        }
        match leases::claim(&self.runs.pool, kind, self.options.lease).await {
            Ok(Some(claim)) => self.execute(claim).await,
            // The delivery was one too many, or another worker was faster.
            Ok(None) => {}
            Err(error) => tracing::error!(%error, "cannot claim a run"),
        }
    }

    async fn execute(&self, claim: Claim) {
        tracing::info!(run = claim.run, again = claim.again, "run starts");
        self.runs.feeds.nudge(&claim.run);
        let control = self.runs.controls.start(&claim.run);
        if self.stop.is_cancelled() {
            control.stop(StopReason::Shutdown);
        }
        let heartbeat = tokio::spawn(self.clone().keep_lease(claim.clone(), control.clone()));
        let (reporter, events) = report::channel(self.runs.clone(), claim.clone(), control.clone());
        if claim.again {
            let text = "Taken up again by another worker.".to_owned();
            let note = RunEvent::Note { text, detail: serde_json::Value::Null };
            if let Err(error) = leases::append(&self.runs.pool, &claim, &[note]).await {
                tracing::warn!(run = claim.run, %error, "cannot write an event");
            }
        }
        let ended = self.on_own_thread(&claim, reporter);
        report::write(&self.runs, &claim, &control, events).await;
        let ended = ended.await.unwrap_or_else(|_| Err(anyhow::anyhow!("the working thread vanished")));
        self.record(&claim, &control, ended).await;
        heartbeat.abort();
        self.runs.controls.end(&claim.run);
        self.runs.feeds.nudge(&claim.run);
    }

    /// Numbers are crunched on a thread of their own, never on the executor's.
    fn on_own_thread(
        &self,
        claim: &Claim,
        reporter: Reporter,
    ) -> tokio::sync::oneshot::Receiver<anyhow::Result<Ended>> {
        let (sender, receiver) = tokio::sync::oneshot::channel();
        let (work, assets, checkpoints) = (claim.work.clone(), self.assets.clone(), self.runs.checkpoints(&claim.run));
        let run = move || {
            let worked = catch_unwind(AssertUnwindSafe(|| match &work {
                Work::Train(request) => train::train(request, &assets, &checkpoints, &reporter),
                Work::Sample(request) => train::sample(request.clone(), &assets, reporter),
            }));
            let ended = worked.unwrap_or_else(|panic| {
                let text = panic.downcast_ref::<String>().map(String::as_str);
                let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message");
                Err(anyhow::anyhow!("internal error: {text}"))
            });
            let _ = sender.send(ended);
        };
        let spawned = std::thread::Builder::new().name("run".to_owned()).spawn(run);
        if let Err(error) = spawned {
            // The sender went with the closure, so the receiver reports that the thread vanished.
            tracing::error!(%error, "no thread for a run");
        }
        receiver
    }

    async fn keep_lease(self, claim: Claim, control: Arc<Control>) {
        let lease = self.options.lease;
        let mut held = Instant::now();
        loop {
            tokio::time::sleep(lease / 3).await;
            let asked = Instant::now();
            match leases::renew(&self.runs.pool, &claim, lease).await {
                Ok(Renewal::Held) => held = asked,
                Ok(Renewal::CancelRequested) => {
                    held = asked;
                    control.stop(StopReason::Cancelled);
                }
                Ok(Renewal::Lost) => return control.stop(StopReason::LeaseLost),
                Err(error) => {
                    tracing::warn!(run = claim.run, %error, "cannot renew a lease");
                    if held.elapsed() > lease {
                        return control.stop(StopReason::LeaseLost);
                    }
                }
            }
        }
    }

    async fn record(&self, claim: &Claim, control: &Control, ended: anyhow::Result<Ended>) {
        let reason = control.reason();
        for attempt in 1..=FINISH_ATTEMPTS {
            let recorded = match (&ended, reason) {
                (_, Some(StopReason::LeaseLost)) => {
                    tracing::warn!(run = claim.run, "another worker has this run now");
                    return;
                }
                (Ok(Ended::Done), _) => self.finish(claim, RunState::Succeeded, None).await,
                (Ok(Ended::Stopped), Some(StopReason::Shutdown)) => self.runs.give_back(claim).await,
                (Ok(Ended::Stopped), _) => self.finish(claim, RunState::Cancelled, None).await,
                (Err(error), _) => self.finish(claim, RunState::Failed, Some(format!("{error:#}"))).await,
            };
            match recorded {
                Ok(_) => return,
                Err(error) => tracing::error!(run = claim.run, %error, attempt, "cannot record the end of a run"),
            }
            tokio::time::sleep(Duration::from_millis(200) * attempt * attempt).await;
        }
    }

    async fn finish(&self, claim: &Claim, state: RunState, error: Option<String>) -> Result<bool, StoreError> {
        let finished = leases::finish(&self.runs.pool, claim, state, error.clone()).await?;
        if finished {
            tracing::info!(run = claim.run, ?state, error, "run ends");
            metrics::counter!("vitrine_runs_ended_total", "state" => crate::store::runs::state_name(state))
                .increment(1);
            self.runs.forget_uploads(&claim.run).await;
            if state == RunState::Succeeded {
                self.runs.forget_checkpoints(&claim.run).await;
            }
        }
        Ok(finished)
    }
}

fn count(options: &Options, kind: Kind) -> usize {
    match kind {
        Kind::Train => options.trainings,
        Kind::Sample => options.samplings,
    }
}

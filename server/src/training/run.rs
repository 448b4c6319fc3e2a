//! The loop around a [`Trainer`]: steps, metrics in batches, checkpoints by the clock, cancellation between steps.

use std::{
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

use anyhow::{Result, bail};
use catalog::{
    TrainRequest,
    run::{Progress, RunEvent},
};

use super::{Metrics, Trainer, checkpoint};

/// How often the loop does what.
#[derive(Clone, Copy, Debug)]
pub struct Policy {
    /// Time between checkpoints; kill −9 loses at most this much.
    pub checkpoint_every: Duration,
    /// Time between progress and metrics events: metrics are means since the last.
    pub report_every: Duration,
}

/// How the loop ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// All steps are done.
    Finished,
    /// It was asked to stop; what came after the last checkpoint is not saved yet.
    Stopped,
}

/// Runs `trainer` to its end, of which it writes a checkpoint, or until `stop` is set.
///
/// # Errors
/// If a step or a checkpoint fails, or a metric stops being finite.
pub fn run(
    trainer: &mut dyn Trainer,
    checkpoints: Checkpoints<'_>,
    policy: Policy,
    on_event: &mut dyn FnMut(RunEvent),
    stop: &AtomicBool,
) -> Result<Outcome> {
    let mut saved = Instant::now();
    let mut reported = Instant::now();
    let mut means = Means::default();
    while trainer.step() < trainer.total_steps() {
        if stop.load(Ordering::Relaxed) {
            return Ok(Outcome::Stopped);
        }
        // From outside the pool every operator would hand its work over and sleep.
        let metrics = models::nn::fast::on_workers(|| trainer.advance())?;
        if let Some((name, value)) = metrics.iter().find(|(_, v)| !v.is_finite()) {
            bail!("{name} became {value} at step {}: a smaller learning rate may help", trainer.step());
        }
        means.add(metrics);
        if trainer.evaluation_due() {
            let values = trainer.evaluate()?;
            on_event(RunEvent::Metrics { step: trainer.step(), values });
        }
        if reported.elapsed() >= policy.report_every || trainer.step() == trainer.total_steps() {
            on_event(RunEvent::Metrics { step: trainer.step(), values: means.take() });
            on_event(RunEvent::Progress(Progress { done: trainer.step(), total: trainer.total_steps() }));
            reported = Instant::now();
        }
        if saved.elapsed() >= policy.checkpoint_every && !stop.load(Ordering::Relaxed) {
            checkpoints.save(trainer)?;
            saved = Instant::now();
        }
    }
    if stop.load(Ordering::Relaxed) {
        return Ok(Outcome::Stopped);
    }
    checkpoints.save(trainer)?;
    Ok(Outcome::Finished)
}

/// Where the checkpoints of a training go.
#[derive(Clone, Copy, Debug)]
pub struct Checkpoints<'a> {
    /// The folder.
    pub folder: &'a Path,
    /// What the training was asked for.
    pub request: &'a TrainRequest,
}

impl Checkpoints<'_> {
    /// Writes one of the newest step.
    ///
    /// # Errors
    /// If the disk refuses.
    pub fn save(&self, trainer: &dyn Trainer) -> Result<()> {
        checkpoint::write(self.folder, trainer.step(), self.request, |directory| trainer.save(directory))?;
        Ok(())
    }
}

/// Means of named numbers since the last report, in order of first appearance.
#[derive(Default)]
struct Means {
    sums: Metrics,
    count: f64,
}

impl Means {
    fn add(&mut self, metrics: Metrics) {
        self.count += 1.0;
        for (name, value) in metrics {
            match self.sums.iter_mut().find(|(n, _)| *n == name) {
                Some((_, sum)) => *sum += value,
                None => self.sums.push((name, value)),
            }
        }
    }

    fn take(&mut self) -> Metrics {
        let count = std::mem::take(&mut self.count).max(1.0);
        std::mem::take(&mut self.sums).into_iter().map(|(name, sum)| (name, sum / count)).collect()
    }
}

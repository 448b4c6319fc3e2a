//! A job in the worker, as the page follows it: a pure fold over the worker's messages.

use catalog::{Device, FieldError, messages::FromWorker, run::Progress};

use crate::text::format;

/// Where a job is in its life.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Phase {
    /// Nothing was asked for yet.
    #[default]
    Idle,
    /// The worker's code is loading, or the request is on its way.
    Starting,
    /// Weights are coming.
    Loading {
        /// Bytes so far.
        received: u64,
        /// Bytes in all.
        total: u64,
        /// From the cache, not from the network.
        from_cache: bool,
    },
    /// Steps are being done.
    Sampling,
    /// The sample is there, its measures are being computed.
    Measuring,
    /// Finished.
    Done,
    /// Stopped by request.
    Cancelled,
    /// Ended with an error: one sentence.
    Failed(String),
}

/// The backend that really computes.
#[derive(Clone, Debug, PartialEq)]
pub struct Backend {
    /// CPU or WebGPU.
    pub device: Device,
    /// Adapter name, or what the CPU path is.
    pub adapter: String,
    /// Why it is not what was asked for, if so.
    pub note: Option<String>,
}

/// The job that the page follows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Job {
    /// Number of the job; answers to other jobs are ignored.
    pub id: u32,
    /// Samples asked for.
    pub count: u32,
    /// Number of the sample that is being made, from 0; of several that are made at once the first.
    pub sample: u32,
    /// How many are made at once; 0 before the first step.
    pub together: u32,
    /// Where it is in its life.
    pub phase: Phase,
    /// Known once the model is on the device.
    pub backend: Option<Backend>,
    /// Steps done and steps in all.
    pub progress: Option<Progress>,
    /// What the last step did.
    pub label: String,
    /// Milliseconds of each step so far.
    pub steps: Vec<f64>,
    /// Milliseconds from the first step to the finished sample, added up over the samples.
    pub total_milliseconds: Option<f64>,
    /// Bad fields, if that was why it failed.
    pub fields: Vec<FieldError>,
}

impl Job {
    /// A job for `count` samples that was just sent.
    pub fn starting(id: u32, count: u32) -> Self {
        Self { id, count, phase: Phase::Starting, ..Self::default() }
    }

    /// Whether the worker is at it.
    pub fn is_running(&self) -> bool {
        matches!(self.phase, Phase::Starting | Phase::Loading { .. } | Phase::Sampling | Phase::Measuring)
    }

    /// Takes in a message; answers whether it belonged to this job.
    pub fn apply(&mut self, message: &FromWorker) -> bool {
        let Some(job) = job_of(message) else { return false };
        if job != self.id || !self.is_running() {
            return false;
        }
        match message {
            FromWorker::Ready
            | FromWorker::Read { .. }
            | FromWorker::Preview { .. }
            | FromWorker::Frames { .. }
            | FromWorker::Learning { .. }
            | FromWorker::Patch { .. }
            | FromWorker::Picture { beside: true, .. } => {}
            FromWorker::Loading { received, total, from_cache, .. } => {
                self.phase = Phase::Loading { received: *received, total: *total, from_cache: *from_cache };
            }
            FromWorker::Backend { device, adapter, note, .. } => {
                // A second one is the retry on another device: its steps begin anew.
                self.backend = Some(Backend { device: *device, adapter: adapter.clone(), note: note.clone() });
                self.steps.clear();
                self.progress = None;
                self.phase = Phase::Sampling;
            }
            FromWorker::Step { sample, together, progress, milliseconds, label, .. } => {
                self.phase = Phase::Sampling;
                (self.sample, self.together) = (*sample, *together);
                self.progress = Some(*progress);
                self.label.clone_from(label);
                self.steps.push(*milliseconds);
            }
            FromWorker::Volume { milliseconds, .. }
            | FromWorker::Crystal { milliseconds, .. }
            | FromWorker::Objects { milliseconds, .. }
            | FromWorker::Picture { milliseconds, .. } => {
                self.phase = Phase::Measuring;
                self.total_milliseconds = Some(self.total_milliseconds.unwrap_or_default() + milliseconds);
            }
            FromWorker::Measures { .. } => {}
            FromWorker::Done { .. } => self.phase = Phase::Done,
            FromWorker::Cancelled { .. } => self.phase = Phase::Cancelled,
            FromWorker::Failed { message, fields, .. } => {
                self.phase = Phase::Failed(message.clone());
                self.fields.clone_from(fields);
            }
        }
        true
    }

    /// Mean milliseconds of a step.
    pub fn milliseconds_per_step(&self) -> Option<f64> {
        (!self.steps.is_empty()).then(|| self.steps.iter().sum::<f64>() / self.steps.len() as f64)
    }

    /// Milliseconds that the remaining steps should take. Steps of a growing volume get slower, so the last
    /// one counts where it is above the mean.
    pub fn eta(&self) -> Option<f64> {
        let progress = self.progress?;
        let left = progress.total.checked_sub(progress.done)?;
        let batches_left = self.samples_left().div_ceil(u64::from(self.together.max(1)));
        let left = left.saturating_add(progress.total.saturating_mul(batches_left));
        let left = Some(left).filter(|&left| left > 0)?;
        let step = self.milliseconds_per_step()?.max(*self.steps.last()?);
        Some(left as f64 * step)
    }

    /// Samples after those that are being made.
    fn samples_left(&self) -> u64 {
        u64::from(self.count.saturating_sub(self.sample.saturating_add(self.together.max(1))))
    }

    /// Share of the work that is done, for the progress bar; `None` where it is unknown.
    pub fn fraction(&self) -> Option<f64> {
        match (&self.phase, self.progress) {
            (Phase::Loading { received, total, .. }, _) if *total > 0 => Some(*received as f64 / *total as f64),
            (Phase::Sampling, Some(p)) if p.total > 0 => {
                let together = f64::from(self.together.max(1));
                let samples = f64::from(self.sample) + together * p.done as f64 / p.total as f64;
                Some(samples / f64::from(self.count.max(1)))
            }
            (Phase::Measuring, _) => {
                let samples = self.sample.saturating_add(self.together.max(1));
                Some(f64::from(samples) / f64::from(self.count.max(1)))
            }
            (Phase::Done, _) => Some(1.0),
            _ => None,
        }
    }

    /// One line for the person.
    pub fn sentence(&self) -> String {
        match &self.phase {
            Phase::Idle => String::new(),
            Phase::Starting => "Starting the model code…".to_owned(),
            Phase::Loading { received, total, from_cache } => {
                let amount = format!("{} of {}", format::bytes(*received), format::bytes(*total));
                if *from_cache {
                    format!("Weights from cache: {amount}")
                } else {
                    format!("Downloading weights: {amount}")
                }
            }
            Phase::Sampling => self.sampling_sentence(),
            Phase::Measuring => "Measuring the sample…".to_owned(),
            Phase::Done => match self.total_milliseconds {
                Some(ms) => format!("Done in {}.", format::milliseconds(ms)),
                None => "Done.".to_owned(),
            },
            Phase::Cancelled => "Cancelled.".to_owned(),
            Phase::Failed(message) => message.clone(),
        }
    }

    fn sampling_sentence(&self) -> String {
        let Some(progress) = self.progress else { return "Sampling…".to_owned() };
        let mut text = format!("Step {} of {}", progress.done, progress.total);
        if self.count > 1 {
            let first = self.sample.saturating_add(1);
            let samples = match self.together {
                0 | 1 => format!("Sample {first}"),
                together => format!("Samples {first} to {}", self.sample.saturating_add(together)),
            };
            text = format!("{samples} of {}, step {} of {}", self.count, progress.done, progress.total);
        }
        if !self.label.is_empty() {
            text.push_str(&format!(" ({})", self.label));
        }
        if let Some(ms) = self.milliseconds_per_step() {
            text.push_str(&format!(", {} per step", format::milliseconds(ms)));
        }
        if let Some(eta) = self.eta() {
            text.push_str(&format!(", about {} left", format::milliseconds(eta)));
        }
        text
    }
}

/// The job that a message answers.
pub fn job_of(message: &FromWorker) -> Option<u32> {
    match message {
        FromWorker::Ready => None,
        FromWorker::Read { job, .. }
        | FromWorker::Loading { job, .. }
        | FromWorker::Backend { job, .. }
        | FromWorker::Step { job, .. }
        | FromWorker::Preview { job, .. }
        | FromWorker::Volume { job, .. }
        | FromWorker::Frames { job, .. }
        | FromWorker::Crystal { job, .. }
        | FromWorker::Learning { job, .. }
        | FromWorker::Objects { job, .. }
        | FromWorker::Patch { job, .. }
        | FromWorker::Picture { job, .. }
        | FromWorker::Measures { job, .. }
        | FromWorker::Done { job }
        | FromWorker::Cancelled { job }
        | FromWorker::Failed { job, .. } => Some(*job),
    }
}

#[cfg(test)]
mod tests {
    use samples::{Learning, Objects};

    use super::*;

    fn step(done: u64, milliseconds: f64) -> FromWorker {
        FromWorker::Step {
            job: 3,
            sample: 0,
            together: 1,
            progress: Progress { done, total: 6 },
            milliseconds,
            label: "4³ → 8³".into(),
        }
    }

    fn backend(device: Device) -> FromWorker {
        FromWorker::Backend { job: 3, device, adapter: "a".into(), note: None }
    }

    #[test]
    fn the_eta_expects_the_slowest_of_mean_and_last() {
        let mut job = Job::starting(3, 1);
        job.apply(&backend(Device::Cpu));
        job.apply(&step(1, 10.0));
        assert_eq!(job.eta(), Some(50.0));
        job.apply(&step(2, 30.0));
        assert_eq!(job.milliseconds_per_step(), Some(20.0));
        assert_eq!(job.eta(), Some(120.0));
        assert_eq!(job.sentence(), "Step 2 of 6 (4³ → 8³), 20 ms per step, about 120 ms left");
        for done in 3..=6 {
            job.apply(&step(done, 1.0));
        }
        assert_eq!(job.eta(), None);
    }

    #[test]
    fn answers_to_another_job_change_nothing() {
        let mut job = Job::starting(3, 1);
        assert!(!job.apply(&FromWorker::Done { job: 2 }));
        assert!(!job.apply(&FromWorker::Ready));
        assert_eq!(job, Job::starting(3, 1));
    }

    #[test]
    fn objects_come_after_a_look_at_the_learners() {
        let mut job = Job::starting(3, 1);
        job.apply(&backend(Device::Cpu));
        let learning = Learning { step: 1, measures: vec![], target: None, learners: vec![] };
        assert!(job.apply(&FromWorker::Learning { job: 3, sample: 0, learning }));
        assert_eq!(job.phase, Phase::Sampling);
        job.apply(&FromWorker::Objects { job: 3, sample: 0, objects: Objects::default(), milliseconds: 1500.0 });
        job.apply(&FromWorker::Done { job: 3 });
        assert_eq!(job.sentence(), "Done in 1.5 s.");
    }

    #[test]
    fn a_retry_on_the_cpu_counts_its_steps_anew() {
        let mut job = Job::starting(3, 1);
        job.apply(&backend(Device::Webgpu));
        job.apply(&step(1, 1000.0));
        job.apply(&backend(Device::Cpu));
        assert_eq!((job.milliseconds_per_step(), job.progress), (None, None));
    }

    #[test]
    fn an_ended_job_stays_ended() {
        let mut job = Job::starting(3, 1);
        job.apply(&FromWorker::Cancelled { job: 3 });
        assert!(!job.apply(&step(1, 1.0)));
        assert_eq!(job.phase, Phase::Cancelled);
        assert!(!job.is_running());
    }

    #[test]
    fn loading_says_where_the_bytes_come_from() {
        let mut job = Job::starting(3, 1);
        job.apply(&FromWorker::Loading { job: 3, received: 700_000, total: 1_400_000, from_cache: true });
        assert_eq!(job.sentence(), "Weights from cache: 700 kB of 1.4 MB");
        assert_eq!(job.fraction(), Some(0.5));
    }

    #[test]
    fn a_batch_counts_its_samples() {
        let mut job = Job::starting(3, 4);
        job.apply(&backend(Device::Cpu));
        job.apply(&step(6, 10.0));
        assert_eq!(job.fraction(), Some(0.25));
        assert_eq!(job.eta(), Some(180.0), "three more samples of six steps");
        let second = FromWorker::Step {
            job: 3,
            sample: 1,
            together: 1,
            progress: Progress { done: 3, total: 6 },
            milliseconds: 10.0,
            label: String::new(),
        };
        job.apply(&second);
        assert_eq!(job.fraction(), Some(0.375));
        assert!(job.sentence().starts_with("Sample 2 of 4, step 3 of 6"));
        let volume = |sample| FromWorker::Volume { job: 3, sample, shape: [1; 3], milliseconds: 20.0 };
        job.apply(&volume(0));
        job.apply(&volume(1));
        assert_eq!(job.total_milliseconds, Some(40.0));
    }

    #[test]
    fn samples_that_are_made_at_once_advance_at_once() {
        let mut job = Job::starting(3, 20);
        job.apply(&backend(Device::Cpu));
        job.apply(&FromWorker::Step {
            job: 3,
            sample: 0,
            together: 16,
            progress: Progress { done: 3, total: 6 },
            milliseconds: 10.0,
            label: String::new(),
        });
        assert_eq!(job.fraction(), Some(0.4));
        assert_eq!(job.eta(), Some(90.0), "three steps, and six for the other four");
        assert!(job.sentence().starts_with("Samples 1 to 16 of 20, step 3 of 6"), "{}", job.sentence());
    }
}

//! Jobs in the worker: sent, followed, cancelled, and tried once more where the worker crashed.

use std::time::Duration;

use catalog::{
    Device, SampleRequest,
    messages::{FromWorker, InputFile, ToWorker, WeightsSource},
};
use js_sys::ArrayBuffer;
use leptos::{prelude::*, task::spawn_local};

use super::Session;
use crate::{
    browser::{files, now, sentence},
    state::job::{Job, Phase, job_of},
    text::format,
    worker_client::{Event, WorkerClient},
};

/// After this long without a sign the visitor is told; Cancel is theirs to press, some steps are long.
const SILENCE_MS: f64 = 30_000.0;
/// A worker that has not obeyed Cancel by then is ended.
const OBEY_MS: f64 = 5_000.0;

/// What the page remembers of its job besides what it shows.
#[derive(Clone, Debug, Default)]
pub(super) struct Work {
    last_id: u32,
    request: Option<(SampleRequest, Vec<WeightsSource>)>,
    retried: bool,
    heard_at: f64,
    /// The visitor was told of the silence.
    silent: bool,
    cancelled_at: Option<f64>,
    /// The visitor changed what is sampled: as soon as the job has ended, another begins.
    again: bool,
}

impl Session {
    /// Starts the worker ahead of the click, so that its code is compiled by then.
    pub fn warm_up(self) {
        let address = self.manifest.with_untracked(|m| m.as_ref().and_then(|m| m.worker().map(str::to_owned)));
        if let (Some(address), Some(worker)) = (address, self.worker.get_value()) {
            // A failure is reported when a sample is asked for.
            drop(worker.start(&address));
        }
    }

    /// Draws a sample with the form's settings; marks the form if they are wrong.
    pub fn sample(self) {
        if self.job.with_untracked(Job::is_running) {
            return;
        }
        self.link_errors.update(Vec::clear);
        let request = match self.settings.with_untracked(|s| s.request(self.system)) {
            Ok(request) => request,
            Err(_) => return self.refused.set(true),
        };
        self.refused.set(false);
        self.problem.set(None);
        let needed = self.system.preset(&request.preset).is_none_or(|preset| preset.weights);
        let known = self.manifest.with_untracked(Option::is_some);
        let chosen = self.kind.case().map(|case| case.inputs()).unwrap_or_default();
        let given: Vec<_> = chosen.iter().map(|(name, _)| name.as_str()).collect();
        let companion = self.system.companion_path(&given);
        let weights: Vec<_> = self.manifest.with_untracked(|manifest| {
            let manifest = manifest.as_ref();
            let own =
                manifest.zip(self.system.preset(&request.preset)).and_then(|(m, p)| m.weights(self.system.slug, p));
            own.into_iter().chain(manifest.zip(companion.as_ref()).and_then(|(m, path)| m.source(path))).collect()
        });
        let wanted = usize::from(needed) + usize::from(companion.is_some());
        if !known || weights.len() < wanted {
            let why = if known {
                "This site ships no weights of this preset."
            } else {
                "The site's files are not known yet; try again in a moment."
            };
            self.job.set(Job { phase: Phase::Failed(why.to_owned()), ..Job::default() });
            return;
        }
        let has = |input: &str| given.contains(&input);
        if let Some(input) = self.system.inputs.iter().find(|input| input.required && !has(input.name)) {
            let why = format!("Nothing was sampled: choose a {} first.", input.title.to_lowercase());
            self.job.set(Job { phase: Phase::Failed(why), ..Job::default() });
            return;
        }
        // A link holds no pictures and no long texts.
        let settings = Some(self.settings.get_untracked()).filter(|s| given.is_empty() && s.fits_link());
        self.asked.set(settings);
        self.work.update_value(|work| work.retried = false);
        self.send(request, weights);
    }

    /// Draws anew with what the form says now: a job that runs is stopped first.
    pub fn sample_again(self) {
        if self.job.with_untracked(Job::is_running) {
            let stops = self.work.try_update_value(|work| {
                work.again = true;
                work.cancelled_at.is_some()
            });
            if stops != Some(true) {
                self.cancel();
                self.work.update_value(|work| work.again = true);
            }
        } else {
            self.sample();
        }
    }

    /// Begins the job that waits for the end of the last one.
    fn follow_up(self) {
        let ended = self.job.try_with_untracked(|job| !job.is_running()) == Some(true);
        if ended && self.work.try_update_value(|work| std::mem::take(&mut work.again)) == Some(true) {
            self.sample();
        }
    }

    /// Repeats the settings with a fresh seed in the form.
    pub fn new_seed(self) {
        // 2³² seeds are plenty, and short enough to be read aloud.
        let seed = (js_sys::Math::random() * 4_294_967_296.0).floor() as u64;
        self.change(|s| {
            s.seed = seed.to_string();
            s.seed_chosen = true;
        });
    }

    /// Stops the job between two steps.
    pub fn cancel(self) {
        let job = self.job.with_untracked(|job| job.id);
        self.work.update_value(|work| {
            work.cancelled_at = Some(now());
            work.again = false;
        });
        if let Some(worker) = self.worker.get_value() {
            worker.send(ToWorker::Cancel { job }, None);
        }
    }

    fn send(self, request: SampleRequest, weights: Vec<WeightsSource>) {
        let Some(worker) = self.worker.get_value() else { return };
        let id = self.work.try_update_value(|work| {
            work.last_id += 1;
            work.request = Some((request.clone(), weights.clone()));
            work.heard_at = now();
            work.silent = false;
            work.cancelled_at = None;
            work.again = false;
            work.last_id
        });
        let id = id.unwrap_or(1);
        // Objects come all at once, as one sample.
        let samples = if self.system.makes.is_gathered() { 1 } else { request.count };
        self.job.set(Job::starting(id, samples));
        if let Some(case) = self.kind.case() {
            case.begin();
        }
        let address = self.manifest.with_untracked(|m| m.as_ref().and_then(|m| m.worker().map(str::to_owned)));
        let started = match address {
            Some(address) => worker.start(&address),
            None => Err("This site ships no model code.".to_owned()),
        };
        match started {
            Ok(()) => self.post(worker, id, request, weights),
            Err(reason) => self.end(Phase::Failed(reason)),
        }
    }

    /// Sends a job with the files that it works on. They are read anew each time, so that a second try has them too.
    fn post(self, worker: WorkerClient, id: u32, request: SampleRequest, weights: Vec<WeightsSource>) {
        let inputs = self.kind.case().map(|case| case.inputs()).unwrap_or_default();
        let named = inputs.iter().map(|(name, file)| InputFile { name: name.clone(), bytes: file.size() as u64 });
        let message = ToWorker::Sample { job: id, request, weights, inputs: named.collect(), share: None };
        if inputs.is_empty() {
            return worker.send(message, None);
        }
        spawn_local(async move {
            let read = async { files::buffer(&files::joined(inputs.iter().map(|(_, file)| file))?).await }.await;
            // The page may be gone, or the job replaced; one that the worker does not know is not its to cancel.
            if self.job.try_with_untracked(|job| job.id == id && job.is_running()) != Some(true) {
                return;
            }
            match read {
                _ if self.work.with_value(|work| work.cancelled_at.is_some()) => self.end(Phase::Cancelled),
                Ok(bytes) => worker.send(message, Some(bytes)),
                Err(error) => self.end(Phase::Failed(format!("The picture could not be read: {}.", sentence(&error)))),
            }
        });
    }

    fn end(self, phase: Phase) {
        self.job.update(|job| job.phase = phase);
        self.follow_up();
    }

    /// Takes in what the worker said.
    pub(super) fn handle(self, event: Event) {
        // The page may be gone while its worker still talks.
        let Some(job) = self.job.try_get_untracked() else { return };
        match event {
            Event::Message(message, bytes) => {
                let was_silent = self.work.try_update_value(|work| {
                    work.heard_at = now();
                    std::mem::take(&mut work.silent)
                });
                if was_silent == Some(true) {
                    self.problem.set(None);
                }
                if job_of(&message) == Some(job.id) && job.is_running() {
                    self.job.update(|job| {
                        job.apply(&message);
                    });
                    self.take_in(message, bytes);
                    self.follow_up();
                }
            }
            Event::Crashed(reason) if job.is_running() => self.after_crash(reason),
            Event::Crashed(_) => {}
        }
    }

    fn take_in(self, message: FromWorker, bytes: Option<ArrayBuffer>) {
        let request = self.work.with_value(|work| work.request.as_ref().map(|(request, _)| request.clone()));
        let (Some(request), Some(case)) = (request, self.kind.case()) else { return };
        if let Err(problem) = case.take_in(&request, message, bytes) {
            self.problem.set(Some(problem));
        }
    }

    /// A crash is a bug or a lost device; the CPU path is tried once, and the visitor is told.
    fn after_crash(self, reason: String) {
        let retry = self.work.try_update_value(|work| {
            let request = work.request.clone().filter(|_| !work.retried && work.cancelled_at.is_none());
            work.retried = true;
            request
        });
        match retry.flatten() {
            Some((request, weights)) => {
                self.problem.set(Some(format!("{reason} Trying once more on the CPU.")));
                self.send(SampleRequest { device: Device::Cpu, ..request }, weights);
            }
            None if self.work.with_value(|work| work.cancelled_at.is_some()) => self.end(Phase::Cancelled),
            None => self.end(Phase::Failed(reason)),
        }
    }

    /// Watches over a silent or disobedient worker.
    pub(super) fn watch(self) {
        let look = move || {
            let Some(true) = self.job.try_with_untracked(Job::is_running) else { return };
            let (heard_at, cancelled_at) = self.work.with_value(|work| (work.heard_at, work.cancelled_at));
            if cancelled_at.is_some_and(|at| now() - at > OBEY_MS) {
                self.worker.with_value(|worker| worker.as_ref().map(WorkerClient::stop));
                self.end(Phase::Cancelled);
            } else if now() - heard_at > SILENCE_MS {
                let silent = format::milliseconds(now() - heard_at);
                self.work.update_value(|work| work.silent = true);
                self.problem.set(Some(format!(
                    "No answer from the model code for {silent}. The step may be long; Cancel ends it in any case."
                )));
            }
        };
        if let Ok(interval) = set_interval_with_handle(look, Duration::from_secs(1)) {
            on_cleanup(move || interval.clear());
        }
    }
}

//! One job from request to samples: choose a device, load the model, step, preview, measure; cancellable
//! between any two steps, and tried again on the CPU if the GPU fails.

use std::ops::ControlFlow;

use burn::tensor::Device as Tensors;
use catalog::{
    Device, FieldError, SampleRequest,
    messages::{FromWorker, InputFile, WeightsSource},
    request::Venue,
    run::Progress,
};
use models::{Model, ModelError, Pending, Sampling};
use samples::{Inputs, Preview, Sample};

use crate::{
    backend::{self, Adapter, Choice},
    check,
    host::Host,
    inputs, measure,
    weights::WeightsError,
};

/// Longest wait for the device, milliseconds. A software adapter needs seconds for a step; an adapter whose
/// process died never answers.
const DEVICE_LIMIT: u32 = 180_000;
/// Least time between two previews of a sample that is no trajectory, milliseconds.
const PREVIEW_EVERY: f64 = 100.0;
/// What the CPU path is called.
const CPU_NAME: &str = "WebAssembly SIMD, one thread";

/// Why a job ends before its time.
#[derive(Debug)]
pub(crate) enum Stop {
    /// By request.
    Cancelled,
    /// The device failed; another may do.
    Device(String),
    /// Nothing will help.
    Failed(String, Vec<FieldError>),
}

impl From<ModelError> for Stop {
    fn from(error: ModelError) -> Self {
        match error {
            // Output that is no sample (NaN, say) from weights that were verified: the device computed it.
            ModelError::Device(_) | ModelError::Output(_) => Self::Device(error.to_string()),
            // Such a message names its field already: `inputs.person: …`.
            ModelError::Parameters(message) => match message.split_once(": ") {
                Some((field, rest)) if field.starts_with("inputs.") || field.starts_with("parameters.") => {
                    Self::Failed(sentence(rest), vec![FieldError::new(field, rest)])
                }
                _ => Self::Failed(message, vec![]),
            },
            _ => Self::Failed(error.to_string(), vec![]),
        }
    }
}

/// `nobody is there` → `Nobody is there.`
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str().trim_end_matches('.'))
}

impl From<WeightsError> for Stop {
    fn from(error: WeightsError) -> Self {
        match error {
            WeightsError::Cancelled => Self::Cancelled,
            _ => Self::Failed(error.to_string(), vec![]),
        }
    }
}

/// A device for one job.
struct Chosen {
    device: Device,
    tensors: Tensors,
    adapter: String,
    note: Option<String>,
    /// Whether kernels are compiled at first use, so that a first pass is not representative.
    compiles: bool,
}

impl Chosen {
    fn cpu(note: Option<String>) -> Self {
        Self { device: Device::Cpu, tensors: Tensors::flex(), adapter: CPU_NAME.to_owned(), note, compiles: false }
    }

    fn gpu(adapter: &Adapter, tensors: Tensors) -> Self {
        let compiles = !adapter.is_software();
        Self { device: Device::Webgpu, tensors, adapter: adapter.name(), note: None, compiles }
    }
}

/// A model that stays on its device between jobs.
struct Warm {
    system: String,
    preset: String,
    /// Hashes of the weights that it was built from: its preset's first.
    holds: Vec<String>,
    device: Device,
    model: Box<dyn Model>,
    /// Parameters whose kernels are compiled.
    /// Parameters, and how many samples at once.
    warmed_up_for: Option<(serde_json::Value, usize)>,
}

/// Does jobs, one at a time.
pub(crate) struct Jobs<H> {
    host: H,
    warm: Option<Warm>,
    checked_gpu: Option<Tensors>,
    broken_gpu: Option<String>,
}

impl<H: Host> Jobs<H> {
    /// Nothing loaded yet. `broken_gpu` says why the GPU must not be used, if an earlier worker found out.
    pub fn new(host: H, broken_gpu: Option<String>) -> Self {
        Self { host, warm: None, checked_gpu: None, broken_gpu }
    }

    /// Does a job on the files of its inputs; its last message is `Done`, `Cancelled` or `Failed`.
    pub async fn sample(
        &mut self,
        job: u32,
        request: SampleRequest,
        sources: Vec<WeightsSource>,
        files: Vec<(InputFile, Vec<u8>)>,
    ) {
        let end = match self.attempts(job, request, &sources, files).await {
            Ok(()) => FromWorker::Done { job },
            Err(Stop::Cancelled) => FromWorker::Cancelled { job },
            Err(Stop::Device(message)) => FromWorker::Failed { job, message, fields: vec![] },
            Err(Stop::Failed(message, fields)) => FromWorker::Failed { job, message, fields },
        };
        self.host.post(&end, None);
    }

    async fn attempts(
        &mut self,
        job: u32,
        request: SampleRequest,
        sources: &[WeightsSource],
        files: Vec<(InputFile, Vec<u8>)>,
    ) -> Result<(), Stop> {
        let checked = match request.check(Venue::Browser) {
            Ok(checked) => checked,
            Err(fields) => return Err(Stop::Failed("The request has bad fields.".to_owned(), fields)),
        };
        let inputs = inputs::read(&self.host, job, checked.system, files)?;
        let request = checked.request;
        let chosen = if checked.system.cpu_only {
            let asked = request.device == Device::Webgpu;
            Chosen::cpu(
                asked.then(|| "These networks are too small to gain from a GPU, so the CPU computes.".to_owned()),
            )
        } else {
            self.choose(request.device).await?
        };
        let mut finished = 0;
        match self.run(job, &request, &inputs, sources, chosen, &mut finished).await {
            Err(Stop::Device(reason)) if self.broken_gpu.is_some() => {
                let chosen = Chosen::cpu(Some(format!("The GPU failed ({reason}), so the CPU went on.")));
                self.run(job, &request, &inputs, sources, chosen, &mut finished).await
            }
            end => end,
        }
    }

    async fn choose(&mut self, asked: Device) -> Result<Chosen, Stop> {
        let adapter = if asked == Device::Cpu { None } else { self.host.adapter().await };
        let choice = |broken: Option<&str>| {
            backend::choose(asked, adapter.as_ref(), broken).map_err(|message| Stop::Failed(message, vec![]))
        };
        match (choice(self.broken_gpu.as_deref())?, &adapter) {
            (Choice::WebGpu, Some(adapter)) => match self.trusted_gpu().await {
                Ok(tensors) => Ok(Chosen::gpu(adapter, tensors)),
                Err(reason) => {
                    self.broken_gpu = Some(reason.clone());
                    match choice(Some(&reason))? {
                        Choice::Cpu(note) => Ok(Chosen::cpu(note)),
                        Choice::WebGpu => Err(Stop::Failed(reason, vec![])),
                    }
                }
            },
            (Choice::Cpu(note), _) => Ok(Chosen::cpu(note)),
            (Choice::WebGpu, None) => Err(Stop::Failed("There is no WebGPU adapter.".to_owned(), vec![])),
        }
    }

    /// The GPU, after it has computed three things rightly.
    async fn trusted_gpu(&mut self) -> Result<Tensors, String> {
        if let Some(tensors) = &self.checked_gpu {
            return Ok(tensors.clone());
        }
        let late = || "it did not answer in time".to_owned();
        let tensors = self.host.within(DEVICE_LIMIT, self.host.gpu()).await.ok_or_else(late)??;
        for computed in check::enqueue(&tensors) {
            self.host.within(DEVICE_LIMIT, computed.verify()).await.ok_or_else(late)??;
        }
        self.checked_gpu = Some(tensors.clone());
        Ok(tensors)
    }

    /// Samples from number `*finished` on, counting it up; marks the GPU as broken if it fails.
    async fn run(
        &mut self,
        job: u32,
        request: &SampleRequest,
        inputs: &Inputs,
        sources: &[WeightsSource],
        chosen: Chosen,
        finished: &mut u32,
    ) -> Result<(), Stop> {
        let device = chosen.device;
        let result = self.run_on(job, request, inputs, sources, chosen, finished).await;
        if let (Err(Stop::Device(reason)), Device::Webgpu) = (&result, device) {
            self.broken_gpu = Some(reason.clone());
            self.checked_gpu = None;
            self.warm = None;
        }
        result
    }

    async fn run_on(
        &mut self,
        job: u32,
        request: &SampleRequest,
        inputs: &Inputs,
        sources: &[WeightsSource],
        mut chosen: Chosen,
        finished: &mut u32,
    ) -> Result<(), Stop> {
        self.load(job, request, sources, &chosen).await?;
        let Some(warm) = &mut self.warm else { return Err(Stop::Failed("the model is not loaded".to_owned(), vec![])) };
        let host = &self.host;
        let next =
            |model: &dyn Model, first: u32| model.sample(request, inputs, u64::from(first)..u64::from(request.count));
        if chosen.compiles {
            let batch = next(warm.model.as_ref(), 0)?;
            let warmth = (request.parameters.clone(), batch.size());
            if warm.warmed_up_for.as_ref() != Some(&warmth) {
                let started = host.now();
                Reporter { host, job, first: 0, silent: true }.make(batch).await?;
                warm.warmed_up_for = Some(warmth);
                let seconds = (host.now() - started) / 1000.0;
                chosen.note =
                    Some(format!("Compiling the GPU programs took {seconds:.1} s, which no time below contains."));
            }
        }
        let Chosen { device, adapter, note, .. } = chosen;
        host.post(&FromWorker::Backend { job, device, adapter, note }, None);
        while *finished < request.count {
            let reporter = Reporter { host, job, first: *finished, silent: false };
            for sample in reporter.make(next(warm.model.as_ref(), *finished)?).await? {
                let (sample, milliseconds) = sample?;
                reporter.finished(*finished, &sample, milliseconds)?;
                measure::report(host, job, *finished, &sample).await?;
                *finished = if matches!(sample, Sample::Objects(_)) { request.count } else { *finished + 1 };
            }
        }
        Ok(())
    }

    /// Makes `self.warm` the model that the request asks for.
    async fn load(
        &mut self,
        job: u32,
        request: &SampleRequest,
        sources: &[WeightsSource],
        chosen: &Chosen,
    ) -> Result<(), Stop> {
        let is_same = |w: &Warm| w.system == request.system && w.preset == request.preset && w.device == chosen.device;
        let known = match self.warm.take().filter(|warm| is_same(warm)) {
            // What it holds besides does no harm.
            Some(warm) if sources.iter().all(|source| warm.holds.contains(&source.sha256)) => {
                self.warm = Some(warm);
                return Ok(());
            }
            Some(warm) if sources.first().is_some_and(|own| warm.holds.first() == Some(&own.sha256)) => Some(warm),
            _ => None,
        };
        let holds = |source: &WeightsSource| known.as_ref().is_some_and(|warm| warm.holds.contains(&source.sha256));
        let missing: Vec<_> = sources.iter().filter(|source| !holds(source)).collect();
        let total = missing.iter().map(|source| source.bytes).sum();
        let host = &self.host;
        let (mut files, mut before) = (Vec::new(), 0);
        for source in missing {
            let mut on_bytes = |received: u64, from_cache| {
                host.post(&FromWorker::Loading { job, received: before + received, total, from_cache }, None);
                if host.is_cancelled(job) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            };
            files.push((source.sha256.clone(), host.weights(source, &mut on_bytes).await?));
            before += source.bytes;
        }
        let mut files = files.into_iter();
        let mut warm = match known {
            Some(warm) => warm,
            None => {
                let (hash, bytes) = files.next().unwrap_or_default();
                let model = host.load(&request.system, &request.preset, bytes, &chosen.tensors)?;
                Warm {
                    system: request.system.clone(),
                    preset: request.preset.clone(),
                    holds: vec![hash],
                    device: chosen.device,
                    model,
                    warmed_up_for: None,
                }
            }
        };
        for (hash, bytes) in files {
            warm.model.equip(&bytes)?;
            warm.holds.push(hash);
        }
        self.warm = Some(warm);
        Ok(())
    }
}

/// Drives samples that are made at once and says how it goes.
struct Reporter<'a, H> {
    host: &'a H,
    job: u32,
    /// Number of the first of them.
    first: u32,
    silent: bool,
}

impl<H: Host> Reporter<'_, H> {
    /// Steps to the end: the samples, and milliseconds for each. A GPU only enqueues at a step, so the time of a step is
    /// known when something is read back; until then it is the mean since the last reading.
    async fn make(&self, mut sampling: Box<dyn Sampling>) -> Result<Vec<Result<(Sample, f64), ModelError>>, Stop> {
        let (total, together) = (sampling.total_steps(), sampling.size());
        let started = self.host.now();
        let (mut read_at, mut steps_since, mut previewed_at) = (started, 0, f64::NEG_INFINITY);
        loop {
            pause(self.host, self.job).await?;
            let report = sampling.step()?;
            steps_since += 1;
            let owed = sampling.owed();
            let is_read = owed.is_some();
            if let Some(owed) = owed {
                sampling.take(self.read(Pending::new(owed, Ok)).await?)?;
            }
            let mean = |now: f64| (now - read_at) / f64::from(steps_since);
            let step = |milliseconds| self.step(together, (report.done, total), milliseconds, &report.label);
            if report.done >= total {
                let samples = self.read(sampling.finish()?).await?;
                let now = self.host.now();
                step(mean(now));
                let each = (now - started) / together.max(1) as f64;
                return Ok(samples.into_iter().map(|sample| Ok((sample?, each))).collect());
            }
            let waited = self.host.now() - previewed_at >= PREVIEW_EVERY;
            let due = !self.silent && (waited || sampling.is_trajectory());
            let previews = if due { sampling.previews() } else { None };
            let Some(previews) = previews else {
                let now = self.host.now();
                step(mean(now));
                if is_read {
                    (read_at, steps_since) = (now, 0);
                }
                continue;
            };
            let previews = self.read(previews).await?;
            let now = self.host.now();
            step(mean(now));
            for (sample, preview) in (self.first..).zip(previews) {
                // An early guess need not be a sample yet, a cell without volume say: then there is nothing to see.
                match preview {
                    Err(ModelError::Output(_)) => {}
                    preview => self.preview(sample, preview?),
                }
            }
            (read_at, steps_since, previewed_at) = (now, 0, now);
        }
    }

    fn finished(&self, number: u32, sample: &Sample, milliseconds: f64) -> Result<(), Stop> {
        let job = self.job;
        match sample {
            Sample::Volume(volume) => {
                let shape = volume.shape().map(|side| side as u32);
                let message = FromWorker::Volume { job, sample: number, shape, milliseconds };
                self.post(&message, Some(volume.voxels().to_vec()));
            }
            Sample::Crystal(crystal) => {
                let crystal = crystal.clone();
                self.post(&FromWorker::Crystal { job, sample: number, crystal, milliseconds }, None);
            }
            Sample::Pictures(pictures) => {
                for (index, picture) in pictures.pictures.iter().enumerate() {
                    let size = [picture.image.width() as u32, picture.image.height() as u32];
                    let (role, title) = (picture.role.clone(), picture.title.clone());
                    let beside = index > 0;
                    let message = FromWorker::Picture { job, sample: number, role, title, beside, size, milliseconds };
                    let png = picture.png().map_err(|error| Stop::Failed(error.to_string(), vec![]))?;
                    self.post(&message, Some(png));
                }
            }
            Sample::Objects(objects) => {
                let objects = objects.clone();
                self.post(&FromWorker::Objects { job, sample: number, objects, milliseconds }, None);
            }
        }
        Ok(())
    }

    fn preview(&self, sample: u32, preview: Preview) {
        let job = self.job;
        match preview {
            Preview::Volume(grey) => {
                let shape = grey.shape().map(|side| side as u32);
                self.post(&FromWorker::Preview { job, sample, shape }, Some(grey.values().to_vec()));
            }
            Preview::Crystal(frame) => self.post(&FromWorker::Frame { job, sample, frame }, None),
            Preview::Patch(patch) => {
                let size = [patch.image.width() as u32, patch.image.height() as u32];
                let message =
                    FromWorker::Patch { job, sample, role: patch.role, whole: patch.whole, at: patch.at, size };
                self.post(&message, Some(patch.image.to_rgba()));
            }
            Preview::Learning(learning) => self.post(&FromWorker::Learning { job, sample, learning }, None),
        }
    }

    async fn read<T>(&self, pending: Pending<T>) -> Result<T, Stop> {
        match self.host.within(DEVICE_LIMIT, pending.read_async()).await {
            Some(result) => Ok(result?),
            None => Err(silent()),
        }
    }

    fn step(&self, together: usize, (done, total): (usize, usize), milliseconds: f64, label: &str) {
        let progress = Progress { done: done as u64, total: total as u64 };
        let (job, sample, together, label) = (self.job, self.first, together as u32, label.to_owned());
        self.post(&FromWorker::Step { job, sample, together, progress, milliseconds, label }, None);
    }

    fn post(&self, message: &FromWorker, bytes: Option<Vec<u8>>) {
        if !self.silent {
            self.host.post(message, bytes);
        }
    }
}

fn silent() -> Stop {
    Stop::Device("the device does not answer".to_owned())
}

/// Lets messages in and ends the job if one of them asks for it.
pub(crate) async fn pause<H: Host>(host: &H, job: u32) -> Result<(), Stop> {
    host.pause().await;
    if host.is_cancelled(job) { Err(Stop::Cancelled) } else { Ok(()) }
}

//! One job from request to samples: choose a device, load the model, step, preview, measure; cancellable
//! between any two steps, and tried again on the CPU if the GPU fails.

use std::ops::{ControlFlow, Range};

use burn::tensor::Device as Tensors;
use catalog::{
    Device, FieldError, SampleRequest,
    messages::{FromWorker, InputFile, Share, ToWorker, WeightsSource},
    request::Venue,
    run::Progress,
};
use models::{Model, ModelError, Pending, Sampling, sampling::Many};
use samples::{Crystal, Frame, Inputs, Preview, Sample};

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
/// Least time between two messages with frames, milliseconds: small crystals make more steps than a screen has pictures,
/// and each message has its price for the page, too.
const FRAMES_EVERY: f64 = 25.0;
/// The fewest samples of a batch that are given a core of their own: what a step costs beside its arithmetic is shared
/// among them.
const FEWEST: usize = 4;

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
        let adapter = "WebAssembly SIMD".to_owned();
        Self { device: Device::Cpu, tensors: Tensors::flex(), adapter, note, compiles: false }
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
    /// Parameters, and how many samples at once, whose kernels are compiled.
    warmed_up_for: Option<(serde_json::Value, usize)>,
}

/// What a job works on.
struct Work<'a> {
    job: u32,
    request: &'a SampleRequest,
    inputs: &'a Inputs,
    sources: &'a [WeightsSource],
    /// If it is a part of a batch that another worker divides.
    share: Option<Share>,
}

impl Work<'_> {
    /// Numbers of the samples to make.
    fn numbers(&self) -> Range<u32> {
        self.share.map_or(0..self.request.count, |share| share.first..share.first.saturating_add(share.count))
    }

    /// The first samples of these numbers, as many as the model makes at once.
    fn sampling(&self, model: &dyn Model, numbers: Range<u32>) -> Result<Box<dyn Sampling>, ModelError> {
        model.sample(self.request, self.inputs, u64::from(numbers.start)..u64::from(numbers.end))
    }

    /// How many cores a batch is divided among.
    fn cores(&self, host: &impl Host, device: Device, together: usize) -> usize {
        let is_whole = device == Device::Cpu && self.share.is_none() && self.inputs.names().is_empty();
        let others = (together / FEWEST).saturating_sub(1);
        if is_whole && others > 0 { 1 + others.min(host.helpers(others)) } else { 1 }
    }

    /// Has a part of a batch made elsewhere.
    fn give_away(&self, host: &impl Host, share: Share) {
        let request = SampleRequest { device: Device::Cpu, ..self.request.clone() };
        let (job, weights) = (self.job, self.sources.to_vec());
        host.share(&ToWorker::Sample { job, request, weights, inputs: vec![], share: Some(share) });
    }
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

    /// Does a job, or a share of one, on the files of its inputs; its last message is `Done`, `Cancelled` or `Failed`.
    pub async fn sample(
        &mut self,
        job: u32,
        request: SampleRequest,
        sources: Vec<WeightsSource>,
        files: Vec<(InputFile, Vec<u8>)>,
        share: Option<Share>,
    ) {
        let end = match self.attempts(job, request, &sources, files, share).await {
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
        share: Option<Share>,
    ) -> Result<(), Stop> {
        let checked = match request.check(Venue::Browser) {
            Ok(checked) => checked,
            Err(fields) => return Err(Stop::Failed("The request has bad fields.".to_owned(), fields)),
        };
        let inputs = inputs::read(&self.host, job, checked.system, files)?;
        let work = Work { job, request: &checked.request, inputs: &inputs, sources, share };
        let asked = work.request.device;
        let chosen = if checked.system.cpu_only {
            let needless = "These networks are too small to gain from a GPU, so the CPU computes.";
            Chosen::cpu((asked == Device::Webgpu).then(|| needless.to_owned()))
        } else {
            self.choose(asked).await?
        };
        let mut next = work.numbers().start;
        match self.run(&work, chosen, &mut next).await {
            Err(Stop::Device(reason)) if self.broken_gpu.is_some() => {
                let chosen = Chosen::cpu(Some(format!("The GPU failed ({reason}), so the CPU went on.")));
                self.run(&work, chosen, &mut next).await
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

    /// Makes the samples from number `*next` on, counting it up; marks the GPU as broken if it fails.
    async fn run(&mut self, work: &Work<'_>, chosen: Chosen, next: &mut u32) -> Result<(), Stop> {
        let device = chosen.device;
        let result = self.run_on(work, chosen, next).await;
        if let (Err(Stop::Device(reason)), Device::Webgpu) = (&result, device) {
            self.broken_gpu = Some(reason.clone());
            self.checked_gpu = None;
            self.warm = None;
        }
        result
    }

    async fn run_on(&mut self, work: &Work<'_>, mut chosen: Chosen, next: &mut u32) -> Result<(), Stop> {
        let (job, end) = (work.job, work.numbers().end);
        // Asked now, they start while the weights come.
        work.cores(&self.host, chosen.device, work.request.count as usize);
        self.load(work, &chosen).await?;
        let Some(warm) = &mut self.warm else { return Err(Stop::Failed("the model is not loaded".to_owned(), vec![])) };
        let host = &self.host;
        let mut batch = work.sampling(warm.model.as_ref(), *next..end)?;
        if chosen.compiles {
            let warmth = (work.request.parameters.clone(), batch.size());
            if warm.warmed_up_for.as_ref() != Some(&warmth) {
                let started = host.now();
                let together = batch.size();
                Reporter { host, job, first: 0, together, tells: Tells::Nothing }.make(batch).await?;
                batch = work.sampling(warm.model.as_ref(), *next..end)?;
                warm.warmed_up_for = Some(warmth);
                let seconds = (host.now() - started) / 1000.0;
                chosen.note =
                    Some(format!("Compiling the GPU programs took {seconds:.1} s, which no time below contains."));
            }
        }
        let Chosen { device, adapter, note, .. } = chosen;
        if work.share.is_none() {
            let adapter = match (device, work.cores(host, device, batch.size())) {
                (Device::Cpu, 1) => format!("{adapter}, one thread"),
                (Device::Cpu, cores) => format!("{adapter}, {cores} threads"),
                _ => adapter,
            };
            host.post(&FromWorker::Backend { job, device, adapter, note }, None);
        }
        loop {
            let is_gathered = make_batch(host, work, warm.model.as_ref(), device, batch, next).await?;
            if is_gathered || *next >= end {
                return Ok(());
            }
            batch = work.sampling(warm.model.as_ref(), *next..end)?;
        }
    }

    /// Makes `self.warm` the model that the request asks for.
    async fn load(&mut self, work: &Work<'_>, chosen: &Chosen) -> Result<(), Stop> {
        let Work { job, request, sources, .. } = *work;
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
                if work.share.is_none() {
                    host.post(&FromWorker::Loading { job, received: before + received, total, from_cache }, None);
                }
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

/// Makes a batch, with the other cores that are free, and counts up `next` with each sample; answers whether these are
/// all of the request, whatever its count.
async fn make_batch<H: Host>(
    host: &H,
    work: &Work<'_>,
    model: &dyn Model,
    device: Device,
    mut batch: Box<dyn Sampling>,
    next: &mut u32,
) -> Result<bool, Stop> {
    let (job, first, size) = (work.job, *next, batch.size());
    let cores = work.cores(host, device, size);
    let (tells, together) = match work.share {
        Some(share) => (Tells::Samples, share.together as usize),
        None => (Tells::All, size),
    };
    let (part, after) = (size.div_ceil(cores), first + size as u32);
    if cores > 1 {
        for first in (first..after).step_by(part).skip(1) {
            let count = (part as u32).min(after - first);
            work.give_away(host, Share { first, count, together: together as u32 });
        }
        batch = work.sampling(model, first..first + part as u32)?;
    }
    let made = Reporter { host, job, first, together, tells }.deliver(batch, next).await;
    if made.is_err() {
        host.stop_shares(job);
    }
    // A worker takes no other share before it has ended this one, whatever became of ours.
    let others = host.shared().await;
    let is_gathered = made?;
    others.map_err(|message| Stop::Failed(message, vec![]))?;
    *next = after;
    Ok(is_gathered)
}

/// What is said of samples in the making.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tells {
    /// Nothing: they are made to warm up.
    Nothing,
    /// How they look, and what they are in the end.
    Samples,
    /// Also how far they are.
    All,
}

/// Frames of trajectories that the page has not got.
struct Frames {
    /// With the numbers of their samples, in order.
    kept: Vec<(u32, Frame<Crystal>)>,
    /// When the last message with frames was sent.
    posted_at: f64,
}

/// Drives samples that are made at once and says how it goes.
struct Reporter<'a, H> {
    host: &'a H,
    job: u32,
    /// Number of the first of them.
    first: u32,
    /// How many are made at once by all workers.
    together: usize,
    tells: Tells,
}

impl<H: Host> Reporter<'_, H> {
    /// Makes and measures the samples, counting up `next` with each that is finished; answers whether they are all of the
    /// request, whatever its count.
    async fn deliver(&self, sampling: Box<dyn Sampling>, next: &mut u32) -> Result<bool, Stop> {
        let (mut finished, mut failed) = (Vec::new(), None);
        for sample in self.make(sampling).await? {
            match sample {
                Ok((sample, milliseconds)) => {
                    self.finished(*next, &sample, milliseconds)?;
                    finished.push((*next, sample));
                    *next += 1;
                }
                Err(error) => {
                    failed = Some(error);
                    break;
                }
            }
        }
        for (number, sample) in &finished {
            measure::report(self.host, self.job, *number, sample).await?;
        }
        match failed {
            Some(error) => Err(error.into()),
            None => Ok(finished.iter().any(|(_, sample)| matches!(sample, Sample::Objects(_)))),
        }
    }

    /// Steps to the end: the samples, and milliseconds for each. Every frame is told, whatever the end.
    async fn make(&self, sampling: Box<dyn Sampling>) -> Result<Vec<Result<(Sample, f64), ModelError>>, Stop> {
        let mut frames = Frames { kept: vec![], posted_at: f64::NEG_INFINITY };
        let made = self.step_to_the_end(sampling, &mut frames).await;
        self.post_frames(&mut frames);
        made
    }

    /// A GPU only enqueues at a step, so the time of a step is known when something is read back; until then it is the
    /// mean since the last reading.
    async fn step_to_the_end(
        &self,
        mut sampling: Box<dyn Sampling>,
        frames: &mut Frames,
    ) -> Result<Vec<Result<(Sample, f64), ModelError>>, Stop> {
        let total = sampling.total_steps();
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
            let step = |milliseconds| self.step((report.done, total), milliseconds, &report.label);
            if report.done >= total {
                let samples = self.read(sampling.finish()?).await?;
                let now = self.host.now();
                step(mean(now));
                let each = (now - started) / self.together.max(1) as f64;
                return Ok(samples.into_iter().map(|sample| Ok((sample?, each))).collect());
            }
            let waited = self.host.now() - previewed_at >= PREVIEW_EVERY;
            let due = self.tells != Tells::Nothing && (waited || sampling.is_trajectory());
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
            self.previews(previews, frames)?;
            if now - frames.posted_at >= FRAMES_EVERY {
                self.post_frames(frames);
                frames.posted_at = now;
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
                self.host.post(&message, Some(volume.voxels().to_vec()));
            }
            Sample::Crystal(crystal) => {
                let crystal = crystal.clone();
                self.host.post(&FromWorker::Crystal { job, sample: number, crystal, milliseconds }, None);
            }
            Sample::Pictures(pictures) => {
                for (index, picture) in pictures.pictures.iter().enumerate() {
                    let size = [picture.image.width() as u32, picture.image.height() as u32];
                    let (role, title) = (picture.role.clone(), picture.title.clone());
                    let beside = index > 0;
                    let message = FromWorker::Picture { job, sample: number, role, title, beside, size, milliseconds };
                    let png = picture.png().map_err(|error| Stop::Failed(error.to_string(), vec![]))?;
                    self.host.post(&message, Some(png));
                }
            }
            Sample::Objects(objects) => {
                let objects = objects.clone();
                self.host.post(&FromWorker::Objects { job, sample: number, objects, milliseconds }, None);
            }
        }
        Ok(())
    }

    fn previews(&self, previews: Many<Preview>, frames: &mut Frames) -> Result<(), Stop> {
        let job = self.job;
        for (sample, preview) in (self.first..).zip(previews) {
            match preview {
                Ok(Preview::Volume(grey)) => {
                    let shape = grey.shape().map(|side| side as u32);
                    self.host.post(&FromWorker::Preview { job, sample, shape }, Some(grey.values().to_vec()));
                }
                Ok(Preview::Crystal(frame)) => frames.kept.push((sample, frame)),
                Ok(Preview::Patch(patch)) => {
                    let size = [patch.image.width() as u32, patch.image.height() as u32];
                    let message =
                        FromWorker::Patch { job, sample, role: patch.role, whole: patch.whole, at: patch.at, size };
                    self.host.post(&message, Some(patch.image.to_rgba()));
                }
                Ok(Preview::Learning(learning)) => {
                    self.host.post(&FromWorker::Learning { job, sample, learning }, None);
                }
                // An early guess need not be a sample yet, a cell without volume say: then there is nothing to see.
                Err(ModelError::Output(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    fn post_frames(&self, frames: &mut Frames) {
        if !frames.kept.is_empty() {
            let frames = std::mem::take(&mut frames.kept);
            self.host.post(&FromWorker::Frames { job: self.job, frames }, None);
        }
    }

    async fn read<T>(&self, pending: Pending<T>) -> Result<T, Stop> {
        match self.host.within(DEVICE_LIMIT, pending.read_async()).await {
            Some(result) => Ok(result?),
            None => Err(silent()),
        }
    }

    fn step(&self, (done, total): (usize, usize), milliseconds: f64, label: &str) {
        if self.tells == Tells::All {
            let progress = Progress { done: done as u64, total: total as u64 };
            let (job, sample, together, label) = (self.job, self.first, self.together as u32, label.to_owned());
            self.host.post(&FromWorker::Step { job, sample, together, progress, milliseconds, label }, None);
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

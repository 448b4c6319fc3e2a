//! Whole jobs with a toy model, in surroundings that fail on command.

use std::{
    cell::{Cell, RefCell},
    ops::Range,
    rc::Rc,
};

use burn::tensor::{Device as Tensors, Tensor};
use catalog::{
    Device, SampleRequest,
    messages::{FromWorker, ToWorker, WeightsSource},
};
use futures::executor::block_on;
use models::{Model, ModelError, Pending, Sampling, StepReport, sampling::Many};
use samples::{Crystal, Frame, GreyVolume, Inputs, Preview, Sample, Volume, structure::Lattice};

use crate::{
    backend::Adapter,
    host::{Host, OnBytes},
    job::Jobs,
    weights::WeightsError,
};

const SIDE: usize = 8;
const STEPS: usize = 3;

/// Makes a porous checkerboard in three steps; on what the test calls a GPU it fails in the sample and step given.
struct Toy {
    fails_at: Option<(u64, usize)>,
}

struct ToySampling {
    done: usize,
    fails_at: Option<usize>,
}

impl Model for Toy {
    fn sample(&self, _: &SampleRequest, _: &Inputs, indices: Range<u64>) -> Result<Box<dyn Sampling>, ModelError> {
        let fails_at = self.fails_at.filter(|(sample, _)| *sample == indices.start).map(|(_, step)| step);
        Ok(Box::new(ToySampling { done: 0, fails_at }))
    }
}

/// Makes numbered crystals at once, of which one may be no crystal.
struct ToyCrystals {
    first: u64,
    size: u64,
    fails: Option<u64>,
    done: usize,
}

impl ToyCrystals {
    fn each<T>(&self, of: impl Fn(Crystal) -> T) -> Many<T> {
        let crystal = |index| {
            if self.fails == Some(index) {
                return Err(ModelError::Output("no cell".into()));
            }
            let lattice = Lattice::from_parameters([3.0; 3], [90.0; 3]).unwrap();
            Ok(of(Crystal::new(lattice, vec!["C".parse().unwrap()], vec![[0.0; 3]]).unwrap()))
        };
        (self.first..self.first + self.size).map(crystal).collect()
    }
}

impl Sampling for ToyCrystals {
    fn size(&self) -> usize {
        self.size as usize
    }

    fn total_steps(&self) -> usize {
        STEPS
    }

    fn step(&mut self) -> Result<StepReport, ModelError> {
        self.done += 1;
        Ok(StepReport { done: self.done, label: String::new() })
    }

    fn previews(&self) -> Option<Pending<Many<Preview>>> {
        let frame = |structure| Preview::Crystal(Frame::new(structure, ""));
        Some(Pending::ready(self.each(frame)))
    }

    fn is_trajectory(&self) -> bool {
        true
    }

    fn finish(self: Box<Self>) -> Result<Pending<Many<Sample>>, ModelError> {
        Ok(Pending::ready(self.each(Sample::Crystal)))
    }
}

/// A model of [`ToyCrystals`], up to [`TOGETHER`] at once.
struct ToyBatches {
    fails: Option<u64>,
}

const TOGETHER: u64 = 24;

impl Model for ToyBatches {
    fn sample(&self, _: &SampleRequest, _: &Inputs, indices: Range<u64>) -> Result<Box<dyn Sampling>, ModelError> {
        let size = (indices.end - indices.start).min(TOGETHER);
        Ok(Box::new(ToyCrystals { first: indices.start, size, fails: self.fails, done: 0 }))
    }
}

impl ToySampling {
    fn values(&self) -> Tensor<1> {
        Tensor::zeros([SIDE * SIDE * SIDE], &Tensors::flex())
    }
}

impl Sampling for ToySampling {
    fn total_steps(&self) -> usize {
        STEPS
    }

    fn step(&mut self) -> Result<StepReport, ModelError> {
        if self.fails_at == Some(self.done) {
            return Err(ModelError::Device("lost".into()));
        }
        self.done += 1;
        Ok(StepReport { done: self.done, label: format!("step {}", self.done) })
    }

    fn previews(&self) -> Option<Pending<Many<Preview>>> {
        let decode = |values: Vec<f32>| {
            GreyVolume::new([SIDE; 3], values.iter().map(|v| *v as u8).collect())
                .map(Preview::Volume)
                .map_err(|e| ModelError::Output(e.to_string()))
        };
        Some(Pending::new(self.values(), decode).alone())
    }

    fn finish(self: Box<Self>) -> Result<Pending<Many<Sample>>, ModelError> {
        let volume = |_| Ok(Sample::Volume(Volume::from_fn(SIDE, |z, y, x| (z + y + x) % 2 == 0)));
        Ok(Pending::new(self.values(), volume).alone())
    }
}

#[derive(Clone, Default)]
struct Stage(Rc<Props>);

#[derive(Default)]
struct Props {
    posted: RefCell<Vec<(FromWorker, Option<Vec<u8>>)>>,
    clock: Cell<f64>,
    /// Whether the clock moves by a millisecond where it is looked at, and not by 120.
    hurries: bool,
    pauses: Cell<usize>,
    cancel_at_pause: Option<usize>,
    adapter: Option<Adapter>,
    gpu_fails_at: Option<(u64, usize)>,
    gpu_does_not_open: bool,
    /// Whether crystals are made, several at once.
    batches: bool,
    loads: Cell<usize>,
    weights: Option<WeightsError>,
    /// Workers beside this one.
    helpers: usize,
    helpers_fail: bool,
    shares: RefCell<Vec<ToWorker>>,
    stopped: Cell<bool>,
}

impl Host for Stage {
    fn post(&self, message: &FromWorker, bytes: Option<Vec<u8>>) {
        self.0.posted.borrow_mut().push((message.clone(), bytes));
    }

    fn now(&self) -> f64 {
        self.0.clock.set(self.0.clock.get() + if self.0.hurries { 1.0 } else { 120.0 });
        self.0.clock.get()
    }

    fn is_cancelled(&self, _: u32) -> bool {
        self.0.cancel_at_pause.is_some_and(|at| self.0.pauses.get() >= at)
    }

    async fn pause(&self) {
        self.0.pauses.set(self.0.pauses.get() + 1);
    }

    async fn within<T>(&self, _: u32, future: impl Future<Output = T>) -> Option<T> {
        Some(future.await)
    }

    async fn adapter(&self) -> Option<Adapter> {
        self.0.adapter.clone()
    }

    async fn gpu(&self) -> Result<Tensors, String> {
        if self.0.gpu_does_not_open { Err("it does not open".into()) } else { Ok(Tensors::flex()) }
    }

    async fn weights(&self, source: &WeightsSource, on_bytes: OnBytes<'_>) -> Result<Vec<u8>, WeightsError> {
        if on_bytes(source.bytes, false).is_break() {
            return Err(WeightsError::Cancelled);
        }
        self.0.weights.clone().map_or_else(|| Ok(vec![0; source.bytes as usize]), Err)
    }

    fn helpers(&self, _: usize) -> usize {
        self.0.helpers
    }

    fn share(&self, share: &ToWorker) {
        self.0.shares.borrow_mut().push(share.clone());
    }

    /// They begin only now, and do all their work on another stage.
    async fn shared(&self) -> Result<(), String> {
        let shares = self.0.shares.take();
        assert!(shares.len() <= self.0.helpers, "a share each");
        for share in shares.into_iter().filter(|_| !self.0.stopped.get()) {
            if self.0.helpers_fail {
                return Err("a core melted".into());
            }
            let ToWorker::Sample { job, request, weights, share, .. } = share else { panic!("{share:?}") };
            let elsewhere = Stage(Rc::new(Props { batches: self.0.batches, ..Props::default() }));
            let mut jobs = Jobs::new(elsewhere.clone(), None);
            Box::pin(jobs.sample(job, request, weights, vec![], share)).await;
            let mut said = elsewhere.0.posted.take();
            assert_eq!(said.pop().map(|(message, _)| message), Some(FromWorker::Done { job }));
            self.0.posted.borrow_mut().extend(said);
        }
        Ok(())
    }

    fn stop_shares(&self, _: u32) {
        self.0.stopped.set(true);
    }

    fn load(&self, _: &str, _: &str, _: Vec<u8>, _: &Tensors) -> Result<Box<dyn Model>, ModelError> {
        self.0.loads.set(self.0.loads.get() + 1);
        // The first model to be loaded is the one on the GPU.
        let fails_at = self.0.gpu_fails_at.filter(|_| self.0.loads.get() == 1);
        if self.0.batches {
            return Ok(Box::new(ToyBatches { fails: fails_at.map(|(sample, _)| sample) }));
        }
        Ok(Box::new(Toy { fails_at }))
    }
}

fn hardware() -> Option<Adapter> {
    Some(Adapter { vendor: "nvidia".into(), architecture: "ampere".into(), ..Adapter::default() })
}

fn request(device: Device, count: u32) -> SampleRequest {
    SampleRequest {
        system: "porous-gan".into(),
        preset: "berea-small".into(),
        parameters: serde_json::Value::Null,
        seed: 7,
        count,
        device,
    }
}

fn source() -> WeightsSource {
    WeightsSource { url: "/w".into(), bytes: 4, sha256: "aa".into() }
}

/// What a job says, a word for each message.
fn told(props: Props, jobs: &[SampleRequest]) -> (Vec<String>, Stage) {
    let stage = Stage(Rc::new(props));
    let mut at_work = Jobs::new(stage.clone(), None);
    for (job, request) in (1..).zip(jobs) {
        block_on(at_work.sample(job, request.clone(), vec![source()], vec![], None));
    }
    let words = stage.0.posted.borrow().iter().map(|(message, bytes)| word(message, bytes.as_deref())).collect();
    (words, stage)
}

fn word(message: &FromWorker, bytes: Option<&[u8]>) -> String {
    let voxels = SIDE * SIDE * SIDE;
    match message {
        FromWorker::Loading { .. } => "loading".into(),
        FromWorker::Backend { device, .. } => device.name().into(),
        FromWorker::Step { progress, .. } => progress.done.to_string(),
        FromWorker::Preview { .. } => {
            assert_eq!(bytes.map(<[u8]>::len), Some(voxels));
            "preview".into()
        }
        FromWorker::Volume { sample, shape, .. } => {
            assert_eq!((bytes.map(<[u8]>::len), *shape), (Some(voxels), [SIDE as u32; 3]));
            format!("volume {sample}")
        }
        FromWorker::Frames { frames, .. } => format!("{} frames", frames.len()),
        FromWorker::Crystal { sample, .. } => format!("crystal {sample}"),
        FromWorker::Learning { learning, .. } => format!("learning {}", learning.step),
        FromWorker::Objects { objects, .. } => format!("{} objects", objects.draws.len()),
        FromWorker::Read { input, .. } => format!("read {input}"),
        FromWorker::Patch { role, .. } => format!("part of {role}"),
        FromWorker::Picture { role, .. } => format!("picture {role}"),
        FromWorker::Measures { measures, .. } => {
            (if measures["permeability"].is_null() { "measures" } else { "flow" }).into()
        }
        FromWorker::Done { .. } => "done".into(),
        FromWorker::Cancelled { .. } => "cancelled".into(),
        FromWorker::Failed { message, .. } => format!("failed: {message}"),
        FromWorker::Ready => "ready".into(),
    }
}

#[test]
fn a_job_tells_its_whole_story_in_order() {
    let (words, _) = told(Props::default(), &[request(Device::Cpu, 1)]);
    assert_eq!(words.join(", "), "loading, cpu, 1, preview, 2, preview, 3, volume 0, measures, flow, done");
}

#[test]
fn the_model_stays_warm_for_the_same_preset_and_device() {
    let (words, stage) = told(Props::default(), &[request(Device::Cpu, 2), request(Device::Cpu, 1)]);
    assert_eq!(stage.0.loads.get(), 1);
    assert_eq!(words.iter().filter(|w| *w == "loading").count(), 1);
    assert_eq!(words.iter().filter(|w| w.starts_with("volume")).count(), 3);
}

#[test]
fn a_job_can_be_cancelled_at_every_pause() {
    let (_, stage) = told(Props::default(), &[request(Device::Cpu, 1)]);
    let pauses = stage.0.pauses.get();
    assert!(pauses >= STEPS + 4, "{pauses} pauses");
    for at in 0..=pauses {
        let (words, _) = told(Props { cancel_at_pause: Some(at), ..Props::default() }, &[request(Device::Cpu, 1)]);
        assert_eq!(words.last().map(String::as_str), Some("cancelled"), "cancelled at pause {at}: {words:?}");
        assert_eq!(words.iter().filter(|w| *w == "cancelled").count(), 1);
    }
}

#[test]
fn a_gpu_that_fails_is_replaced_once_and_finished_samples_are_kept() {
    let props = Props { adapter: hardware(), gpu_fails_at: Some((1, 1)), ..Props::default() };
    let (words, stage) =
        told(props, &[request(Device::Webgpu, 2), request(Device::Auto, 1), request(Device::Webgpu, 1)]);
    let text = words.join(", ");
    assert!(
        text.starts_with(
            "loading, webgpu, 1, preview, 2, preview, 3, volume 0, measures, flow, 1, preview, \
             loading, cpu, 1, preview, 2, preview, 3, volume 1, measures, flow, done, cpu, "
        ),
        "{text}"
    );
    assert!(text.contains("failed: WebGPU was asked for, but the device failed: lost"), "{text}");
    let note = stage.0.posted.borrow().iter().find_map(|(m, _)| match m {
        FromWorker::Backend { device: Device::Cpu, note, .. } => note.clone(),
        _ => None,
    });
    assert!(note.is_some_and(|note| note.contains("lost")));
}

/// A look at each of `size` crystals from `first` on at every step but the last.
fn told_of(first: usize, size: usize, steps: bool) -> String {
    let step = |n: usize| if steps { format!("{n}, ") } else { String::new() };
    let crystals: Vec<_> = (first..first + size).map(|n| format!("crystal {n}")).collect();
    let measures = vec!["measures"; size];
    let frames = format!("{size} frames");
    format!("{}{frames}, {}{frames}, {}{}, {}", step(1), step(2), step(3), crystals.join(", "), measures.join(", "))
}

#[test]
fn samples_that_are_made_at_once_come_in_their_order_and_one_that_fails_is_made_again() {
    let (words, _) = told(Props { batches: true, ..Props::default() }, &[request(Device::Cpu, 26)]);
    assert_eq!(words.join(", "), format!("loading, cpu, {}, {}, done", told_of(0, 24, true), told_of(24, 2, true)),);

    let props = Props { batches: true, adapter: hardware(), gpu_fails_at: Some((4, 0)), ..Props::default() };
    let (words, _) = told(props, &[request(Device::Webgpu, 5)]);
    let results: Vec<_> =
        words.iter().filter(|w| w.starts_with("crystal") || ["cpu", "measures"].contains(&w.as_str())).collect();
    let four = ["crystal 0", "crystal 1", "crystal 2", "crystal 3", "measures", "measures", "measures", "measures"];
    assert_eq!(results, [four.as_slice(), &["cpu", "crystal 4", "measures"]].concat());
}

#[test]
fn frames_of_quick_steps_come_together_and_none_is_lost() {
    let (words, stage) = told(Props { batches: true, hurries: true, ..Props::default() }, &[request(Device::Cpu, 2)]);
    let crystals = "crystal 0, crystal 1, measures, measures, done";
    assert_eq!(words.join(", "), format!("loading, cpu, 1, 2 frames, 2, 3, 2 frames, {crystals}"));
    let samples: Vec<u32> = (stage.0.posted.borrow().iter())
        .filter_map(|(message, _)| match message {
            FromWorker::Frames { frames, .. } => Some(frames.iter().map(|(sample, _)| *sample).collect::<Vec<_>>()),
            _ => None,
        })
        .flatten()
        .collect();
    assert_eq!(samples, [0, 1, 0, 1]);

    let hurried = |at| Props { batches: true, hurries: true, cancel_at_pause: Some(at), ..Props::default() };
    let pauses = stage.0.pauses.get();
    let cut: Vec<_> = (0..pauses).map(|at| told(hurried(at), &[request(Device::Cpu, 2)]).0.join(", ")).collect();
    assert!(cut.contains(&"loading, cpu, 1, 2 frames, 2, 2 frames, cancelled".to_owned()), "{cut:#?}");
}

#[test]
fn a_batch_is_divided_among_the_cores_that_are_free() {
    let props = || Props { batches: true, helpers: 1, ..Props::default() };
    let (words, stage) = told(props(), &[request(Device::Cpu, 41)]);
    let told_of_both = |first, [here, there]: [usize; 2]| {
        format!("{}, {}", told_of(first, here, true), told_of(first + here, there, false))
    };
    assert_eq!(
        words.join(", "),
        format!("loading, cpu, {}, {}, done", told_of_both(0, [12, 12]), told_of_both(24, [9, 8])),
    );
    let times = |n: u32| {
        stage.0.posted.borrow().iter().find_map(|(message, _)| match message {
            FromWorker::Crystal { sample, milliseconds, .. } if *sample == n => Some(*milliseconds),
            _ => None,
        })
    };
    assert_eq!(times(0), times(12), "a batch takes as long as one of its parts");
    let adapters: Vec<_> = (stage.0.posted.borrow().iter())
        .filter_map(|(message, _)| match message {
            FromWorker::Backend { adapter, .. } => Some(adapter.clone()),
            _ => None,
        })
        .collect();
    assert_eq!(adapters, ["WebAssembly SIMD, 2 threads"]);

    let (words, _) = told(Props { helpers: 9, ..props() }, &[request(Device::Cpu, 7)]);
    assert_eq!(words.join(", "), format!("loading, cpu, {}, done", told_of(0, 7, true)), "too few to divide");
    let (words, _) = told(Props { helpers_fail: true, ..props() }, &[request(Device::Cpu, 20)]);
    assert_eq!(words.last().map(String::as_str), Some("failed: a core melted"));
}

#[test]
fn what_ends_a_job_ends_its_shares() {
    let props = |at| Props { batches: true, helpers: 1, cancel_at_pause: Some(at), ..Props::default() };
    for at in 1..STEPS {
        let (words, stage) = told(props(at), &[request(Device::Cpu, 20)]);
        assert!(stage.0.stopped.get(), "cancelled at pause {at}");
        assert_eq!(words.last().map(String::as_str), Some("cancelled"));
        assert!(!words.contains(&"crystal 10".to_owned()), "{words:?}");
    }
}

#[test]
fn a_gpu_that_does_not_open_is_left_alone_by_auto_and_reported_when_forced() {
    let props = || Props { adapter: hardware(), gpu_does_not_open: true, ..Props::default() };
    let (words, _) = told(props(), &[request(Device::Auto, 1)]);
    assert_eq!((words[1].as_str(), words.last().map(String::as_str)), ("cpu", Some("done")));
    let (words, _) = told(props(), &[request(Device::Webgpu, 1)]);
    assert!(words[0].starts_with("failed: WebGPU was asked for, but it does not open"), "{words:?}");
}

#[test]
fn the_first_pass_on_a_gpu_is_not_in_the_times() {
    let (words, stage) =
        told(Props { adapter: hardware(), ..Props::default() }, &[request(Device::Auto, 1), request(Device::Auto, 1)]);
    assert_eq!(words.iter().filter(|w| *w == "1").count(), 2, "{words:?}");
    let notes: Vec<_> = stage
        .0
        .posted
        .borrow()
        .iter()
        .filter_map(|(m, _)| match m {
            FromWorker::Backend { note, .. } => Some(note.is_some()),
            _ => None,
        })
        .collect();
    assert_eq!(notes, [true, false]);
}

#[test]
fn bad_fields_and_bad_weights_are_named() {
    let mut bad = request(Device::Cpu, 1);
    bad.parameters = serde_json::json!({ "size": 1_000_000_000, "colour": "red" });
    let (_, stage) = told(Props::default(), &[bad]);
    let posted = stage.0.posted.borrow();
    let [(FromWorker::Failed { fields, .. }, None)] = posted.as_slice() else { panic!("{posted:?}") };
    assert_eq!(fields.len(), 2);

    let (words, _) =
        told(Props { weights: Some(WeightsError::Corrupt), ..Props::default() }, &[request(Device::Cpu, 1)]);
    assert!(words[1].starts_with("failed: the weights are corrupt"), "{words:?}");
}

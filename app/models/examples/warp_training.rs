//! Trains the small warp network on drawn pairs and holds it against warps that learn nothing.
//!
//! `cargo run --release -p models --features native --example warp_training -- OUT.safetensors [steps] [rate] [seed]`
#![allow(clippy::disallowed_methods, clippy::disallowed_types)] // Native only: a clock, files, and reading results blocks.

use burn::tensor::{DType, Device, Tensor, TensorData};
use models::appearance_flow::{Objective, WarpBatch, WarpConfig, WarpNetwork, WarpTrainer};
use models::{seed, weights};
use samples::wardrobe::{Flow, Pair, Scene, agnostic, baselines, measures, pair, representation, test_pair};
use std::time::Instant;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

const WIDTH: usize = 48;
const HEIGHT: usize = 64;
const BATCH: usize = 16;
const TESTS: usize = 100;

struct Case {
    pair: Pair,
    scene: Scene,
    keep: samples::wardrobe::Mask,
    person: Vec<f32>,
}

impl Case {
    fn new(pair: Pair) -> Result<Self> {
        let scene = Scene::render(&pair.person, &pair.garment, WIDTH, HEIGHT)?;
        let keep = agnostic::keep_v2(&scene.keypoints, &scene.parse)?;
        let person = representation::person_planes(&scene.keypoints, &scene.parse, &keep)?;
        Ok(Self { pair, scene, keep, person })
    }
}

fn signed(values: Vec<f32>) -> Vec<f32> {
    values.into_iter().map(|v| 2.0 * v - 1.0).collect()
}

fn stack(cases: &[Case], channels: usize, device: &Device, of: impl Fn(&Case) -> Vec<f32>) -> Tensor<4> {
    let values: Vec<f32> = cases.iter().flat_map(of).collect();
    Tensor::from_data(TensorData::new(values, [cases.len(), channels, HEIGHT, WIDTH]), device)
}

fn batch(cases: &[Case], device: &Device) -> WarpBatch {
    let worn = |case: &Case| {
        let mut planes = signed(case.scene.person.to_planar());
        let garment = signed(case.scene.garment.to_planar());
        for (i, value) in planes.iter_mut().enumerate() {
            if !case.scene.worn.values[i % (WIDTH * HEIGHT)] {
                *value = garment[i / (WIDTH * HEIGHT) * WIDTH * HEIGHT];
            }
        }
        planes
    };
    WarpBatch {
        garment: stack(cases, 3, device, |case| signed(case.scene.garment.to_planar())),
        garment_mask: stack(cases, 1, device, |case| case.scene.garment_mask.to_plane()),
        person: stack(cases, representation::PERSON_PLANES, device, |case| case.person.clone()),
        worn_picture: stack(cases, 3, device, worn),
        worn_mask: stack(cases, 1, device, |case| case.scene.worn.to_plane()),
    }
}

/// End-point error, its median, mask IoU and masked L1, means over the cases.
fn judge(cases: &[Case], flows: &[Flow]) -> Result<[f64; 3]> {
    let mut sums = [0.0; 3];
    for (case, flow) in cases.iter().zip(flows) {
        let scene = &case.scene;
        sums[0] += measures::end_point_error(flow, &scene.flow, &scene.worn)?;
        sums[1] += measures::mask_iou(&flow.warp_mask(&scene.garment_mask), &scene.worn)?;
        sums[2] += measures::masked_l1(&flow.warp_image(&scene.garment), &scene.person, &scene.worn)?;
    }
    Ok(sums.map(|sum| sum / cases.len() as f64))
}

fn flows(network: &WarpNetwork, cases: &[Case], device: &Device) -> Result<Vec<Flow>> {
    let batch = batch(cases, device);
    let grids: Vec<f32> = network.flow(batch.garment, batch.person).into_data().try_into_vec()?;
    Ok(grids
        .chunks_exact(2 * WIDTH * HEIGHT)
        .map(|grid| Flow::from_grid(WIDTH, HEIGHT, grid.to_vec()))
        .collect::<std::result::Result<_, _>>()?)
}

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().collect();
    let out = arguments.get(1).ok_or("where do the weights go?")?;
    let steps: usize = arguments.get(2).map_or(Ok(3000), |v| v.parse())?;
    let peak: f64 = arguments.get(3).map_or(Ok(1e-3), |v| v.parse())?;
    let run: u64 = arguments.get(4).map_or(Ok(0), |v| v.parse())?;
    let device = Device::flex();
    let tests: Vec<Case> = (0..TESTS).map(|i| Case::new(test_pair(i))).collect::<Result<_>>()?;
    let mut fits: [Vec<Flow>; 4] = Default::default();
    for case in &tests {
        let landmarks = case.pair.garment.landmarks(WIDTH, HEIGHT);
        let keypoints = &case.scene.keypoints;
        fits[0].push(baselines::paste(&case.scene.garment_mask, &case.keep)?);
        fits[1].push(baselines::affine(&landmarks, keypoints, WIDTH, HEIGHT)?);
        fits[2].push(baselines::thin_plate(&landmarks, keypoints, 0.1, WIDTH, HEIGHT)?);
        fits[3].push(case.scene.flow.clone());
    }
    for (name, flows) in ["paste", "affine", "thin plate", "truth"].into_iter().zip(&fits) {
        let [epe, iou, l1] = judge(&tests, flows)?;
        println!("{name:>10}: EPE {epe:.3} px, IoU {iou:.3}, L1 {l1:.4}");
    }
    let config = WarpConfig::small();
    let mut trainer = WarpTrainer::new(&config, Objective::PAPER, &mut seed::stream(run, 0), &device);
    println!("{} weights", burn::module::Module::num_params(&trainer.network()));
    let start = Instant::now();
    let mut loading = 0.0;
    let mut recent = [0.0; 4];
    for step in 0..steps {
        let rate = peak * (2.0 * (1.0 - step as f64 / steps as f64)).min(1.0);
        let first = (run << 32) + (step * BATCH) as u64;
        let now = Instant::now();
        let cases: Vec<Case> = (first..first + BATCH as u64).map(|i| Case::new(pair(i))).collect::<Result<_>>()?;
        let batch = batch(&cases, trainer.device());
        loading += now.elapsed().as_secs_f64();
        let m = trainer.step(&batch, rate);
        for (sum, value) in recent.iter_mut().zip([m.loss, m.picture, m.mask, m.smoothness]) {
            *sum += value;
        }
        let done = step + 1;
        if done % 100 == 0 {
            let [loss, picture, mask, smooth] = recent.map(|sum| sum / 100.0);
            recent = [0.0; 4];
            let seconds = start.elapsed().as_secs_f64();
            println!(
                "{done}: loss {loss:.4} picture {picture:.4} mask {mask:.4} smooth {smooth:.5}; {seconds:.0} s, of which {loading:.0} s drawing"
            );
        }
        if done % 500 == 0 || done == steps {
            let network = trainer.network();
            let [epe, iou, l1] = judge(&tests, &flows(&network, &tests, &device)?)?;
            println!("{done}: EPE {epe:.3} px, IoU {iou:.3}, L1 {l1:.4}");
            std::fs::write(out, weights::to_safetensors(&network, DType::F16)?)?;
        }
    }
    Ok(())
}

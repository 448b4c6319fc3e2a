//! Trains the small refiner on drawn pairs, on the fly: `refiner_training [STEPS] [BATCH] [EVERY] [OUT]`. The warped
//! garment is the true flow, disturbed by a smooth field.
#![allow(clippy::disallowed_methods, clippy::disallowed_types)] // Native only: a clock, files, and reading blocks.

use std::time::Instant;

use burn::tensor::{DType, Device, Tensor, TensorData};
use models::{
    diffusion::{Ddim, Schedule},
    nn::fast,
    seed::stream,
    systems::dci_vton::refiner::{
        Objective, RefinerBatch, RefinerConfig, RefinerTrainer, composite,
        sampler::{Refinement, Start},
    },
    weights,
};
use rand::Rng;
use samples::{
    Image,
    wardrobe::{Flow, Mask, Padding, Pair, Scene, agnostic, measures, pair, test_pair},
};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const WIDTH: usize = 48;
const HEIGHT: usize = 64;
const PIXELS: usize = WIDTH * HEIGHT;
const RATE: f64 = 3e-4;
const WARM_UP: f64 = 200.0;
const TESTS: usize = 32;

/// A pair as the refiner takes it.
struct Example {
    person: Vec<f32>,
    agnostic: Vec<f32>,
    warped: Vec<f32>,
    warped_mask: Vec<f32>,
    keep: Vec<f32>,
    garment: Vec<f32>,
    scene: Scene,
    keep_mask: Mask,
}

fn signed(image: &Image) -> Vec<f32> {
    image.to_planar().into_iter().map(|value| 2.0 * value - 1.0).collect()
}

/// What a warp network could answer: displaced by up to 1.5 pixels, smoothly, silhouette and all.
fn disturbed(scene: &Scene, rng: &mut impl Rng) -> Flow {
    let amplitude: f32 = rng.random_range(0.0..1.5);
    let waves: [[[f32; 3]; 3]; 2] = std::array::from_fn(|_| {
        std::array::from_fn(|_| {
            [rng.random_range(-1.5..1.5), rng.random_range(-1.5..1.5), rng.random_range(0.0..6.283)]
        })
    });
    let displacement = |axis: usize, x: f32, y: f32| {
        let wave = |[across, down, phase]: [f32; 3]| {
            (std::f32::consts::TAU * (across * x / WIDTH as f32 + down * y / HEIGHT as f32) + phase).sin()
        };
        amplitude * waves[axis].iter().map(|&w| wave(w)).sum::<f32>() / 3f32.sqrt()
    };
    Flow::from_pixels(WIDTH, HEIGHT, |x, y| {
        let (x, y) = (x as f32, y as f32);
        let at = [x + displacement(0, x, y), y + displacement(1, x, y)];
        let near = [at[0].round(), at[1].round()];
        if near[0] < 0.0 || near[1] < 0.0 || near[0] >= WIDTH as f32 || near[1] >= HEIGHT as f32 {
            return None;
        }
        let near_pixel = near.map(|v| v as usize);
        scene.worn.at(near_pixel[0], near_pixel[1]).then(|| {
            let [u, v] = scene.flow.pixels(near_pixel[0], near_pixel[1]);
            [u + at[0] - near[0], v + at[1] - near[1]]
        })
    })
}

fn example(pair: &Pair, rng: &mut impl Rng) -> Example {
    let scene = Scene::render(&pair.person, &pair.garment, WIDTH, HEIGHT).expect("sides");
    let keep_mask = agnostic::keep_v2(&scene.keypoints, &scene.parse).expect("all joints");
    let flow = disturbed(&scene, rng);
    let garment = signed(&scene.garment);
    let sides = [WIDTH, HEIGHT];
    Example {
        person: signed(&scene.person),
        agnostic: signed(&agnostic::agnostic_person(&scene.person, &keep_mask).expect("sides")),
        warped: flow.warp(&garment, sides, Padding::Border),
        warped_mask: flow.warp(&scene.garment_mask.to_plane(), sides, Padding::Zeros),
        keep: keep_mask.to_plane(),
        garment,
        keep_mask,
        scene,
    }
}

fn batch(examples: &[Example], device: &Device) -> RefinerBatch {
    let tensor = |of: fn(&Example) -> &Vec<f32>| -> Tensor<4> {
        let values: Vec<f32> = examples.iter().flat_map(|example| of(example).iter().copied()).collect();
        let channels = values.len() / PIXELS / examples.len();
        Tensor::from_data(TensorData::new(values, [examples.len(), channels, HEIGHT, WIDTH]), device)
    };
    let keep = tensor(|e| &e.keep);
    let draft = composite(tensor(|e| &e.agnostic), tensor(|e| &e.warped), tensor(|e| &e.warped_mask), keep.clone());
    RefinerBatch {
        person: tensor(|e| &e.person),
        composite: draft.composite,
        inpaint: draft.inpaint,
        keep,
        garment: tensor(|e| &e.garment),
    }
}

/// Mean PSNR where it is repainted, and mean correlation of the texture where it is certain.
fn judge(made: Tensor<4>, examples: &[Example]) -> (f64, f64) {
    let values: Vec<f32> = made.into_data().try_into_vec().expect("floats");
    let (mut psnr, mut textures) = (0.0, Vec::new());
    for (values, example) in values.chunks_exact(3 * PIXELS).zip(examples) {
        let planes: Vec<f32> = values.iter().map(|value| (value + 1.0) / 2.0).collect();
        let picture = Image::from_planar(WIDTH, HEIGHT, &planes).expect("sides");
        let repainted = example.keep_mask.inverted();
        psnr += measures::psnr_within(&picture, &example.scene.person, &repainted).expect("sides");
        let certain = &example.scene.certain;
        let seen = Mask::from_fn(WIDTH, HEIGHT, |x, y| repainted.at(x, y) && certain.at(x, y));
        textures.extend(measures::texture_correlation(&picture, &example.scene.person, &seen).expect("sides"));
    }
    (psnr / examples.len() as f64, textures.iter().sum::<f64>() / textures.len() as f64)
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let number = |i: usize, default: usize| words.get(i).and_then(|word| word.parse().ok()).unwrap_or(default);
    let (steps, size, every) = (number(0, 4000), number(1, 16), number(2, 500));
    let composites = words.get(4).and_then(|word| word.parse().ok()).unwrap_or(1.0);
    fast::on_workers(|| train(steps, size, every, composites, words.get(3).map(String::as_str)));
}

fn train(steps: usize, size: usize, every: usize, composites: f64, out: Option<&str>) {
    let device = Device::flex();
    let mut rng = stream(0, 1);
    let mut trainer = RefinerTrainer::new(&RefinerConfig::small(), &mut stream(0, 0), &device);
    let objective = Objective { composites, ..Objective::PUBLISHED };
    let tests: Vec<Example> = (0..TESTS).map(|i| example(&test_pair(i), &mut stream(1, i as u64))).collect();
    let test = batch(&tests, &device);
    let (psnr, texture) = judge(test.composite.clone(), &tests);
    println!("composite: PSNR {psnr:.2} dB, texture {texture:.3}");
    let start = Instant::now();
    let (mut sums, mut drawing) = ([0.0; 2], 0.0);
    for step in 0..steps {
        let clock = Instant::now();
        let first = (step * size) as u64;
        let examples: Vec<_> = (first..first + size as u64).map(|seed| example(&pair(seed), &mut rng)).collect();
        let data = batch(&examples, trainer.device());
        drawing += clock.elapsed().as_secs_f64();
        let rate = RATE * ((step + 1) as f64 / WARM_UP).min(1.0);
        let metrics = trainer.step(&data, &objective, rate, &mut rng);
        sums[0] += metrics.epsilon;
        sums[1] += metrics.image;
        let done = step + 1;
        let period = if done <= 20 { 5 } else { 50 };
        if done % period == 0 {
            let seconds = start.elapsed().as_secs_f64();
            let [epsilon, image] = sums.map(|sum| sum / period as f64);
            println!(
                "{done:5} ε {epsilon:.4} image {image:.4} | {seconds:.0} s, {:.3} s a step, {:.3} of it drawing",
                seconds / done as f64,
                drawing / done as f64
            );
            sums = [0.0; 2];
        }
        if every > 0 && (done % every == 0 || done == steps) {
            let refiner = trainer.ema();
            let ddim = Ddim::new(&Schedule::stable_diffusion(), 20);
            let draft = models::systems::dci_vton::refiner::Draft {
                composite: test.composite.clone(),
                inpaint: test.inpaint.clone(),
            };
            let context = refiner.context(test.garment.clone());
            let (person, keep) = (test.person.clone(), test.keep.clone());
            let mut refinement =
                Refinement::new(&ddim, Start::Composite, draft, person, keep, context, &mut stream(2, 0));
            let clock = Instant::now();
            while refinement.step(&refiner) {}
            let (psnr, texture) = judge(refinement.picture(), &tests);
            println!("{done:5} PSNR {psnr:.2} dB, texture {texture:.3}, {:.1} s", clock.elapsed().as_secs_f64());
            if let Some(out) = out {
                let bytes = weights::to_safetensors(&refiner, DType::F32).expect("weights");
                std::fs::write(format!("{out}-{done}.safetensors"), bytes).expect("a file");
            }
        }
    }
}

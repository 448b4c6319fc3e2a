//! Experiment A in full: total variation distance on the circle, mean and standard deviation over seeds, for every
//! method and number of steps. `circle [SEEDS] [ITERATIONS] [SAMPLES]` prints the numbers of the page's figure,
//! `assets/weights/crysbfn/circle.json`.
#![allow(clippy::disallowed_methods)] // Native only.

use std::collections::BTreeMap;

use burn::tensor::Device;
use models::{
    bayesian_flow::circle::{Effort, TrainedDiffusion, TrainedFlow, total_variation},
    nn::fast,
    seed,
};
use serde_json::json;

/// Numbers of steps (spec §5).
const STEPS: [usize; 4] = [5, 10, 20, 50];
/// What the network sees, and the sampler, in the order of the figure.
const METHODS: [(&str, &str); 5] = [
    ("entropy and time", "vanilla"),
    ("time only", "vanilla"),
    ("entropy and time", "end back"),
    ("time only", "end back"),
    ("wrapped normal diffusion", "ancestral"),
];

fn main() {
    let words: Vec<usize> = std::env::args().skip(1).filter_map(|word| word.parse().ok()).collect();
    let word = |index: usize, default| words.get(index).copied().unwrap_or(default);
    let (seeds, samples) = (word(0, 5) as u64, word(2, 20_000));
    let effort = Effort { iterations: word(1, Effort::FULL.iterations), ..Effort::FULL };
    let mut distances: BTreeMap<(&str, &str, usize), Vec<f64>> = BTreeMap::new();
    for seed in 0..seeds {
        for (key, distance) in fast::on_workers(|| run(seed, effort, samples)) {
            eprintln!("seed {seed}, {}, {}, {} steps: {distance:.3}", key.0, key.1, key.2);
            distances.entry(key).or_default().push(distance);
        }
    }
    let row = |(name, sampler)| {
        let (means, deviations): (Vec<f64>, Vec<f64>) =
            STEPS.iter().map(|&steps| spread(&distances[&(name, sampler, steps)])).unzip();
        json!({ "name": name, "sampler": sampler, "tv_mean": means, "tv_sd": deviations })
    };
    let rows: Vec<_> = METHODS.into_iter().map(row).collect();
    let (iterations, batch) = (effort.iterations, effort.batch);
    let figure = json!({ "n": STEPS, "rows": rows, "seeds": seeds, "iterations": iterations, "batch": batch, "samples": samples });
    println!("{figure:#}");
}

/// Distances of every method at every number of steps; samplers share a trained network.
fn run(seed: u64, effort: Effort, samples: usize) -> Vec<((&'static str, &'static str, usize), f64)> {
    let device = Device::flex();
    let diffusion = TrainedDiffusion::train(effort, seed, &device);
    let mut distances = Vec::new();
    for steps in STEPS {
        // Apart from what is drawn in training.
        let rng = |sampler: u64| seed::stream(seed, 1000 * (1 + sampler) + steps as u64);
        for (name, entropy) in [("entropy and time", true), ("time only", false)] {
            let flow = TrainedFlow::train(steps, entropy, effort, seed, &device);
            for (sampler, end_back) in [("vanilla", false), ("end back", true)] {
                let angles = flow.sample(end_back, samples, &mut rng(u64::from(end_back)));
                distances.push(((name, sampler, steps), total_variation(&angles)));
            }
        }
        let angles = diffusion.sample(steps, samples, &mut rng(2));
        distances.push((("wrapped normal diffusion", "ancestral", steps), total_variation(&angles)));
    }
    distances
}

/// Mean and standard deviation.
fn spread(values: &[f64]) -> (f64, f64) {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (values.len() - 1).max(1) as f64;
    (mean, variance.sqrt())
}

//! Experiment A in full: total variation distance on the circle, mean and standard deviation over seeds, for every
//! method and number of steps. `circle [SEEDS] [ITERATIONS] [SAMPLES]` prints the numbers of the page's figure,
//! `assets/weights/crysbfn/circle.json`.
#![allow(clippy::disallowed_methods)] // Native only.

use burn::tensor::Device;
use models::{
    bayesian_flow::circle::{Effort, Method, experiment, total_variation},
    nn::fast,
};
use serde_json::json;

/// Numbers of steps (spec §5).
const STEPS: [usize; 4] = [5, 10, 20, 50];

fn main() {
    let words: Vec<usize> = std::env::args().skip(1).filter_map(|word| word.parse().ok()).collect();
    let word = |index: usize, default| words.get(index).copied().unwrap_or(default);
    let seeds = word(0, 5) as u64;
    let effort = Effort { iterations: word(1, Effort::FULL.iterations), samples: word(2, 20_000), ..Effort::FULL };
    let device = Device::flex();
    let mut rows = Vec::new();
    for method in Method::ALL {
        let (mut means, mut deviations) = (Vec::new(), Vec::new());
        for steps in STEPS {
            let run = |seed| total_variation(&fast::on_workers(|| experiment(method, steps, effort, seed, &device)));
            let scores: Vec<f64> = (0..seeds).map(run).collect();
            let mean = scores.iter().sum::<f64>() / scores.len() as f64;
            let variance = scores.iter().map(|s| (s - mean).powi(2)).sum::<f64>() / (scores.len() - 1).max(1) as f64;
            means.push(mean);
            deviations.push(variance.sqrt());
        }
        let (name, sampler) = name(method);
        rows.push(json!({ "name": name, "sampler": sampler, "tv_mean": means, "tv_sd": deviations }));
    }
    let (iterations, batch, samples) = (effort.iterations, effort.batch, effort.samples);
    let figure = json!({ "n": STEPS, "rows": rows, "seeds": seeds, "iterations": iterations, "batch": batch, "samples": samples });
    println!("{figure:#}");
}

/// What the network sees, and the sampler.
fn name(method: Method) -> (&'static str, &'static str) {
    match method {
        Method::Flow { entropy: true, end_back: false } => ("entropy and time", "vanilla"),
        Method::Flow { entropy: false, end_back: false } => ("time only", "vanilla"),
        Method::Flow { entropy: true, end_back: true } => ("entropy and time", "end back"),
        Method::Flow { entropy: false, end_back: true } => ("time only", "end back"),
        Method::Diffusion => ("wrapped normal diffusion", "ancestral"),
    }
}

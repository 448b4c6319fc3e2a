//! Experiment A in full: total variation distance on the circle, mean and standard deviation over seeds, for every
//! method and number of steps. `circle [SEEDS] [ITERATIONS] [SAMPLES]` prints the figure's numbers as JSON.
#![allow(clippy::disallowed_methods)] // Native only.

use burn::tensor::Device;
use models::{
    bayesian_flow::circle::{Effort, Method, density, experiment, histogram, total_variation},
    nn::fast,
};
use serde_json::json;

fn main() {
    let words: Vec<usize> = std::env::args().skip(1).filter_map(|word| word.parse().ok()).collect();
    let word = |index: usize, default| words.get(index).copied().unwrap_or(default);
    let seeds = word(0, 5);
    let effort = Effort { iterations: word(1, 3000), samples: word(2, 20_000), ..Effort::FULL };
    let device = Device::flex();
    let mut curves = Vec::new();
    for method in Method::ALL {
        for steps in [5, 10, 20, 50] {
            let runs: Vec<Vec<f64>> = (0..seeds as u64)
                .map(|seed| fast::on_workers(|| experiment(method, steps, effort, seed, &device)))
                .collect();
            let scores: Vec<f64> = runs.iter().map(|angles| total_variation(angles)).collect();
            let mean = scores.iter().sum::<f64>() / scores.len() as f64;
            let variance = scores.iter().map(|s| (s - mean).powi(2)).sum::<f64>() / (scores.len() - 1).max(1) as f64;
            eprintln!("{method:?}, n = {steps}: {mean:.3} ± {:.3}", variance.sqrt());
            curves.push(json!({
                "method": name(method), "steps": steps, "mean": mean, "deviation": variance.sqrt(), "scores": scores,
                "histogram": histogram(&runs[0]),
            }));
        }
    }
    let angles: Vec<f64> = (0..360).map(|i| -std::f64::consts::PI + f64::from(i).to_radians()).collect();
    let truth: Vec<f64> = angles.iter().map(|&x| density(x)).collect();
    println!(
        "{}",
        json!({"iterations": effort.iterations, "samples": effort.samples, "seeds": seeds, "curves": curves,
        "density": {"angles": angles, "values": truth}})
    );
}

fn name(method: Method) -> &'static str {
    match method {
        Method::Flow { entropy: true, end_back: false } => "vanilla, entropy",
        Method::Flow { entropy: false, end_back: false } => "vanilla, time only",
        Method::Flow { entropy: true, end_back: true } => "end_back, entropy",
        Method::Flow { entropy: false, end_back: true } => "end_back, time only",
        Method::Diffusion => "wrapped normal diffusion",
    }
}

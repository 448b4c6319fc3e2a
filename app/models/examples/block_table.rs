//! A chain of six dense blocks: ours, burn's own convolutions on Flex and PyTorch, measured in turns so that all meet
//! the same machine.
//!
//! `RAYON_NUM_THREADS=1 cargo run --release -p models --features native --example block_table -- [python] [threads]`;
//! `threads` are PyTorch's. Without a Python that has torch its column is empty.
#![allow(clippy::disallowed_methods, clippy::disallowed_types)] // Native only: a clock, and reading results blocks.

use burn::tensor::ops::ConvOptions;
use burn::tensor::{Device, Distribution, Tensor, activation, module};
use models::nn::fast;
use std::time::Instant;

const GROWTH: usize = 16;
const LAYERS: usize = 5;
const BLOCKS: usize = 6;
/// Turns; the table shows the best median of each side.
const ROUNDS: usize = 3;
/// Passes per turn.
const STEPS: usize = 10;

type Error = Box<dyn std::error::Error + Send + Sync>;
type Block = (Vec<Tensor<4>>, Vec<Tensor<1>>);
type Forward = fn(Tensor<4>, &Block) -> Tensor<4>;

fn main() -> Result<(), Error> {
    fast::on_workers(measure)
}

fn ours(x: Tensor<4>, block: &Block) -> Tensor<4> {
    fast::dense_block(x, &block.0, &block.1, 0.2)
}

fn burns(x: Tensor<4>, (weights, biases): &Block) -> Tensor<4> {
    let mut features = x;
    for (i, (w, b)) in weights.iter().zip(biases).enumerate() {
        let y =
            module::conv2d(features.clone(), w.clone(), Some(b.clone()), ConvOptions::new([1; 2], [1; 2], [1; 2], 1));
        features = match i + 1 == LAYERS {
            true => y,
            false => Tensor::cat(vec![features, activation::leaky_relu(y, 0.2)], 1),
        };
    }
    features
}

fn chain(device: &Device) -> Vec<Block> {
    let block = |index: usize| {
        let (inputs, outputs) = if index.is_multiple_of(2) { (9, 3) } else { (3, 9) };
        let layer = |i: usize| {
            let (results, channels) = (if i + 1 == LAYERS { outputs } else { GROWTH }, inputs + i * GROWTH);
            let spread = 1.0 / (9.0 * channels as f64).sqrt();
            let weight = Tensor::random([results, channels, 3, 3], Distribution::Normal(0.0, spread), device);
            (weight.require_grad(), Tensor::zeros([results], device).require_grad())
        };
        (0..LAYERS).map(layer).unzip()
    };
    (0..BLOCKS).map(block).collect()
}

fn measure() -> Result<(), Error> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let device = Device::flex();
    let (training, inference) = (chain(&device.clone().autodiff()), chain(&device));
    let cases = [(16, 24, true), (6, 24, true), (16, 12, true), (1, 64, false), (1, 160, false)];
    let mut best = [[f64::INFINITY; 3]; 5];
    let mut peer = String::from("PyTorch (not measured)");
    for _ in 0..ROUNDS {
        for (best, (batch, side, backward)) in best.iter_mut().zip(cases) {
            let blocks = if backward { &training } else { &inference };
            let device = blocks[0].0[0].device();
            let x = Tensor::<4>::random([batch, 9, side, side], Distribution::Normal(0.0, 1.0), &device);
            for (best, forward) in best.iter_mut().zip([ours as Forward, burns]) {
                let time = median_ms(|| {
                    let y = blocks.iter().fold(x.clone(), forward);
                    match backward {
                        true => drop((y.clone() * y).mean().backward()),
                        false => drop(y.into_data()),
                    }
                });
                *best = best.min(time);
            }
        }
        let Some(python) = arguments.first() else { continue };
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/peer_blocks.py");
        let threads = arguments.get(1).map_or("1", String::as_str);
        let output = std::process::Command::new(python)
            .args([script, "--steps", &STEPS.to_string(), "--threads", threads])
            .output()?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
        }
        let line: serde_json::Value = serde_json::from_slice(&output.stdout)?;
        peer = format!("PyTorch {}, {threads} threads", line["torch"].as_str().unwrap_or("?"));
        for (best, time) in best.iter_mut().zip(line["ms"].as_array().ok_or("the peer gave no ms")?) {
            best[2] = best[2].min(time.as_f64().ok_or("a time that is no number")?);
        }
    }
    println!("| six dense blocks, CPU | ours (ms) | burn (ms) | {peer} (ms) | PyTorch / ours |");
    println!("|---|---:|---:|---:|---:|");
    for ([ours, burn, torch], (batch, side, backward)) in best.into_iter().zip(cases) {
        let name = if backward { "forward and backward" } else { "forward" };
        println!("| {name}, batch {batch}, {side}² | {ours:.1} | {burn:.1} | {torch:.1} | {:.2} |", torch / ours);
    }
    Ok(())
}

fn median_ms(mut run: impl FnMut()) -> f64 {
    (0..2).for_each(|_| run());
    let mut times = [0.0; STEPS];
    for time in &mut times {
        let start = Instant::now();
        run();
        *time = start.elapsed().as_secs_f64() * 1e3;
    }
    times.sort_by(f64::total_cmp);
    times[STEPS / 2]
}

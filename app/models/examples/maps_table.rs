//! A chain of six dense blocks and the convolutions of a UNet's descent: ours, burn's own on Flex and PyTorch, measured
//! in turns so that all meet the same machine.
//!
//! `RAYON_NUM_THREADS=1 cargo run --release -p models --features native --example maps_table -- [python] [threads]`;
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

/// Whose operators run.
#[derive(Clone, Copy)]
enum Side {
    Ours,
    Burn,
}

enum Net {
    Blocks(Vec<Block>),
    /// Weight, bias and stride of each convolution.
    Descent(Vec<(Tensor<4>, Tensor<1>, usize)>),
}

/// Output channels, edge of the kernel and stride, after 32 channels of 64 by 48 pixels.
const DESCENT: [(usize, usize, usize); 8] =
    [(32, 3, 1), (64, 3, 2), (64, 3, 1), (128, 3, 2), (128, 3, 1), (128, 3, 2), (128, 3, 1), (128, 1, 1)];

fn main() -> Result<(), Error> {
    fast::on_workers(measure)
}

fn convolution(side: Side, x: Tensor<4>, w: &Tensor<4>, b: &Tensor<1>, stride: usize) -> Tensor<4> {
    let padding = w.dims()[2] / 2;
    match side {
        Side::Ours => fast::conv2d(x, w.clone(), Some(b.clone()), stride, padding),
        Side::Burn => {
            let options = ConvOptions::new([stride; 2], [padding; 2], [1; 2], 1);
            module::conv2d(x, w.clone(), Some(b.clone()), options)
        }
    }
}

fn block(side: Side, x: Tensor<4>, (weights, biases): &Block) -> Tensor<4> {
    if let Side::Ours = side {
        return fast::dense_block(x, weights, biases, 0.2);
    }
    let mut features = x;
    for (i, (w, b)) in weights.iter().zip(biases).enumerate() {
        let y = convolution(side, features.clone(), w, b, 1);
        features = match i + 1 == LAYERS {
            true => y,
            false => Tensor::cat(vec![features, activation::leaky_relu(y, 0.2)], 1),
        };
    }
    features
}

impl Net {
    fn forward(&self, side: Side, x: Tensor<4>) -> Tensor<4> {
        match self {
            Net::Blocks(blocks) => blocks.iter().fold(x, |x, parameters| block(side, x, parameters)),
            Net::Descent(layers) => layers.iter().fold(x, |x, (w, b, stride)| convolution(side, x, w, b, *stride)),
        }
    }
}

fn layer(results: usize, channels: usize, kernel: usize, device: &Device) -> (Tensor<4>, Tensor<1>) {
    let spread = 1.0 / ((kernel * kernel * channels) as f64).sqrt();
    let weight = Tensor::random([results, channels, kernel, kernel], Distribution::Normal(0.0, spread), device);
    (weight.require_grad(), Tensor::zeros([results], device).require_grad())
}

fn chain(device: &Device) -> Net {
    let block = |index: usize| {
        let (inputs, outputs) = if index.is_multiple_of(2) { (9, 3) } else { (3, 9) };
        let results = |i: usize| if i + 1 == LAYERS { outputs } else { GROWTH };
        (0..LAYERS).map(|i| layer(results(i), inputs + i * GROWTH, 3, device)).unzip()
    };
    Net::Blocks((0..BLOCKS).map(block).collect())
}

fn descent(device: &Device) -> Net {
    let mut channels = 32;
    let layer = |(results, kernel, stride): (usize, usize, usize)| {
        let (weight, bias) = layer(results, channels, kernel, device);
        channels = results;
        (weight, bias, stride)
    };
    Net::Descent(DESCENT.into_iter().map(layer).collect())
}

fn measure() -> Result<(), Error> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let device = Device::flex();
    // Batch, channels, height and width; whether there is a backward pass.
    let cases = [
        (chain as fn(&Device) -> Net, "blocks", [16, 9, 24, 24], true),
        (chain, "blocks", [6, 9, 24, 24], true),
        (chain, "blocks", [16, 9, 12, 12], true),
        (chain, "blocks", [1, 9, 64, 64], false),
        (chain, "blocks", [1, 9, 160, 160], false),
        (descent, "UNet", [16, 32, 64, 48], true),
        (descent, "UNet", [1, 32, 64, 48], false),
    ];
    let mut best = [[f64::INFINITY; 3]; 7];
    let mut peer = String::from("PyTorch (not measured)");
    for _ in 0..ROUNDS {
        for (best, (net, _, shape, backward)) in best.iter_mut().zip(cases) {
            let device = if backward { device.clone().autodiff() } else { device.clone() };
            let (net, x) = (net(&device), Tensor::<4>::random(shape, Distribution::Normal(0.0, 1.0), &device));
            for (best, side) in best.iter_mut().zip([Side::Ours, Side::Burn]) {
                let time = median_ms(|| {
                    let y = net.forward(side, x.clone());
                    match backward {
                        true => drop((y.clone() * y).mean().backward()),
                        false => drop(y.into_data()),
                    }
                });
                *best = best.min(time);
            }
        }
        let Some(python) = arguments.first() else { continue };
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/peer_maps.py");
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
    println!("| CPU | ours (ms) | burn (ms) | {peer} (ms) | PyTorch / ours |");
    println!("|---|---:|---:|---:|---:|");
    for ([ours, burn, torch], (_, net, [batch, _, height, width], backward)) in best.into_iter().zip(cases) {
        let passes = if backward { "forward and backward" } else { "forward" };
        let ratio = torch / ours;
        println!(
            "| {net}, {passes}, batch {batch}, {height}×{width} | {ours:.1} | {burn:.1} | {torch:.1} | {ratio:.2} |"
        );
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

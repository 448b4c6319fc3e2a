//! One training step and one sampled volume of the small porous GAN, ours beside PyTorch's, measured in turns so that
//! both meet the same machine.
//!
//! `cargo run --release -p models --features native --example bench_table -- [python]`; without a Python that has
//! torch only our side is measured.
#![allow(clippy::disallowed_methods, clippy::disallowed_types)] // Native only: a clock, and reading results blocks.

use burn::tensor::{Device, Tensor};
use models::seed::standard_normal;
use models::systems::porous_gan::network::{Faces, Pass};
use models::systems::porous_gan::{GanConfig, GanTrainer, Generator, Schedule};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use std::time::Instant;

/// The one of the program `vitrine`: large tensors come and go at every operator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Turns of each side; the table shows medians over them.
const ROUNDS: usize = 5;
/// Steps per turn.
const STEPS: usize = 10;

fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    models::nn::fast::on_workers(measure)
}

fn measure() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let python = std::env::args().nth(1);
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let device = Device::flex();
    let mut trainer = GanTrainer::new(GanConfig::SMALL, &mut rng, &device);
    let generator = Generator::random(&GanConfig::SMALL, &mut rng, &device);
    let real = normal([16, 1, 32, 32, 32], &mut rng, &device).to_device(trainer.device());
    let cells = normal([1, GanConfig::SMALL.latent_channels, 5, 5, 5], &mut rng, &device);

    let mut ours = [Vec::new(), Vec::new()];
    let mut peer = [Vec::new(), Vec::new()];
    let mut peer_name = String::from("PyTorch (not measured)");
    for _ in 0..ROUNDS {
        ours[0].push(median_ms(|| {
            trainer.step(real.clone(), &Schedule::PYTORCH, &mut rng);
        }));
        ours[1].push(median_ms(|| {
            generator.forward(cells.clone(), Faces::Open, Pass::Batch).into_data();
        }));
        let Some(python) = &python else { continue };
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/peer_torch.py");
        let output = std::process::Command::new(python).args([script, "--steps", &STEPS.to_string()]).output()?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
        }
        let line: serde_json::Value = serde_json::from_slice(&output.stdout)?;
        peer_name = format!("PyTorch {} ({} threads)", line["torch"].as_str().unwrap_or("?"), line["threads"]);
        peer[0].push(line["step_ms"].as_f64().ok_or("the peer gave no step_ms")?);
        peer[1].push(line["sample_64_ms"].as_f64().ok_or("the peer gave no sample_64_ms")?);
    }
    println!("| porous-gan small, CPU | ours (ms) | {peer_name} (ms) | theirs / ours |");
    println!("|---|---:|---:|---:|");
    let rows = ["training step, batch 16, 32³", "sample 64³"];
    for (name, (ours, peer)) in rows.iter().zip(ours.iter_mut().zip(&mut peer)) {
        let ours = median(ours);
        match peer.is_empty() {
            true => println!("| {name} | {ours:.1} | – | – |"),
            false => println!("| {name} | {ours:.1} | {:.1} | {:.2} |", median(peer), median(peer) / ours),
        }
    }
    Ok(())
}

fn normal(shape: [usize; 5], rng: &mut ChaCha8Rng, device: &Device) -> Tensor<5> {
    let values = standard_normal(rng, shape.iter().product());
    Tensor::<1>::from_floats(values.as_slice(), device).reshape(shape)
}

fn median_ms(mut run: impl FnMut()) -> f64 {
    (0..3).for_each(|_| run());
    let mut times = Vec::new();
    for _ in 0..STEPS {
        let start = Instant::now();
        run();
        times.push(start.elapsed().as_secs_f64() * 1e3);
    }
    median(&mut times)
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

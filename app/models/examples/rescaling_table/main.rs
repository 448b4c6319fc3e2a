//! One training step and one pass there and back of the small rescaling network with two latents, ours beside
//! PyTorch's, measured in turns so that both meet the same machine, on one thread and on two. Both have the same
//! weights, batch and picture, and must find the same loss and the same picture.
//!
//! `cargo run --release -p models --features native --example rescaling_table -- [python]`; without a Python that has
//! torch only our side is measured.
#![allow(clippy::disallowed_methods, clippy::disallowed_types)] // Native only: a clock, files, and reading results blocks.

mod given;

use burn::tensor::{Device, Tensor};
use given::{BATCH, CROP, Given, SIDE};
use models::invertible::{Margins, quantise};
use models::seed;
use models::systems::dlv_irn::objective::{Objective, RescalingTrainer};
use std::path::Path;
use std::time::Instant;

/// The one of the program `vitrine`: large tensors come and go at every operator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Turns of each side; the table shows medians over them.
const ROUNDS: usize = 5;
/// Steps, and passes, per turn.
const STEPS: usize = 5;
const THREADS: [usize; 2] = [1, 2];
/// As in `vitrine train`.
const OBJECTIVE: Objective =
    Objective { small_weight: 4.0, latent_weight: 0.0, recovery_weight: 1.0, large_spread: 0.0, small_spread: 0.0 };
const RATE: f64 = 5e-4;
/// Largest relative difference of losses and of mean values that rounding explains: training makes it larger.
const TOLERANCE: f64 = 1e-3;

/// Numbers of one side's turn.
struct Turn {
    step_ms: f64,
    pass_ms: f64,
    first_loss: f64,
    last_loss: f64,
    restored_mean: f64,
}

/// All turns on some number of threads.
#[derive(Default)]
struct Turns {
    ours: Vec<Turn>,
    theirs: Vec<Turn>,
    torch: Option<String>,
}

fn main() -> Result<()> {
    let python = std::env::args().nth(1);
    let given = Given::new()?;
    let file = std::env::temp_dir().join(format!("vitrine-rescaling-{}.safetensors", std::process::id()));
    given.write(&file)?;
    let measured: Result<Vec<Turns>> =
        THREADS.iter().map(|&threads| measure(&given, python.as_deref(), &file, threads)).collect();
    std::fs::remove_file(&file)?;
    let measured = measured?;
    let peer = measured[0].torch.as_ref().map_or("PyTorch (not measured)".to_owned(), |v| format!("PyTorch {v}"));
    println!("| dlv-irn small, ×2, CPU | threads | ours (ms) | {peer} (ms) | theirs / ours |");
    println!("|---|---:|---:|---:|---:|");
    type Row = (String, fn(&Turn) -> f64);
    let rows: [Row; 2] = [
        (format!("training step, batch {BATCH}, {CROP}²"), |turn| turn.step_ms),
        (format!("down and up, {SIDE}²"), |turn| turn.pass_ms),
    ];
    for (name, of) in rows {
        for (threads, turns) in THREADS.iter().zip(&measured) {
            let ours = median(turns.ours.iter().map(of).collect());
            match turns.theirs.is_empty() {
                true => println!("| {name} | {threads} | {ours:.1} | – | – |"),
                false => {
                    let theirs = median(turns.theirs.iter().map(of).collect());
                    println!("| {name} | {threads} | {ours:.1} | {theirs:.1} | {:.2} |", theirs / ours);
                }
            }
        }
    }
    Ok(())
}

fn measure(given: &Given, python: Option<&str>, file: &Path, threads: usize) -> Result<Turns> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
    let mut turns = Turns::default();
    for _ in 0..ROUNDS {
        let ours = pool.install(|| ours(given))?;
        if let Some(python) = python {
            let (theirs, torch) = theirs(python, file, threads)?;
            agree("first loss", ours.first_loss, theirs.first_loss)?;
            agree("last loss", ours.last_loss, theirs.last_loss)?;
            agree("mean of the restored picture", ours.restored_mean, theirs.restored_mean)?;
            turns.theirs.push(theirs);
            turns.torch = Some(torch);
        }
        turns.ours.push(ours);
    }
    Ok(turns)
}

fn agree(what: &str, ours: f64, theirs: f64) -> Result<()> {
    if (ours - theirs).abs() <= TOLERANCE * theirs.abs() {
        return Ok(());
    }
    Err(format!("the networks differ: {what} is {ours} here and {theirs} in PyTorch").into())
}

fn ours(given: &Given) -> Result<Turn> {
    let device = Device::flex();
    let (network, picture) = (given.network(&device)?, given.picture(&device));
    let pass = || -> Result<Tensor<4>> {
        Ok(network.up(quantise(network.down(picture.clone(), None, Margins::NONE)?), vec![], Margins::NONE))
    };
    let restored_mean = f64::from(pass()?.mean().into_scalar::<f32>());
    let pass_ms = median_ms(|| pass().map(|restored| drop(restored.into_data())))?;
    let mut rng = seed::stream(1, 1);
    let mut trainer = RescalingTrainer::of(given.network(&device.clone().autodiff())?, &device);
    let [large, bicubic] = given.batch(trainer.device());
    let mut step = || trainer.step(large.clone(), bicubic.clone(), &OBJECTIVE, RATE, &mut rng).loss;
    let first_loss = step();
    let mut last_loss = first_loss;
    let step_ms = median_ms(|| {
        last_loss = step();
        Ok(())
    })?;
    Ok(Turn { step_ms, pass_ms, first_loss, last_loss, restored_mean })
}

/// The same in PyTorch, and its version.
fn theirs(python: &str, file: &Path, threads: usize) -> Result<(Turn, String)> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/peer_rescaling.py");
    let numbers = ["--steps".to_owned(), STEPS.to_string(), "--threads".to_owned(), threads.to_string()];
    let output = std::process::Command::new(python).arg(script).arg(file).args(numbers).output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    let line: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    let number = |key: &str| line[key].as_f64().ok_or_else(|| format!("the peer gave no {key}"));
    let turn = Turn {
        step_ms: number("step_ms")?,
        pass_ms: number("pass_ms")?,
        first_loss: number("first_loss")?,
        last_loss: number("last_loss")?,
        restored_mean: number("restored_mean")?,
    };
    Ok((turn, line["torch"].as_str().unwrap_or("?").to_owned()))
}

fn median_ms(mut run: impl FnMut() -> Result<()>) -> Result<f64> {
    run()?;
    let mut times = Vec::new();
    for _ in 0..STEPS {
        let start = Instant::now();
        run()?;
        times.push(start.elapsed().as_secs_f64() * 1e3);
    }
    Ok(median(times))
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

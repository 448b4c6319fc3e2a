//! Sampling crystals of five atoms in 20 steps, ours beside the same network in PyTorch, measured in turns so that both
//! meet the same machine: one at a time and 64 at once with the size of the `-small` presets, and 4 at once with the
//! paper's.
//!
//! `cargo run --release -p models --features native --example crystal_table -- [python]`; without a Python that has
//! torch only our side is measured.
#![allow(clippy::disallowed_methods, clippy::disallowed_types)] // Native only: a clock, and reading results blocks.

use burn::tensor::Device;
use models::bayesian_flow::schedule::AccuracySchedule;
use models::seed;
use models::systems::crysbfn::{CrystalConfig, CspNet, Generation, Strategy};
use std::time::Instant;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Turns of each side; the table shows medians over them.
const ROUNDS: usize = 5;
const STEPS: usize = 20;
const ATOMS: usize = 5;

struct Case {
    name: &'static str,
    config: CrystalConfig,
    batch: usize,
    /// Samplings in a turn.
    repeats: usize,
}

/// Milliseconds of one sampling: ours, theirs, and their calls of the network without the drawing between.
#[derive(Default)]
struct Times {
    ours: Vec<f64>,
    peer: Vec<f64>,
    peer_network: Vec<f64>,
}

fn main() -> Result<()> {
    models::nn::fast::on_workers(measure)
}

fn measure() -> Result<()> {
    let python = std::env::args().nth(1);
    let device = Device::flex();
    let small = CrystalConfig::perov_small();
    let paper = CrystalConfig { hidden: 512, layers: 6, frequencies: 128, time_width: 128, ..small.clone() };
    let cases = [
        Case { name: "small, one at a time", config: small.clone(), batch: 1, repeats: 5 },
        Case { name: "small, 64 at once", config: small, batch: 64, repeats: 3 },
        Case { name: "paper's size, 4 at once", config: paper, batch: 4, repeats: 1 },
    ];
    let networks: Vec<_> =
        cases.iter().map(|case| CspNet::random(&case.config, &mut seed::stream(1, 0), &device)).collect();
    let mut times: Vec<Times> = cases.iter().map(|_| Times::default()).collect();
    let mut peer_name = String::from("PyTorch (not measured)");
    for _ in 0..ROUNDS {
        for ((case, network), times) in cases.iter().zip(&networks).zip(&mut times) {
            times.ours.push(ours(case, network)?);
            let Some(python) = &python else { continue };
            let line = peer(python, case)?;
            let number = |key: &str| line[key].as_f64().ok_or_else(|| format!("the peer gave no {key}"));
            times.peer.push(number("sampling_ms")?);
            times.peer_network.push(number("network_ms")?);
            peer_name = format!("PyTorch {} ({} threads)", line["torch"].as_str().unwrap_or("?"), line["threads"]);
        }
    }
    println!(
        "| crysbfn, {ATOMS} atoms, {STEPS} steps, CPU: ms a crystal | ours | {peer_name} | theirs / ours | \
         its network alone | alone / ours |"
    );
    println!("|---|---:|---:|---:|---:|---:|");
    let each: Vec<f64> =
        cases.iter().zip(&mut times).map(|(case, t)| median(&mut t.ours) / case.batch as f64).collect();
    for ((case, ours), times) in cases.iter().zip(&each).zip(&mut times) {
        if times.peer.is_empty() {
            println!("| {} | {ours:.2} | – | – | – | – |", case.name);
            continue;
        }
        let [peer, alone] = [&mut times.peer, &mut times.peer_network].map(|times| median(times) / case.batch as f64);
        println!("| {} | {ours:.2} | {peer:.2} | {:.2} | {alone:.2} | {:.2} |", case.name, peer / ours, alone / ours);
    }
    println!("\n64 at once make {:.1} times as many crystals a second as one at a time.", each[0] / each[1]);
    Ok(())
}

fn ours(case: &Case, network: &CspNet) -> Result<f64> {
    let classes: Vec<usize> = (0..case.batch * ATOMS).map(|i| i % case.config.classes()).collect();
    let sample = || -> Result<()> {
        let rngs = (0..case.batch as u64).map(|i| seed::stream(1, i)).collect();
        let (network, given) = (network.clone(), Some(classes.as_slice()));
        let mut run = Generation::start(network, &case.config, given, ATOMS, STEPS, Strategy::EndBack, rngs)?;
        (0..STEPS).for_each(|_| run.step());
        let prediction = run.prediction().ok_or("no step was taken")?;
        prediction.angles.clone().into_data();
        prediction.lattice.clone().into_data();
        Ok(())
    };
    sample()?;
    let mut times = Vec::new();
    for _ in 0..case.repeats {
        let start = Instant::now();
        sample()?;
        times.push(start.elapsed().as_secs_f64() * 1e3);
    }
    Ok(median(&mut times))
}

/// The same sizes and the same accuracies in PyTorch.
fn peer(python: &str, case: &Case) -> Result<serde_json::Value> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/peer_crystals.py");
    let config = &case.config;
    let sizes = serde_json::json!({
        "batch": case.batch, "atoms": ATOMS, "repeats": case.repeats, "hidden": config.hidden,
        "layers": config.layers, "frequencies": config.frequencies, "time_width": config.time_width,
        "types": models::systems::crysbfn::encode::type_width(config), "cell": config.lattice.width(),
        "accuracies": AccuracySchedule::linear_entropy(STEPS).alphas(),
    });
    let output = std::process::Command::new(python).args([script, &sizes.to_string()]).output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

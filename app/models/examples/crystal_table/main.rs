//! Sampling crystals of five atoms in 20 steps, ours beside the same network in PyTorch, measured in turns so that both
//! meet the same machine: one at a time and 64 at once with the size of the `-small` presets, and 4 at once with the
//! paper's.
//!
//! `cargo run --release -p models --features native --example crystal_table -- [python]`; without a Python that has
//! torch only our side is measured.
#![allow(clippy::disallowed_methods, clippy::disallowed_types)] // Native only: a clock, threads, and reading blocks.

mod peer;

use std::time::Instant;

use burn::tensor::Device;
use catalog::SampleRequest;
use models::bayesian_flow::schedule::AccuracySchedule;
use models::systems::crysbfn::{CrysBfn, CrystalConfig, CspNet, encode};
use models::{Model, seed};
use peer::Peer;
use samples::Inputs;

/// The one of the program `vitrine`: large tensors come and go at every operator, and the system's would give their
/// pages back to the kernel each time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Turns of each side; the table shows medians over them.
const ROUNDS: usize = 5;
const STEPS: usize = 20;
const ATOMS: usize = 5;

struct Case {
    name: &'static str,
    model: CrysBfn,
    batch: u32,
    /// Samplings in a turn.
    repeats: usize,
}

/// Milliseconds of one sampling, turn by turn: ours, theirs, and their calls of the network without the drawing between.
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
    let mut peer = std::env::args().nth(1).map(|python| Peer::start(&python)).transpose()?;
    let small = CrystalConfig::perov_small();
    let paper = CrystalConfig { hidden: 512, layers: 6, frequencies: 128, time_width: 128, ..small.clone() };
    let case = |name, config: &CrystalConfig, batch, repeats| {
        let network = CspNet::random(config, &mut seed::stream(1, 0), &Device::flex());
        Case { name, model: CrysBfn::new(config.clone(), network), batch, repeats }
    };
    let cases = [
        case("small, one at a time", &small, 1, 5),
        case("small, 64 at once", &small, 64, 3),
        case("paper's size, 4 at once", &paper, 4, 1),
    ];
    let mut times = cases.each_ref().map(|_| Times::default());
    let mut peer_name = String::from("PyTorch (not measured)");
    for _ in 0..ROUNDS {
        for (case, times) in cases.iter().zip(&mut times) {
            times.ours.push(ours(case)?);
            let Some(peer) = &mut peer else { continue };
            let answer = peer.ask(&sizes(case))?;
            let number = |key: &str| answer[key].as_f64().ok_or_else(|| format!("the peer gave no {key}"));
            times.peer.push(number("sampling_ms")?);
            times.peer_network.push(number("network_ms")?);
            peer_name = format!("PyTorch {}", answer["torch"].as_str().unwrap_or("?"));
        }
    }
    println!(
        "| crysbfn, {ATOMS} atoms, {STEPS} steps, CPU: ms a crystal | ours | {peer_name} | theirs / ours | \
         its network alone | alone / ours |"
    );
    println!("|---|---:|---:|---:|---:|---:|");
    for (case, times) in cases.iter().zip(&times) {
        let [ours, theirs, alone] =
            [&times.ours, &times.peer, &times.peer_network].map(|turns| median(turns) / f64::from(case.batch));
        match peer {
            None => println!("| {} | {ours:.2} | – | – | – | – |", case.name),
            Some(_) => println!(
                "| {} | {ours:.2} | {theirs:.2} | {:.2} | {alone:.2} | {:.2} |",
                case.name,
                theirs / ours,
                alone / ours
            ),
        }
    }
    let rate = |at: usize| f64::from(cases[at].batch) / median(&times[at].ours);
    println!("\n64 at once make {:.1} times as many crystals a second as one at a time.", rate(1) / rate(0));
    Ok(())
}

/// Milliseconds that all crystals of a case take, as the program makes them.
fn ours(case: &Case) -> Result<f64> {
    let request = SampleRequest {
        system: "crysbfn".to_owned(),
        preset: "perov-small".to_owned(),
        parameters: serde_json::json!({ "composition": "SrTiO3", "steps": STEPS }),
        seed: 1,
        count: case.batch,
        device: Default::default(),
    };
    let mut times = Vec::new();
    for _ in 0..=case.repeats {
        let start = Instant::now();
        let made = case.model.sample_many(&request, &Inputs::default(), 0..u64::from(case.batch))?;
        times.push(start.elapsed().as_secs_f64() * 1e3);
        assert_eq!(made.len(), case.batch as usize);
    }
    // The first is for warming up.
    Ok(median(&times[1..]))
}

fn median(times: &[f64]) -> f64 {
    let mut times = times.to_vec();
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The same sizes and the same accuracies for PyTorch.
fn sizes(case: &Case) -> serde_json::Value {
    let config = &case.model.config;
    serde_json::json!({
        "batch": case.batch, "atoms": ATOMS, "repeats": case.repeats, "hidden": config.hidden,
        "layers": config.layers, "frequencies": config.frequencies, "time_width": config.time_width,
        "types": encode::type_width(config), "cell": config.lattice.width(),
        "accuracies": AccuracySchedule::linear_entropy(STEPS).alphas(),
    })
}

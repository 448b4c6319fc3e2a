//! Training by trajectory balance, MLP 2×256 with a learned backward policy, on one thread: ours beside torchgfn and
//! gfnx, measured in turns so that all meet the same machine.
//!
//! `cargo run --release -p models --features native --example gflownet_table -- [python]`; without a Python that has
//! the libraries only our side is measured. The table counts processor time where the system tells it (Linux), which a
//! busy machine does not change much, and wall time beside it.
#![allow(clippy::disallowed_methods, clippy::disallowed_types)] // Native only: clocks.

use models::{
    gflownet::{
        environment::{Environment, GridReward, HyperGrid, Reward, SetGeneration, SetReward, TableReward},
        objective::{Learner, Objective, Settings},
        policy::{Policy, PolicyConfig},
    },
    seed,
    systems::fl_gfn::SetTask,
};
use serde_json::{Value, json};
use std::{sync::Arc, time::Instant};

/// The one of the program `vitrine`: large tensors come and go at every operator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Turns of each side; the table shows medians over them.
const ROUNDS: usize = 3;
const WIDTH: usize = 256;
const R0: f64 = 1e-3;

struct Case {
    name: &'static str,
    environment: Box<dyn Environment>,
    reward: Box<dyn Reward>,
    batch: usize,
    /// Steps of ours in a turn.
    steps: usize,
    /// What a peer is told.
    described: Value,
    /// Libraries that have this environment, with their steps in a turn and how many times as fast ours is asked to be.
    peers: Vec<(&'static str, usize, f64)>,
}

/// Trajectories a second of processor and of wall time.
#[derive(Clone, Copy)]
struct Speed {
    cpu: Option<f64>,
    wall: f64,
}

fn main() -> Result<()> {
    rayon::ThreadPoolBuilder::new().num_threads(1).build()?.install(measure)
}

fn measure() -> Result<()> {
    let python = std::env::args().nth(1);
    let cases = [
        grid("hypergrid 2-D, H = 8, batch 16", (2, 8), 16, 400, vec![("torchgfn", 40, 10.0)])?,
        grid("hypergrid 4-D, H = 8, batch 16", (4, 8), 16, 200, vec![("torchgfn", 20, 10.0)])?,
        sets("set-small, batch 16", 16, 100)?,
        grid("hypergrid 2-D, H = 8, batch 256", (2, 8), 256, 100, vec![("gfnx", 40, 1.0), ("torchgfn", 20, 10.0)])?,
        grid("hypergrid 4-D, H = 8, batch 256", (4, 8), 256, 30, vec![("gfnx", 10, 1.0), ("torchgfn", 10, 10.0)])?,
    ];
    println!(
        "| trajectory balance, 1 thread: trajectories a second (wall) | ours | peer | theirs | ours / theirs | asked |"
    );
    println!("|---|---:|---|---:|---:|---:|");
    for case in &cases {
        let mut own = Vec::new();
        let mut others = vec![Vec::new(); case.peers.len()];
        for _ in 0..ROUNDS {
            own.push(ours(case)?);
            let Some(python) = &python else { continue };
            for ((library, steps, _), speeds) in case.peers.iter().zip(&mut others) {
                speeds.push(peer(python, case, library, *steps)?);
            }
        }
        let own = median(own);
        for ((library, _, asked), speeds) in case.peers.iter().zip(others) {
            let mine = written(own);
            if speeds.is_empty() {
                println!("| {} | {mine} | {library} (not measured) | – | – | {asked} |", case.name);
                continue;
            }
            let theirs = median(speeds);
            let times = own.cpu.zip(theirs.cpu).map_or(own.wall / theirs.wall, |(own, theirs)| own / theirs);
            println!("| {} | {mine} | {library} | {} | {times:.1} | {asked} |", case.name, written(theirs));
        }
    }
    Ok(())
}

fn grid(
    name: &'static str,
    (dimensions, side): (usize, usize),
    batch: usize,
    steps: usize,
    peers: Vec<(&'static str, usize, f64)>,
) -> Result<Case> {
    let grid = HyperGrid::new(dimensions, side)?;
    let reward = TableReward::new(Arc::new(grid.clone()), &GridReward::corners(R0).values(&grid))?;
    let described = json!({ "environment": "grid", "dimensions": dimensions, "side": side, "r0": R0 });
    Ok(Case { name, environment: Box::new(grid), reward: Box::new(reward), batch, steps, described, peers })
}

fn sets(name: &'static str, batch: usize, steps: usize) -> Result<Case> {
    let SetTask { environment, reward, .. } = SetTask::of_preset("set-small")?;
    let (environment, reward): (SetGeneration, SetReward) = (environment, reward);
    let described = json!({
        "environment": "sets", "energies": reward.energies(), "chosen": environment.longest(),
    });
    let peers = vec![("torchgfn", 20, 10.0)];
    Ok(Case { name, environment: Box::new(environment), reward: Box::new(reward), batch, steps, described, peers })
}

fn ours(case: &Case) -> Result<Speed> {
    let mut rng = seed::stream(1, 0);
    let config = PolicyConfig { hidden: vec![WIDTH; 2], flow: false, ..PolicyConfig::default() };
    let policy = Policy::new(&*case.environment, &config, &mut rng)?;
    let settings = Settings { batch: case.batch, ..Settings::default() };
    let (environment, reward) = (&*case.environment, &*case.reward);
    let mut learner = Learner::new(environment, Some(reward), policy, Objective::TrajectoryBalance, settings)?;
    let mut train =
        |steps: usize| (0..steps).try_for_each(|_| learner.train_step(environment, reward, &mut rng).map(drop));
    train(5)?;
    let (wall, cpu) = (Instant::now(), processor_seconds());
    train(case.steps)?;
    let made = (case.steps * case.batch) as f64;
    let spent = cpu.zip(processor_seconds()).map(|(before, after)| after - before);
    Ok(Speed { cpu: spent.map(|seconds| made / seconds), wall: made / wall.elapsed().as_secs_f64() })
}

fn peer(python: &str, case: &Case, library: &str, steps: usize) -> Result<Speed> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/peer_gflownets.py");
    let mut told = case.described.clone();
    for (key, value) in [("batch", case.batch), ("steps", steps), ("width", WIDTH), ("threads", 1)] {
        told[key] = value.into();
    }
    told["library"] = library.into();
    let output = std::process::Command::new(python).args([script, &told.to_string()]).output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    let line: Value = serde_json::from_slice(&output.stdout)?;
    let made = (steps * case.batch) as f64;
    let rate =
        |key: &str| line[key].as_f64().map(|seconds| made / seconds).ok_or_else(|| format!("no {key} from {library}"));
    Ok(Speed { cpu: Some(rate("cpu_s")?), wall: rate("wall_s")? })
}

/// Seconds of processor time of this thread so far: Linux counts them in nanoseconds.
fn processor_seconds() -> Option<f64> {
    let counted = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    counted.split_whitespace().next()?.parse::<f64>().ok().map(|nanoseconds| nanoseconds * 1e-9)
}

fn written(speed: Speed) -> String {
    let cpu = speed.cpu.map_or("–".to_owned(), |cpu| format!("{cpu:.0}"));
    format!("{cpu} ({:.0})", speed.wall)
}

fn median(mut speeds: Vec<Speed>) -> Speed {
    speeds.sort_by(|a, b| a.cpu.unwrap_or(a.wall).total_cmp(&b.cpu.unwrap_or(b.wall)));
    speeds[speeds.len() / 2]
}

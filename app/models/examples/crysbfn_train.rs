//! Trains a small `crysbfn` from a file of crystals and samples it: `crysbfn_train --preset perov-small --data
//! val.jsonl.gz --test test.jsonl.gz --out DIR …`. The server's training is the same step with checkpoints and a card.
#![allow(clippy::disallowed_methods, clippy::disallowed_types)] // Native only: a clock and files.

use std::{
    collections::HashMap,
    fs,
    io::{BufRead, BufReader, Write},
    path::Path,
    time::Instant,
};

use burn::tensor::{DType, Device};
use flate2::read::GzDecoder;
use models::{
    nn::fast,
    seed,
    systems::crysbfn::{
        CrystalConfig, CrystalMetrics, CrystalTrainer, CspNet, EncodedCrystal, Generation, Strategy, Task, encode,
    },
    weights,
};
use rand::Rng;
use samples::structure::{Crystal, Element, Lattice};
use serde_json::{Value, json};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let options = options();
    let text = |name: &str, default: &str| options.get(name).cloned().unwrap_or_else(|| default.to_owned());
    let number = |name: &str, default: f64| options.get(name).and_then(|v| v.parse().ok()).unwrap_or(default);
    let preset = text("preset", "perov-small");
    let mut config = CrystalConfig::of_preset(&preset)?;
    config.hidden = number("hidden", config.hidden as f64) as usize;
    config.layers = number("layers", config.layers as f64) as usize;
    config.frequencies = number("frequencies", config.frequencies as f64) as usize;
    config.entropy_conditioning = number("entropy", 1.0) > 0.0;
    config.element_features &= number("features", 1.0) > 0.0;
    if let Some(steps) = options.get("steps") {
        config.steps = steps.split(',').filter_map(|n| n.parse().ok()).collect();
    }
    config.composition_from = number("composition-from", config.composition_from);
    config.coordinates = serde_json::from_value(json!(text("coordinates", "linear-entropy")))?;
    let iterations = number("iterations", 20_000.0) as u64;
    let batch = number("batch", 64.0) as usize;
    let rate = number("rate", 1e-3);
    let seed_number = number("seed", 0.0) as u64;
    let evaluate_every = number("evaluate-every", 5000.0) as u64;
    let out = text("out", "/tmp/train/crysbfn");
    fs::create_dir_all(&out)?;

    let train = read(&text("data", ""), &config)?;
    let test = read(&text("test", ""), &config)?;
    let mut by_size: HashMap<usize, Vec<&EncodedCrystal>> = HashMap::new();
    for (_, crystal) in &train {
        by_size.entry(crystal.classes.len()).or_default().push(crystal);
    }
    let device = Device::flex();
    let mut trainer = CrystalTrainer::new(config.clone(), &mut seed::stream(seed_number, 0), &device);
    if let Some(file) = options.get("init") {
        let mut network = trainer.network();
        weights::load_safetensors(&mut network, fs::read(file)?)?;
        trainer = trainer.with_network(&network);
    }
    let started = Instant::now();
    let mut curve = Vec::new();
    let mut evaluations = Vec::new();
    let mut log = fs::File::create(format!("{out}/log.txt"))?;
    let mut sum = CrystalMetrics::default();
    let log_every = number("log-every", 250.0) as u64;
    for step in 1..=iterations {
        let mut rng = seed::stream(seed_number, step);
        let progress = step as f64 / iterations as f64;
        let warm = (step as f64 / 500.0).min(1.0);
        let learning_rate = rate * warm * (0.01 + 0.99 * 0.5 * (1.0 + (std::f64::consts::PI * progress).cos()));
        let pool = pick_size(&by_size, train.len(), &mut rng);
        let shuffled: Vec<EncodedCrystal> =
            (0..batch).map(|_| shuffle(pool[rng.random_range(0..pool.len())], &mut rng)).collect();
        let chosen: Vec<_> = shuffled.iter().collect();
        let metrics = fast::on_workers(|| trainer.step(&chosen, learning_rate, &mut rng));
        if !metrics.loss.is_finite() {
            return Err(format!("the loss is {} at step {step}", metrics.loss).into());
        }
        sum.loss += metrics.loss;
        sum.coordinates += metrics.coordinates;
        sum.lattice += metrics.lattice;
        sum.types += metrics.types;
        if step % log_every == 0 {
            let mean = |x: f64| x / log_every as f64;
            let line = json!([step, mean(sum.loss), mean(sum.coordinates), mean(sum.lattice), mean(sum.types)]);
            let seconds = started.elapsed().as_secs_f64();
            writeln!(log, "{line} {seconds:.0} s")?;
            println!("{line} {seconds:.0} s");
            curve.push(line);
            sum = CrystalMetrics::default();
        }
        if step % evaluate_every == 0 || step == iterations {
            let network = trainer.averaged();
            let published = format!("{out}/published");
            fs::create_dir_all(&published)?;
            fs::write(format!("{published}/weights.safetensors"), weights::to_safetensors(&network, DType::F16)?)?;
            let count = if step == iterations { number("samples", 400.0) as usize } else { 200 };
            let report = evaluate(&network, &config, &test, count, &format!("{out}/samples-{step}.jsonl"))?;
            println!("{step}: {report}");
            evaluations.push(json!([step, report]));
            let card = json!({
                "preset": preset, "architecture": config, "iterations": step, "planned": iterations, "batch": batch,
                "learning_rate": rate, "schedule": "warm-up 500 steps, cosine to a hundredth", "seed": seed_number,
                "minutes": started.elapsed().as_secs_f64() / 60.0, "curve": curve, "evaluations": evaluations,
            });
            fs::write(format!("{published}/training.json"), serde_json::to_vec_pretty(&card)?)?;
        }
    }
    Ok(())
}

fn options() -> HashMap<String, String> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    words.chunks_exact(2).map(|pair| (pair[0].trim_start_matches('-').to_owned(), pair[1].clone())).collect()
}

type Rows = Vec<(Crystal, EncodedCrystal)>;

fn read(path: &str, config: &CrystalConfig) -> Result<Rows, Box<dyn std::error::Error>> {
    let lines = BufReader::new(GzDecoder::new(fs::File::open(Path::new(path))?)).lines();
    let mut rows = Vec::new();
    for line in lines {
        let row: Value = serde_json::from_str(&line?)?;
        let lattice = Lattice::from_parameters(
            serde_json::from_value(row["abc"].clone())?,
            serde_json::from_value(row["ang"].clone())?,
        )?;
        let numbers: Vec<u8> = serde_json::from_value(row["z"].clone())?;
        let elements =
            numbers.into_iter().map(|z| Element::new(z).ok_or("no such element")).collect::<Result<_, _>>()?;
        let crystal = Crystal::new(lattice, elements, serde_json::from_value(row["f"].clone())?)?;
        let encoded = encode::crystal(&crystal, config)?;
        rows.push((crystal, encoded));
    }
    Ok(rows)
}

/// The crystals of a size, drawn as often as the data have it.
fn pick_size<'a>(
    by_size: &'a HashMap<usize, Vec<&'a EncodedCrystal>>,
    total: usize,
    rng: &mut impl Rng,
) -> &'a [&'a EncodedCrystal] {
    let mut sizes: Vec<_> = by_size.keys().copied().collect();
    sizes.sort_unstable();
    let mut left = rng.random_range(0..total);
    for size in &sizes {
        let pool = &by_size[size];
        if left < pool.len() {
            return pool;
        }
        left -= pool.len();
    }
    &by_size[&sizes[0]]
}

/// The same crystal with its atoms in another order: the network must not read the site from the index.
fn shuffle(crystal: &EncodedCrystal, rng: &mut impl Rng) -> EncodedCrystal {
    let mut crystal = crystal.clone();
    for i in (1..crystal.classes.len()).rev() {
        let j = rng.random_range(0..=i);
        crystal.classes.swap(i, j);
        crystal.angles.swap(i, j);
    }
    crystal
}

/// Samples one crystal for each of the first `count` test compositions; writes them beside the truth.
fn evaluate(
    network: &CspNet,
    config: &CrystalConfig,
    test: &Rows,
    count: usize,
    path: &str,
) -> Result<Value, Box<dyn std::error::Error>> {
    let mut file = fs::File::create(path)?;
    let mut failed = 0;
    let started = Instant::now();
    let mut made = 0;
    let mut sizes: Vec<usize> = test.iter().take(count).map(|(_, e)| e.classes.len()).collect();
    sizes.sort_unstable();
    sizes.dedup();
    for size in sizes {
        let chosen: Vec<_> =
            test.iter().take(count).enumerate().filter(|(_, (_, e))| e.classes.len() == size).collect();
        for part in chosen.chunks(64) {
            let classes: Vec<usize> = part.iter().flat_map(|(_, (_, e))| e.classes.clone()).collect();
            let given = (config.task == Task::StructurePrediction).then_some(classes.as_slice());
            let rngs = part.iter().map(|(i, _)| seed::stream(7, *i as u64)).collect();
            let mut generation =
                Generation::start(network.clone(), config, given, size, config.steps[0], Strategy::EndBack, rngs)?;
            for _ in 0..generation.total_steps() {
                generation.step();
            }
            let prediction = generation.prediction().ok_or("no steps")?.clone();
            let angles = prediction.angles.into_data().try_into_vec::<f32>().map_err(|e| format!("{e:?}"))?;
            let numbers = prediction.lattice.into_data().try_into_vec::<f32>().map_err(|e| format!("{e:?}"))?;
            let width = config.lattice.width();
            let classes: Vec<usize> = match prediction.types {
                None => classes,
                Some(logits) => logits.argmax(2).into_data().iter::<i64>().map(|c| c as usize).collect(),
            };
            for (k, (_, (truth, _))) in part.iter().enumerate() {
                let angles: Vec<[f64; 3]> =
                    (0..size).map(|a| [0, 1, 2].map(|axis| f64::from(angles[(k * size + a) * 3 + axis]))).collect();
                let numbers: Vec<f64> = numbers[k * width..(k + 1) * width].iter().map(|&x| f64::from(x)).collect();
                let classes = &classes[k * size..(k + 1) * size];
                made += 1;
                match encode::decode(classes, &angles, &numbers, config) {
                    Ok(crystal) => writeln!(file, "{}", json!({"sample": crystal, "truth": truth}))?,
                    Err(_) => {
                        failed += 1;
                        writeln!(file, "{}", json!({"sample": null, "truth": truth}))?;
                    }
                }
            }
        }
    }
    Ok(json!({"samples": made, "no_cell": failed, "seconds": started.elapsed().as_secs_f64()}))
}

//! The measures of Berea 200³: time and value here, beside those of `benches/peer_porespy.py`.
//!
//! `cargo run --release -p samples --features parallel --example pores_table -- [peer.jsonl]`

#![allow(clippy::disallowed_methods, clippy::disallowed_types)] // Native only: files and a clock.

use std::{collections::HashMap, hint::black_box, time::Instant};

use samples::volume::{Euler, TwoPoint, Volume, bits, chord_counts, percolates, porosity, surface_area};
use serde::Deserialize;

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../assets/data/porous-gan");
const RUNS: usize = 5;

#[derive(Deserialize)]
struct Peer {
    name: String,
    library: String,
    seconds: f64,
    value: f64,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let file = |name: &str| std::fs::read(format!("{DATA}/{name}"));
    let (whole, _) = bits::read(&file("berea_400.bits.gz")?, &file("berea_400.json")?)?;
    let rock = whole.block([0; 3], [200; 3]).ok_or("the rock is smaller than 200³")?;
    let grey = rock.to_grey();
    let mut peers = HashMap::new();
    if let Some(path) = std::env::args().nth(1) {
        for line in std::fs::read_to_string(path)?.lines() {
            let peer: Peer = serde_json::from_str(line)?;
            peers.insert(peer.name.clone(), peer);
        }
    }

    let mean_chord = |rock: &Volume| {
        let pore = chord_counts(rock).pore;
        let length: u64 = pore.iter().zip(0..).map(|(count, length)| count * length).sum();
        length as f64 / pore.iter().sum::<u64>() as f64
    };
    type Measure<'a> = (&'a str, Box<dyn Fn() -> f64 + 'a>);
    let measures: [Measure; 8] = [
        ("porosity", Box::new(|| porosity(&rock))),
        ("two-point", Box::new(|| TwoPoint::of(&rock, 100).radial[50])),
        ("crofton", Box::new(|| surface_area(&rock))),
        ("euler 6", Box::new(|| Euler::closed_pore(&rock).pore6)),
        ("euler 26", Box::new(|| Euler::closed_pore(&rock).pore26)),
        ("chords", Box::new(|| mean_chord(&rock))),
        ("percolation", Box::new(|| percolates(&rock).into_iter().filter(|&p| p).count() as f64)),
        ("median", Box::new(|| porosity(&grey.median_filter().segment(128)))),
    ];
    println!("Berea 200³, median of {RUNS} runs");
    println!(
        "{:<12} {:>10} {:>14} {:>10} {:>14} {:>8}  peer",
        "measure", "ms", "value", "peer ms", "peer value", "faster"
    );
    let mut differing = 0;
    for (name, measure) in &measures {
        let mut seconds: Vec<f64> = (0..RUNS)
            .map(|_| {
                let start = Instant::now();
                black_box(measure());
                start.elapsed().as_secs_f64()
            })
            .collect();
        seconds.sort_by(f64::total_cmp);
        let (ours, value) = (seconds[RUNS / 2], measure());
        print!("{name:<12} {:>10.2} {value:>14.7}", ours * 1e3);
        match peers.get(*name) {
            None => println!(),
            Some(peer) => {
                let same = (value - peer.value).abs() <= 1e-6 * value.abs();
                differing += usize::from(!same);
                println!(
                    " {:>10.1} {:>14.7} {:>7.1}×  {}{}",
                    peer.seconds * 1e3,
                    peer.value,
                    peer.seconds / ours,
                    peer.library,
                    if same { "" } else { "  DIFFERS" }
                );
            }
        }
    }
    if differing > 0 { Err(format!("{differing} values differ").into()) } else { Ok(()) }
}

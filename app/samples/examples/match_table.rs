//! The structure matcher on 485 labelled pairs: verdict, RMS and time here, beside those of `benches/peer_pymatgen.py`.
//!
//! `cargo run --release -p samples --example match_table -- [peer.jsonl]`

#![allow(clippy::disallowed_methods, clippy::disallowed_types)] // Native only: files and a clock.

use std::{collections::BTreeMap, fs::File, hint::black_box, io::Read, time::Instant};

use flate2::read::GzDecoder;
use samples::structure::{Crystal, Element, Lattice, metrics::StructureMatcher};
use serde::Deserialize;

const PAIRS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/crystals/structure_match_pairs.jsonl.gz");
const RUNS: usize = 5;

#[derive(Deserialize)]
struct Row {
    abc: [f64; 3],
    ang: [f64; 3],
    z: Vec<u8>,
    f: Vec<[f64; 3]>,
}

impl Row {
    fn crystal(self) -> Result<Crystal, Box<dyn std::error::Error>> {
        let elements = self.z.into_iter().map(Element::new).collect::<Option<Vec<_>>>().ok_or("an unknown element")?;
        Ok(Crystal::new(Lattice::from_parameters(self.abc, self.ang)?, elements, self.f)?)
    }
}

#[derive(Deserialize)]
struct Pair {
    kind: String,
    a: Row,
    b: Row,
    rms: Option<f64>,
}

#[derive(Deserialize)]
struct Peer {
    kind: String,
    seconds: f64,
    rms: Option<f64>,
    fit: bool,
}

/// What is said of all pairs of a kind.
#[derive(Default)]
struct Line {
    pairs: usize,
    seconds: f64,
    peer_seconds: f64,
    different: usize,
    worst: f64,
}

impl Line {
    fn print(&self, kind: &str) {
        let Self { pairs, seconds, peer_seconds, different, worst } = self;
        let per_pair = |seconds: f64| seconds * 1e6 / *pairs as f64;
        print!("{kind:<26} {pairs:>5} {different:>10} {worst:>10.1e} {:>10.0}", per_pair(*seconds));
        if *peer_seconds > 0.0 {
            print!(" {:>12.0} {:>7.0}×", per_pair(*peer_seconds), peer_seconds / seconds);
        }
        println!();
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut text = String::new();
    GzDecoder::new(File::open(PAIRS)?).read_to_string(&mut text)?;
    let peers = match std::env::args().nth(1) {
        None => Vec::new(),
        Some(path) => {
            let text = std::fs::read_to_string(path)?;
            text.lines().map(serde_json::from_str::<Peer>).collect::<Result<Vec<_>, _>>()?
        }
    };
    if !peers.is_empty() && peers.len() != text.lines().count() {
        return Err("the peer's lines are not those of the pairs".into());
    }
    let matcher = StructureMatcher::default();
    let (mut kinds, mut total): (BTreeMap<String, Line>, Line) = Default::default();
    println!("place kind                         here      label       peer");
    for (place, line) in text.lines().enumerate() {
        let Pair { kind, a, b, rms: label } = serde_json::from_str(line)?;
        let (a, b) = (a.crystal()?, b.crystal()?);
        let mut seconds = Vec::new();
        for _ in 0..RUNS {
            let start = Instant::now();
            black_box(matcher.rms_distance(&a, &b)?);
            seconds.push(start.elapsed().as_secs_f64());
        }
        seconds.sort_by(f64::total_cmp);
        let rms = matcher.rms_distance(&a, &b)?.map(|found| found.rms);
        let peer = peers.get(place);
        if peer.is_some_and(|peer| peer.kind != kind) {
            return Err(format!("line {place} of the peer is of another pair").into());
        }
        let apart = match (rms, label) {
            (Some(rms), Some(label)) => (rms - label).abs(),
            (None, None) => 0.0,
            _ => f64::INFINITY,
        };
        let fits = matcher.fits(&a, &b)?;
        let different = apart > 1e-3 || peer.is_some_and(|peer| peer.fit != fits);
        if different {
            let show = |rms: Option<f64>| rms.map_or("no match".to_owned(), |rms| format!("{rms:.6}"));
            let peer = peer.map_or(String::new(), |peer| format!("{} fit {}", show(peer.rms), peer.fit));
            println!("{place:>5} {kind:<26} {:>10} {:>10} {peer:>10}, fit here {fits}", show(rms), show(label));
        }
        for line in [kinds.entry(kind).or_default(), &mut total] {
            line.pairs += 1;
            line.seconds += seconds[RUNS / 2];
            line.peer_seconds += peer.map_or(0.0, |peer| peer.seconds);
            line.different += usize::from(different);
            line.worst = line.worst.max(if apart.is_finite() { apart } else { 0.0 });
        }
    }
    println!(
        "\n{:<26} {:>5} {:>10} {:>10} {:>10} {:>12} {:>8}",
        "kind", "pairs", "different", "|Δrms|", "µs", "peer µs", "faster"
    );
    for (kind, line) in &kinds {
        line.print(kind);
    }
    total.print("all");
    Ok(())
}

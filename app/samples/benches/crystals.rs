//! The measures of crystals: the matcher on the labelled pairs, the rest on one crystal each.

#![allow(clippy::disallowed_methods, clippy::disallowed_types)] // Native only: files and a clock.

use std::{fs::File, io::Read};

use criterion::{Criterion, criterion_group, criterion_main};
use flate2::read::GzDecoder;
use samples::structure::{
    Crystal, Element, Lattice,
    metrics::{
        ClosestPair, CrystalMeasures, DiffractionOptions, Fingerprint, ReferenceCrystals, StructureMatcher,
        powder_pattern,
    },
};
use serde::Deserialize;

const PAIRS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/crystals/structure_match_pairs.jsonl.gz");

#[derive(Deserialize)]
struct Row {
    abc: [f64; 3],
    ang: [f64; 3],
    z: Vec<u8>,
    f: Vec<[f64; 3]>,
}

impl Row {
    fn crystal(self) -> Crystal {
        let elements = self.z.into_iter().map(|z| Element::new(z).expect("a known element")).collect();
        let lattice = Lattice::from_parameters(self.abc, self.ang).expect("a valid cell");
        Crystal::new(lattice, elements, self.f).expect("valid atoms")
    }
}

#[derive(Deserialize)]
struct Pair {
    kind: String,
    a: Row,
    b: Row,
}

fn crystals(criterion: &mut Criterion) {
    let mut text = String::new();
    GzDecoder::new(File::open(PAIRS).expect("the pairs are in the repository"))
        .read_to_string(&mut text)
        .expect("text");
    let pairs: Vec<(String, Crystal, Crystal)> = text
        .lines()
        .map(|line| {
            let pair: Pair = serde_json::from_str(line).expect("a pair");
            (pair.kind, pair.a.crystal(), pair.b.crystal())
        })
        .collect();
    let matcher = StructureMatcher::default();
    let mut group = criterion.benchmark_group("match");
    group.sample_size(10);
    for kind in ["perov", "carbon", "aflow", "mp20", ""] {
        let of_kind: Vec<_> = pairs.iter().filter(|(of, ..)| of.starts_with(kind)).collect();
        let name = if kind.is_empty() { "all-485" } else { kind };
        group.bench_function(name, |b| {
            b.iter(|| of_kind.iter().filter(|(_, a, b)| matches!(matcher.rms_distance(a, b), Ok(Some(_)))).count());
        });
    }
    group.finish();

    let (_, perovskite, _) = &pairs[0];
    let references: Vec<Crystal> = pairs.iter().map(|(_, a, _)| a.clone()).collect();
    let prepared = ReferenceCrystals::new(matcher.clone(), &references).expect("valid references");
    let mut group = criterion.benchmark_group("perovskite");
    group.sample_size(10);
    group.bench_function("closest-pair", |b| b.iter(|| ClosestPair::of(perovskite)));
    group.bench_function("measures", |b| b.iter(|| CrystalMeasures::of(perovskite, 0.1)));
    group.bench_function("fingerprint", |b| b.iter(|| Fingerprint::of(perovskite)));
    group.bench_function("nearest-of-485", |b| b.iter(|| prepared.nearest(perovskite)));
    group.bench_function("powder-pattern", |b| b.iter(|| powder_pattern(perovskite, &DiffractionOptions::default())));
    group.finish();
}

criterion_group!(benches, crystals);
criterion_main!(benches);

//! The measures of Berea 200³, one by one.

#![allow(clippy::disallowed_methods, clippy::disallowed_types)] // Native only: files and a clock.

use criterion::{Criterion, criterion_group, criterion_main};
use samples::volume::{
    BeadPack, Euler, MeasureOptions, PoreMeasures, TwoPoint, Volume, bits, chord_counts, percolates,
    permeability::{self, FlowOptions},
    porosity, surface_area,
};

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../assets/data/porous-gan");

fn berea() -> Volume {
    let file = |name: &str| std::fs::read(format!("{DATA}/{name}")).expect("the data are in the repository");
    let (volume, _) = bits::read(&file("berea_400.bits.gz"), &file("berea_400.json")).expect("valid data");
    volume.block([0; 3], [200; 3]).expect("inside 400³")
}

fn pores(criterion: &mut Criterion) {
    let rock = berea();
    let small = rock.halve().and_then(|half| half.block([0; 3], [64; 3])).expect("inside 100³");
    let centres = std::fs::read_to_string(format!("{DATA}/finney_pack.csv")).expect("the data are in the repository");
    let pack = BeadPack::from_csv(&centres).expect("valid data");
    let mut group = criterion.benchmark_group("berea-200");
    group.sample_size(10);
    group.bench_function("porosity", |b| b.iter(|| porosity(&rock)));
    group.bench_function("two-point-100", |b| b.iter(|| TwoPoint::of(&rock, 100)));
    group.bench_function("crofton", |b| b.iter(|| surface_area(&rock)));
    group.bench_function("euler", |b| b.iter(|| Euler::window(&rock)));
    group.bench_function("chords", |b| b.iter(|| chord_counts(&rock)));
    group.bench_function("percolation", |b| b.iter(|| percolates(&rock)));
    group.bench_function("all", |b| b.iter(|| PoreMeasures::of_geometry(&rock, &MeasureOptions::default())));
    group.bench_function("median", |b| {
        let grey = rock.to_grey();
        b.iter(|| grey.median_filter());
    });
    group.finish();
    let mut group = criterion.benchmark_group("flow");
    group.sample_size(10);
    group.bench_function("berea-half-64", |b| b.iter(|| permeability::along(&small, 0, &FlowOptions::default())));
    group.bench_function("finney-voxelize-125", |b| b.iter(|| pack.voxelize(6.25, 125)));
    group.finish();
}

criterion_group!(benches, pores);
criterion_main!(benches);

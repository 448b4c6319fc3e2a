//! Drawing pairs to train on.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use samples::wardrobe::{Scene, agnostic::keep_v2, pair, representation::person_planes};

fn wardrobe(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("wardrobe");
    group.throughput(Throughput::Elements(1));
    for (width, height) in [(48, 64), (96, 128)] {
        let mut seed = 0;
        group.bench_function(BenchmarkId::new("pair", height), |b| {
            b.iter(|| {
                seed += 1;
                let pair = pair(seed);
                black_box(Scene::render(&pair.person, &pair.garment, width, height).expect("sides within limits"))
            });
        });
    }
    let pair = pair(0);
    let scene = Scene::render(&pair.person, &pair.garment, 48, 64).expect("sides within limits");
    group.bench_function("input-64", |b| {
        b.iter(|| {
            let keep = keep_v2(&scene.keypoints, &scene.parse).expect("the joints are there");
            person_planes(&scene.keypoints, &scene.parse, &keep).expect("the joints are there")
        });
    });
    group.finish();
}

criterion_group!(benches, wardrobe);
criterion_main!(benches);

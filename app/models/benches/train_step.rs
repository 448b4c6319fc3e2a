//! The training step of the small porous GAN, whole and operator by operator: ours against burn's own on Flex.
#![allow(clippy::disallowed_methods, clippy::disallowed_types)] // Native only: a clock, and reading results blocks.

use burn::tensor::ops::{ConvOptions, ConvTransposeOptions};
use burn::tensor::{Device, Distribution, Tensor, activation, module};
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use models::nn::fast;
use models::systems::porous_gan::{GanConfig, GanTrainer, Schedule};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use std::hint::black_box;

/// The one of the program `vitrine`: large tensors come and go at every operator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const BATCH: usize = 16;

fn random<const D: usize>(shape: [usize; D], device: &Device) -> Tensor<D> {
    Tensor::random(shape, Distribution::Normal(0.0, 1.0), device)
}

/// Forward and backward of `f` for all `inputs`.
fn pass(inputs: &[Tensor<5>], f: &dyn Fn(&[Tensor<5>]) -> Tensor<5>) {
    let inputs: Vec<_> = inputs.iter().map(|x| x.clone().detach().require_grad()).collect();
    let grads = f(&inputs).sum().backward();
    black_box(inputs.iter().map(|x| x.grad(&grads)).collect::<Vec<_>>());
}

fn whole_step(criterion: &mut Criterion) {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let mut trainer = GanTrainer::new(GanConfig::SMALL, &mut rng, &Device::flex());
    let real = random([BATCH, 1, 32, 32, 32], trainer.device());
    let schedule = Schedule::PYTORCH;
    criterion.bench_function("step", |bench| {
        bench.iter(|| fast::on_workers(|| trainer.step(real.clone(), &schedule, &mut rng)))
    });
}

fn convolutions(criterion: &mut Criterion) {
    let device = Device::flex().autodiff();
    let mut group = criterion.benchmark_group("forward and backward");
    for (inputs, outputs, side) in [(64, 32, 4), (32, 16, 8), (16, 1, 16)] {
        let tensors = [random([BATCH, inputs, side, side, side], &device), random([inputs, outputs, 4, 4, 4], &device)];
        let name = format!("transpose {inputs}→{outputs}, {side}³");
        group.bench_function(BenchmarkId::new(&name, "ours"), |bench| {
            bench.iter(|| pass(&tensors, &|t| fast::conv_transpose3d(t[0].clone(), t[1].clone(), 2, 1)));
        });
        group.bench_function(BenchmarkId::new(&name, "burn"), |bench| {
            let options = || ConvTransposeOptions::new([2; 3], [1; 3], [0; 3], [1; 3], 1);
            bench.iter(|| {
                pass(&tensors, &|t| module::conv_transpose3d(t[0].clone(), t[1].clone(), None, options()));
            });
        });
    }
    for (inputs, outputs, side) in [(1, 8, 32), (8, 16, 16), (16, 32, 8)] {
        let tensors = [random([BATCH, inputs, side, side, side], &device), random([outputs, inputs, 4, 4, 4], &device)];
        let name = format!("convolution {inputs}→{outputs}, {side}³");
        group.bench_function(BenchmarkId::new(&name, "ours"), |bench| {
            bench.iter(|| pass(&tensors, &|t| fast::conv3d(t[0].clone(), t[1].clone(), 2, 1)));
        });
        group.bench_function(BenchmarkId::new(&name, "burn"), |bench| {
            let options = || ConvOptions::new([2; 3], [1; 3], [1; 3], 1);
            bench.iter(|| pass(&tensors, &|t| module::conv3d(t[0].clone(), t[1].clone(), None, options())));
        });
    }
    group.finish();
}

fn elementwise(criterion: &mut Criterion) {
    type F = fn(Tensor<5>) -> Tensor<5>;
    let device = Device::flex().autodiff();
    let x = [random([BATCH, 16, 16, 16, 16], &device)];
    let mut group = criterion.benchmark_group("1 M elements, forward and backward");
    let functions: [(&str, F, F); 6] = [
        ("exp", fast::exp, |x| x.exp()),
        ("sigmoid", fast::sigmoid, activation::sigmoid),
        ("silu", fast::silu, activation::silu),
        ("tanh", fast::tanh, |x| x.tanh()),
        ("gelu", fast::gelu, activation::gelu),
        ("leaky_relu", |x| fast::leaky_relu(x, 0.2), |x| activation::leaky_relu(x, 0.2)),
    ];
    for (name, ours, burn) in functions {
        for (whose, f) in [("ours", ours), ("burn", burn)] {
            group.bench_function(BenchmarkId::new(name, whose), |bench| {
                bench.iter(|| pass(&x, &|t| f(t[0].clone())));
            });
        }
    }
    group.bench_function("batch_norm_relu/ours", |bench| {
        let affine = [Tensor::<1>::ones([16], &device), Tensor::<1>::zeros([16], &device)];
        bench.iter(|| {
            let [gamma, beta] = affine.clone();
            pass(&x, &|t| fast::batch_norm_relu(t[0].clone(), gamma.clone(), beta.clone(), 1e-5).output);
        });
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(10);
    targets = whole_step, convolutions, elementwise
}
criterion_main!(benches);

//! The UNet of the small refiner alone: one evaluation, of one sample and of sixteen, and one of sixteen with the gradients
//! of all weights. When its levels had 48, 96 and 128 channels it took on one core (`RAYON_NUM_THREADS=1`) of a Zen 4, beside
//! the same network in PyTorch 2.15 with one thread, shortest times: 20.1 against 24.3 ms, 180 against 253 ms, 569 against
//! 788 ms. Now they have 32, 48 and 64.
#![allow(clippy::disallowed_methods, clippy::disallowed_types)] // Native only: a clock, and reading blocks.

use std::time::Instant;

use burn::{
    module::Module,
    optim::GradientsParams,
    tensor::{Device, Distribution, Tensor},
};
use models::{
    diffusion::{UNet, UNetConfig},
    nn::fast,
    seed::stream,
    systems::dci_vton::refiner::RefinerConfig,
};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Sides of the latents.
const SIDES: [usize; 2] = [32, 24];

fn main() {
    fast::on_workers(measure);
}

fn measure() {
    let config = RefinerConfig::small().unet;
    let device = Device::flex();
    let unet = UNet::random(&config, &mut stream(0, 0), &device);
    println!("{} weights", unet.num_params());
    for (samples, times) in [(1, 12), (16, 3)] {
        let inputs = inputs(&config, samples, &device);
        let milliseconds = shortest(times, || drop(forward(&unet, &inputs).into_data()));
        println!("{samples}: {milliseconds:.1} ms");
    }
    let device = device.autodiff();
    let unet = unet.train().fork(&device);
    let inputs = inputs(&config, 16, &device);
    let milliseconds = shortest(3, || {
        let gradients = forward(&unet, &inputs).square().mean().backward();
        drop(GradientsParams::from_grads(gradients, &unet));
    });
    println!("16 with gradients: {milliseconds:.1} ms");
}

/// Maps, times and context.
type Inputs = (Tensor<4>, Tensor<1>, Tensor<3>);

fn inputs(config: &UNetConfig, samples: usize, device: &Device) -> Inputs {
    let [height, width] = SIDES;
    let maps = Tensor::random([samples, config.in_channels, height, width], Distribution::Default, device);
    let context = Tensor::random([samples, 1, config.context], Distribution::Default, device);
    (maps, Tensor::full([samples], 500.0, device), context)
}

fn forward(unet: &UNet, (maps, times, context): &Inputs) -> Tensor<4> {
    unet.forward(maps.clone(), times.clone(), context.clone())
}

/// In milliseconds, after one time that does not count.
fn shortest(times: usize, work: impl Fn()) -> f64 {
    work();
    let seconds = (0..times).map(|_| {
        let clock = Instant::now();
        work();
        clock.elapsed().as_secs_f64()
    });
    1e3 * seconds.fold(f64::INFINITY, f64::min)
}

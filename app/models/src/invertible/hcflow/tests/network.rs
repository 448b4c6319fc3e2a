//! The whole network: inverse, start, latents, reach, learning.

use burn::{
    optim::{AdamConfig, GradientsParams},
    tensor::{Device, Tensor},
};

use super::{
    super::{Downscaled, LossWeights, Losses, Pass},
    HcFlow, HcFlowConfig, SMALL, difference, network, normal, values,
};
use crate::{invertible::quantise, seed::stream};

#[test]
fn the_inverse_brings_back_the_picture_and_its_latent() {
    let device = Device::flex();
    for (levels, latent_channels) in [(1, 0), (1, 2), (2, 0), (2, 3), (3, 1)] {
        let config = HcFlowConfig { levels, latent_channels, ..SMALL };
        let (height, width) = (2 * config.scale(), config.scale());
        let network = network(&config, &device);
        let large = normal([2, 3, height, width], 1, &device);
        let latent = (latent_channels > 0).then(|| normal([2, latent_channels, height / 2, width / 2], 2, &device));
        let Downscaled { small, latents } = network.forward(large.clone(), latent.clone());
        assert_eq!(small.dims(), [2, 3, 2, 1]);
        let shapes: Vec<[usize; 3]> = latents.iter().map(|z| [z.dims()[1], z.dims()[2], z.dims()[3]]).collect();
        assert_eq!(shapes, config.latent_shapes(2, 1));
        let count = |z: &Tensor<4>| z.shape().num_elements();
        let all: usize = latents.iter().map(count).sum();
        assert_eq!(all + count(&small), count(&large) + latent.as_ref().map_or(0, count), "bijective");
        let (back, recovered) = network.inverse(small, latents);
        assert!(difference(&back, &large) < 1e-5, "{config:?}: {}", difference(&back, &large));
        match (latent, recovered) {
            (Some(latent), Some(recovered)) => assert!(difference(&recovered, &latent) < 1e-5),
            (None, None) => {}
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn it_starts_with_means_of_pixels() {
    let device = Device::flex();
    let network = HcFlow::random(&SMALL, &mut stream(3, 0), &device);
    let large = normal([1, 3, 8, 8], 4, &device);
    let small = network.forward(large.clone(), None).small;
    let means = large.reshape([3, 2, 4, 2, 4]).mean_dim(4).mean_dim(2).reshape([1, 3, 2, 2]);
    assert!(difference(&small, &means) < 1e-6);
    let zeros = SMALL.latent_shapes(2, 2).into_iter().map(|[c, h, w]| Tensor::zeros([1, c, h, w], &device)).collect();
    let (flat, _) = network.inverse(small.clone(), zeros);
    let repeated = small.reshape([3, 2, 1, 2, 1]).expand([3, 2, 4, 2, 4]).reshape([1, 3, 8, 8]);
    assert!(difference(&flat, &repeated) < 1e-6);
}

#[test]
fn the_down_scaling_latent_varies_the_small_picture() {
    let device = Device::flex();
    let config = HcFlowConfig { latent_channels: 2, ..SMALL };
    let network = network(&config, &device);
    let large = normal([1, 3, 8, 8], 5, &device);
    let small = |latent| network.forward(large.clone(), Some(latent)).small;
    let still = small(Tensor::zeros([1, 2, 4, 4], &device));
    let moved = small(normal([1, 2, 4, 4], 6, &device));
    assert!(difference(&still, &moved) > 1e-3);
}

#[test]
#[should_panic(expected = "channels of the latent")]
fn a_latent_that_the_network_does_not_have_is_refused() {
    let device = Device::flex();
    network(&SMALL, &device).forward(Tensor::zeros([1, 3, 4, 4], &device), Some(Tensor::zeros([1, 1, 2, 2], &device)));
}

#[test]
fn nothing_reaches_farther_than_said() {
    let device = Device::flex();
    let config = HcFlowConfig { steps: 2, conditional_steps: 1, feature_blocks: 1, ..SMALL };
    let network = network(&config, &device);
    let (reach, scale) = (config.reach(), config.scale());
    let width = 2 * reach + 5;
    let middle = reach + 2;
    let large = normal([1, 3, scale, scale * width], 7, &device);
    let pixel = |width: usize, at: usize, count: usize| {
        let column: Vec<f32> = (0..width).map(|x| f32::from(u8::from((at..at + count).contains(&x)))).collect();
        Tensor::<1>::from_data(column.as_slice(), &device).reshape([1, 1, 1, width])
    };
    let before = network.forward(large.clone(), None);
    let after = network.forward(large + pixel(scale * width, scale * middle, scale), None);
    let restored = |small: Tensor<4>| network.inverse(small, before.latents.clone()).0;
    let moved = [
        (before.small.clone(), after.small, 1),
        (before.latents[0].clone(), after.latents[0].clone(), 2),
        (before.latents[1].clone(), after.latents[1].clone(), 1),
        (restored(before.small.clone()), restored(before.small.clone() + pixel(width, middle, 1)), scale),
    ];
    for (before, after, finer) in moved {
        let [_, channels, height, width] = before.dims();
        let change = values((after - before).abs().reshape([channels * height, width]).max_dim(0));
        for (x, change) in change.into_iter().enumerate() {
            let distance = (x / finer).abs_diff(middle);
            assert!(distance <= reach || change < 1e-6, "{change} at {distance}, where {reach} is said");
        }
    }
}

#[test]
fn it_learns_and_the_mixings_learn_too() {
    let device = Device::flex().autodiff();
    let config = HcFlowConfig { latent_channels: 1, ..SMALL };
    let mut network = HcFlow::random(&config, &mut stream(8, 0), &device);
    let large = normal([2, 3, 8, 8], 9, &device).mul_scalar(0.1) + 0.5;
    let latent = normal([2, 1, 4, 4], 10, &device).mul_scalar(0.1);
    network.fit(large.clone(), Some(latent.clone()));
    let small_target = large.clone().reshape([6, 2, 4, 2, 4]).mean_dim(4).mean_dim(2).reshape([2, 3, 2, 2]);
    let mut adam = AdamConfig::new().init();
    let mixing = |network: &HcFlow| network.levels[0].high.steps[0].mixing.weight.val().inner();
    let before = mixing(&network);
    let mut losses = Vec::new();
    for _ in 0..60 {
        let downscaled = network.forward(large.clone(), Some(latent.clone()));
        let zeros = downscaled.latents.iter().map(|z| Tensor::zeros(z.dims(), &device)).collect();
        let (restored, recovered) = network.inverse(quantise(downscaled.small.clone().clamp(0.0, 1.0)), zeros);
        let recovered = recovered.map(|recovered| (latent.clone(), recovered));
        let pass = Pass { large: large.clone(), small_target: small_target.clone(), downscaled, restored, recovered };
        let loss = Losses::of(pass).total(&LossWeights::PAPER);
        losses.push(values(loss.clone())[0]);
        let gradients = GradientsParams::from_grads(loss.backward(), &network);
        network = adam.step(2e-3, network, gradients);
    }
    let (first, last) = (losses[0], losses[losses.len() - 1]);
    assert!(last < 0.7 * first, "from {first} to {last}");
    assert!(difference(&mixing(&network), &before) > 1e-3);
}

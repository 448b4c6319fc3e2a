//! The identities of spec §7.

use burn::tensor::{Device, Tensor, TensorData};

use super::{Coupling, Rescaling, RescalingConfig, haar, quantise};
use crate::{nn::init, seed};

fn noise(shape: [usize; 4], stream: u64) -> Tensor<4> {
    let values = seed::standard_normal(&mut seed::stream(11, stream), shape.iter().product());
    Tensor::from_data(TensorData::new(values, shape), &Device::flex())
}

fn read<const D: usize>(x: Tensor<D>) -> Vec<f32> {
    x.into_data().try_into_vec().unwrap()
}

fn largest_difference<const D: usize>(a: Tensor<D>, b: Tensor<D>) -> f32 {
    assert_eq!(a.dims(), b.dims());
    read((a - b).abs()).into_iter().fold(0.0, f32::max)
}

/// Couplings that are far from the identity, as after a training.
fn stirred(config: &RescalingConfig, device: &Device) -> Rescaling {
    let mut rng = seed::stream(5, 0);
    let mut network = Rescaling::random(config, &mut rng, device);
    for block in network.levels.iter_mut().flatten() {
        for dense in [&mut block.shift_low, &mut block.shift_high, &mut block.scale_high] {
            for convolution in &mut dense.convolutions {
                convolution.weight = init::normal(convolution.weight.dims(), 0.0, 0.06, &mut rng, device);
                convolution.bias = init::normal(convolution.bias.dims(), 0.0, 0.1, &mut rng, device);
            }
        }
    }
    network
}

fn configs() -> [RescalingConfig; 4] {
    let config =
        |blocks: &[usize], latent_channels| RescalingConfig { blocks: blocks.to_vec(), growth: 6, latent_channels };
    [config(&[2], 0), config(&[2], 3), config(&[1, 2], 0), config(&[2, 1], 1)]
}

#[test]
fn haar_gives_back_8_bit_pixels_exactly() {
    let values: Vec<f32> = (0..2 * 3 * 6 * 10).map(|i| (i * 37 % 256) as f32 / 255.0).collect();
    let x = Tensor::<4>::from_data(TensorData::new(values.clone(), [2, 3, 6, 10]), &Device::flex());
    let bands = haar::forward(x);
    assert_eq!(bands.dims(), [2, 12, 3, 5]);
    let back = read(haar::inverse(bands).mul_scalar(255.0).round());
    assert!(back.iter().zip(&values).all(|(b, v)| *b == (v * 255.0).round()));
}

#[test]
fn haar_puts_the_means_of_all_colours_first() {
    let x = noise([1, 3, 2, 2], 0);
    let means = read(x.clone().mean_dim(3).mean_dim(2));
    let bands = read(haar::forward(x));
    assert!(means.iter().zip(&bands).all(|(m, b)| (m - b).abs() < 1e-6));
}

#[test]
fn a_fresh_network_averages_blocks_and_repeats_pixels() {
    let config = &configs()[1];
    let network = Rescaling::random(config, &mut seed::stream(1, 0), &Device::flex());
    let x = noise([1, 3, 8, 6], 1);
    let (y, z) = network.forward(x.clone(), Some(Tensor::zeros([1, 3, 4, 3], &Device::flex())));
    let means = x.reshape([1, 3, 4, 2, 3, 2]).mean_dim(5).mean_dim(3).reshape([1, 3, 4, 3]);
    assert!(largest_difference(y.clone(), means.clone()) < 1e-6);
    let (large, _) = network.inverse(y, z.zeros_like());
    let repeated = means.reshape([1, 3, 4, 1, 3, 1]).repeat(&[1, 1, 1, 2, 1, 2]).reshape([1, 3, 8, 6]);
    assert!(largest_difference(large, repeated) < 1e-6);
}

#[test]
fn the_inverse_gives_back_picture_and_latent() {
    for (number, config) in configs().iter().enumerate() {
        let network = stirred(config, &Device::flex());
        let x = noise([2, 3, 16, 8], 2);
        let latent = (config.latent_channels > 0).then(|| noise([2, config.latent_channels, 8, 4], 3));
        let (y, z) = network.forward(x.clone(), latent.clone());
        let side = [16, 8].map(|side| side / config.scale());
        assert_eq!(y.dims(), [2, 3, side[0], side[1]]);
        assert_eq!(z.dims(), [2, config.latent_out(), side[0], side[1]]);
        assert!(largest_difference(y.clone(), x.clone().narrow(2, 0, side[0]).narrow(3, 0, side[1])) > 1e-2);
        let (back, recovered) = network.inverse(y, z);
        assert!(largest_difference(back, x) < 1e-5, "config {number}");
        match (recovered, latent) {
            (Some(recovered), Some(latent)) => assert!(largest_difference(recovered, latent) < 1e-5),
            (recovered, latent) => assert!(recovered.is_none() && latent.is_none()),
        }
    }
}

#[test]
fn log_det_of_a_coupling_is_the_sum_of_its_scales() {
    // The Jacobian of a 1×1 picture's 4 + 8 values by central differences.
    let config = RescalingConfig { blocks: vec![1], growth: 6, latent_channels: 0 };
    let block: Coupling = stirred(&config, &Device::flex()).levels[0][0].clone();
    let x = noise([1, 12, 1, 1], 4);
    let through = |x: Tensor<4>| {
        let (low, high) = block.forward(x.clone().narrow(1, 0, 3), x.narrow(1, 3, 9));
        Tensor::cat(vec![low, high], 1)
    };
    let step = 1e-2;
    let mut jacobian = vec![vec![0.0f64; 12]; 12];
    for column in 0..12 {
        let mut shift = vec![0.0f32; 12];
        shift[column] = step;
        let shift = Tensor::<4>::from_data(TensorData::new(shift, [1, 12, 1, 1]), &Device::flex());
        let (up, down) = (read(through(x.clone() + shift.clone())), read(through(x.clone() - shift)));
        for row in 0..12 {
            jacobian[row][column] = f64::from(up[row] - down[row]) / f64::from(2.0 * step);
        }
    }
    let (low, _) = block.forward(x.clone().narrow(1, 0, 3), x.narrow(1, 3, 9));
    let stated: f32 = read(block.log_scale(low)).iter().sum();
    assert!((log_abs_det(jacobian) - f64::from(stated)).abs() < 2e-3);
}

/// By Gaussian elimination with pivots.
fn log_abs_det(mut m: Vec<Vec<f64>>) -> f64 {
    let n = m.len();
    let mut sum = 0.0;
    for k in 0..n {
        let pivot = (k..n).max_by(|&a, &b| m[a][k].abs().total_cmp(&m[b][k].abs())).unwrap();
        m.swap(k, pivot);
        sum += m[k][k].abs().ln();
        for i in k + 1..n {
            let factor = m[i][k] / m[k][k];
            let row = m[k].clone();
            m[i].iter_mut().zip(row).skip(k).for_each(|(value, above)| *value -= factor * above);
        }
    }
    sum
}

#[test]
fn rounding_keeps_8_bit_values_and_lets_gradients_through_everywhere() {
    let device = Device::flex().autodiff();
    let exact: Vec<f32> = (0..256).map(|k| k as f32 / 255.0).collect();
    let x = Tensor::<1>::from_data(exact.as_slice(), &device).require_grad();
    let rounded = quantise(x);
    assert!(read(rounded.inner()).iter().zip(&exact).all(|(a, b)| (a - b).abs() < 1e-7));
    let x = Tensor::<1>::from_data([-0.7, 0.1234, 0.5, 1.9], &device).require_grad();
    let rounded = quantise(x.clone());
    assert_eq!(read(rounded.clone().inner().mul_scalar(255.0).round()), [0.0, 31.0, 128.0, 255.0]);
    let gradients = rounded.sum().backward();
    assert_eq!(read(x.grad(&gradients).unwrap()), [1.0; 4]);
}

#[test]
fn a_result_depends_on_no_more_than_the_reach() {
    for config in configs() {
        let network = stirred(&config, &Device::flex());
        let (scale, reach) = (config.scale(), config.reach());
        let side = (2 * reach + 9) * scale;
        let x = noise([1, 3, side, scale], 6);
        // One pixel in the corner changes: what lies beyond the reach must not.
        let mut bump = vec![0.0f32; 3 * side * scale];
        bump[0] = 1.0;
        let changed = x.clone() + Tensor::<4>::from_data(TensorData::new(bump, [1, 3, side, scale]), &Device::flex());
        let latent = |x: &Tensor<4>| {
            (config.latent_channels > 0)
                .then(|| Tensor::zeros([1, config.latent_channels, x.dims()[2] / 2, scale / 2], &x.device()))
        };
        let (a, _) = network.forward(x.clone(), latent(&x));
        let (b, _) = network.forward(changed, latent(&x));
        let beyond = |y: Tensor<4>| {
            let height = y.dims()[2];
            y.narrow(2, reach + 1, height - reach - 1)
        };
        assert_eq!(largest_difference(beyond(a.clone()), beyond(b.clone())), 0.0);
        assert!(largest_difference(a, b) > 0.0);
    }
}

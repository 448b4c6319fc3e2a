//! ln |det| of every layer against its Jacobian, inverses, and the data initialisation.

use burn::tensor::{Device, Tensor, TensorData};

use super::{
    super::{
        act_norm::ActNorm, alternating::AlternatingStep, conditional::ConditionalStep,
        high_frequencies::HighFrequencies, log_det::LogDet, mixing::Mixing,
    },
    HcFlow, HcFlowConfig, SMALL, difference, disturbed, network, normal, values,
};
use crate::seed::stream;

/// ln |det| by Gaussian elimination.
fn ln_abs_det(mut rows: Vec<Vec<f64>>) -> f64 {
    let n = rows.len();
    let mut sum = 0.0;
    for k in 0..n {
        let pivot = (k..n).max_by(|&a, &b| rows[a][k].abs().total_cmp(&rows[b][k].abs())).expect("a row");
        rows.swap(k, pivot);
        sum += rows[k][k].abs().ln();
        let (above, below) = rows.split_at_mut(k + 1);
        for row in below {
            let factor = row[k] / above[k][k];
            row.iter_mut().zip(&above[k]).skip(k).for_each(|(a, b)| *a -= factor * b);
        }
    }
    sum
}

/// Rows ∂yᵢ/∂x of `map`, by autodiff.
fn jacobian(x: &Tensor<4>, map: impl Fn(Tensor<4>) -> Tensor<1>) -> Vec<Vec<f64>> {
    let row = |output: usize| {
        let x = x.clone().require_grad();
        let y = map(x.clone());
        let gradients = y.narrow(0, output, 1).backward();
        let gradient = x.grad(&gradients).expect("the output depends on the input");
        values(gradient).into_iter().map(f64::from).collect()
    };
    (0..x.shape().num_elements()).map(row).collect()
}

/// Compares what a layer adds to the log-determinant with its Jacobian, and its inverse with its input.
fn check(
    name: &str,
    x: Tensor<4>,
    forward: impl Fn(Tensor<4>, &mut LogDet) -> Tensor<4>,
    inverse: impl Fn(Tensor<4>) -> Tensor<4>,
) {
    let mut log_det = LogDet::zeros(1, &x.device());
    let y = forward(x.clone(), &mut log_det);
    let back = difference(&inverse(y), &x);
    assert!(back < 1e-5, "{name}: the inverse is off by {back}");
    let ours = f64::from(values(log_det.total().expect("asked for"))[0]);
    let truth = ln_abs_det(jacobian(&x, |x| forward(x, &mut LogDet::ignored()).flatten(0, 3)));
    assert!(truth.abs() > 0.1 && (ours - truth).abs() < 1e-3, "{name}: {ours}, not {truth}");
}

#[test]
fn every_layer_knows_its_log_determinant_and_its_inverse() {
    let device = Device::flex().autodiff();
    let rng = &mut stream(1, 0);
    let image = |channels, seed| normal([1, channels, 4, 4], seed, &device);
    let norm = disturbed(ActNorm::identity(3, &device), 1);
    check("act norm", image(3, 1), |x, log_det| norm.forward(x, log_det), |y| norm.inverse(y));
    let mixing = disturbed(Mixing::random(5, rng, &device), 2);
    check("1×1 convolution", image(5, 2), |x, log_det| mixing.forward(x, log_det), |y| mixing.inverse(y));
    for moves_others in [true, false] {
        let step = disturbed(AlternatingStep::random(5, 3, moves_others, rng, &device), 3);
        check("alternating", image(5, 3), |x, log_det| step.forward(x, log_det), |y| step.inverse(y));
    }
    let features = image(4, 4);
    let step = disturbed(ConditionalStep::random(5, 4, 3, rng, &device), 4);
    let (forward, inverse) = (&features, &features);
    check(
        "conditional",
        image(5, 5),
        |x, log_det| step.forward(x, forward.clone(), log_det),
        |y| step.inverse(y, inverse.clone()),
    );
    let high = disturbed(HighFrequencies::random(5, 3, &SMALL, rng, &device), 6);
    check(
        "high frequencies",
        image(5, 6),
        |x, log_det| high.forward(x, forward.clone(), log_det),
        |y| high.inverse(y, inverse.clone()),
    );
}

#[test]
fn the_network_knows_its_log_determinant() {
    let device = Device::flex().autodiff();
    for latent_channels in [0, 1] {
        let config = HcFlowConfig { latent_channels, ..SMALL };
        let network: HcFlow = network(&config, &device);
        // Picture and latent in one tensor of 48 + 4k values.
        let input = normal([1, 1, 1, 48 + 4 * latent_channels], 7, &device);
        let parts = |v: Tensor<4>| {
            let large = v.clone().narrow(3, 0, 48).reshape([1, 3, 4, 4]);
            let latent = (latent_channels > 0).then(|| v.narrow(3, 48, 4).reshape([1, 1, 2, 2]));
            (large, latent)
        };
        let (large, latent) = parts(input.clone());
        let ours = f64::from(values(network.forward_with_log_det(large, latent).1)[0]);
        let truth = ln_abs_det(jacobian(&input, |v| {
            let (large, latent) = parts(v);
            let made = network.forward(large, latent);
            let parts = [vec![made.small], made.latents].concat();
            Tensor::cat(parts.into_iter().map(|part| part.flatten::<1>(0, 3)).collect(), 0)
        }));
        assert!((ours - truth).abs() < 1e-3, "k = {latent_channels}: {ours}, not {truth}");
    }
}

#[test]
fn act_norm_standardises_the_batch_it_is_fitted_to() {
    let device = Device::flex();
    let mut norm = ActNorm::identity(3, &device);
    let x = normal([4, 3, 5, 6], 8, &device).mul_scalar(3.0) + normal([1, 3, 1, 1], 9, &device);
    norm.fit(x.clone());
    let y = norm.forward(x, &mut LogDet::ignored()).swap_dims(0, 1).flatten::<2>(1, 3);
    let mean = y.clone().mean_dim(1);
    let variance = (y - mean.clone()).square().mean_dim(1);
    assert!(values(mean).iter().all(|m| m.abs() < 1e-5));
    assert!(values(variance).iter().all(|v| (v - 1.0).abs() < 1e-4));
}

#[test]
fn a_badly_conditioned_mixing_is_undone() {
    let device = Device::flex();
    let rng = &mut stream(11, 0);
    let channels = 21;
    let [left, right] = [(), ()].map(|()| Mixing::random(channels, rng, &device).weight.val());
    // Singular values from 1 to 1/300.
    let singular: Vec<f32> = (0..channels).map(|i| 300f32.powf(-(i as f32) / 20.0)).collect();
    let log_det: f32 = singular.iter().map(|s| s.ln()).sum();
    let singular = Tensor::<1>::from_data(TensorData::new(singular, [channels]), &device).unsqueeze::<2>();
    let mut mixing = Mixing::random(channels, rng, &device);
    mixing.weight = mixing.weight.map(|_| (left * singular).matmul(right));
    let x = normal([1, channels, 3, 3], 12, &device);
    let mut sum = LogDet::zeros(1, &device);
    let y = mixing.forward(x.clone(), &mut sum);
    let off = difference(&mixing.inverse(y), &x);
    assert!(off < 1e-4, "{off}");
    let ours = values(sum.total().expect("asked for"))[0] / 9.0;
    assert!((ours - log_det).abs() < 1e-3, "{ours}, not {log_det}");
}

#[test]
fn the_gradient_of_a_mixing_s_log_determinant_is_its_inverse() {
    let device = Device::flex().autodiff();
    let mixing = disturbed(Mixing::random(4, &mut stream(13, 0), &device), 14);
    let weight = mixing.weight.val().require_grad();
    let mixing = Mixing { weight: burn::module::Param::from_tensor(weight) };
    let mut sum = LogDet::zeros(1, &device);
    mixing.forward(normal([1, 4, 1, 1], 15, &device), &mut sum);
    let gradients = sum.total().expect("asked for").backward();
    let gradient = mixing.weight.val().grad(&gradients).expect("it depends on the weight");
    // The gradient is W⁻ᵀ: Wᵀ times it is the identity.
    let product = mixing.weight.val().inner().transpose().matmul(gradient);
    assert!(difference(&product, &Tensor::eye(4, &product.device())) < 1e-5);
}

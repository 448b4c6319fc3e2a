//! Every operator against burn's own on Flex, forward and backward.
#![allow(clippy::disallowed_methods)] // Native only: reading results blocks.

use super::*;
use burn::tensor::ops::{ConvOptions, ConvTransposeOptions};
use burn::tensor::{Device, Distribution, module};
use proptest::prelude::*;

pub(super) fn random<const D: usize>(shape: [usize; D], device: &Device) -> Tensor<D> {
    Tensor::random(shape, Distribution::Normal(0.0, 1.0), device)
}

pub(super) fn assert_close<const D: usize>(ours: Tensor<D>, theirs: Tensor<D>, what: &str) {
    assert_eq!(ours.dims(), theirs.dims(), "{what}: shape");
    let ours = ours.into_data().try_into_vec::<f32>().expect("f32");
    let theirs = theirs.into_data().try_into_vec::<f32>().expect("f32");
    let scale = theirs.iter().fold(1.0f32, |scale, value| scale.max(value.abs()));
    for (i, (ours, theirs)) in ours.iter().zip(&theirs).enumerate() {
        assert!((ours - theirs).abs() <= 2e-5 * scale, "{what}, element {i}: {ours} and {theirs}, scale {scale}");
    }
}

/// Values and gradients of `ours` and `theirs` for the inputs `x` and `weight`, under a random linear functional.
fn compare(
    x: Tensor<5>,
    weight: Tensor<5>,
    ours: impl Fn(Tensor<5>, Tensor<5>) -> Tensor<5>,
    theirs: impl Fn(Tensor<5>, Tensor<5>) -> Tensor<5>,
) {
    let (x, weight) = (x.detach(), weight.detach());
    let run = |f: &dyn Fn(Tensor<5>, Tensor<5>) -> Tensor<5>, functional: Option<Tensor<5>>| {
        let (x, weight) = (x.clone().require_grad(), weight.clone().require_grad());
        let y = f(x.clone(), weight.clone());
        let functional = functional.unwrap_or_else(|| random(y.dims(), &y.device()));
        let grads = (y.clone() * functional.clone()).sum().backward();
        let gradients = [&x, &weight].map(|tensor| tensor.grad(&grads).expect("a gradient"));
        (y.inner(), gradients, functional)
    };
    let (y, [dx, dw], functional) = run(&ours, None);
    let (y_burn, [dx_burn, dw_burn], _) = run(&theirs, Some(functional));
    assert_close(y, y_burn, "output");
    assert_close(dx, dx_burn, "gradient of the input");
    assert_close(dw, dw_burn, "gradient of the weight");
}

fn check_conv(x: [usize; 5], weight: [usize; 5], stride: usize, padding: usize) {
    let device = Device::flex().autodiff();
    compare(
        random(x, &device),
        random(weight, &device),
        |x, w| conv3d(x, w, stride, padding),
        |x, w| module::conv3d(x, w, None, ConvOptions::new([stride; 3], [padding; 3], [1; 3], 1)),
    );
}

fn check_transpose(x: [usize; 5], weight: [usize; 5], stride: usize, padding: usize) {
    let device = Device::flex().autodiff();
    compare(
        random(x, &device),
        random(weight, &device),
        |x, w| conv_transpose3d(x, w, stride, padding),
        |x, w| {
            let options = ConvTransposeOptions::new([stride; 3], [padding; 3], [0; 3], [1; 3], 1);
            module::conv_transpose3d(x, w, None, options)
        },
    );
}

#[test]
fn products_with_small_matrices() {
    let device = Device::flex().autodiff();
    for [rows, count, columns] in [[1, 1, 16], [5, 96, 96], [200, 33, 48], [3, 7, 3], [0, 4, 16], [3, 4, 0]] {
        let (x, weight) = (random([rows, count], &device), random([count, columns], &device));
        assert_close(
            matmul(x.clone().inner(), weight.clone().inner()),
            x.clone().inner().matmul(weight.clone().inner()),
            "product",
        );
        // A view, and gradients.
        let (x, weight) = (x.require_grad(), weight.require_grad());
        let functional = random([columns, rows], &device).transpose();
        let gradients = |y: Tensor<2>| {
            let gradients = (y * functional.clone()).sum().backward();
            [&x, &weight].map(|tensor| tensor.grad(&gradients).expect("a gradient"))
        };
        let ours = gradients(matmul(x.clone(), weight.clone()));
        let theirs = gradients(x.clone().matmul(weight.clone()));
        for (ours, theirs) in ours.into_iter().zip(theirs) {
            assert_close(ours, theirs, "gradient");
        }
        let turned = random([count, rows], &device).inner().transpose();
        assert_close(
            matmul(turned.clone(), weight.clone().inner()),
            turned.matmul(weight.inner()),
            "product of a view",
        );
    }
}

#[test]
fn layers_of_the_small_gan() {
    for batch in [16, 2] {
        check_transpose([batch, 32, 1, 1, 1], [32, 64, 4, 4, 4], 1, 0);
        check_transpose([batch, 64, 4, 4, 4], [64, 32, 4, 4, 4], 2, 1);
        check_transpose([batch, 16, 5, 6, 7], [16, 1, 4, 4, 4], 2, 1);
        // Periodic volumes.
        check_transpose([batch, 8, 7, 7, 7], [8, 12, 4, 4, 4], 1, 3);
        check_transpose([batch, 16, 5, 6, 7], [16, 1, 4, 4, 4], 2, 3);
        check_conv([batch, 1, 12, 10, 8], [8, 1, 4, 4, 4], 2, 1);
        check_conv([batch, 8, 6, 6, 6], [16, 8, 4, 4, 4], 2, 1);
        check_conv([batch, 32, 4, 4, 4], [1, 32, 4, 4, 4], 1, 0);
    }
}

#[test]
fn strided_inputs() {
    let device = Device::flex().autodiff();
    let x = random([16, 6, 8, 5, 4], &device).swap_dims(2, 3).slice([0..16, 1..4, 0..5, 2..7, 0..4]);
    let w = random([4, 4, 3, 5, 4], &device).permute([4, 2, 0, 1, 3]).slice([0..4, 0..3, 0..3, 0..3, 0..3]);
    compare(
        x,
        w,
        |x, w| conv3d(x, w, 1, 1),
        |x, w| module::conv3d(x, w, None, ConvOptions::new([1; 3], [1; 3], [1; 3], 1)),
    );
}

/// burn's order, lane layout, and neither.
fn orders(device: &Device) -> [Tensor<5>; 3] {
    let x = random([16, 3, 4, 5, 6], device);
    let lanes = random([3, 4, 5, 6, 16], device).permute([4, 0, 1, 2, 3]);
    let neither = random([16, 3, 6, 5, 8], device).permute([0, 1, 4, 3, 2]).slice([0..16, 0..3, 2..6, 0..5, 0..6]);
    [x, lanes, neither]
}

#[test]
fn elementwise_functions() {
    let device = Device::flex().autodiff();
    type F = fn(Tensor<5>) -> Tensor<5>;
    // Gelu's gradient is compared with finite differences below: burn's is that of another function.
    let pairs: [(&str, F, F); 7] = [
        ("exp", exp, |x| x.exp()),
        ("sigmoid", sigmoid, burn::tensor::activation::sigmoid),
        ("silu", silu, burn::tensor::activation::silu),
        ("tanh", tanh, |x| x.tanh()),
        ("softplus", softplus, |x| burn::tensor::activation::softplus(x, 1.0)),
        ("relu", relu, burn::tensor::activation::relu),
        ("leaky_relu", |x| leaky_relu(x, 0.2), |x| burn::tensor::activation::leaky_relu(x, 0.2)),
    ];
    for x in orders(&device) {
        for (name, ours, theirs) in pairs {
            let run = |f: F| {
                let x = x.clone().detach().require_grad();
                let y = f(x.clone());
                let grads = (y.clone() * y.clone()).sum().backward();
                (y.inner(), x.grad(&grads).expect("a gradient"))
            };
            let ((y, dx), (y_burn, dx_burn)) = (run(ours), run(theirs));
            assert_close(y, y_burn, name);
            assert_close(dx, dx_burn, &format!("gradient of {name}"));
        }
    }
}

#[test]
fn gelu_is_exact() {
    let device = Device::flex().autodiff();
    let x = Tensor::<1>::from_floats([-8.0, -3.0, -1.0, -0.1, 0.0, 0.5, 2.0, 9.0], &device).require_grad();
    let y = gelu(x.clone());
    let grads = y.clone().sum().backward();
    // Φ(x)·x and Φ(x) + x·φ(x), from tables of the normal distribution to ten digits.
    let values = [-4.976_77e-15, -4.049_694e-3, -0.158_655_254, -0.046_017_216, 0.0, 0.345_731_231, 1.954_499_736, 9.0];
    let slopes = [-4.041_5e-14, -0.011_945_647, -0.083_315_471, 0.420_475_411, 0.5, 0.867_495_123, 1.085_231_937, 1.0];
    assert_close(y.inner(), Tensor::from_floats(values, &device.clone().inner()), "gelu");
    let slope = x.grad(&grads).expect("a gradient");
    assert_close(slope, Tensor::from_floats(slopes, &device.inner()), "gradient of gelu");
}

#[test]
fn sigmoid_is_as_exact_as_is_said() {
    let arguments: Vec<f32> = (-40_000..=40_000).map(|i| i as f32 * 1e-3).collect();
    let device = Device::flex();
    let values = |x: Tensor<1>| x.into_data().try_into_vec::<f32>().expect("f32");
    let x = Tensor::<1>::from_floats(arguments.as_slice(), &device);
    let (sigmoids, silus) = (values(sigmoid(x.clone())), values(silu(x)));
    for ((x, sigmoid), silu) in arguments.into_iter().map(f64::from).zip(sigmoids).zip(silus) {
        let exact = 1.0 / (1.0 + (-x).exp());
        let allowed = 3e-7 + 8e-8 * (-x).max(0.0);
        assert!((f64::from(sigmoid) / exact - 1.0).abs() < allowed, "sigmoid({x}) = {sigmoid}, not {exact}");
        assert!((f64::from(silu) - x * exact).abs() <= allowed * (x * exact).abs(), "silu({x}) = {silu}");
    }
}

#[test]
fn extreme_arguments() {
    let device = Device::flex();
    let x = Tensor::<1>::from_floats([f32::NEG_INFINITY, -200.0, -88.0, 88.5, 200.0, f32::INFINITY], &device);
    let values = |x: Tensor<1>| x.into_data().try_into_vec::<f32>().expect("f32");
    let e = values(exp(x.clone()));
    assert_eq!(e[..3], [0.0; 3]);
    assert!((e[3] / 88.5f32.exp() - 1.0).abs() < 1e-6);
    assert_eq!(e[4..], [f32::INFINITY; 2]);
    assert_eq!(values(tanh(x.clone())), [-1.0, -1.0, -1.0, 1.0, 1.0, 1.0]);
    let s = values(sigmoid(x.clone()));
    assert!(s[..3].iter().all(|&s| (0.0..1e-37).contains(&s)) && s[3..] == [1.0; 3], "{s:?}");
    assert_eq!(values(softplus(x)), [0.0, 0.0, 0.0, 88.5, 200.0, f32::INFINITY]);
    let nan = Tensor::<1>::from_floats([f32::NAN; 3], &device);
    for f in [Unary::Exp, Unary::Sigmoid, Unary::Silu, Unary::Tanh, Unary::Gelu, Unary::Softplus] {
        assert!(values(unary(nan.clone(), f)).iter().all(|y| y.is_nan()), "{f:?} swallows NaN");
    }
}

#[test]
fn batch_norms() {
    let device = Device::flex().autodiff();
    for x in orders(&device).into_iter().map(|x| x * 3.0 + 5.0) {
        for slope in [1.0, 0.0, 0.2] {
            let gamma = random([3], &device).add_scalar(1.0);
            let beta = random([3], &device);
            let functional = random(x.dims(), &device);
            let run = |ours: bool| {
                let inputs =
                    (x.clone().detach().require_grad(), [&gamma, &beta].map(|t| t.clone().detach().require_grad()));
                let (x, [gamma, beta]) = inputs.clone();
                let (y, mean, variance) = if ours {
                    let out = batch_norm_leaky_relu(x, gamma, beta, 1e-5, slope);
                    (out.output, out.mean, out.variance)
                } else {
                    let flat = x.clone().swap_dims(0, 1).reshape([3, -1]);
                    let mean = flat.clone().mean_dim(1);
                    let variance = (flat - mean.clone()).powi_scalar(2).mean_dim(1);
                    let spread = |t: Tensor<1>| t.reshape([1, 3, 1, 1, 1]);
                    let (mean, variance) = (mean.reshape([3]), variance.reshape([3]));
                    let z = (x - spread(mean.clone())) / (spread(variance.clone()) + 1e-5).sqrt();
                    let z = z * spread(gamma) + spread(beta);
                    (burn::tensor::activation::leaky_relu(z, f64::from(slope)), mean, variance)
                };
                let grads = (y.clone() * functional.clone()).sum().backward();
                let (x, [gamma, beta]) = inputs;
                let gradients = [gamma, beta].map(|t| t.grad(&grads).expect("a gradient"));
                (y.inner(), mean.inner(), variance.inner(), x.grad(&grads).expect("a gradient"), gradients)
            };
            let (ours, theirs) = (run(true), run(false));
            assert_close(ours.0, theirs.0, "output");
            assert_close(ours.1, theirs.1, "mean");
            assert_close(ours.2, theirs.2, "variance");
            assert_close(ours.3, theirs.3, "gradient of x");
            for (name, (ours, theirs)) in ["gamma", "beta"].iter().zip(ours.4.into_iter().zip(theirs.4)) {
                assert_close(ours, theirs, &format!("gradient of {name}"));
            }
        }
    }
}

/// Training must be repeatable on another machine: no sum may depend on how many threads share it.
#[cfg(feature = "native")]
#[test]
fn threads_do_not_change_results() {
    let device = Device::flex().autodiff();
    let (x, w) = (random([16, 3, 18, 18, 18], &device), random([5, 3, 4, 4, 4], &device));
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
        pool.install(|| {
            let (x, w) = (x.clone().detach().require_grad(), w.clone().detach().require_grad());
            let gamma = Tensor::ones([5], &device).require_grad();
            let out =
                batch_norm_relu(conv3d(x.clone(), w.clone(), 2, 1), gamma.clone(), Tensor::zeros([5], &device), 1e-5);
            let grads = (out.output.clone() * out.output).sum().backward();
            let bits = |data: burn::tensor::TensorData| -> Vec<u32> {
                data.try_into_vec::<f32>().expect("f32").into_iter().map(f32::to_bits).collect()
            };
            let gradients = [x.grad(&grads), w.grad(&grads)].map(|g| bits(g.expect("a gradient").into_data()));
            let gamma = bits(gamma.grad(&grads).expect("a gradient").into_data());
            (gradients, gamma, bits(out.mean.into_data()))
        })
    };
    assert_eq!(run(1), run(3));
}

/// Every gradient against central differences of its own forward pass, which no other implementation shares.
#[test]
fn finite_differences() {
    let device = Device::flex().autodiff();
    type F = fn(Tensor<5>) -> Tensor<5>;
    let ramp = |shape: [usize; 5]| {
        let n = shape.iter().product::<usize>() as i64;
        let x = Tensor::<1, burn::tensor::Int>::arange(0..n, &Device::flex()).float();
        (x * 0.7).sin().reshape(shape)
    };
    let functions: [F; 5] = [
        // A part of x is the weight, too: both gradients are checked.
        |x| conv3d(x.clone(), x.slice([0..2, 0..2, 0..2, 0..2, 0..2]) * 2.0, 2, 1),
        |x| conv_transpose3d(x.clone(), x.slice([0..2, 0..2, 0..2, 0..2, 0..2]) * 2.0, 2, 1),
        |x| {
            let ones = Tensor::ones([2], &x.device());
            batch_norm_leaky_relu(x, ones.clone(), ones * 0.1, 1e-3, 0.3).output
        },
        gelu,
        softplus,
    ];
    for (index, f) in functions.into_iter().enumerate() {
        let shape = [16, 2, 2, 3, 3];
        let x = ramp(shape);
        let loss = |x: Tensor<5>| {
            let y = f(x);
            let weights = Tensor::from_inner(ramp(y.dims()) * 0.5).to_device(&y.device());
            (y.clone() * y * weights).sum()
        };
        let tracked = Tensor::<5>::from_inner(x.clone()).to_device(&device).require_grad();
        let gradient = tracked.grad(&loss(tracked.clone()).backward()).expect("a gradient");
        for at in [0usize, 7, 100, 311, 575] {
            let direction = |step: f32| {
                let mut values = x.clone().into_data().try_into_vec::<f32>().expect("f32");
                values[at] += step;
                let x = Tensor::<1>::from_floats(values.as_slice(), &Device::flex()).reshape(shape);
                loss(x).into_scalar::<f32>()
            };
            let slope = (direction(0.01) - direction(-0.01)) / 0.02;
            let ours = gradient.clone().reshape([-1]).slice(burn::tensor::s![at..at + 1]).into_scalar::<f32>();
            assert!((ours - slope).abs() < 2e-2 * slope.abs().max(1.0), "function {index}, {at}: {ours}, not {slope}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn odd_shapes(
        batch in prop::sample::select(vec![1usize, 3, 16, 32]),
        inputs in 1usize..6,
        outputs in 1usize..10,
        grid in prop::array::uniform3(1usize..8),
        kernel in prop::array::uniform3(1usize..5),
        stride in 1usize..4,
        padding in 0usize..3,
    ) {
        if (0..3).all(|axis| grid[axis] + 2 * padding >= kernel[axis]) {
            check_conv(
                [batch, inputs, grid[0], grid[1], grid[2]],
                [outputs, inputs, kernel[0], kernel[1], kernel[2]],
                stride,
                padding,
            );
        }
        if (0..3).all(|axis| (grid[axis] - 1) * stride + kernel[axis] > 2 * padding) {
            check_transpose(
                [batch, inputs, grid[0], grid[1], grid[2]],
                [inputs, outputs, kernel[0], kernel[1], kernel[2]],
                stride,
                padding,
            );
        }
    }
}

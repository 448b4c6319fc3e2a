//! A circle needs its own flow: the smallest problem on which the periodic flow can be judged, for its answer is known
//! (spec §5, experiment A).
//!
//! The data are a mixture of three von Mises distributions. A small network is trained with the belief's concentration
//! as an input or with time alone, sampled by either strategy, and held against a diffusion with wrapped normal noise.
//! The score is the total variation distance between a histogram of samples and the mixture itself.
//!
//! Found (five trainings; distance after 5, 10, 20 and 50 steps):
//!
//! | | 5 | 10 | 20 | 50 |
//! |---|---|---|---|---|
//! | vanilla, entropy and time | .364 | .146 | .046 | .050 |
//! | vanilla, time only | .123 | .075 | .068 | .065 |
//! | end back, entropy and time | .403 | .215 | .204 | .198 |
//! | end back, time only | .185 | .196 | .206 | .197 |
//! | wrapped normal diffusion | .094 | .060 | .044 | .039 |
//!
//! With 20 and 50 steps the vanilla sampler comes near the data and the end-back sampler stays a fifth away. The
//! concentration as an input harms few steps and gains little with many. The diffusion, which knows of the circle too, is
//! nearest throughout.

use std::f64::consts::{PI, TAU};

use burn::{
    module::{Module, Param},
    optim::{AdamConfig, GradientsParams},
    tensor::{Device, Shape, Tensor, TensorData},
};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

use super::{AccuracySchedule, Belief, PeriodicFlow, table::VonMisesTable, von_mises, wrap_angle};
use crate::{nn::fast, seed};

/// Means, concentrations and weights of the mixture.
pub const MIXTURE: [(f64, f64, f64); 3] = [(-2.0, 20.0, 0.3), (0.5, 30.0, 0.5), (2.2, 50.0, 0.2)];
/// Bins of the histogram.
pub const BINS: usize = 60;
/// Multiples of the angle that the network sees.
const FREQUENCIES: usize = 4;
/// Angle features, certainty, time.
const INPUTS: usize = 2 * FREQUENCIES + 2;
/// Smallest and largest noise of the diffusion.
const NOISE: (f64, f64) = (0.02, 4.0);

/// How much is trained.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effort {
    /// Training steps.
    pub iterations: usize,
    /// Draws per training step.
    pub batch: usize,
}

impl Effort {
    /// Of the figure. After 3000 training steps the vanilla sampler is still 0.11 to 0.18 away with 20 and 50 steps of the
    /// flow, and four times the draws per step do not help.
    pub const FULL: Self = Self { iterations: 9000, batch: 256 };
}

/// Density of the mixture.
pub fn density(angle: f64) -> f64 {
    MIXTURE.iter().map(|(mean, kappa, weight)| weight * von_mises::density(angle - mean, *kappa)).sum()
}

/// Draws from the mixture itself.
pub fn data(count: usize, rng: &mut impl Rng) -> Vec<f64> {
    let tables = MIXTURE.map(|(mean, kappa, weight)| (mean, VonMisesTable::new(kappa), weight));
    (0..count)
        .map(|_| {
            let mut u: f64 = rng.random();
            let chosen = tables.iter().find(|(_, _, weight)| {
                u -= weight;
                u < 0.0
            });
            let (mean, table, _) = chosen.unwrap_or(&tables[2]);
            wrap_angle(mean + table.sample(rng))
        })
        .collect()
}

/// Share of angles in each of [`BINS`] bins from −π on.
pub fn histogram(angles: &[f64]) -> Vec<f64> {
    let mut shares = vec![0.0; BINS];
    for angle in angles {
        let bin = ((wrap_angle(*angle) + PI) / TAU * BINS as f64) as usize;
        shares[bin.min(BINS - 1)] += 1.0 / angles.len() as f64;
    }
    shares
}

/// Half the summed difference between the histogram of `angles` and the mixture: 0 for a perfect sampler of infinitely
/// many samples, ≈ 0.014 for one of 20 000.
pub fn total_variation(angles: &[f64]) -> f64 {
    /// Points of Simpson's rule in a bin, less one.
    const PIECES: usize = 16;
    let width = TAU / BINS as f64;
    let truth = |bin: usize| {
        let h = width / PIECES as f64;
        let at = |k: usize| density(-PI + bin as f64 * width + k as f64 * h);
        let inner: f64 = (1..PIECES).map(|k| if k % 2 == 1 { 4.0 } else { 2.0 } * at(k)).sum();
        h / 3.0 * (at(0) + inner + at(PIECES))
    };
    0.5 * histogram(angles).iter().enumerate().map(|(bin, share)| (share - truth(bin)).abs()).sum::<f64>()
}

/// The periodic flow, trained for one number of steps.
pub struct TrainedFlow {
    network: Network,
    flow: PeriodicFlow,
    entropy: bool,
    device: Device,
}

impl TrainedFlow {
    /// Minimises `αᵢ A(αᵢ)(1 − cos(x̂ − x))` at random steps; x̂ is the direction of the network's output. `entropy`:
    /// whether the network sees the belief's concentration, or only the time.
    pub fn train(steps: usize, entropy: bool, effort: Effort, seed: u64, device: &Device) -> Self {
        let flow = PeriodicFlow::new(AccuracySchedule::linear_entropy(steps));
        let network = train(effort, &mut seed::stream(seed, steps as u64), device, |network, rng, device| {
            let truth = data(effort.batch, rng);
            let (mut rows, mut weights) = (Vec::new(), Vec::new());
            for &x in &truth {
                let step = rng.random_range(1..=steps);
                let (mean, concentration) = flow.centred_view(step, rng);
                rows.push(row(&flow, x + mean, concentration, step, entropy));
                let alpha = flow.schedule().alphas()[step - 1];
                weights.push(alpha * von_mises::mean_length(alpha));
            }
            let output = network.forward(features(&rows, device));
            let length = output.clone().square().sum_dim(1).add_scalar(1e-12).sqrt();
            let cos = output.clone().narrow(1, 0, 1) / length.clone();
            let sin = output.narrow(1, 1, 1) / length;
            let agreement = cos * column(truth.iter().map(|x| x.cos()), device)
                + sin * column(truth.iter().map(|x| x.sin()), device);
            (agreement.neg().add_scalar(1.0) * column(weights.into_iter(), device)).mean()
        });
        Self { network, flow, entropy, device: device.clone() }
    }

    /// Draws `count` angles. `end_back`: all observations anew around each prediction; else one more.
    pub fn sample(&self, end_back: bool, count: usize, rng: &mut impl Rng) -> Vec<f64> {
        let flow = &self.flow;
        let mut beliefs = vec![Belief::default(); count];
        let mut means: Vec<f64> = (0..count).map(|_| flow.centred_view(1, rng).0).collect();
        let mut predictions = Vec::new();
        for step in 1..=flow.steps() {
            let seen =
                means.iter().zip(&beliefs).map(|(&m, belief)| row(flow, m, belief.concentration(), step, self.entropy));
            let answers = outputs(&self.network, &seen.collect::<Vec<_>>(), &self.device);
            predictions = answers.into_iter().map(|[x, y]| y.atan2(x)).collect();
            for ((belief, mean), &x) in beliefs.iter_mut().zip(&mut means).zip(&predictions) {
                *belief = if end_back {
                    let centred = flow.centred_belief(step, rng);
                    Belief::new(x + centred.mean(), centred.concentration())
                } else {
                    belief.observe(x + flow.error(step, rng), flow.schedule().alphas()[step - 1])
                };
                *mean = belief.mean();
            }
        }
        predictions
    }
}

/// Diffusion by wrapped normal noise with growing variance.
pub struct TrainedDiffusion {
    network: Network,
    device: Device,
}

impl TrainedDiffusion {
    /// Denoising score matching with a continuous time: one network for every number of steps.
    pub fn train(effort: Effort, seed: u64, device: &Device) -> Self {
        let network = train(effort, &mut seed::stream(seed, 0), device, |network, rng, device| {
            let (mut rows, mut scores) = (Vec::new(), Vec::new());
            for x in data(effort.batch, rng) {
                let t: f64 = rng.random();
                let sigma = deviation(t);
                let normal: f64 = StandardNormal.sample(rng);
                let noise = wrap_angle(sigma * normal);
                rows.push((x + noise, 0.0, t));
                scores.push(scaled_score(noise, sigma));
            }
            let output = network.forward(features(&rows, device)).narrow(1, 0, 1);
            (output - column(scores.into_iter(), device)).square().mean()
        });
        Self { network, device: device.clone() }
    }

    /// Draws `count` angles ancestrally in `steps` steps.
    pub fn sample(&self, steps: usize, count: usize, rng: &mut impl Rng) -> Vec<f64> {
        let mut angles: Vec<f64> = (0..count).map(|_| super::table::uniform_angle(rng)).collect();
        for step in (1..=steps).rev() {
            let (t, before) = (step as f64 / steps as f64, (step - 1) as f64 / steps as f64);
            // The last step goes all the way to no noise.
            let (sigma, next) = (deviation(t), if step == 1 { 0.0 } else { deviation(before) });
            let rows: Vec<_> = angles.iter().map(|&x| (x, 0.0, t)).collect();
            let removed = sigma * sigma - next * next;
            let spread = next * (removed / (sigma * sigma)).sqrt();
            for (angle, [score, _]) in angles.iter_mut().zip(outputs(&self.network, &rows, &self.device)) {
                let normal: f64 = StandardNormal.sample(rng);
                *angle = wrap_angle(*angle + removed * score / sigma + spread * normal);
            }
        }
        angles
    }
}

/// A multilayer perceptron, 10 → 96 → 96 → 2.
#[derive(Module, Debug)]
struct Network {
    weights: Vec<Param<Tensor<2>>>,
    biases: Vec<Param<Tensor<1>>>,
}

impl Network {
    fn random(rng: &mut impl Rng, device: &Device) -> Self {
        let sizes = [INPUTS, 96, 96, 2];
        let mut uniform = |count: usize, bound: f64| -> Vec<f32> {
            (0..count).map(|_| (bound * (2.0 * rng.random::<f64>() - 1.0)) as f32).collect()
        };
        let (mut weights, mut biases) = (Vec::new(), Vec::new());
        for pair in sizes.windows(2) {
            let bound = 1.0 / (pair[0] as f64).sqrt();
            let weight = TensorData::new(uniform(pair[0] * pair[1], bound), Shape::from([pair[0], pair[1]]));
            weights.push(Param::from_tensor(Tensor::from_data(weight, device)));
            let bias = TensorData::new(uniform(pair[1], bound), Shape::from([pair[1]]));
            biases.push(Param::from_tensor(Tensor::from_data(bias, device)));
        }
        Self { weights, biases }
    }

    /// `[batch, INPUTS]` → `[batch, 2]`.
    fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        let last = self.weights.len() - 1;
        self.weights.iter().zip(&self.biases).enumerate().fold(x, |x, (i, (weight, bias))| {
            let y = x.matmul(weight.val()) + bias.val().unsqueeze::<2>();
            if i == last { y } else { fast::silu(y) }
        })
    }
}

/// What the network sees of (angle, certainty, time), one row each.
fn features(rows: &[(f64, f64, f64)], device: &Device) -> Tensor<2> {
    let mut values = Vec::with_capacity(rows.len() * INPUTS);
    for &(angle, certainty, time) in rows {
        for k in 1..=FREQUENCIES {
            let (sin, cos) = (k as f64 * angle).sin_cos();
            values.extend([cos as f32, sin as f32]);
        }
        values.extend([certainty as f32, time as f32]);
    }
    Tensor::from_data(TensorData::new(values, [rows.len(), INPUTS]), device)
}

fn column(values: impl Iterator<Item = f64>, device: &Device) -> Tensor<2> {
    let values: Vec<f32> = values.map(|x| x as f32).collect();
    let count = values.len();
    Tensor::from_data(TensorData::new(values, [count, 1]), device)
}

/// Minimises `loss` of batches by Adam, with a rate that falls to nothing along a cosine.
fn train(
    effort: Effort,
    rng: &mut ChaCha8Rng,
    device: &Device,
    mut loss: impl FnMut(&Network, &mut ChaCha8Rng, &Device) -> Tensor<1>,
) -> Network {
    let device = device.clone().autodiff();
    let mut network = Network::random(rng, &device);
    let mut optimizer = AdamConfig::new().with_epsilon(1e-8).init();
    for step in 0..effort.iterations {
        let rate = 1e-3 * (1.0 + (PI * step as f64 / effort.iterations as f64).cos());
        let gradients = GradientsParams::from_grads(loss(&network, rng, &device).backward(), &network);
        network = optimizer.step(rate, network, gradients);
    }
    network.valid()
}

fn row(flow: &PeriodicFlow, mean: f64, concentration: f64, step: usize, entropy: bool) -> (f64, f64, f64) {
    let time = (step - 1) as f64 / flow.steps() as f64;
    (mean, if entropy { flow.certainty(concentration) } else { 0.0 }, time)
}

fn outputs(network: &Network, rows: &[(f64, f64, f64)], device: &Device) -> Vec<[f64; 2]> {
    let values: Vec<f32> = network.forward(features(rows, device)).into_data().iter::<f32>().collect();
    values.chunks_exact(2).map(|pair| [f64::from(pair[0]), f64::from(pair[1])]).collect()
}

/// Standard deviation of the diffusion's noise at `t` ∈ 0 … 1.
fn deviation(t: f64) -> f64 {
    NOISE.0 * (NOISE.1 / NOISE.0).powf(t)
}

/// σ times the score of a wrapped normal distribution at `x`.
fn scaled_score(x: f64, sigma: f64) -> f64 {
    let (mut mass, mut moment) = (0.0, 0.0);
    for turn in -4..=4 {
        let z = (x + TAU * f64::from(turn)) / sigma;
        let weight = (-0.5 * z * z).exp();
        mass += weight;
        moment -= weight * z;
    }
    moment / mass.max(f64::MIN_POSITIVE)
}

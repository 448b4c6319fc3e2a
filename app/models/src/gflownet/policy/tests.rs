//! The network, its gradients and its optimiser against plain double-precision arithmetic and PyTorch.

use super::{
    Activation, Adam, BackwardPolicy, Conditions, Evaluations, Inputs, Mlp, Optimiser, Parameter, Policy, PolicyConfig,
    PolicyGradient, Rates, Scratch, Tape, log_sum_exp, masked_log_softmax, norm, product,
};
use crate::gflownet::{
    environment::Environment,
    rollout::toys::{grid, sets},
};
use crate::seed::stream;
use rand::Rng;

/// The network's outputs in f64 for one row, from its parameters by name.
fn reference(parameters: &[Parameter], activation: Activation, input: &[f64]) -> Vec<f64> {
    let layers = parameters.chunks_exact(2);
    let last = layers.len() - 1;
    let mut values = input.to_vec();
    for (index, pair) in layers.enumerate() {
        let outputs = pair[0].shape[1];
        let sum = |j: usize| {
            let products = values.iter().enumerate().map(|(i, x)| x * f64::from(pair[0].values[i * outputs + j]));
            products.sum::<f64>() + f64::from(pair[1].values[j])
        };
        let slope = if activation == Activation::Relu { 0.0 } else { 0.01 };
        let bend = |x: f64| if index == last || x > 0.0 { x } else { slope * x };
        values = (0..outputs).map(|j| bend(sum(j))).collect();
    }
    values
}

/// Central differences of `f` along each value of `parameters`. The values are floats: the step is what they make of it.
fn differences(parameters: &[Parameter], f: impl Fn(&[Parameter]) -> f64) -> Vec<Vec<f64>> {
    let mut moved = parameters.to_vec();
    let mut slopes = Vec::new();
    for (array, parameter) in parameters.iter().enumerate() {
        let mut row = Vec::new();
        for (place, &value) in parameter.values.iter().enumerate() {
            let (up, down) = (value + 1e-4, value - 1e-4);
            moved[array].values[place] = up;
            let above = f(&moved);
            moved[array].values[place] = down;
            row.push((above - f(&moved)) / f64::from(up - down));
            moved[array].values[place] = value;
        }
        slopes.push(row);
    }
    slopes
}

fn assert_close(gradient: &[Parameter], slopes: &[Vec<f64>]) {
    for (gradient, slopes) in gradient.iter().zip(slopes) {
        for (place, (found, expected)) in gradient.values.iter().zip(slopes).enumerate() {
            let error = (f64::from(*found) - expected).abs();
            assert!(error < 2e-4 * (1.0 + expected.abs()), "{} [{place}]: {found} {expected}", gradient.name);
        }
    }
}

#[test]
fn products_agree_with_plain_sums_in_every_shape() {
    let mut rng = stream(1, 0);
    for (rows, depth, width) in [(1, 16, 16), (2, 5, 48), (3, 16, 32), (7, 33, 16), (16, 64, 80), (260, 256, 256)] {
        let mut draw = |count: usize| (0..count).map(|_| rng.random_range(-1.0..1.0_f32)).collect::<Vec<_>>();
        let (x, w, bias) = (draw(rows * depth), draw(depth * width), draw(width));
        let mut y = vec![f32::NAN; rows * width];
        product::affine(&x, depth, &w, &bias, &mut y, width);
        for (index, found) in y.iter().enumerate().step_by(7) {
            let (i, j) = (index / width, index % width);
            let sum: f64 = (0..depth).map(|p| f64::from(x[i * depth + p]) * f64::from(w[p * width + j])).sum();
            assert!((sum + f64::from(bias[j]) - f64::from(*found)).abs() < 1e-4);
        }
        let mut dw = vec![f32::NAN; depth * width];
        product::outer(&x, depth, &y, &mut dw, width);
        for (index, found) in dw.iter().enumerate().step_by(13) {
            let (i, j) = (index / width, index % width);
            let sum: f64 = (0..rows).map(|r| f64::from(x[r * depth + i]) * f64::from(y[r * width + j])).sum();
            assert!((sum - f64::from(*found)).abs() < 1e-3 * (1.0 + sum.abs()));
        }
        let mut turned = vec![f32::NAN; w.len()];
        product::transpose(&w, width, &mut turned);
        assert!((0..w.len()).all(|index| turned[index % width * depth + index / width] == w[index]));
    }
}

#[test]
fn the_gradient_of_the_perceptron_is_that_of_differences() {
    for activation in [Activation::Relu, Activation::LeakyRelu] {
        for hidden in [&[] as &[usize], &[7, 20]] {
            let mut mlp = Mlp::new((5, 2), hidden, 3, activation, &mut stream(2, 0));
            let rows: [(&[u32], [f32; 2]); 3] = [(&[0, 3], [0.5, -1.0]), (&[], [2.0, 0.0]), (&[4], [-0.3, 0.7])];
            let mut inputs = Inputs::new(2);
            for (ones, dense) in rows {
                inputs.push(|places| places.extend_from_slice(ones), &dense);
            }
            let (pitch, weights) = (mlp.pitch(), [[1.0, -0.5, 0.25], [0.3, 2.0, -1.0], [-0.7, 0.1, 0.9]]);
            let mut output_gradient = vec![0.0; 3 * pitch];
            for (row, weights) in output_gradient.chunks_mut(pitch).zip(weights) {
                row.iter_mut().zip(weights).for_each(|(slot, weight)| *slot = weight as f32);
            }
            let (mut tape, mut scratch) = (Tape::default(), Scratch::default());
            mlp.forward(&inputs, &mut tape, 0);
            let mut gradient = vec![f32::NAN; mlp.len()];
            mlp.backward(&inputs, &tape, &output_gradient, &mut gradient, &mut scratch);
            let slopes = differences(&mlp.named("", mlp.values()), |parameters| {
                let mut sum = 0.0;
                for ((ones, dense), weights) in rows.iter().zip(weights) {
                    let mut input = [0.0; 7];
                    ones.iter().for_each(|&one| input[one as usize] = 1.0);
                    (input[5], input[6]) = (f64::from(dense[0]), f64::from(dense[1]));
                    let outputs = reference(parameters, activation, &input);
                    sum += outputs.iter().zip(weights).map(|(output, weight)| output * weight).sum::<f64>();
                }
                sum
            });
            assert_close(&mlp.named("", &gradient), &slopes);
            // Padding has no gradient: it stays 0 however long the network learns.
            let mut adam = Adam::new(mlp.len());
            adam.update(mlp.values_mut(), &gradient, 0.1, 0.01);
            let live: usize = mlp.values().iter().filter(|value| **value != 0.0).count();
            assert!(live <= mlp.parameter_count());
        }
    }
}

#[test]
fn the_gradient_of_the_heads_is_that_of_differences() {
    let sets = sets(5, 3);
    let config =
        PolicyConfig { hidden: vec![9], condition_features: 2, condition_values: 1, ..PolicyConfig::default() };
    let policy = Policy::new(&sets, &config, &mut stream(3, 0)).expect("small");
    let mut conditions = Conditions::new(1);
    conditions.push(&[1], &[0.5]);
    conditions.push(&[], &[-2.0]);
    let asked = [([0, 0, 0, 0, 0], 0, 3, 0), ([1, 0, 0, 1, 0], 1, 2, 3), ([1, 0, 0, 0, 0], 0, 4, 0)];
    let (forward, backward, flow) = ([0.7, -1.2, 0.4], [0.0, 0.8, 1.1], [0.2, 0.5, -0.9]);
    let mut evaluations = Evaluations::new();
    evaluations.prepare(&policy, &sets, &conditions);
    let rows = asked.map(|(state, condition, ..)| evaluations.row(&policy, &sets, &state, condition));
    evaluations.compute_all(&policy);
    for (index, (_, _, action, undo)) in asked.into_iter().enumerate() {
        evaluations.add_forward(&policy, rows[index], action, forward[index]);
        evaluations.add_backward(&policy, rows[index], undo, backward[index]);
        evaluations.add_flow(rows[index], flow[index]);
    }
    let mut gradient = PolicyGradient::default();
    evaluations.backward(&policy, &mut gradient);
    let found = policy.network.named("layers.", &gradient.network);
    let slopes = differences(&policy.network.named("layers.", policy.network.values()), |parameters| {
        let mut sum = 0.0;
        for (index, (state, condition, action, undo)) in asked.into_iter().enumerate() {
            let (ones, dense) = conditions.get(condition as usize);
            let mut input: Vec<f64> = state.iter().map(|&c| f64::from(c)).collect();
            input.extend([f64::from(u8::from(ones.contains(&0))), f64::from(u8::from(ones.contains(&1)))]);
            input.push(f64::from(dense[0]));
            let outputs = reference(parameters, Activation::LeakyRelu, &input);
            let over = |logits: &[f64], cell: i16| {
                log_sum_exp(logits.iter().zip(state).filter(|(_, c)| *c == cell).map(|(logit, _)| *logit))
            };
            sum += forward[index] * (outputs[action] - over(&outputs[..5], 0)) + flow[index] * outputs[10];
            if index > 0 {
                sum += backward[index] * (outputs[5 + undo] - over(&outputs[5..10], 1));
            }
        }
        sum
    });
    assert_close(&found, &slopes);
}

#[test]
fn each_distinct_state_is_evaluated_once_and_anew_after_a_step() {
    let grid = grid(2, 4);
    let config = PolicyConfig { hidden: vec![8], condition_features: 1, ..PolicyConfig::default() };
    let mut policy = Policy::new(&grid, &config, &mut stream(4, 0)).expect("small");
    let mut conditions = Conditions::new(0);
    conditions.push(&[0], &[]);
    conditions.push(&[], &[]);
    let mut evaluations = Evaluations::new();
    evaluations.prepare(&policy, &grid, &conditions);
    let rows = [([0, 0, 0], 0), ([1, 0, 0], 0), ([0, 0, 0], 1), ([1, 0, 0], 0)]
        .map(|(state, condition)| evaluations.row(&policy, &grid, &state, condition));
    assert_eq!(rows, [0, 1, 2, 1]);
    evaluations.compute(&policy);
    // What is added later does not change what is there.
    let before = evaluations.log_forward(&policy, 1).to_vec();
    evaluations.row(&policy, &grid, &[2, 2, 0], 1);
    evaluations.compute_all(&policy);
    assert_eq!(evaluations.log_forward(&policy, 1), before);
    assert_ne!(evaluations.log_forward(&policy, 0), evaluations.log_forward(&policy, 2));
    evaluations.prepare(&policy, &grid, &conditions);
    assert_eq!(evaluations.len(), 4);
    let mut optimiser = Optimiser::new(&policy);
    evaluations.add_flow(0, 1.0);
    let mut gradient = PolicyGradient::default();
    evaluations.backward(&policy, &mut gradient);
    optimiser.step(&mut policy, &mut gradient, &Rates::default());
    evaluations.prepare(&policy, &grid, &conditions);
    assert!(evaluations.is_empty());
}

#[test]
fn a_masked_softmax_of_extreme_logits_has_no_nan() {
    let mut log_probs = [0.0; 4];
    masked_log_softmax(&[1e4, -1e4, 3.0, 1e4], &[true, true, false, false], &mut log_probs);
    assert_eq!(log_probs, [0.0, -2e4, f64::NEG_INFINITY, f64::NEG_INFINITY]);
    masked_log_softmax(&[-1e4, f32::MAX, -3.3, 0.0], &[false, false, true, false], &mut log_probs);
    assert_eq!(log_probs[2], 0.0, "a single legal action is certain");
    masked_log_softmax(&[1.0; 4], &[false; 4], &mut log_probs);
    assert_eq!(log_probs, [f64::NEG_INFINITY; 4]);
    masked_log_softmax(&[0.5, 1.5, -2.0, 7.0], &[true, true, true, false], &mut log_probs);
    assert!(log_sum_exp(log_probs.iter().copied()).abs() < 1e-15);
    assert_eq!(log_sum_exp([f64::NEG_INFINITY; 2].into_iter()), f64::NEG_INFINITY);
    assert_eq!(log_sum_exp([-1e300, 700.0, 700.0].into_iter()), 700.0 + 2.0_f64.ln());
}

/// Recipe: `torch.optim.Adam([p], lr=0.1, weight_decay=d)` of PyTorch 2, three steps from (0.5, −1, 2, 0) with the
/// gradients below.
#[test]
fn adam_takes_the_steps_of_pytorch() {
    let gradients = [[0.1, -2.0, 0.0, 1e-6], [0.3, 1.0, -0.5, 0.0], [-0.2, 0.25, 4.0, 1e-6]];
    for (decay, expected) in [
        (0.0, [0.282_431_48, -0.860_010_39, 2.018_156_53, -0.245_891_66]),
        (0.01, [0.280_387_7, -0.858_787_54, 1.914_713_98, 0.046_500_97]),
    ] {
        let (mut adam, mut values) = (Adam::new(4), [0.5, -1.0, 2.0, 0.0]);
        for gradient in gradients {
            adam.update(&mut values, &gradient, 0.1, decay);
        }
        for (found, expected) in values.iter().zip(expected) {
            assert!((f64::from(*found) - expected).abs() < 3e-6, "{values:?}");
        }
    }
}

#[test]
fn gradients_are_shortened_to_the_norm_asked_for() {
    let grid = grid(1, 3);
    let config = PolicyConfig { hidden: vec![], ..PolicyConfig::default() };
    let mut policy = Policy::new(&grid, &config, &mut stream(0, 0)).expect("small");
    let mut gradient = PolicyGradient { network: vec![2.0; policy.network.len()], log_z: 5.0 };
    let length = norm(&gradient.network);
    let rates = Rates { clip_norm: Some(0.5), ..Rates::default() };
    assert_eq!(Optimiser::new(&policy).step(&mut policy, &mut gradient, &rates), length);
    assert!((norm(&gradient.network) - 0.5).abs() < 1e-6);
    let log_z = policy.log_z().expect("it is learned");
    assert!((log_z + 0.1).abs() < 1e-6, "a first step of Adam is as long as its rate, whatever the norm");
}

#[test]
fn parameters_and_moments_survive_a_round_trip_and_bad_ones_are_refused() {
    let sets = sets(4, 2);
    let config = PolicyConfig { hidden: vec![6, 5], ..PolicyConfig::default() };
    let policy = Policy::new(&sets, &config, &mut stream(1, 0)).expect("small");
    let mut other = Policy::new(&sets, &config, &mut stream(2, 0)).expect("small");
    let mut parameters = policy.parameters();
    let names: Vec<&str> = parameters.iter().map(|parameter| parameter.name.as_str()).collect();
    assert_eq!(names[..3], ["layers.0.weight", "layers.0.bias", "layers.1.weight"]);
    assert_eq!(names[6], "log_z");
    assert_eq!(parameters.iter().map(|parameter| parameter.values.len()).sum::<usize>(), policy.parameter_count());
    parameters.reverse();
    other.set_parameters(&parameters).expect("the same shapes");
    assert_eq!(other.parameters(), policy.parameters());

    let mut optimiser = Optimiser::new(&policy);
    let mut gradient = PolicyGradient { network: vec![0.5; policy.network.len()], log_z: 1.0 };
    optimiser.step(&mut other, &mut gradient, &Rates::default());
    let moments = optimiser.parameters(&policy);
    let again = Optimiser::from_parameters(&policy, &moments).expect("the same shapes");
    assert_eq!((again.steps(), again.parameters(&policy)), (1, moments.clone()));

    let unchanged = other.parameters();
    let spoil = |change: fn(&mut Vec<Parameter>)| {
        let mut spoilt = parameters.clone();
        change(&mut spoilt);
        spoilt
    };
    for spoilt in [
        spoil(|list| list.truncate(6)),
        spoil(|list| list.push(Parameter { name: "more".into(), shape: vec![1], values: vec![0.0] })),
        spoil(|list| list[3].values[0] = f32::NAN),
        spoil(|list| list[2].shape.reverse()),
        spoil(|list| list[2].values.truncate(3)),
    ] {
        assert!(other.set_parameters(&spoilt).is_err());
        assert_eq!(other.parameters(), unchanged);
    }
    assert!(Optimiser::from_parameters(&policy, &parameters).is_err());
}

#[test]
fn parameters_start_uniformly_within_one_over_the_root_of_the_inputs() {
    let mlp = Mlp::new((400, 0), &[100], 10, Activation::Relu, &mut stream(7, 0));
    for (parameter, inputs) in mlp.named("", mlp.values()).iter().zip([400.0, 400.0, 100.0, 100.0_f64]) {
        let bound = 1.0 / inputs.sqrt();
        let largest = parameter.values.iter().fold(0.0, |largest: f64, value| largest.max(f64::from(value.abs())));
        assert!(largest <= bound * 1.000_001 && largest > 0.7 * bound, "{} {largest} {bound}", parameter.name);
    }
}

#[test]
fn networks_that_are_too_large_or_empty_are_refused() {
    let grid = grid(2, 8);
    for hidden in [vec![0], vec![usize::MAX], vec![8; 40], vec![8192, 8192, 8192]] {
        let config = PolicyConfig { hidden, ..PolicyConfig::default() };
        assert!(Policy::new(&grid, &config, &mut stream(0, 0)).is_err());
    }
    let config = PolicyConfig { condition_features: usize::MAX, ..PolicyConfig::default() };
    assert!(Policy::new(&grid, &config, &mut stream(0, 0)).is_err());
    let uniform = PolicyConfig { backward: BackwardPolicy::Uniform, hidden: vec![4], ..PolicyConfig::default() };
    let policy = Policy::new(&grid, &uniform, &mut stream(0, 0)).expect("small");
    assert_eq!(policy.parameters()[2].shape, [4, grid.actions() + 1], "no outputs for a backward policy");
}

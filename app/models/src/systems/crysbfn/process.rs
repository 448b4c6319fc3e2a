//! What happens to a crystal before the network sees it: every number is known only through noisy observations.

use std::{
    collections::BTreeMap,
    f64::consts::PI,
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use burn::tensor::{Device, Tensor, TensorData};
use rand::Rng;

use super::{
    config::{CoordinateFlow, CrystalConfig, schedule_of},
    encode::{self, EncodedCrystal},
    network::Beliefs,
};
use crate::bayesian_flow::{
    AccuracySchedule, DiscreteFlow, GaussianFlow, PeriodicFlow, periodic, schedule::FINAL_CONCENTRATION, von_mises,
};

/// The flows of one number of steps.
#[derive(Clone, Debug)]
pub enum Coordinates {
    /// Beliefs on the circle.
    Periodic(PeriodicFlow),
    /// The ablation that does not know of the period: x/π as a real number.
    Gaussian(GaussianFlow, usize),
}

impl Coordinates {
    /// The flow of `steps` steps.
    pub fn new(flow: CoordinateFlow, steps: usize) -> Self {
        match schedule_of(flow) {
            Some(kind) => Self::Periodic(PeriodicFlow::new(AccuracySchedule::new(kind, steps, FINAL_CONCENTRATION))),
            None => Self::Gaussian(GaussianFlow::LATTICE, steps),
        }
    }

    /// Number of steps.
    pub fn steps(&self) -> usize {
        match self {
            Self::Periodic(flow) => flow.steps(),
            Self::Gaussian(_, steps) => *steps,
        }
    }

    /// Weight of the squared error, in rad², before step `step` in the n-step loss.
    pub fn loss_weight(&self, step: usize) -> f64 {
        match self {
            Self::Periodic(flow) => {
                let alpha = flow.schedule().alphas()[step - 1];
                flow.steps() as f64 * alpha * von_mises::mean_length(alpha)
            }
            Self::Gaussian(flow, steps) => flow.loss_weight(step, *steps) / (PI * PI),
        }
    }

    /// What is seen of a coordinate at `angle` before step `step`: the mean of the belief and how certain it is.
    pub fn view(&self, angle: f64, step: usize, rng: &mut impl Rng) -> (f64, f64) {
        match self {
            Self::Periodic(flow) => {
                let (mean, concentration) = flow.centred_view(step, rng);
                (angle + mean, flow.certainty(concentration))
            }
            Self::Gaussian(flow, steps) => {
                let t = (step - 1) as f64 / *steps as f64;
                (PI * flow.belief(angle / PI, t, rng), t)
            }
        }
    }
}

/// The flow that was asked for last: its schedule and tables take as long to prepare as some steps.
#[derive(Debug, Default)]
pub struct LastFlow(Mutex<Option<(CoordinateFlow, Arc<Coordinates>)>>);

impl LastFlow {
    /// [`Coordinates::new`], unless the last one will do.
    pub fn get(&self, flow: CoordinateFlow, steps: usize) -> Arc<Coordinates> {
        // Whoever panics leaves it whole. Others need not wait while one is made.
        let last = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = last().as_ref().filter(|(kind, made)| *kind == flow && made.steps() == steps).cloned();
        let (_, flow) = known.unwrap_or_else(|| {
            let made = (flow, Arc::new(Coordinates::new(flow, steps)));
            *last() = Some(made.clone());
            made
        });
        flow
    }
}

/// All flows of a model.
#[derive(Clone, Debug)]
pub struct Process {
    config: CrystalConfig,
    coordinates: BTreeMap<usize, Coordinates>,
    /// Of the cell's numbers.
    pub lattice: GaussianFlow,
    /// Of the elements.
    pub types: DiscreteFlow,
}

/// What the network should have answered, and how much each answer counts.
#[derive(Clone, Debug)]
pub struct Targets {
    /// x, `[batch, atoms, 3]`.
    pub angles: Tensor<3>,
    /// The cell's numbers, `[batch, 6 or 9]`.
    pub lattice: Tensor<2>,
    /// One-hot classes, `[batch, atoms, K]`; only ab initio.
    pub types: Option<Tensor<3>>,
    /// `[batch, 1, 1]`.
    pub angle_weights: Tensor<3>,
    /// `[batch, 1]`.
    pub lattice_weights: Tensor<2>,
    /// `[batch, 1, 1]`.
    pub type_weights: Tensor<3>,
}

impl Process {
    /// The flows of `config`, for the numbers of steps that it trains.
    pub fn new(config: &CrystalConfig) -> Self {
        let flows = config.steps.iter().map(|&steps| (steps, Coordinates::new(config.coordinates, steps)));
        Self {
            coordinates: flows.collect(),
            lattice: GaussianFlow::LATTICE,
            types: DiscreteFlow { classes: config.classes(), accuracy: config.type_accuracy },
            config: config.clone(),
        }
    }

    /// The beliefs about `crystals` at random moments, each at its own, and the targets.
    ///
    /// # Panics
    /// If there are none or their numbers of atoms differ: batches are of equal size, so that nothing is padded.
    pub fn corrupt(&self, crystals: &[&EncodedCrystal], rng: &mut impl Rng, device: &Device) -> (Beliefs, Targets) {
        let (batch, atoms) = (crystals.len(), crystals.first().map_or(0, |c| c.angles.len()));
        assert!(atoms > 0 && crystals.iter().all(|c| c.angles.len() == atoms), "a batch has crystals of one size");
        let config = &self.config;
        let classes = config.classes();
        let ab_initio = config.task == super::Task::AbInitio;
        let mut seen = Columns::default();
        let mut theta = vec![0.0; batch * atoms * classes];
        let mut truth = Vec::with_capacity(theta.len());
        for (crystal, theta) in crystals.iter().zip(theta.chunks_mut(atoms * classes)) {
            let flow = &self.coordinates[&config.steps[rng.random_range(0..config.steps.len())]];
            let steps = flow.steps();
            let step = rng.random_range(1..=steps);
            let t = (step - 1) as f64 / steps as f64;
            for &x in crystal.angles.iter().flatten() {
                let (mean, certainty) = flow.view(x, step, rng);
                seen.angles.push(mean);
                seen.certainty.push(certainty);
                seen.target_angles.push(x);
            }
            for &x in &crystal.lattice {
                seen.lattice.push(self.lattice.belief(x, t, rng));
                seen.target_lattice.push(x);
            }
            let one_hot = encode::one_hot(&crystal.classes, classes);
            if ab_initio {
                for (truth, theta) in one_hot.chunks(classes).zip(theta.chunks_mut(classes)) {
                    self.types.belief(truth, t, theta, rng);
                }
            } else {
                theta.copy_from_slice(&one_hot);
            }
            truth.extend(one_hot);
            seen.time.extend(encode::time_embedding(step, steps, config));
            seen.angle_weights.push(flow.loss_weight(step));
            seen.lattice_weights.push(self.lattice.loss_weight(step, steps));
            seen.type_weights.push(self.types.loss_weight(t));
        }
        let width = config.lattice.width();
        let theta = Tensor::from_data(TensorData::new(theta, [batch, atoms, classes]), device);
        let beliefs = Beliefs {
            types: encode::type_input(theta, config),
            angles: encode::tensor(&seen.angles, [batch, atoms, 3], device),
            certainty: encode::tensor(&seen.certainty, [batch, atoms, 3], device),
            lattice: encode::tensor(&seen.lattice, [batch, width], device),
            time: Tensor::from_data(TensorData::new(seen.time, [batch, config.time_width]), device),
        };
        let targets = Targets {
            angles: encode::tensor(&seen.target_angles, [batch, atoms, 3], device),
            lattice: encode::tensor(&seen.target_lattice, [batch, width], device),
            types: ab_initio.then(|| Tensor::from_data(TensorData::new(truth, [batch, atoms, classes]), device)),
            angle_weights: encode::tensor(&seen.angle_weights, [batch, 1, 1], device),
            lattice_weights: encode::tensor(&seen.lattice_weights, [batch, 1], device),
            type_weights: encode::tensor(&seen.type_weights, [batch, 1, 1], device),
        };
        (beliefs, targets)
    }
}

/// A batch in the making.
#[derive(Default)]
struct Columns {
    angles: Vec<f64>,
    certainty: Vec<f64>,
    lattice: Vec<f64>,
    time: Vec<f32>,
    target_angles: Vec<f64>,
    target_lattice: Vec<f64>,
    angle_weights: Vec<f64>,
    lattice_weights: Vec<f64>,
    type_weights: Vec<f64>,
}

/// Concentration that counts as certain.
pub const LAST: f64 = FINAL_CONCENTRATION;

/// As the network sees a concentration.
pub fn certainty(concentration: f64) -> f64 {
    periodic::certainty(concentration, LAST)
}

/// What people are shown of how certain a coordinate is, where the network sees `certainty`: the share of what will be
/// known that is known, 0 … 1; without the circle, the share of the steps.
pub fn shown(flow: CoordinateFlow, certainty: f64) -> f64 {
    match flow {
        CoordinateFlow::Gaussian => certainty,
        CoordinateFlow::LinearEntropy | CoordinateFlow::ExponentialAccuracy => information(certainty),
    }
}

/// [`periodic::information`] between tabulated values: every coordinate of every frame asks for it, and each of its Bessel
/// functions is a series.
fn information(certainty: f64) -> f64 {
    /// Intervals of the table.
    const COUNT: usize = 1024;
    static TABLE: LazyLock<Vec<f64>> =
        LazyLock::new(|| (0..=COUNT).map(|i| periodic::information(i as f64 / COUNT as f64, LAST)).collect());
    let place = certainty.clamp(0.0, 1.0) * COUNT as f64;
    let below = (place as usize).min(COUNT - 1);
    let [low, high] = [TABLE[below], TABLE[below + 1]];
    low + (high - low) * (place - below as f64)
}

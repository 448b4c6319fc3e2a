//! From nothing known to a crystal, one prediction of the network a step (spec §3, *Sampler*).
//!
//! All randomness is drawn on the host and none of it waits for the device: what is believed about a coordinate at x̂
//! after some observations is what would be believed about one at 0, turned by x̂.

use std::{f64::consts::PI, sync::Arc};

use burn::tensor::{Device, Tensor, TensorData, activation::softmax};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

use super::{
    config::{CrystalConfig, Task},
    encode,
    network::{Beliefs, CspNet, Prediction},
    process::{self, Coordinates},
};
use crate::{
    ModelError,
    bayesian_flow::{DiscreteFlow, GaussianFlow},
};

/// How the belief of the next step comes from a prediction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strategy {
    /// All observations are drawn anew around the prediction. Prefers modes; does not converge to the data's
    /// distribution with more steps (spec §5, experiment A).
    EndBack,
    /// One more observation of the prediction is added to the belief, as Bayes' rule has it.
    Vanilla,
    /// The first for two thirds of the steps, then the second.
    Mix,
}

/// Crystals of equally many atoms in the making.
pub struct Generation {
    network: CspNet,
    config: CrystalConfig,
    flow: Arc<Coordinates>,
    lattice_flow: GaussianFlow,
    type_flow: DiscreteFlow,
    strategy: Strategy,
    device: Device,
    rngs: Vec<ChaCha8Rng>,
    atoms: usize,
    /// Probabilities of the classes, `[batch, atoms, K]`.
    theta: Tensor<3>,
    beliefs: Beliefs,
    /// Concentrations of the coordinates' beliefs, `[batch, atoms, 3]`; 1 where the flow is Gaussian.
    concentration: Tensor<3>,
    prediction: Option<Prediction>,
    done: usize,
}

impl Generation {
    /// Starts one crystal for each of `rngs`, with `atoms` atoms, in the steps of `flow`.
    ///
    /// `classes` holds the class of every atom, crystal after crystal, where the composition is given.
    ///
    /// # Errors
    /// If the sizes disagree or the network was trained for another number of steps.
    pub fn start(
        network: CspNet,
        config: &CrystalConfig,
        classes: Option<&[usize]>,
        atoms: usize,
        flow: Arc<Coordinates>,
        strategy: Strategy,
        mut rngs: Vec<ChaCha8Rng>,
    ) -> Result<Self, ModelError> {
        let parameters = |message: String| Err(ModelError::Parameters(message));
        let (batch, steps) = (rngs.len(), flow.steps());
        if batch == 0 || atoms == 0 {
            return parameters("nothing to sample".to_owned());
        }
        if config.time == super::TimeInput::Index && !config.steps.contains(&steps) {
            return parameters(format!("parameters.steps: this network was trained for {:?} steps", config.steps));
        }
        let device = network.norm.gamma.device();
        let count = config.classes();
        let theta = match (config.task, classes) {
            (Task::StructurePrediction, Some(classes)) if classes.len() == batch * atoms => {
                encode::one_hot(classes, count)
            }
            (Task::AbInitio, None) => vec![1.0 / count as f32; batch * atoms * count],
            (Task::StructurePrediction, _) => return parameters("this model needs the class of every atom".to_owned()),
            (Task::AbInitio, Some(_)) => return parameters("this model chooses the elements itself".to_owned()),
        };
        let theta = Tensor::from_data(TensorData::new(theta, [batch, atoms, count]), &device);
        let (angles, certainty) = views(&flow, 1, &mut rngs, atoms);
        let shape = [batch, atoms, 3];
        let concentration = vec![if matches!(*flow, Coordinates::Periodic(_)) { 0.0 } else { 1.0 }; batch * atoms * 3];
        let beliefs = Beliefs {
            types: encode::type_input(theta.clone(), config),
            angles: encode::tensor(&angles, shape, &device),
            certainty: encode::tensor(&certainty, shape, &device),
            lattice: Tensor::zeros([batch, config.lattice.width()], &device),
            time: time(1, steps, batch, config, &device),
        };
        Ok(Self {
            network,
            flow,
            lattice_flow: GaussianFlow::LATTICE,
            type_flow: DiscreteFlow { classes: count, accuracy: config.type_accuracy },
            config: config.clone(),
            strategy,
            rngs,
            atoms,
            theta,
            beliefs,
            concentration: encode::tensor(&concentration, shape, &device),
            device,
            prediction: None,
            done: 0,
        })
    }

    /// Steps in all.
    pub fn total_steps(&self) -> usize {
        self.flow.steps()
    }

    /// Steps done.
    pub fn done(&self) -> usize {
        self.done
    }

    /// Atoms of each crystal.
    pub fn atoms(&self) -> usize {
        self.atoms
    }

    /// Crystals in the making.
    pub fn batch(&self) -> usize {
        self.rngs.len()
    }

    /// Predicts, and draws the belief of the next step. After the last step it does nothing.
    pub fn step(&mut self) {
        let steps = self.total_steps();
        if self.done == steps {
            return;
        }
        let prediction = self.network.forward(&self.beliefs, &self.config);
        self.done += 1;
        if self.done < steps {
            let end_back = match self.strategy {
                Strategy::EndBack => true,
                Strategy::Vanilla => false,
                Strategy::Mix => 3 * self.done < 2 * steps,
            };
            if end_back {
                self.redraw(&prediction);
            } else {
                self.observe(&prediction);
            }
            if prediction.types.is_some() {
                self.beliefs.types = encode::type_input(self.theta.clone(), &self.config);
            }
            self.beliefs.time = time(self.done + 1, steps, self.batch(), &self.config, &self.device);
        }
        self.prediction = Some(prediction);
    }

    /// Draws every belief anew, as if the prediction were the truth.
    fn redraw(&mut self, prediction: &Prediction) {
        let (batch, atoms, next) = (self.batch(), self.atoms, self.done + 1);
        let shape = [batch, atoms, 3];
        let t = self.done as f64 / self.total_steps() as f64;
        match &*self.flow {
            Coordinates::Periodic(flow) => {
                let (mut turns, mut lengths) = (Vec::new(), Vec::new());
                for rng in &mut self.rngs {
                    for _ in 0..3 * atoms {
                        let (mean, concentration) = flow.centred_view(next, rng);
                        turns.push(mean);
                        lengths.push(concentration);
                    }
                }
                let certainty: Vec<f64> = lengths.iter().map(|&c| process::certainty(c)).collect();
                let turns = encode::tensor(&turns, shape, &self.device);
                self.beliefs.angles = wrap(prediction.angles.clone() + turns);
                self.concentration = encode::tensor(&lengths, shape, &self.device);
                self.beliefs.certainty = encode::tensor(&certainty, shape, &self.device);
            }
            Coordinates::Gaussian(flow, _) => {
                let gamma = flow.gamma(t);
                let noise = noise(&mut self.rngs, 3 * atoms, shape, PI * (gamma * (1.0 - gamma)).sqrt(), &self.device);
                self.beliefs.angles = prediction.angles.clone().mul_scalar(gamma) + noise;
                self.beliefs.certainty = Tensor::full(shape, t, &self.device);
            }
        }
        let gamma = self.lattice_flow.gamma(t);
        let width = self.config.lattice.width();
        let spread = (gamma * (1.0 - gamma)).sqrt();
        let noisy = noise(&mut self.rngs, width, [batch, width], spread, &self.device);
        self.beliefs.lattice = prediction.lattice.clone().mul_scalar(gamma) + noisy;
        if let Some(logits) = &prediction.types {
            let classes = self.type_flow.classes;
            let (beta, shape) = (self.type_flow.beta(t), [batch, atoms, classes]);
            let spread = (beta * classes as f64).sqrt();
            let noisy = noise(&mut self.rngs, atoms * classes, shape, spread, &self.device);
            let scores = softmax(logits.clone(), 2).mul_scalar(beta * classes as f64).sub_scalar(beta) + noisy;
            self.theta = softmax(scores, 2);
        }
    }

    /// Adds one observation of the prediction to every belief.
    fn observe(&mut self, prediction: &Prediction) {
        let (batch, atoms, steps, step) = (self.batch(), self.atoms, self.total_steps(), self.done);
        let shape = [batch, atoms, 3];
        match &*self.flow {
            Coordinates::Periodic(flow) => {
                let mut errors = Vec::with_capacity(3 * batch * atoms);
                for rng in &mut self.rngs {
                    errors.extend((0..3 * atoms).map(|_| flow.error(step, rng)));
                }
                let alpha = flow.schedule().alphas()[step - 1];
                let seen = prediction.angles.clone() + encode::tensor(&errors, shape, &self.device);
                let mean = self.beliefs.angles.clone();
                let x = self.concentration.clone() * mean.clone().cos() + seen.clone().cos().mul_scalar(alpha);
                let y = self.concentration.clone() * mean.sin() + seen.sin().mul_scalar(alpha);
                self.concentration = (x.clone().square() + y.clone().square()).sqrt();
                self.beliefs.angles = y.atan2(x);
                let (none, all) = (1e-7f64.ln(), process::LAST.ln());
                let logarithm = self.concentration.clone().add_scalar(1e-7).log();
                self.beliefs.certainty = logarithm.sub_scalar(none).div_scalar(all - none);
            }
            Coordinates::Gaussian(flow, _) => {
                let (rho, alpha) = (flow.precision(step, steps), flow.accuracy(step, steps));
                let noisy = noise(&mut self.rngs, 3 * atoms, shape, PI / alpha.sqrt(), &self.device);
                let seen = prediction.angles.clone() + noisy;
                self.beliefs.angles =
                    (self.beliefs.angles.clone().mul_scalar(rho) + seen.mul_scalar(alpha)).div_scalar(rho + alpha);
                self.beliefs.certainty = Tensor::full(shape, step as f64 / steps as f64, &self.device);
            }
        }
        let (rho, alpha) = (self.lattice_flow.precision(step, steps), self.lattice_flow.accuracy(step, steps));
        let width = self.config.lattice.width();
        let noisy = noise(&mut self.rngs, width, [batch, width], 1.0 / alpha.sqrt(), &self.device);
        let seen = prediction.lattice.clone() + noisy;
        self.beliefs.lattice =
            (self.beliefs.lattice.clone().mul_scalar(rho) + seen.mul_scalar(alpha)).div_scalar(rho + alpha);
        if let Some(logits) = &prediction.types {
            let classes = self.type_flow.classes;
            let shape = [batch, atoms, classes];
            let alpha = self.type_flow.step_accuracy(step, steps);
            // A class is drawn by the Gumbel-max trick, on the device.
            let mut gumbel = Vec::with_capacity(batch * atoms * classes);
            for rng in &mut self.rngs {
                gumbel.extend((0..atoms * classes).map(|_| -(-rng.random::<f64>().max(1e-300).ln()).ln()));
            }
            let gumbel = encode::tensor(&gumbel, shape, &self.device);
            let drawn = (logits.clone() + gumbel).argmax(2).one_hot::<4>(classes).float().reshape(shape);
            let spread = (alpha * classes as f64).sqrt();
            let noisy = noise(&mut self.rngs, atoms * classes, shape, spread, &self.device);
            let scores = drawn.mul_scalar(alpha * classes as f64).sub_scalar(alpha) + noisy;
            // θ' ∝ θ eʸ; the floor keeps a class that was ruled out from becoming NaN.
            self.theta = softmax(self.theta.clone().clamp_min(1e-30).log() + scores, 2);
        }
    }

    /// The newest prediction.
    pub fn prediction(&self) -> Option<&Prediction> {
        self.prediction.as_ref()
    }

    /// How certain each coordinate's belief is, `[batch, atoms, 3]`, 0 … 1: of the belief that made the newest
    /// prediction's successor.
    pub fn certainty(&self) -> &Tensor<3> {
        &self.beliefs.certainty
    }
}

/// Means and certainties of coordinates at 0 before step `step`, crystal after crystal.
fn views(flow: &Coordinates, step: usize, rngs: &mut [ChaCha8Rng], atoms: usize) -> (Vec<f64>, Vec<f64>) {
    let mut views = Vec::with_capacity(rngs.len() * atoms * 3);
    for rng in rngs {
        views.extend((0..3 * atoms).map(|_| flow.view(0.0, step, rng)));
    }
    views.into_iter().unzip()
}

fn time(step: usize, steps: usize, batch: usize, config: &CrystalConfig, device: &Device) -> Tensor<2> {
    let embedding = encode::time_embedding(step, steps, config).repeat(batch);
    Tensor::from_data(TensorData::new(embedding, [batch, config.time_width]), device)
}

/// Normal noise: `count` numbers for each crystal from its own generator.
fn noise<const D: usize>(
    rngs: &mut [ChaCha8Rng],
    count: usize,
    shape: [usize; D],
    deviation: f64,
    device: &Device,
) -> Tensor<D> {
    let mut values = Vec::with_capacity(rngs.len() * count);
    for rng in rngs {
        values.extend((0..count).map(|_| {
            let z: f64 = StandardNormal.sample(rng);
            deviation * z
        }));
    }
    encode::tensor(&values, shape, device)
}

/// Into [−π, π].
fn wrap(angles: Tensor<3>) -> Tensor<3> {
    let turns = angles.clone().div_scalar(2.0 * PI).round();
    angles - turns.mul_scalar(2.0 * PI)
}

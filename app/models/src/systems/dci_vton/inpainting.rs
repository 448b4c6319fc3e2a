//! From a draft to the picture: the noised draft, step by step less noisy, and the kept pixels pasted back. The same for
//! the diffusion models of all sizes.

use std::fmt::Debug;

use burn::tensor::{Tensor, TensorData};
use catalog::systems::dci_vton::Solver;
use rand::Rng;

use crate::{
    diffusion::{Ddim, Plms, Schedule, Step},
    seed::standard_normal,
};

/// A diffusion model of latents that paints what is not kept.
pub trait Inpainter: Debug {
    /// Latents of pictures `[n, 3, h, w]` in −1 … 1.
    fn encode(&self, pictures: Tensor<4>) -> Tensor<4>;

    /// Pictures of latents, not clamped.
    fn decode(&self, latents: Tensor<4>) -> Tensor<4>;

    /// A keep mask `[n, 1, h, w]` at the latents' sides.
    fn shrink(&self, keep: Tensor<4>) -> Tensor<4>;

    /// ε of latents at `n` times, with the latent of the picture to inpaint, the keep mask at the latents' sides, and
    /// the garment's context.
    fn epsilon(
        &self,
        z_t: Tensor<4>,
        z_inpaint: Tensor<4>,
        keep: Tensor<4>,
        context: Tensor<3>,
        times: &[usize],
    ) -> Tensor<4>;

    /// The times of a sampling of about `steps` steps.
    fn timetable(&self, steps: usize) -> Ddim;

    /// The nearest latent that a picture can have, if that is known.
    fn possible(&self, _latents: &Tensor<4>) -> Option<Tensor<4>> {
        None
    }
}

/// The pictures that a sampling works on, `[n, 3, h, w]` in −1 … 1, and what belongs to them.
#[derive(Clone, Debug)]
pub struct Given {
    /// Whose pixels are kept.
    pub person: Tensor<4>,
    /// `[n, 1, h, w]`: 1 where the person stays.
    pub keep: Tensor<4>,
    /// What sampling starts from and what it sees.
    pub draft: Draft,
    /// What is known of the garment as a whole, `[n, 1, …]`.
    pub context: Tensor<3>,
}

/// What a diffusion model is given of a try-on.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The composite: its noised latent is where sampling starts.
    pub composite: Tensor<4>,
    /// The picture to inpaint: its latent is seen at every step.
    pub inpaint: Tensor<4>,
}

/// Where sampling starts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Start {
    /// From the noised composite, as the paper does.
    #[default]
    Composite,
    /// From noise alone, for comparison.
    Noise,
}

/// How the steps are taken.
#[derive(Clone, Debug)]
enum Way {
    Ddim { done: usize },
    Plms(Box<Plms<4>>),
}

/// A sampling in the making.
#[derive(Clone, Debug)]
pub struct Refinement {
    steps: Vec<Step>,
    way: Way,
    z: Tensor<4>,
    /// ẑ₀ of the last step.
    predicted: Option<Tensor<4>>,
    z_inpaint: Tensor<4>,
    keep_small: Tensor<4>,
    context: Tensor<3>,
    person: Tensor<4>,
    keep: Tensor<4>,
}

impl Refinement {
    /// Starts a sampling of `model` in about `steps` steps.
    pub fn new(
        model: &dyn Inpainter,
        given: Given,
        start: Start,
        solver: Solver,
        steps: usize,
        rng: &mut impl Rng,
    ) -> Self {
        let latent = model.encode(given.draft.composite);
        let shape = latent.dims();
        let noise = standard_normal(rng, shape.iter().product());
        let noise = Tensor::from_data(TensorData::new(noise, shape), &latent.device());
        let z = match start {
            Start::Composite => Schedule::stable_diffusion().start(latent, noise),
            Start::Noise => noise,
        };
        let times = model.timetable(steps);
        Self {
            steps: times.steps().to_vec(),
            way: match solver {
                Solver::Ddim => Way::Ddim { done: 0 },
                Solver::Plms => Way::Plms(Box::new(Plms::new(&times))),
            },
            z,
            predicted: None,
            z_inpaint: model.encode(given.draft.inpaint),
            keep_small: model.shrink(given.keep.clone()),
            context: given.context,
            person: given.person,
            keep: given.keep,
        }
    }

    /// How often a model is asked in all: once a step, and once more by PLMS.
    pub fn evaluations(model: &dyn Inpainter, solver: Solver, steps: usize) -> usize {
        model.timetable(steps).steps().len() + usize::from(solver == Solver::Plms)
    }

    /// Whether the model was asked already.
    pub fn has_begun(&self) -> bool {
        self.predicted.is_some()
    }

    /// Asks the model once and goes on; `false` if there was nothing left to do.
    pub fn step(&mut self, model: &dyn Inpainter) -> bool {
        let step = match &self.way {
            Way::Ddim { done } => self.steps.get(*done),
            Way::Plms(plms) => plms.time().and_then(|time| self.steps.iter().find(|step| step.time == time)),
        };
        let Some(&step) = step else { return false };
        let times = vec![step.time; self.z.dims()[0]];
        let (z, context) = (self.z.clone(), self.context.clone());
        let mut epsilon = model.epsilon(z.clone(), self.z_inpaint.clone(), self.keep_small.clone(), context, &times);
        let mut predicted = step.predicted(z.clone(), epsilon.clone());
        if let Some(possible) = model.possible(&predicted) {
            epsilon = (z.clone() - possible.clone() * step.alpha.sqrt()) / (1.0 - step.alpha).sqrt();
            predicted = possible;
        }
        self.predicted = Some(predicted);
        self.z = match &mut self.way {
            Way::Ddim { done } => {
                *done += 1;
                step.advance(z, epsilon)
            }
            Way::Plms(plms) => plms.step(z, epsilon),
        };
        true
    }

    /// The picture so far, `[n, 3, h, w]`: while steps are left, what the last one takes for the result. The kept pixels
    /// are as they were.
    pub fn picture(&self, model: &dyn Inpainter) -> Tensor<4> {
        let finished = match &self.way {
            Way::Ddim { done } => *done == self.steps.len(),
            Way::Plms(plms) => plms.time().is_none(),
        };
        let latent = self.predicted.as_ref().filter(|_| !finished).unwrap_or(&self.z).clone();
        paste(model.decode(latent).clamp(-1.0, 1.0), self.person.clone(), self.keep.clone())
    }
}

/// The result: what is repainted from `made`, everything else from the person, bit for bit.
pub fn paste(made: Tensor<4>, person: Tensor<4>, keep: Tensor<4>) -> Tensor<4> {
    // Not a sum of products: 0 times what is no number is none.
    let kept = keep.greater_elem(0.5).expand(person.dims());
    made.mask_where(kept, person)
}

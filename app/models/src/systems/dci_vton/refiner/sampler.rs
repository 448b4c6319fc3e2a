//! From a draft to the picture: the noised draft, step by step less noisy, and the kept pixels pasted back.

use burn::tensor::{Tensor, TensorData};
use catalog::systems::dci_vton::Solver;
use rand::Rng;

use super::{Draft, Refiner, composite::paste, first_stage};
use crate::{
    diffusion::{Ddim, Plms, Schedule, Step},
    seed::standard_normal,
};

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
    /// Starts on `n` drafts. `person: [n, 3, h, w]` gives the kept pixels, `keep: [n, 1, h, w]` says which they are;
    /// `context: [n, 1, …]` is [`Refiner::context`] or [`Refiner::no_context`].
    #[allow(clippy::too_many_arguments, reason = "each is a thing of its own, and there is one caller more than tests")]
    pub fn new(
        ddim: &Ddim,
        solver: Solver,
        start: Start,
        draft: Draft,
        person: Tensor<4>,
        keep: Tensor<4>,
        context: Tensor<3>,
        rng: &mut impl Rng,
    ) -> Self {
        let latent = first_stage::encode(draft.composite);
        let shape = latent.dims();
        let noise = standard_normal(rng, shape.iter().product());
        let noise = Tensor::from_data(TensorData::new(noise, shape), &latent.device());
        let z = match start {
            Start::Composite => Schedule::stable_diffusion().start(latent, noise),
            Start::Noise => noise,
        };
        Self {
            steps: ddim.steps().to_vec(),
            way: match solver {
                Solver::Ddim => Way::Ddim { done: 0 },
                Solver::Plms => Way::Plms(Box::new(Plms::new(ddim))),
            },
            z,
            predicted: None,
            z_inpaint: first_stage::encode(draft.inpaint),
            keep_small: first_stage::shrink(keep.clone()),
            context,
            person,
            keep,
        }
    }

    /// How often the network is asked in all: once a step, and once more by PLMS.
    pub fn evaluations(ddim: &Ddim, solver: Solver) -> usize {
        ddim.steps().len() + usize::from(solver == Solver::Plms)
    }

    /// Whether the network was asked already.
    pub fn has_begun(&self) -> bool {
        self.predicted.is_some()
    }

    /// Asks the network once and goes on; `false` if there was nothing left to do.
    pub fn step(&mut self, refiner: &Refiner) -> bool {
        let step = match &self.way {
            Way::Ddim { done } => self.steps.get(*done),
            Way::Plms(plms) => plms.time().and_then(|time| self.steps.iter().find(|step| step.time == time)),
        };
        let Some(&step) = step else { return false };
        let time = Tensor::full([self.z.dims()[0]], step.time as f32, &self.z.device());
        let (z, context) = (self.z.clone(), self.context.clone());
        let epsilon = refiner.epsilon(z.clone(), self.z_inpaint.clone(), self.keep_small.clone(), context, time);
        // A picture has no values beyond −1 … 1, and what lies beyond in ẑ₀ is an error of ε times up to 14.6 (1/√ᾱ₉₉₉):
        // pixel-space diffusion cuts it off, and the first stage here is pixel space. The paper's latents have no bounds.
        let picture = first_stage::decode(step.predicted(z.clone(), epsilon)).clamp(-1.0, 1.0);
        let predicted = first_stage::encode(picture);
        let epsilon = (z.clone() - predicted.clone() * step.alpha.sqrt()) / (1.0 - step.alpha).sqrt();
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

    /// The picture so far, `[n, 3, h, w]`: what the last step takes for it, the kept pixels as they were.
    pub fn picture(&self) -> Tensor<4> {
        let latent = self.predicted.clone().unwrap_or_else(|| self.z.clone());
        paste(first_stage::decode(latent).clamp(-1.0, 1.0), self.person.clone(), self.keep.clone())
    }
}

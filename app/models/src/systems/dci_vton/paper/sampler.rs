//! PLMS from the noised composite (spec §3, *Sampler*), without guidance.

use burn::tensor::{Tensor, TensorData};
use rand::Rng;

use super::PaperRefiner;
use crate::{
    diffusion::{Ddim, Plms, Schedule},
    seed::standard_normal,
};

/// What a sampling is given: `n` pictures `[n, 3, h, w]` in −1 … 1.
#[derive(Clone, Debug)]
pub struct Given {
    /// Whose pixels are kept.
    pub person: Tensor<4>,
    /// Its noised latent is the start.
    pub composite: Tensor<4>,
    /// Its latent is seen at every step.
    pub inpaint: Tensor<4>,
    /// `[n, 1, h, w]`: 1 where the person stays.
    pub keep: Tensor<4>,
    /// `[n, 1, context]`.
    pub context: Tensor<3>,
}

/// A sampling in the making.
#[derive(Clone, Debug)]
pub struct PaperRefinement {
    plms: Plms<4>,
    z: Tensor<4>,
    z_inpaint: Tensor<4>,
    keep_small: Tensor<4>,
    context: Tensor<3>,
    person: Tensor<4>,
    keep: Tensor<4>,
}

impl PaperRefinement {
    /// Starts with `steps` steps; 100 as published.
    pub fn new(refiner: &PaperRefiner, given: Given, steps: usize, rng: &mut impl Rng) -> Self {
        let schedule = Schedule::stable_diffusion();
        let latent = refiner.encode(given.composite, None);
        let shape = latent.dims();
        let noise = standard_normal(rng, shape.iter().product());
        let noise = Tensor::from_data(TensorData::new(noise, shape), &latent.device());
        Self {
            plms: Plms::new(&Ddim::as_published(&schedule, steps)),
            z: schedule.start(latent, noise),
            z_inpaint: refiner.encode(given.inpaint, None),
            keep_small: nearest(given.keep.clone(), [shape[2], shape[3]]),
            context: given.context,
            person: given.person,
            keep: given.keep,
        }
    }

    /// Evaluates the network once; `false` if nothing was left to do.
    pub fn step(&mut self, refiner: &PaperRefiner) -> bool {
        let Some(time) = self.plms.time() else { return false };
        let time = Tensor::full([self.z.dims()[0]], time as f32, &self.z.device());
        let (z, context) = (self.z.clone(), self.context.clone());
        let epsilon = refiner.epsilon(z.clone(), self.z_inpaint.clone(), self.keep_small.clone(), context, time);
        self.z = self.plms.step(z, epsilon);
        true
    }

    /// The picture of the latest latent, the kept pixels as they were, bit for bit.
    pub fn picture(&self, refiner: &PaperRefiner) -> Tensor<4> {
        let made = refiner.decode(self.z.clone()).clamp(-1.0, 1.0);
        // Not a sum of products: 0 times what is no number is none.
        let kept = self.keep.clone().greater_elem(0.5).expand(self.person.dims());
        made.mask_where(kept, self.person.clone())
    }
}

/// Every so-manieth pixel, the first of each block, as PyTorch's nearest neighbours are.
fn nearest(mask: Tensor<4>, [height, width]: [usize; 2]) -> Tensor<4> {
    let [n, c, h, w] = mask.dims();
    assert!(h.is_multiple_of(height) && w.is_multiple_of(width), "{h} × {w} is no multiple of {height} × {width}");
    let blocks = mask.reshape([n * c, height, h / height, width, w / width]);
    blocks.narrow(2, 0, 1).narrow(4, 0, 1).reshape([n, c, height, width])
}

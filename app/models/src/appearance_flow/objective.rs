//! The loss (spec §3, *Warp module*): the warped garment is the worn one at every level, and the flow is smooth.

use burn::tensor::Tensor;

use super::{
    Level,
    flow::{resize, second_differences, total_variation},
    operators::{Padding, sample},
};

/// ε of the smoothness: below it second differences count as none.
const EPSILON: f64 = 1e-3;
/// Power of ε² + Δ² in it.
const POWER: f64 = 0.45;
/// Levels that are too coarse for the perceptual term.
const BLURRED: usize = 2;

/// What a step learns from.
#[derive(Clone, Debug)]
pub struct WarpBatch {
    /// Flat garments, `[b, 3, h, w]`.
    pub garment: Tensor<4>,
    /// Where they are, `[b, 1, h, w]`, 0 or 1.
    pub garment_mask: Tensor<4>,
    /// The person without the garment, `[b, 16, h, w]`.
    pub person: Tensor<4>,
    /// The worn garment on the ground of the flat one, `[b, 3, h, w]`.
    pub worn_picture: Tensor<4>,
    /// What is seen of it, `[b, 1, h, w]`, 0 or 1.
    pub worn_mask: Tensor<4>,
}

/// What the terms weigh. Those of level i, from 1 at the coarsest, weigh i times as much.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Objective {
    /// Of the perceptual distance, if there is one.
    pub perceptual: f64,
    /// Of the mask's mean absolute difference.
    pub mask: f64,
    /// Of the second differences.
    pub smoothness: f64,
    /// Of the increments' total variation; the same for all levels.
    pub variation: f64,
}

impl Objective {
    /// As published.
    pub const PAPER: Self = Self { perceptual: 0.2, mask: 2.0, smoothness: 6.0, variation: 0.01 };
}

/// Distance of pictures `[b, 3, h, w]` by what a classifier sees in them, `[1]`.
pub type Perceptual<'a> = &'a dyn Fn(Tensor<4>, Tensor<4>) -> Tensor<1>;

/// The loss, and its terms without weights; of those that every level has, the finest level's.
#[derive(Clone, Debug)]
pub struct Losses {
    /// What is learnt from, `[1]`.
    pub total: Tensor<1>,
    /// Mean absolute difference of the colours, `[1]`.
    pub picture: Tensor<1>,
    /// Mean absolute difference of the masks, `[1]`.
    pub mask: Tensor<1>,
    /// See [`smoothness`], `[1]`.
    pub smoothness: Tensor<1>,
    /// Total variation of all increments, `[1]`.
    pub variation: Tensor<1>,
}

/// The loss of the levels of a flow, which start with the coarsest.
///
/// # Panics
/// If there is no level, or shapes do not fit.
pub fn losses(levels: &[Level], batch: &WarpBatch, objective: &Objective, perceptual: Option<Perceptual>) -> Losses {
    let device = batch.garment.device();
    let mut total = Tensor::zeros([1], &device);
    let mut variation = Tensor::zeros([1], &device);
    let mut finest = None;
    for (index, level) in levels.iter().enumerate() {
        let [_, _, height, width] = level.flow.dims();
        let here = |planes: &Tensor<4>| resize(planes.clone(), [height, width]);
        let warped = sample(here(&batch.garment), level.flow.clone(), Padding::Border);
        let warped_mask = sample(here(&batch.garment_mask), level.flow.clone(), Padding::Zeros);
        let worn = here(&batch.worn_picture);
        let picture = difference(warped.clone(), worn.clone());
        let mask = difference(warped_mask, here(&batch.worn_mask));
        let smooth = smoothness(level.flow.clone());
        let mut terms =
            picture.clone() + mask.clone().mul_scalar(objective.mask) + smooth.clone().mul_scalar(objective.smoothness);
        if let Some(distance) = perceptual.filter(|_| index >= BLURRED) {
            terms = terms + distance(warped, worn).mul_scalar(objective.perceptual);
        }
        total = total + terms.mul_scalar((index + 1) as f64);
        for increment in &level.increments {
            variation = variation + total_variation(increment.clone());
        }
        finest = Some((picture, mask, smooth));
    }
    let (picture, mask, smoothness) = finest.expect("a level");
    Losses { total: total + variation.clone().mul_scalar(objective.variation), picture, mask, smoothness, variation }
}

/// mean (Δ²x² + ε²)^0.45 + mean (Δ²y² + ε²)^0.45 over the second differences of a flow, `[1]`: 2 ε^0.9 where it is
/// affine.
pub fn smoothness(flow: Tensor<4>) -> Tensor<1> {
    // Both have as many differences.
    (second_differences(flow).square() + EPSILON * EPSILON).powf_scalar(POWER).mean().mul_scalar(2.0)
}

fn difference(a: Tensor<4>, b: Tensor<4>) -> Tensor<1> {
    (a - b).abs().mean()
}

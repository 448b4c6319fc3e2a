//! The flow, from the coarsest level to the finest.

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use rand::Rng;

use super::{
    Alignment, WarpConfig,
    flow::{displaced, resize},
    layers::{Convolution, Pass},
    operators::{Padding, cost_volume, sample},
    pyramid::Pyramid,
};
use crate::nn::fast;

/// Negative slope of the activations.
const LEAK: f32 = 0.1;

/// What a level adds to the flow.
#[derive(Clone, Debug)]
pub struct Level {
    /// The flow so far, at twice the sides of the level's features, `[b, 2, 2h, 2w]`; that of the last level has the
    /// picture's sides.
    pub flow: Tensor<4>,
    /// The increments, in pixels of the level, `[b, 2, h, w]`: from the cost volume, then from both features.
    pub increments: [Tensor<4>; 2],
}

/// The layers that make a level's increments.
#[derive(Module, Debug)]
pub struct LevelHeads {
    /// From the cost volume.
    pub costs: Vec<Convolution>,
    /// From the warped features of the garment and those of the person.
    pub refinement: Vec<Convolution>,
}

/// Garment and person to the garment's flow on the person.
#[derive(Module, Debug)]
pub struct WarpNetwork {
    /// Features of the garment.
    pub garment: Pyramid,
    /// Features of the person.
    pub person: Pyramid,
    /// From the coarsest.
    pub heads: Vec<LevelHeads>,
    radius: usize,
    #[module(skip)]
    alignment: Alignment,
}

impl WarpNetwork {
    /// Random initial weights.
    pub fn random(config: &WarpConfig, rng: &mut impl Rng, device: &Device) -> Self {
        let garment = Pyramid::random(config.garment_channels, config, rng, device);
        let person = Pyramid::random(config.person_channels, config, rng, device);
        let heads = config.widths.iter().map(|_| LevelHeads {
            costs: head(config.costs(), &config.head, rng, device),
            refinement: head(2 * config.features, &config.head, rng, device),
        });
        Self { garment, person, heads: heads.collect(), radius: config.radius, alignment: config.alignment }
    }

    /// The levels of the flow, from the coarsest, of `garment` `[b, 3, h, w]` and `person` `[b, 16, h, w]`.
    ///
    /// # Panics
    /// If the shapes do not fit, or sides are no multiples of [`WarpConfig::multiple`].
    pub fn forward(&self, garment: Tensor<4>, person: Tensor<4>, pass: Pass) -> Vec<Level> {
        let ([batch, _, height, width], [people, _, rows, columns]) = (garment.dims(), person.dims());
        assert_eq!([batch, height, width], [people, rows, columns], "garment and person have the same sides");
        let multiple = 1_usize << self.heads.len();
        let fits = [height, width].iter().all(|side| side.is_multiple_of(multiple));
        assert!(fits, "{height} × {width}: no multiples of {multiple}");
        let garments = self.garment.forward(garment, pass);
        let people = self.person.forward(person, pass);
        let mut levels = Vec::with_capacity(self.heads.len());
        let mut flow: Option<Tensor<4>> = None;
        for (heads, (garment, person)) in self.heads.iter().zip(garments.into_iter().zip(people)) {
            // Costs are compared where the flow looks, which they do not teach.
            let seen = match &flow {
                Some(flow) => self.look(garment.clone(), flow.clone().detach()),
                None => garment.clone(),
            };
            let costs = fast::leaky_relu(cost_volume(seen, person.clone(), self.radius), LEAK);
            let first = increment(&heads.costs, costs);
            let step = displaced(first.clone());
            let coarse = match flow {
                Some(flow) => self.look(flow, step),
                None => step,
            };
            let both = Tensor::cat(vec![self.look(garment, coarse.clone()), person], 1);
            let second = increment(&heads.refinement, both);
            let fine = self.look(coarse, displaced(second.clone()));
            let [_, _, height, width] = fine.dims();
            let wide = resize(fine, [2 * height, 2 * width]);
            levels.push(Level { flow: self.alignment.to_corners(wide.clone()), increments: [first, second] });
            flow = Some(wide);
        }
        levels
    }

    /// The flow of a garment on a person, `[b, 2, h, w]`, with running statistics; see [`Self::forward`].
    pub fn flow(&self, garment: Tensor<4>, person: Tensor<4>) -> Tensor<4> {
        let levels = self.forward(garment, person, Pass::Running);
        levels.into_iter().last().expect("a level").flow
    }

    /// A flow of [`Self::flow`] for pictures of other `sides` (height, width): a small network warps large garments.
    pub fn enlarge(&self, flow: Tensor<4>, sides: [usize; 2]) -> Tensor<4> {
        self.alignment.to_corners(resize(self.alignment.to_own(flow), sides))
    }

    /// Planes as a grid of the network's own sees them, of the same sides.
    fn look(&self, planes: Tensor<4>, grid: Tensor<4>) -> Tensor<4> {
        sample(planes, self.alignment.to_corners(grid), Padding::Border)
    }
}

/// 3×3 convolutions to `widths`, then to 2.
fn head(inputs: usize, widths: &[usize], rng: &mut impl Rng, device: &Device) -> Vec<Convolution> {
    let mut inputs = inputs;
    let outputs = widths.iter().copied().chain([2]);
    let layer = |outputs| {
        let layer = Convolution::random([inputs, outputs], 3, true, rng, device);
        inputs = outputs;
        layer
    };
    outputs.map(layer).collect()
}

fn increment(layers: &[Convolution], x: Tensor<4>) -> Tensor<4> {
    let Some((last, hidden)) = layers.split_last() else { return x };
    let x = hidden.iter().fold(x, |x, layer| fast::leaky_relu(layer.forward(x, 1), LEAK));
    last.forward(x, 1)
}

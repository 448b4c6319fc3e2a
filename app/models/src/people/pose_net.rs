//! MoveNet.SinglePose.Lightning (Google): MobileNetV2 as the feature extractor, a pyramid up to a quarter of the picture's
//! sides (Lin et al. 2017), and CenterNet's heads (Zhou et al. 2019).

use burn::tensor::Tensor;

use super::{
    arrays::Arrays,
    blocks::{Block, BlockSize},
    layers::{Activation, Convolution, Depthwise, doubled},
};
use crate::{ModelError, nn::fast};

/// Side of the picture that the network sees.
pub const POSE_SIDE: usize = 192;
/// Side of its maps.
pub(super) const CELLS: usize = POSE_SIDE / 4;
/// Joints that it knows, those of COCO.
pub(super) const JOINTS: usize = 17;

/// Channels in the heads, of the pyramid's end, and of the extractor's top.
const HIDDEN: usize = 96;
const FEATURES: usize = 24;
const TOP: usize = 1280;

/// Outputs, how many blocks, and the stride of the first, of each stage; the first stage does not expand, the others
/// sixfold.
const STAGES: [(usize, usize, usize); 7] =
    [(16, 1, 1), (24, 2, 2), (32, 3, 2), (64, 4, 2), (96, 3, 1), (160, 3, 2), (320, 1, 1)];
const EXPANSION: usize = 6;
/// The blocks after which the pyramid looks, and their channels, from coarse to fine.
const LOOKS: [(usize, usize); 3] = [(9, 64), (5, 32), (2, 24)];

/// What the heads answer, `[batch, channels, 48, 48]` each.
const HEADS: [(&str, usize); 4] = [("joints", JOINTS), ("centre", 1), ("regress", 2 * JOINTS), ("offset", 2 * JOINTS)];

/// The network.
#[derive(Clone, Debug)]
pub(super) struct PoseNet {
    stem: Convolution,
    blocks: Vec<Block>,
    top: Convolution,
    /// Of the top, then of [`LOOKS`].
    lateral: Vec<Convolution>,
    smooth: Vec<(Depthwise, Convolution)>,
    heads: Vec<(Depthwise, Convolution, Convolution)>,
}

impl PoseNet {
    pub(super) fn take(arrays: &mut Arrays) -> Result<Self, ModelError> {
        let stem = Convolution::take(arrays, "pose.stem", [3, 32], [3, 2], Activation::Relu6)?;
        let (mut blocks, mut inputs) = (Vec::new(), 32);
        for (outputs, count, stride) in STAGES {
            for i in 0..count {
                let expands = !blocks.is_empty();
                let inner = if expands { EXPANSION * inputs } else { inputs };
                let stride = if i == 0 { stride } else { 1 };
                let size =
                    BlockSize { inputs, inner, outputs, kernel: 3, stride, gate: None, activation: Activation::Relu6 };
                blocks.push(Block::take(arrays, &format!("pose.blocks.{}", blocks.len()), size, expands)?);
                inputs = outputs;
            }
        }
        let top = Convolution::pointwise(arrays, "pose.top", [inputs, TOP], Activation::Relu6)?;
        let (mut lateral, mut smooth) = (Vec::new(), Vec::new());
        lateral.push(Convolution::pointwise(arrays, "pose.lateral.0", [TOP, LOOKS[0].1], Activation::None)?);
        for (i, (_, channels)) in LOOKS.into_iter().enumerate() {
            let name = format!("pose.lateral.{}", i + 1);
            lateral.push(Convolution::pointwise(arrays, &name, [channels; 2], Activation::None)?);
            let next = LOOKS.get(i + 1).map_or(FEATURES, |look| look.1);
            let (depthwise, pointwise) = (format!("pose.smooth.{i}.depthwise"), format!("pose.smooth.{i}.pointwise"));
            smooth.push((
                Depthwise::take(arrays, &depthwise, channels, [3, 1], Activation::None)?,
                Convolution::pointwise(arrays, &pointwise, [channels, next], Activation::Relu)?,
            ));
        }
        let heads = HEADS.map(|(head, outputs)| {
            let name = |layer: &str| format!("pose.heads.{head}.{layer}");
            Ok((
                Depthwise::take(arrays, &name("depthwise"), FEATURES, [3, 1], Activation::None)?,
                Convolution::pointwise(arrays, &name("hidden"), [FEATURES, HIDDEN], Activation::Relu)?,
                Convolution::pointwise(arrays, &name("out"), [HIDDEN, outputs], Activation::None)?,
            ))
        });
        let heads = heads.into_iter().collect::<Result<_, ModelError>>()?;
        Ok(Self { stem, blocks, top, lateral, smooth, heads })
    }

    /// Pictures `[batch, 3, 192, 192]`, 0 to 1, to maps `[batch, 86, 48, 48]`: how much each place looks like each of
    /// the 17 joints, 0 to 1; like the middle of a person, 0 to 1; for a person whose middle is here, how far down and
    /// right each joint is, in cells; for a joint that is here, how far down and right of the cell.
    pub(super) fn forward(&self, pictures: Tensor<4>) -> Tensor<4> {
        let mut x = self.stem.forward(pictures.mul_scalar(2.0) - 1.0);
        let mut looks = Vec::new();
        for (i, block) in self.blocks.iter().enumerate() {
            x = block.forward(x);
            if LOOKS.iter().any(|look| look.0 == i) {
                looks.push(x.clone());
            }
        }
        let mut x = self.lateral[0].forward(self.top.forward(x));
        for (lateral, (depthwise, pointwise)) in self.lateral[1..].iter().zip(&self.smooth) {
            let look = looks.pop().expect("one for each level of the pyramid");
            x = pointwise.forward(depthwise.forward(doubled(x) + lateral.forward(look)));
        }
        let maps = self.heads.iter().enumerate().map(|(i, (depthwise, hidden, out))| {
            let map = out.forward(hidden.forward(depthwise.forward(x.clone())));
            if i < 2 { fast::sigmoid(map) } else { map }
        });
        Tensor::cat(maps.collect(), 1)
    }
}

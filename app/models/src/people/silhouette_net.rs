//! The general model of MediaPipe's Selfie Segmentation (Google): MobileNetV3's blocks down to a sixteenth of the
//! picture's sides, and three gated steps back up.

use burn::tensor::Tensor;

use super::{
    arrays::Arrays,
    blocks::{Block, BlockSize, Gate},
    layers::{Activation, Convolution, Depthwise, doubled, mean},
};
use crate::{ModelError, nn::fast};

/// Side of the picture that the network sees, and of the silhouette.
pub const SILHOUETTE_SIDE: usize = 256;

/// Channels behind the stem and the early blocks, where the way up looks at the way down.
const SHALLOW: usize = 16;
const MIDDLE: usize = 24;
const DEEP: usize = 32;
const TOP: usize = 128;

/// The blocks after which the way up looks, from fine to coarse.
const LOOKS: [usize; 2] = [0, 2];

/// A step up: what comes from below is brought to the channels of the way down, which is gated and added.
#[derive(Clone, Debug)]
struct StepUp {
    bring: Convolution,
    gate: Gate,
    mix: Convolution,
    depthwise: Depthwise,
}

impl StepUp {
    fn take(arrays: &mut Arrays, name: &str, below: usize, channels: usize) -> Result<Self, ModelError> {
        let (bring, mix) = (format!("{name}.bring"), format!("{name}.mix"));
        Ok(Self {
            bring: Convolution::pointwise(arrays, &bring, [below, channels], Activation::None)?,
            gate: Gate::take(arrays, &format!("{name}.squeeze"), [channels; 2])?,
            mix: Convolution::pointwise(arrays, &mix, [channels; 2], Activation::Relu)?,
            depthwise: Depthwise::take(arrays, &format!("{name}.depthwise"), channels, [3, 1], Activation::Relu)?,
        })
    }

    fn forward(&self, below: Tensor<4>, look: Tensor<4>) -> Tensor<4> {
        let below = self.bring.forward(doubled(below));
        let weights = self.gate.weights(look.clone() + below.clone());
        let x = self.mix.forward(weights * look + below);
        self.depthwise.forward(x.clone()) + x
    }
}

/// The network.
#[derive(Clone, Debug)]
pub(super) struct SilhouetteNet {
    stem: Convolution,
    blocks: Vec<Block>,
    top: Convolution,
    top_gate: Convolution,
    up: Vec<StepUp>,
    /// To the four pixels of a block of 2×2.
    last: Convolution,
}

impl SilhouetteNet {
    pub(super) fn take(arrays: &mut Arrays) -> Result<Self, ModelError> {
        use Activation::{HardSwish, None as Linear, Relu, Sigmoid};
        let size = |[inputs, inner, outputs]: [usize; 3], [kernel, stride]: [usize; 2], gate, activation| BlockSize {
            inputs,
            inner,
            outputs,
            kernel,
            stride,
            gate,
            activation,
        };
        let stem = Convolution::take(arrays, "silhouette.stem", [3, SHALLOW], [3, 2], HardSwish)?;
        let sizes = [
            size([SHALLOW, 16, SHALLOW], [3, 2], Some(8), Relu),
            size([SHALLOW, 72, MIDDLE], [3, 2], None, Relu),
            size([MIDDLE, 88, MIDDLE], [3, 1], None, Relu),
            size([MIDDLE, 96, DEEP], [5, 2], Some(24), HardSwish),
            size([DEEP, 128, DEEP], [5, 1], Some(32), HardSwish),
            size([DEEP, 128, DEEP], [5, 1], Some(32), HardSwish),
            size([DEEP, 96, DEEP], [5, 1], Some(24), HardSwish),
            size([DEEP, 96, DEEP], [5, 1], Some(24), HardSwish),
        ];
        let blocks = sizes.into_iter().enumerate();
        let blocks = blocks.map(|(i, size)| Block::take(arrays, &format!("silhouette.blocks.{i}"), size, true));
        let blocks = blocks.collect::<Result<_, _>>()?;
        let top = Convolution::pointwise(arrays, "silhouette.top", [DEEP, TOP], Relu)?;
        let top_gate = Convolution::pointwise(arrays, "silhouette.top_gate", [DEEP, TOP], Sigmoid)?;
        let ups = [(TOP, MIDDLE), (MIDDLE, SHALLOW), (SHALLOW, SHALLOW)].into_iter().enumerate();
        let ups =
            ups.map(|(i, (below, channels))| StepUp::take(arrays, &format!("silhouette.up.{i}"), below, channels));
        let up = ups.collect::<Result<_, _>>()?;
        let last = Convolution::pointwise(arrays, "silhouette.last", [SHALLOW, 4], Linear)?;
        Ok(Self { stem, blocks, top, top_gate, up, last })
    }

    /// Pictures `[batch, 3, 256, 256]`, 0 to 1, to how surely each pixel shows a person, `[batch, 1, 256, 256]`, 0 to 1.
    pub(super) fn forward(&self, pictures: Tensor<4>) -> Tensor<4> {
        let mut x = self.stem.forward(pictures);
        let mut looks = vec![x.clone()];
        for (i, block) in self.blocks.iter().enumerate() {
            x = block.forward(x);
            if LOOKS.contains(&i) {
                looks.push(x.clone());
            }
        }
        let mut x = self.top_gate.forward(mean(x.clone())) * self.top.forward(x);
        for step in &self.up {
            x = step.forward(x, looks.pop().expect("one for each step up"));
        }
        fast::sigmoid(pixels(self.last.forward(x)))
    }
}

/// `[batch, 4, h, w]` to `[batch, 1, 2h, 2w]`: the four channels are the pixels of a block, row by row.
fn pixels(x: Tensor<4>) -> Tensor<4> {
    let [batch, _, height, width] = x.dims();
    let blocks = x.reshape([batch, 2, 2, height, width]).permute([0, 3, 1, 4, 2]);
    blocks.reshape([batch, 1, 2 * height, 2 * width])
}

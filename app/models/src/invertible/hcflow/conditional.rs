//! The conditional step: high frequencies move each other, knowing the features of the small picture (HCFlow, §3.3).

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use rand::Rng;

use super::{
    act_norm::ActNorm,
    affine::Affine,
    convolution::{NormedConvolution, ScaledConvolution},
    log_det::LogDet,
    mixing::Mixing,
};

/// What Xavier's initial weights are scaled by.
const INIT_SCALE: f32 = 0.1;

/// [`ActNorm`], [`Mixing`], then the second half is shifted and scaled by the first half and the features.
#[derive(Module, Debug)]
pub struct ConditionalStep {
    /// Over all channels.
    pub norm: ActNorm,
    /// Of all channels.
    pub mixing: Mixing,
    /// From the first half and the features to the second half.
    pub network: Conditioner,
}

/// Three convolutions: 3×3, 1×1, 3×3.
#[derive(Module, Debug)]
pub struct Conditioner {
    /// To hidden channels, 3×3.
    pub first: NormedConvolution,
    /// Among hidden channels, 1×1.
    pub second: NormedConvolution,
    /// To shifts and scales, 3×3.
    pub last: ScaledConvolution,
}

impl ConditionalStep {
    /// Pixels around an output pixel on which it depends, in either direction.
    pub const REACH: usize = 2;

    /// Random initial weights with which it is a rotation of the channels.
    pub fn random(channels: usize, features: usize, hidden: usize, rng: &mut impl Rng, device: &Device) -> Self {
        let (stay, move_) = (channels / 2, channels - channels / 2);
        Self {
            norm: ActNorm::identity(channels, device),
            mixing: Mixing::random(channels, rng, device),
            network: Conditioner {
                first: NormedConvolution::random([stay + features, hidden], 3, INIT_SCALE, rng, device),
                second: NormedConvolution::random([hidden, hidden], 1, INIT_SCALE, rng, device),
                last: ScaledConvolution::zeros(hidden, 2 * move_, device),
            },
        }
    }

    /// Fits every norm to `x` and answers with [`Self::forward`].
    pub fn fit(&mut self, x: Tensor<4>, features: Tensor<4>) -> Tensor<4> {
        let ignored = &mut LogDet::ignored();
        self.norm.fit(x.clone());
        let (stay, _) = halves(self.mixing.forward(self.norm.forward(x.clone(), ignored), ignored));
        let hidden = self.network.first.fit(Tensor::cat(vec![stay, features.clone()], 1));
        self.network.second.fit(hidden);
        self.forward(x, features, ignored)
    }

    /// `[batch, channels, h, w]` to the same; features are `[batch, features, h, w]`.
    pub fn forward(&self, x: Tensor<4>, features: Tensor<4>, log_det: &mut LogDet) -> Tensor<4> {
        let x = self.norm.forward(x, log_det);
        let (stay, moved) = halves(self.mixing.forward(x, log_det));
        let moved = self.network.affine(stay.clone(), features).forward(moved, log_det);
        Tensor::cat(vec![stay, moved], 1)
    }

    /// The inverse of [`Self::forward`].
    pub fn inverse(&self, y: Tensor<4>, features: Tensor<4>) -> Tensor<4> {
        let (stay, moved) = halves(y);
        let moved = self.network.affine(stay.clone(), features).inverse(moved);
        self.norm.inverse(self.mixing.inverse(Tensor::cat(vec![stay, moved], 1)))
    }
}

impl Conditioner {
    fn affine(&self, stay: Tensor<4>, features: Tensor<4>) -> Affine {
        let hidden = self.first.forward(Tensor::cat(vec![stay, features], 1));
        Affine::coupling(self.last.forward(self.second.forward(hidden)))
    }
}

fn halves(x: Tensor<4>) -> (Tensor<4>, Tensor<4>) {
    let channels = x.dims()[1];
    let stay = channels / 2;
    (x.clone().narrow(1, 0, stay), x.narrow(1, stay, channels - stay))
}

//! The networks of a preset and the file that holds their weights.

use burn::tensor::{DType, Device, Tensor};
use catalog::systems::dci_vton;
use samples::{Image, image::resize::bicubic};

#[cfg(not(target_family = "wasm"))]
use super::paper::{PaperConfig, PaperRefiner, garment};
use super::{
    batch::{Sketch, pictures, sketch},
    dress::{self, Laid},
    encode,
    fitting::Fitting,
    inpainting::{Given, Inpainter},
    refiner::{Refiner, RefinerConfig},
};
use crate::{
    ModelError,
    appearance_flow::{WarpConfig, WarpNetwork},
    seed, weights,
};

/// Names of the parts of a weights file.
pub(super) const WARP: &str = "warp";
pub(super) const REFINER: &str = "refiner";

/// Widths and heights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// Of the pictures of a try-on.
    pub pictures: [usize; 2],
    /// For which flows are computed.
    pub warp: [usize; 2],
    /// To which pictures are squeezed for the diffusion.
    pub canvas: [usize; 2],
}

impl Sizes {
    /// Of the small networks.
    pub const SMALL: Self = Self { pictures: [48, 64], warp: [48, 64], canvas: [48, 64] };
    /// As published.
    pub const PAPER: Self = Self { pictures: [384, 512], warp: [192, 256], canvas: [512, 512] };
}

/// The diffusion model.
#[derive(Clone, Debug)]
pub enum Painter {
    /// Learnt from drawn people.
    Small(Box<Refiner>),
    /// The paper's, which has seen photos.
    #[cfg(not(target_family = "wasm"))]
    Paper(Box<PaperRefiner>),
}

impl Painter {
    /// What it can do.
    pub fn model(&self) -> &dyn Inpainter {
        match self {
            Self::Small(refiner) => &**refiner,
            #[cfg(not(target_family = "wasm"))]
            Self::Paper(refiner) => &**refiner,
        }
    }

    /// What it knows of the garments as a whole, `[n, 1, …]`.
    fn context<'a>(
        &self,
        fittings: impl Iterator<Item = &'a Fitting>,
        device: &Device,
    ) -> Result<Tensor<3>, ModelError> {
        match self {
            Self::Small(refiner) => {
                let garments = fittings.map(|fitting| &fitting.garment);
                Ok(refiner.context(pictures(garments, Sizes::SMALL.pictures, device)))
            }
            #[cfg(not(target_family = "wasm"))]
            Self::Paper(refiner) => {
                let crop = |fitting: &Fitting| {
                    garment::picture(&fitting.garment, &fitting.garment_mask, refiner.side(), device)
                };
                let garments = fittings.map(crop).collect::<Result<Vec<_>, _>>()?;
                Ok(refiner.context(Tensor::cat(garments, 0)))
            }
        }
    }

    /// Whether it has seen photos: one that has not should not be the first choice for them.
    pub fn knows_photos(&self) -> bool {
        !matches!(self, Self::Small(_))
    }
}

/// All that a try-on computes with.
#[derive(Clone, Debug)]
pub struct Networks {
    /// Of what they take and make.
    pub sizes: Sizes,
    /// Bends the garment.
    pub warp: WarpNetwork,
    /// Paints.
    pub painter: Painter,
}

impl Networks {
    /// Those of `preset` from the bytes of a weights file.
    ///
    /// # Errors
    /// If there is no such preset, or the bytes do not decode, fit, or hold all of it.
    pub fn load(preset: &str, bytes: &[u8], device: &Device) -> Result<Self, ModelError> {
        let part = |name| weights::part(bytes, name);
        match preset {
            dci_vton::SMALL => Ok(Self {
                sizes: Sizes::SMALL,
                warp: load_warp(&WarpConfig::small(), part(WARP)?, device)?,
                painter: Painter::Small(Box::new(Refiner::load(&RefinerConfig::small(), part(REFINER)?, device)?)),
            }),
            #[cfg(not(target_family = "wasm"))]
            dci_vton::PAPER => Ok(Self {
                sizes: Sizes::PAPER,
                warp: load_warp(&WarpConfig::published(), part(WARP)?, device)?,
                painter: Painter::Paper(Box::new(PaperRefiner::load(&PaperConfig::paper(), part(REFINER)?, device)?)),
            }),
            _ => Err(ModelError::UnknownPreset { system: "dci-vton".to_owned(), preset: preset.to_owned() }),
        }
    }

    /// The flow of a garment `[n, 3, h, w]` on people `[n, 16, h, w]`, `[n, 2, h, w]`: computed for smaller pictures where
    /// [`Sizes::warp`] is smaller, of which the parse's planes are thinned and all others averaged, as published.
    ///
    /// # Panics
    /// If the sides are no multiples of those.
    pub fn flow(&self, garment: Tensor<4>, people: Tensor<4>) -> Tensor<4> {
        let [_, planes, height, width] = people.dims();
        let factor = width / self.sizes.warp[0];
        if factor <= 1 {
            return self.warp.flow(garment, people);
        }
        let (parse, body) = (people.clone().narrow(1, 0, planes - 3), people.narrow(1, planes - 3, 3));
        let small = Tensor::cat(vec![thinned(parse, factor), averaged(body, factor)], 1);
        self.warp.enlarge(self.warp.flow(averaged(garment, factor), small), [height, width])
    }

    /// What the diffusion is given of fittings and the garments laid over them.
    ///
    /// # Errors
    /// An empty garment.
    pub fn given<'a>(
        &self,
        fittings: impl Iterator<Item = (&'a Fitting, &'a Laid)> + Clone,
        device: &Device,
    ) -> Result<Given, ModelError> {
        let context = self.painter.context(fittings.clone().map(|(fitting, _)| fitting), device)?;
        let Sketch { person, keep, draft } = sketch(fittings, self.sizes.canvas, device)?;
        Ok(Given { person, keep, draft, context })
    }

    /// What the diffusion has made, `[3, height, width]` of the canvas, on the person and as large.
    ///
    /// # Errors
    /// If a value is not finite.
    pub fn painted(&self, values: &[f32], fitting: &Fitting) -> Result<Image, ModelError> {
        let [width, height] = self.sizes.pictures;
        let made = bicubic(&encode::image(self.sizes.canvas, values)?, width, height);
        dress::over(&made, &fitting.person, &fitting.keep)
    }
}

/// Every so-manieth pixel, the first of each block, as PyTorch's nearest neighbours are.
///
/// # Panics
/// If a side is no multiple of `factor`.
pub(super) fn thinned(maps: Tensor<4>, factor: usize) -> Tensor<4> {
    let [n, c, h, w] = maps.dims();
    blocks(maps, factor).narrow(2, 0, 1).narrow(4, 0, 1).reshape([n, c, h / factor, w / factor])
}

/// The mean of each block, which PyTorch's bilinear interpolation is where `factor` is 2.
fn averaged(maps: Tensor<4>, factor: usize) -> Tensor<4> {
    let [n, c, h, w] = maps.dims();
    blocks(maps, factor).mean_dim(2).mean_dim(4).reshape([n, c, h / factor, w / factor])
}

/// `[n, c, h, w]` → `[n·c, h / factor, factor, w / factor, factor]`.
fn blocks(maps: Tensor<4>, factor: usize) -> Tensor<5> {
    let [n, c, h, w] = maps.dims();
    assert!(h.is_multiple_of(factor) && w.is_multiple_of(factor), "{h} × {w} is no multiple of {factor}");
    maps.reshape([n * c, h / factor, factor, w / factor, factor])
}

/// A warp network from the bytes of its part of a weights file.
///
/// # Errors
/// If they do not decode or fit.
pub fn load_warp(config: &WarpConfig, bytes: Vec<u8>, device: &Device) -> Result<WarpNetwork, ModelError> {
    let mut warp = WarpNetwork::random(config, &mut seed::stream(0, 0), device);
    weights::load_safetensors(&mut warp, bytes)?;
    Ok(warp)
}

/// The warp network alone from the bytes of a file of the small networks.
///
/// # Errors
/// If they do not decode or fit.
pub fn small_warp(bytes: &[u8], device: &Device) -> Result<WarpNetwork, ModelError> {
    load_warp(&WarpConfig::small(), weights::part(bytes, WARP)?, device)
}

/// The bytes of a file of the small networks, `f16`.
///
/// # Errors
/// If a network cannot be serialised.
pub fn to_file(warp: &WarpNetwork, refiner: &Refiner) -> Result<Vec<u8>, ModelError> {
    let warp = weights::to_safetensors(warp, DType::F16)?;
    let refiner = weights::to_safetensors(refiner, DType::F16)?;
    weights::join(&[(WARP, &warp), (REFINER, &refiner)])
}

//! Fittings of one size as tensors, one behind the other.

use burn::tensor::{Device, Tensor};
use samples::{
    Image,
    image::resize::bicubic,
    wardrobe::{Mask, agnostic::agnostic_person, framing::resized},
};

use super::{dress::Laid, encode, fitting::Fitting, inpainting::Draft, refiner::composite};
use crate::ModelError;

/// What a diffusion model is given of fittings, pictures as `[n, 3, h, w]`.
#[derive(Clone, Debug)]
pub struct Sketch {
    /// The people, in what they wear.
    pub person: Tensor<4>,
    /// `[n, 1, h, w]`: 1 where a person stays.
    pub keep: Tensor<4>,
    /// With the new garment.
    pub draft: Draft,
}

/// Fittings and the garments laid over them, squeezed to `canvas` (width, height).
///
/// # Errors
/// Pictures and masks of different sides.
pub fn sketch<'a>(
    fittings: impl Iterator<Item = (&'a Fitting, &'a Laid)> + Clone,
    canvas: [usize; 2],
    device: &Device,
) -> Result<Sketch, ModelError> {
    let agnostic = fittings.clone().map(|(fitting, _)| agnostic_person(&fitting.person, &fitting.keep));
    let agnostic: Vec<Image> =
        agnostic.collect::<Result<_, _>>().map_err(|error| ModelError::Output(error.to_string()))?;
    let keep = masks(fittings.clone().map(|(fitting, _)| &fitting.keep), canvas, device);
    let draft = composite(
        pictures(agnostic.iter(), canvas, device),
        pictures(fittings.clone().map(|(_, laid)| &laid.warped), canvas, device),
        masks(fittings.clone().map(|(_, laid)| &laid.warped_mask), canvas, device),
        keep.clone(),
    );
    Ok(Sketch { person: pictures(fittings.map(|(fitting, _)| &fitting.person), canvas, device), keep, draft })
}

/// Garments as the warp network takes them, `[n, 3, h, w]`, and people, `[n, 16, h, w]`.
///
/// # Errors
/// Joints that are not seen.
pub fn warp_inputs(fittings: &[Fitting], device: &Device) -> Result<[Tensor<4>; 2], ModelError> {
    let inputs = fittings.iter().map(|fitting| fitting.warp_inputs(device)).collect::<Result<Vec<_>, _>>()?;
    let (garments, people) = inputs.into_iter().unzip();
    Ok([garments, people].map(|tensors| Tensor::cat(tensors, 0)))
}

/// Pictures as `[n, 3, height, width]`, squeezed to `sides` (width, height).
pub fn pictures<'a>(images: impl Iterator<Item = &'a Image>, sides: [usize; 2], device: &Device) -> Tensor<4> {
    let [width, height] = sides;
    let values = images.flat_map(|image| match [image.width(), image.height()] == sides {
        true => encode::signed(image),
        false => encode::signed(&bicubic(image, width, height)),
    });
    encode::planes(values.collect(), 3, sides, device)
}

/// Masks as `[n, 1, height, width]`.
pub fn masks<'a>(masks: impl Iterator<Item = &'a Mask>, sides: [usize; 2], device: &Device) -> Tensor<4> {
    let [width, height] = sides;
    let values = masks.flat_map(|mask| match [mask.width, mask.height] == sides {
        true => mask.to_plane(),
        false => resized(mask, width, height).to_plane(),
    });
    encode::planes(values.collect(), 1, sides, device)
}

//! Pairs as batches of the networks.

use anyhow::Result;
use burn::tensor::{Device, Tensor};
use models::{
    appearance_flow::WarpBatch,
    systems::dci_vton::{
        Fitting, Sizes,
        batch::{Sketch, masks, pictures, sketch, warp_inputs},
        dress::{Laid, lay},
        encode,
        refiner::RefinerBatch,
    },
};
use samples::wardrobe::{Flow, Group, Mask, Pair};

/// Draws pairs: each person wears what is tried on.
///
/// # Errors
/// If a pair cannot be drawn, which none of the training world is.
pub fn draw(pairs: Vec<Pair>) -> Result<Vec<Fitting>> {
    let sides = Sizes::SMALL.pictures;
    let one = |pair: Pair| Ok(Fitting::drawn(&pair.person, &pair.garment, &pair.garment, sides)?);
    pairs.into_iter().map(one).collect()
}

/// What the warp network learns from, of people who wear what they try on.
///
/// # Errors
/// If joints are not seen.
pub fn warp_batch(fittings: &[Fitting], device: &Device) -> Result<WarpBatch> {
    let [garment, person] = warp_inputs(fittings, device)?;
    let sides = Sizes::SMALL.pictures;
    let worn: Vec<Mask> = fittings.iter().map(worn).collect();
    let worn_pictures = fittings.iter().zip(&worn).flat_map(|(fitting, worn)| worn_picture(fitting, worn));
    Ok(WarpBatch {
        garment,
        garment_mask: masks(fittings.iter().map(|fitting| &fitting.garment_mask), sides, device),
        person,
        worn_picture: encode::planes(worn_pictures.collect(), 3, sides, device),
        worn_mask: masks(worn.iter(), sides, device),
    })
}

/// The pixels of what somebody wears.
fn worn(fitting: &Fitting) -> Mask {
    fitting.parse.mask(&[Group::Upper])
}

/// The worn garment on the table of the flat one, whose first pixel it is.
fn worn_picture(fitting: &Fitting, worn: &Mask) -> Vec<f32> {
    let (mut planes, garment) = (encode::signed(&fitting.person), encode::signed(&fitting.garment));
    let pixels = worn.values.len();
    for (i, value) in planes.iter_mut().enumerate().filter(|(i, _)| !worn.values[i % pixels]) {
        *value = garment[i / pixels * pixels];
    }
    planes
}

/// The flows for fittings, given those of a network as a tensor.
///
/// # Errors
/// If a value is not finite.
pub fn flows(flows: Tensor<4>) -> Result<Vec<Flow>> {
    let [_, _, height, width] = flows.dims();
    let grids: Vec<f32> = flows.into_data().try_into_vec().map_err(|error| anyhow::anyhow!("{error:?}"))?;
    let one = |grid: &[f32]| Ok(encode::flow([width, height], grid.to_vec())?);
    grids.chunks_exact(2 * width * height).map(one).collect()
}

/// The garments as the flows lay them; with nothing of them if the refiner should not see them.
pub fn laid(fittings: &[Fitting], flows: &[Flow], sees_warp: bool) -> Vec<Laid> {
    let one = |(fitting, flow): (&Fitting, &Flow)| {
        let laid = lay(flow, &fitting.garment, &fitting.garment_mask, &fitting.keep);
        if sees_warp { laid } else { laid.without_cloth() }
    };
    fittings.iter().zip(flows).map(one).collect()
}

/// What the refiner learns from, of people who wear what they try on.
///
/// # Errors
/// If a picture and its mask differ in size.
pub fn refiner_batch(fittings: &[Fitting], laid: &[Laid], device: &Device) -> Result<RefinerBatch> {
    let sides = Sizes::SMALL.canvas;
    let Sketch { person, keep, draft } = sketch(fittings.iter().zip(laid), sides, device)?;
    let garment = pictures(fittings.iter().map(|fitting| &fitting.garment), sides, device);
    Ok(RefinerBatch { person, composite: draft.composite, inpaint: draft.inpaint, keep, garment })
}

//! Drawn pairs as batches of the networks.

use anyhow::{Result, bail};
use burn::tensor::{Device, Tensor};
use models::{
    appearance_flow::{WarpBatch, WarpNetwork},
    systems::dci_vton::{
        Fitting, SIDES,
        dress::{Laid, lay},
        encode,
        refiner::{Draft, RefinerBatch, composite},
    },
};
use samples::{
    Image,
    wardrobe::{
        Flow, Mask, Pair, Scene, agnostic::agnostic_person, representation::PERSON_PLANES,
        representation::person_planes,
    },
};

/// Draws pairs: each person wears what is tried on.
///
/// # Errors
/// If a pair cannot be drawn, which none of the training world is.
pub fn draw(pairs: Vec<Pair>) -> Result<Vec<Fitting>> {
    let one = |pair: Pair| Ok(Fitting::drawn(&pair.person, &pair.garment, &pair.garment, SIDES)?);
    pairs.into_iter().map(one).collect()
}

/// The truth of a drawn fitting.
///
/// # Errors
/// If it has none.
pub fn truth(fitting: &Fitting) -> Result<&Scene> {
    match &fitting.truth {
        Some(truth) => Ok(truth),
        None => bail!("a fitting of the training world knows its truth"),
    }
}

fn stack(
    fittings: &[Fitting],
    channels: usize,
    device: &Device,
    of: impl Fn(&Fitting) -> Result<Vec<f32>>,
) -> Result<Tensor<4>> {
    let values: Vec<Vec<f32>> = fittings.iter().map(of).collect::<Result<_>>()?;
    Ok(encode::planes(values.concat(), channels, SIDES, device))
}

fn garments(fittings: &[Fitting], device: &Device) -> Result<Tensor<4>> {
    stack(fittings, 3, device, |fitting| Ok(encode::signed(&fitting.garment)))
}

fn people(fittings: &[Fitting], device: &Device) -> Result<Tensor<4>> {
    stack(fittings, PERSON_PLANES, device, |f| Ok(person_planes(&f.keypoints, &f.parse, &f.keep)?))
}

/// What the warp network learns from.
///
/// # Errors
/// If a fitting has no truth.
pub fn warp_batch(fittings: &[Fitting], device: &Device) -> Result<WarpBatch> {
    Ok(WarpBatch {
        garment: garments(fittings, device)?,
        garment_mask: stack(fittings, 1, device, |fitting| Ok(fitting.garment_mask.to_plane()))?,
        person: people(fittings, device)?,
        worn_picture: stack(fittings, 3, device, |fitting| worn_picture(fitting, truth(fitting)?))?,
        worn_mask: stack(fittings, 1, device, |fitting| Ok(truth(fitting)?.worn.to_plane()))?,
    })
}

/// The worn garment on the table of the flat one, whose first pixel it is.
fn worn_picture(fitting: &Fitting, truth: &Scene) -> Result<Vec<f32>> {
    let (mut planes, garment) = (encode::signed(&truth.person), encode::signed(&fitting.garment));
    let pixels = truth.worn.values.len();
    for (i, value) in planes.iter_mut().enumerate().filter(|(i, _)| !truth.worn.values[i % pixels]) {
        *value = garment[i / pixels * pixels];
    }
    Ok(planes)
}

/// The flows of a network for fittings.
///
/// # Errors
/// If a value is not finite.
pub fn flows(warp: &WarpNetwork, fittings: &[Fitting], device: &Device) -> Result<Vec<Flow>> {
    let flows = warp.flow(garments(fittings, device)?, people(fittings, device)?);
    let grids: Vec<f32> = flows.into_data().try_into_vec().map_err(|error| anyhow::anyhow!("{error:?}"))?;
    let one = |grid: &[f32]| Ok(encode::flow(SIDES, grid.to_vec())?);
    grids.chunks_exact(2 * SIDES[0] * SIDES[1]).map(one).collect()
}

/// The garments as the flows lay them; with nothing of them if the refiner should not see them.
pub fn laid(fittings: &[Fitting], flows: &[Flow], sees_warp: bool) -> Vec<Laid> {
    let one = |(fitting, flow): (&Fitting, &Flow)| {
        let laid = lay(flow, &fitting.garment, &fitting.garment_mask, &fitting.keep);
        if sees_warp { laid } else { laid.without_cloth() }
    };
    fittings.iter().zip(flows).map(one).collect()
}

/// Pictures as `[n, 3, h, w]`.
pub fn pictures<'a>(images: impl Iterator<Item = &'a Image>, device: &Device) -> Tensor<4> {
    encode::planes(images.flat_map(encode::signed).collect(), 3, SIDES, device)
}

/// Masks as `[n, 1, h, w]`.
pub fn masks<'a>(masks: impl Iterator<Item = &'a Mask>, device: &Device) -> Tensor<4> {
    encode::planes(masks.flat_map(Mask::to_plane).collect(), 1, SIDES, device)
}

/// What the refiner starts from.
///
/// # Errors
/// If a picture and its mask differ in size.
pub fn drafts(fittings: &[Fitting], laid: &[Laid], device: &Device) -> Result<Draft> {
    let agnostic: Vec<Image> =
        fittings.iter().map(|fitting| Ok(agnostic_person(&fitting.person, &fitting.keep)?)).collect::<Result<_>>()?;
    Ok(composite(
        pictures(agnostic.iter(), device),
        pictures(laid.iter().map(|laid| &laid.warped), device),
        masks(laid.iter().map(|laid| &laid.warped_mask), device),
        masks(fittings.iter().map(|fitting| &fitting.keep), device),
    ))
}

/// What the refiner learns from.
///
/// # Errors
/// If a fitting has no truth.
pub fn refiner_batch(fittings: &[Fitting], laid: &[Laid], device: &Device) -> Result<RefinerBatch> {
    let Draft { composite, inpaint } = drafts(fittings, laid, device)?;
    let truths: Vec<&Scene> = fittings.iter().map(truth).collect::<Result<_>>()?;
    Ok(RefinerBatch {
        person: pictures(truths.iter().map(|truth| &truth.person), device),
        composite,
        inpaint,
        keep: masks(fittings.iter().map(|fitting| &fitting.keep), device),
        garment: garments(fittings, device)?,
    })
}

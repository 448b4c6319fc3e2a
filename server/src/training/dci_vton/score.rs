//! How well a try-on dresses drawn people, beside methods that know less (spec §5).

use anyhow::Result;
use burn::tensor::Device;
use catalog::systems::dci_vton::Solver;
use models::{
    seed,
    systems::dci_vton::{
        Fitting, Networks,
        batch::warp_inputs,
        dress::{self, Laid},
        inpainting::{Refinement, Start},
    },
};
use samples::{
    Image,
    image::metrics::ssim_y,
    wardrobe::{
        Flow, Group, Mask, Pair, Scene,
        measures::{end_point_error, mask_iou, masked_l1, psnr_within, seam_error, texture_correlation},
    },
};

use super::{
    super::table::{Column, Row, Spread, Table},
    folder::Folder,
    pairs::{draw, flows, laid},
};

/// Steps of the diffusion.
pub const STEPS: usize = 20;
/// Pairs that are refined together.
const BATCH: usize = 50;
/// Seed of the noise.
const SEED: u64 = 7;
/// Half the width of an interval of 95 %, in standard errors.
const INTERVAL: f64 = 1.96;

/// Names of arms.
pub const NETWORK: &str = "appearance flow";
/// See [`NETWORK`].
pub const AFFINE: &str = "affine";
/// See [`NETWORK`].
pub const FULL: &str = "full";
/// See [`NETWORK`].
pub const COMPOSITE: &str = "composite only";

/// What is measured of a warp.
pub const WARP_MEASURES: [&str; 3] = ["end-point error, px", "mask IoU", "masked L1"];
/// What is measured of a picture.
pub const MEASURES: [&str; 4] = ["PSNR repainted, dB", "SSIM", "garment fidelity", "seam error"];

/// A way to dress people and its measures, one array a pair.
#[derive(Clone, Debug)]
pub struct Arm<const N: usize> {
    /// Its name.
    pub name: &'static str,
    /// The measures; absent where one has no meaning, as the correlation with a plain garment.
    pub values: Vec<[Option<f64>; N]>,
}

/// The network and the warps that learn nothing; those from landmarks only where all are known.
///
/// # Errors
/// If a flow is not finite.
pub fn warps(networks: &Networks, fittings: &[Fitting], device: &Device) -> Result<Vec<Arm<3>>> {
    let network: Vec<Flow> =
        fittings.chunks(BATCH).map(|some| warped(networks, some, device)).collect::<Result<Vec<_>>>()?.concat();
    let all = |of: fn(&Fitting) -> Result<Flow, models::ModelError>| {
        fittings.iter().map(|fitting| Ok(of(fitting)?)).collect::<Result<Vec<Flow>>>()
    };
    let mut warps = vec![(NETWORK, network)];
    if fittings.iter().all(|fitting| fitting.landmarks.is_some()) {
        warps.push(("thin-plate spline", all(Fitting::thin_plate)?));
        warps.push((AFFINE, all(Fitting::affine)?));
    }
    warps.push(("bounding box", all(Fitting::paste)?));
    let judged = warps.into_iter().map(|(name, flows)| {
        let values = fittings.iter().zip(&flows).map(|(fitting, flow)| judge_warp(fitting, flow));
        Ok(Arm { name, values: values.collect::<Result<_>>()? })
    });
    judged.collect()
}

fn warped(networks: &Networks, fittings: &[Fitting], device: &Device) -> Result<Vec<Flow>> {
    let [garments, people] = warp_inputs(fittings, device)?;
    flows(networks.flow(garments, people))
}

fn judge_warp(fitting: &Fitting, flow: &Flow) -> Result<[Option<f64>; 3]> {
    let (truth, flow_error) = match &fitting.truth {
        Some(scene) => (Truth::drawn(scene), Some(end_point_error(flow, &scene.flow, &scene.worn)?)),
        None => (Truth::photographed(fitting), None),
    };
    Ok([
        flow_error,
        Some(mask_iou(&flow.warp_mask(&fitting.garment_mask), &truth.worn)?),
        Some(masked_l1(&flow.warp_image(&fitting.garment), truth.person, &truth.worn)?),
    ])
}

/// What the paper's method is compared with. `blind` has a diffusion model that was trained without the warped garment;
/// the full one is shown none in its place if there is none.
///
/// # Errors
/// If a value is not finite.
pub fn arms(
    networks: &Networks,
    blind: Option<&Networks>,
    fittings: &[Fitting],
    device: &Device,
) -> Result<Vec<Arm<4>>> {
    let mut arms = [FULL, "noise start", "no warp", COMPOSITE].map(|name| Arm { name, values: vec![] });
    for (batch, some) in fittings.chunks(BATCH).enumerate() {
        let flows = warped(networks, some, device)?;
        let seen = laid(some, &flows, true);
        let unseen = laid(some, &flows, false);
        let composites: Vec<Image> = some
            .iter()
            .zip(&seen)
            .map(|(fitting, laid)| Ok(dress::composite(fitting, laid)?))
            .collect::<Result<_>>()?;
        let made = [
            refined(networks, some, &seen, Start::Composite, batch, device)?,
            refined(networks, some, &seen, Start::Noise, batch, device)?,
            refined(blind.unwrap_or(networks), some, &unseen, Start::Composite, batch, device)?,
            composites,
        ];
        for (arm, pictures) in arms.iter_mut().zip(made) {
            for (fitting, picture) in some.iter().zip(pictures) {
                arm.values.push(judge(fitting, &picture)?);
            }
        }
    }
    Ok(arms.into())
}

/// The pasted garment, and the refiner's pictures as it was trained.
///
/// # Errors
/// If a value is not finite.
pub fn own(networks: &Networks, sees_warp: bool, fittings: &[Fitting], device: &Device) -> Result<Vec<Arm<4>>> {
    let mut composite = Arm { name: COMPOSITE, values: vec![] };
    let mut full = Arm { name: FULL, values: vec![] };
    for (batch, some) in fittings.chunks(BATCH).enumerate() {
        let flows = warped(networks, some, device)?;
        for (fitting, laid) in some.iter().zip(laid(some, &flows, true)) {
            composite.values.push(judge(fitting, &dress::composite(fitting, &laid)?)?);
        }
        let laid = laid(some, &flows, sees_warp);
        let made = refined(networks, some, &laid, Start::Composite, batch, device)?;
        let judged = some.iter().zip(&made).map(|(fitting, picture)| judge(fitting, picture));
        full.values.extend(judged.collect::<Result<Vec<_>>>()?);
    }
    Ok(vec![composite, full])
}

/// The diffusion's pictures of a batch, kept pixels as they were.
///
/// # Errors
/// If a value is not finite.
pub fn refined(
    networks: &Networks,
    fittings: &[Fitting],
    laid: &[Laid],
    start: Start,
    batch: usize,
    device: &Device,
) -> Result<Vec<Image>> {
    let mut rng = seed::stream(SEED, batch as u64);
    let (model, given) = (networks.painter.model(), networks.given(fittings.iter().zip(laid), device)?);
    let mut refinement = Refinement::new(model, given, start, Solver::Ddim, STEPS, &mut rng);
    while refinement.step(model) {}
    let values: Vec<f32> =
        refinement.picture(model).into_data().try_into_vec().map_err(|error| anyhow::anyhow!("{error:?}"))?;
    let each = values.len() / fittings.len().max(1);
    let one = |(fitting, values): (&Fitting, &[f32])| Ok(networks.painted(values, fitting)?);
    fittings.iter().zip(values.chunks_exact(each.max(1))).map(one).collect()
}

fn judge(fitting: &Fitting, picture: &Image) -> Result<[Option<f64>; 4]> {
    let truth = fitting.truth.as_ref().map_or_else(|| Truth::photographed(fitting), Truth::drawn);
    Ok([
        Some(psnr_within(picture, truth.person, &fitting.keep.inverted())?),
        Some(ssim_y(picture, truth.person, 0)?),
        texture_correlation(picture, truth.person, &truth.certain)?,
        Some(seam_error(picture, truth.person, &fitting.keep)?),
    ])
}

/// What a fitting is compared with.
struct Truth<'a> {
    person: &'a Image,
    /// The pixels of the garment.
    worn: Mask,
    /// Those of them whose colours are the garment's alone.
    certain: Mask,
}

impl<'a> Truth<'a> {
    fn drawn(scene: &'a Scene) -> Self {
        Self { person: &scene.person, worn: scene.worn.clone(), certain: scene.certain.clone() }
    }

    /// On photos everybody wears what they try on.
    fn photographed(fitting: &'a Fitting) -> Self {
        let worn = fitting.parse.mask(&[Group::Upper]);
        Self { person: &fitting.person, certain: worn.clone(), worn }
    }
}

/// The mean of a measure over the pairs that have it.
pub fn mean<const N: usize>(arm: &Arm<N>, measure: usize) -> Option<f64> {
    let values: Vec<f64> = arm.values.iter().filter_map(|values| values[measure]).collect();
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// A table of arms, and one of what the first is better or worse by, pair by pair; both with intervals of 95 %.
pub fn tables<const N: usize>(what: &str, measures: [&str; N], arms: &[Arm<N>]) -> Vec<Table> {
    let columns = || measures.iter().map(|name| Column::new(*name, None)).collect();
    let row = |name: String, value: &dyn Fn(usize, usize) -> Option<f64>, pairs: usize| Row {
        name,
        values: (0..N)
            .map(|measure| interval(&(0..pairs).filter_map(|pair| value(pair, measure)).collect::<Vec<_>>()))
            .collect(),
    };
    let pairs = arms.first().map_or(0, |arm| arm.values.len());
    let rows = arms.iter().map(|arm| row(arm.name.to_owned(), &|pair, measure| arm.values[pair][measure], pairs));
    let mut tables = vec![Table {
        title: format!("{what}: mean ± 95 % over {pairs} pairs"),
        columns: columns(),
        rows: rows.collect(),
    }];
    if let Some((first, others)) = arms.split_first() {
        let less = |arm: &Arm<N>| {
            let value = |pair: usize, measure: usize| Some(first.values[pair][measure]? - arm.values[pair][measure]?);
            row(format!("less {}", arm.name), &value, pairs)
        };
        let rows = others.iter().map(less).collect();
        tables.push(Table { title: format!("{what}: {}, pair by pair", first.name), columns: columns(), rows });
    }
    tables
}

fn interval(values: &[f64]) -> Option<Spread> {
    let spread = Spread::of(values)?;
    let sd = spread.sd.map(|sd| INTERVAL * sd / (spread.count as f64).sqrt());
    Some(Spread { sd, ..spread })
}

/// Draws pairs of the tests.
///
/// # Errors
/// If one cannot be drawn.
pub fn test_fittings(count: usize, pair: fn(usize) -> Pair) -> Result<Vec<Fitting>> {
    draw((0..count).map(pair).collect())
}

/// The first people of photos, at most `count`.
///
/// # Errors
/// If one cannot be read.
pub fn photographed(folder: &Folder, count: usize, sides: [usize; 2], densepose: bool) -> Result<Vec<Fitting>> {
    (0..folder.len().min(count)).map(|index| folder.fitting(index, sides, densepose)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_taken_pair_by_pair() {
        let arm = |name, values: &[Option<f64>]| Arm { name, values: values.iter().map(|&value| [value]).collect() };
        let arms = [arm("full", &[Some(1.0), Some(3.0), None]), arm("other", &[Some(0.5), Some(2.5), Some(9.0)])];
        let [all, differences] = <[Table; 2]>::try_from(tables("dress", ["measure"], &arms)).unwrap();
        assert_eq!(all.rows[0].values[0].unwrap().mean, 2.0);
        let difference = differences.rows[0].values[0].unwrap();
        assert_eq!((difference.mean, difference.sd, difference.count), (0.5, Some(0.0), 2));
        assert_eq!(mean(&arms[1], 0), Some(4.0));
    }
}

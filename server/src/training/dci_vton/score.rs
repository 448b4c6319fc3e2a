//! How well a try-on dresses drawn people, beside methods that know less (spec §5).

use anyhow::Result;
use burn::tensor::Device;
use models::{
    appearance_flow::WarpNetwork,
    diffusion::{Ddim, Schedule},
    seed,
    systems::dci_vton::{
        Fitting, SIDES,
        dress::{self, Laid},
        encode,
        refiner::{
            Refiner,
            sampler::{Refinement, Start},
        },
    },
};
use samples::{
    Image,
    image::metrics::ssim_y,
    wardrobe::{
        Flow, Pair, Scene,
        measures::{end_point_error, mask_iou, masked_l1, psnr_within, seam_error, texture_correlation},
    },
};

use super::{
    super::table::{Column, Row, Spread, Table},
    pairs::{drafts, draw, flows, laid, masks, pictures, truth},
};

/// Steps of the diffusion.
pub const STEPS: usize = 20;
/// Pairs that are refined together.
const BATCH: usize = 50;
/// Seed of the noise.
const SEED: u64 = 7;
/// Half the width of an interval of 95 %, in standard errors.
const INTERVAL: f64 = 1.96;

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

/// The networks and the three warps that learn nothing.
///
/// # Errors
/// If a flow is not finite.
pub fn warps(warp: &WarpNetwork, fittings: &[Fitting], device: &Device) -> Result<Vec<Arm<3>>> {
    let network: Vec<Flow> =
        fittings.chunks(BATCH).map(|some| flows(warp, some, device)).collect::<Result<Vec<_>>>()?.concat();
    let all = |of: fn(&Fitting) -> Result<Flow, models::ModelError>| {
        fittings.iter().map(|fitting| Ok(of(fitting)?)).collect::<Result<Vec<Flow>>>()
    };
    [
        ("appearance flow", network),
        ("thin-plate spline", all(Fitting::thin_plate)?),
        ("affine", all(Fitting::affine)?),
        ("bounding box", all(Fitting::paste)?),
    ]
    .into_iter()
    .map(|(name, flows)| {
        let values = fittings.iter().zip(&flows).map(|(fitting, flow)| judge_warp(fitting, flow));
        Ok(Arm { name, values: values.collect::<Result<_>>()? })
    })
    .collect()
}

fn judge_warp(fitting: &Fitting, flow: &Flow) -> Result<[Option<f64>; 3]> {
    let truth = truth(fitting)?;
    Ok([
        Some(end_point_error(flow, &truth.flow, &truth.worn)?),
        Some(mask_iou(&flow.warp_mask(&fitting.garment_mask), &truth.worn)?),
        Some(masked_l1(&flow.warp_image(&fitting.garment), &truth.person, &truth.worn)?),
    ])
}

/// What the paper's method is compared with. `blind` is a refiner that was trained without the warped garment; the
/// full one is shown none in its place if there is none.
///
/// # Errors
/// If a value is not finite.
pub fn arms(
    warp: &WarpNetwork,
    refiner: &Refiner,
    blind: Option<&Refiner>,
    fittings: &[Fitting],
    device: &Device,
) -> Result<Vec<Arm<4>>> {
    let mut arms = ["full", "noise start", "no warp", "composite only"].map(|name| Arm { name, values: vec![] });
    for (batch, some) in fittings.chunks(BATCH).enumerate() {
        let flows = flows(warp, some, device)?;
        let seen = laid(some, &flows, true);
        let unseen = laid(some, &flows, false);
        let composites: Vec<Image> = some
            .iter()
            .zip(&seen)
            .map(|(fitting, laid)| Ok(dress::composite(fitting, laid)?))
            .collect::<Result<_>>()?;
        let made = [
            refined(refiner, some, &seen, Start::Composite, batch, device)?,
            refined(refiner, some, &seen, Start::Noise, batch, device)?,
            refined(blind.unwrap_or(refiner), some, &unseen, Start::Composite, batch, device)?,
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

/// The pasted garment, and the refiner's pictures if there is one, as it was trained.
///
/// # Errors
/// If a value is not finite.
pub fn own(
    warp: &WarpNetwork,
    refiner: Option<&Refiner>,
    sees_warp: bool,
    fittings: &[Fitting],
    device: &Device,
) -> Result<Vec<Arm<4>>> {
    let mut composite = Arm { name: "composite only", values: vec![] };
    let mut full = Arm { name: "refined", values: vec![] };
    for (batch, some) in fittings.chunks(BATCH).enumerate() {
        let flows = flows(warp, some, device)?;
        for (fitting, laid) in some.iter().zip(laid(some, &flows, true)) {
            composite.values.push(judge(fitting, &dress::composite(fitting, &laid)?)?);
        }
        if let Some(refiner) = refiner {
            let laid = laid(some, &flows, sees_warp);
            let made = refined(refiner, some, &laid, Start::Composite, batch, device)?;
            let judged = some.iter().zip(&made).map(|(fitting, picture)| judge(fitting, picture));
            full.values.extend(judged.collect::<Result<Vec<_>>>()?);
        }
    }
    Ok(if refiner.is_some() { vec![composite, full] } else { vec![composite] })
}

/// The refiner's pictures of a batch, kept pixels as they were.
///
/// # Errors
/// If a value is not finite.
pub fn refined(
    refiner: &Refiner,
    fittings: &[Fitting],
    laid: &[Laid],
    start: Start,
    batch: usize,
    device: &Device,
) -> Result<Vec<Image>> {
    let draft = drafts(fittings, laid, device)?;
    let person = pictures(fittings.iter().map(|fitting| &fitting.person), device);
    let keep = masks(fittings.iter().map(|fitting| &fitting.keep), device);
    let context = refiner.context(pictures(fittings.iter().map(|fitting| &fitting.garment), device));
    let ddim = Ddim::new(&Schedule::stable_diffusion(), STEPS);
    let mut rng = seed::stream(SEED, batch as u64);
    let mut refinement =
        Refinement::new(&ddim, catalog::systems::dci_vton::Solver::Ddim, start, draft, person, keep, context, &mut rng);
    while refinement.step(refiner) {}
    let values: Vec<f32> =
        refinement.picture().into_data().try_into_vec().map_err(|error| anyhow::anyhow!("{error:?}"))?;
    let one = |(fitting, values): (&Fitting, &[f32])| {
        Ok(dress::over(&encode::image(SIDES, values)?, &fitting.person, &fitting.keep)?)
    };
    fittings.iter().zip(values.chunks_exact(3 * SIDES[0] * SIDES[1])).map(one).collect()
}

fn judge(fitting: &Fitting, picture: &Image) -> Result<[Option<f64>; 4]> {
    let truth: &Scene = truth(fitting)?;
    Ok([
        Some(psnr_within(picture, &truth.person, &fitting.keep.inverted())?),
        Some(ssim_y(picture, &truth.person, 0)?),
        texture_correlation(picture, &truth.person, &truth.certain)?,
        Some(seam_error(picture, &truth.person, &fitting.keep)?),
    ])
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

//! How good is a generator of rock? Its samples beside the real rock and beside two baselines that know less.
//!
//! Baselines (spec §5): independent voxels at the rock's porosity, and a Gaussian random field cut at a level and
//! matched to porosity and the first lags of S₂. The paper's point is that a generator must beat the second where
//! two-point statistics end: connectivity (χ) and flow (k).

use super::{
    porous_gan::{COMPARED_SIDE, draw, s2_difference},
    rock,
    table::{Column, Row, Spread, Table},
};
use anyhow::Result;
use models::{Model, seed, systems::porous_gan::GanConfig};
use samples::{
    Volume,
    volume::{
        Agreement, Band, MeasureOptions, PoreMeasures, RockReference,
        gaussian_field::{GaussianField, independent_voxels},
        porosity,
    },
};

/// Samples before this one have chosen the generator or stand in its card.
const FIRST: u64 = 1000;
/// Lags of S₂ that the Gaussian field is matched to.
const MATCHED_LAGS: usize = 16;

/// Compares `count` samples of `model` with the rock of `preset` and with the baselines; permeability is measured on
/// the first `flow_count` volumes of each kind.
///
/// Columns: porosity φ, that of the middle half along each axis (a rock is the same everywhere), and its standard
/// deviation over the places within a noise cell (a rock knows of no cells, what it has is chance); Crofton surface S;
/// Euler number χ of the 6-connected pores (= of the 26-connected grains, the paper's label); shares of volumes with φ,
/// S, χ within the rock's mean ± 2 sd; max |ΔS₂| for lags up to 16, of the mean curve against the rock's; permeability k
/// over volumes and axes.
///
/// # Errors
/// If the rock is missing, the model cannot be sampled, or a flow is not solved.
pub fn judge(
    model: &dyn Model,
    preset: &str,
    assets: &std::path::Path,
    count: usize,
    flow_count: usize,
) -> Result<Table> {
    let pitch = GanConfig::of_preset(preset)?.voxels_per_cell();
    let rock = rock::load(preset, assets)?;
    let blocks = rock.blocks(COMPARED_SIDE)?;
    let reference = RockReference::of(&blocks, &MeasureOptions::default(), rock.voxel_um)?;
    let mut rng = seed::stream(FIRST, 0);
    let elsewhere = (0..count)
        .map(|_| Ok(Volume::new([COMPARED_SIDE; 3], rock.cube(COMPARED_SIDE, true, &mut rng)?)?))
        .collect::<Result<Vec<_>>>()?;
    let filtered = elsewhere.iter().map(Volume::without_lone_voxels).collect();
    let samples = draw(model, preset, FIRST..FIRST + count as u64)?;
    let field = GaussianField::matched(&reference.s2_radial.mean[..=MATCHED_LAGS], COMPARED_SIDE)?;
    let fields: Vec<Volume> = (0..count as u64).map(|seed| field.sample(seed)).collect();
    let independent = (0..count as u64)
        .map(|seed| independent_voxels(COMPARED_SIDE, reference.mean.porosity, seed))
        .collect::<Result<Vec<_>, _>>()?;
    let columns = [
        "φ",
        "φ inside",
        "sd over places",
        "S, 1/voxel",
        "χ, 1e-4/voxel³",
        "φ within, %",
        "S within, %",
        "χ within, %",
        "all within, %",
        "ΔS₂",
        "k, voxel²",
    ];
    Ok(Table {
        title: format!("porous-gan {preset}: {COMPARED_SIDE}³ voxels; mean ± sd; within the rock's mean ± 2 sd"),
        columns: columns.map(|name| Column::new(name, None)).into(),
        rows: [
            ("rock, its blocks", blocks),
            // What a perfect generator would get: cubes like those that it learns from.
            ("rock, cut anywhere", elsewhere),
            // Samples are filtered by default, the rock is not: what that alone does.
            ("… without lone voxels", filtered),
            ("generator", samples),
            ("Gaussian field", fields),
            ("independent voxels", independent),
        ]
        .into_iter()
        .map(|(name, volumes)| row(name, &volumes, &reference, pitch, flow_count))
        .collect::<Result<_>>()?,
    })
}

fn row(name: &str, volumes: &[Volume], reference: &RockReference, pitch: usize, flow_count: usize) -> Result<Row> {
    let geometry = MeasureOptions::default();
    let flow = MeasureOptions { permeability: true, ..MeasureOptions::default() };
    let measures = volumes
        .iter()
        .enumerate()
        .map(|(i, volume)| PoreMeasures::of(volume, if i < flow_count { &flow } else { &geometry }))
        .collect::<Result<Vec<_>, _>>()?;
    let spread = |value: fn(&PoreMeasures) -> f64| Spread::of(&measures.iter().map(value).collect::<Vec<_>>());
    let number = |mean: f64| Some(Spread { mean, sd: None, count: volumes.len() });
    let agreement: Vec<_> = measures.iter().map(|m| reference.compare(m)).collect();
    let share = |test: fn(&Agreement) -> bool| {
        number(100.0 * agreement.iter().filter(|a| test(a)).count() as f64 / agreement.len() as f64)
    };
    Ok(Row {
        name: format!("{name} ({})", volumes.len()),
        values: vec![
            spread(|m| m.porosity),
            Spread::of(&volumes.iter().filter_map(porosity_inside).collect::<Vec<_>>()),
            number(porosity_over_places(volumes, pitch)),
            spread(|m| m.surface),
            spread(|m| 1e4 * m.euler_pore6),
            share(|a| a.porosity),
            share(|a| a.surface),
            share(|a| a.euler_pore6),
            share(|a| a.porosity && a.surface && a.euler_pore6),
            number(s2_difference(&measures, reference)),
            Spread::of(&measures.iter().filter_map(|m| m.permeability).flatten().collect::<Vec<_>>()),
        ],
    })
}

fn porosity_inside(volume: &Volume) -> Option<f64> {
    let shape = volume.shape();
    volume.block(shape.map(|side| side / 4), shape.map(|side| side / 2)).map(|inside| porosity(&inside))
}

fn porosity_over_places(volumes: &[Volume], pitch: usize) -> f64 {
    let (mut pores, mut all) = (vec![0.0; pitch.pow(3)], vec![0.0; pitch.pow(3)]);
    for volume in volumes {
        let [depth, height, width] = volume.shape();
        for (z, y) in (0..depth).flat_map(|z| (0..height).map(move |y| (z, y))) {
            for x in 0..width {
                let place = ((z % pitch) * pitch + y % pitch) * pitch + x % pitch;
                pores[place] += f64::from(u8::from(volume.is_pore(z, y, x)));
                all[place] += 1.0;
            }
        }
    }
    Band::of(&pores.iter().zip(&all).map(|(pores, all)| pores / all).collect::<Vec<_>>()).sd
}

#[cfg(test)]
mod tests {
    use super::{Volume, porosity_over_places};

    #[test]
    fn pores_at_one_place_of_every_cell_are_uneven_and_layers_across_cells_are_not() {
        let lattice = Volume::from_fn(16, |z, y, x| [z, y, x].iter().all(|at| at % 4 == 1));
        // One of 64 places is all pore.
        let sd = (63.0 * (1.0f64 / 64.0).powi(2) + (63.0f64 / 64.0).powi(2)) / 63.0;
        assert!((porosity_over_places(&[lattice], 4) - sd.sqrt()).abs() < 1e-12);
        let half = Volume::from_fn(16, |z, _, _| z < 8);
        assert_eq!(porosity_over_places(&[half], 4), 0.0);
    }
}

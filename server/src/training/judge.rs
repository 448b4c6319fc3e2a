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
/// Columns of the first table: porosity φ, that of the middle half along each axis (a rock is the same everywhere), and its standard
/// deviation over the places within a noise cell (a rock knows of no cells, what it has is chance); Crofton surface S;
/// Euler number χ of the 6-connected pores (= of the 26-connected grains, the paper's label); shares of volumes with φ,
/// S, χ within the rock's mean ± 2 sd; max |ΔS₂| for lags up to 16, of the mean curve against the rock's; permeability k
/// over volumes and axes. Of the second, which tells grains from rough ones that meet the first: Euler number of the
/// 26-connected pores, surface and mean chords from the slope of S₂, and the shares within.
///
/// # Errors
/// If the rock is missing, the model cannot be sampled, or a flow is not solved.
pub fn judge(
    model: &dyn Model,
    preset: &str,
    assets: &std::path::Path,
    count: usize,
    flow_count: usize,
) -> Result<[Table; 2]> {
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
    let kinds = [
        ("rock, its blocks", blocks),
        // What a perfect generator would get: cubes like those that it learns from.
        ("rock, cut anywhere", elsewhere),
        // Samples are filtered by default, the rock is not: what that alone does.
        ("… without lone voxels", filtered),
        ("generator", samples),
        ("Gaussian field", fields),
        ("independent voxels", independent),
    ];
    let measured = kinds
        .into_iter()
        .map(|(name, volumes)| Measured::of(name, volumes, &reference, flow_count))
        .collect::<Result<Vec<_>>>()?;
    let what = format!("porous-gan {preset}: {COMPARED_SIDE}³ voxels; mean ± sd; within the rock's mean ± 2 sd");
    let table = |title, columns: &[&str], row: &dyn Fn(&Measured) -> Row| Table {
        title,
        columns: columns.iter().map(|&name| Column::new(name, None)).collect(),
        rows: measured.iter().map(row).collect(),
    };
    Ok([
        table(
            what.clone(),
            &[
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
            ],
            &|measured| measured.main(&reference, pitch),
        ),
        table(
            format!("{what}; more of their shape"),
            &[
                "χ₂₆, 1e-4/voxel³",
                "S by slope, 1/voxel",
                "pore chord, voxels",
                "grain chord, voxels",
                "χ₂₆ within, %",
                "S by slope within, %",
                "pore chord within, %",
                "grain chord within, %",
            ],
            &Measured::shape,
        ),
    ])
}

/// Volumes of one kind, and what they measure.
struct Measured {
    name: String,
    volumes: Vec<Volume>,
    measures: Vec<PoreMeasures>,
    agreement: Vec<Agreement>,
}

impl Measured {
    fn of(name: &str, volumes: Vec<Volume>, reference: &RockReference, flow_count: usize) -> Result<Self> {
        let geometry = MeasureOptions::default();
        let flow = MeasureOptions { permeability: true, ..MeasureOptions::default() };
        let measures = volumes
            .iter()
            .enumerate()
            .map(|(i, volume)| PoreMeasures::of(volume, if i < flow_count { &flow } else { &geometry }))
            .collect::<Result<Vec<_>, _>>()?;
        let agreement = measures.iter().map(|m| reference.compare(m)).collect();
        Ok(Self { name: format!("{name} ({})", volumes.len()), volumes, measures, agreement })
    }

    fn spread(&self, value: fn(&PoreMeasures) -> Option<f64>) -> Option<Spread> {
        Spread::of(&self.measures.iter().filter_map(value).collect::<Vec<_>>())
    }

    fn number(&self, mean: f64) -> Option<Spread> {
        Some(Spread { mean, sd: None, count: self.volumes.len() })
    }

    /// Per cent of the volumes.
    fn share(&self, test: fn(&Agreement) -> bool) -> Option<Spread> {
        self.number(100.0 * self.agreement.iter().filter(|a| test(a)).count() as f64 / self.agreement.len() as f64)
    }

    fn main(&self, reference: &RockReference, pitch: usize) -> Row {
        let values = vec![
            self.spread(|m| Some(m.porosity)),
            Spread::of(&self.volumes.iter().filter_map(porosity_inside).collect::<Vec<_>>()),
            self.number(porosity_over_places(&self.volumes, pitch)),
            self.spread(|m| Some(m.surface)),
            self.spread(|m| Some(1e4 * m.euler_pore6)),
            self.share(|a| a.porosity),
            self.share(|a| a.surface),
            self.share(|a| a.euler_pore6),
            self.share(|a| a.porosity && a.surface && a.euler_pore6),
            self.number(s2_difference(&self.measures, reference)),
            Spread::of(&self.measures.iter().filter_map(|m| m.permeability).flatten().collect::<Vec<_>>()),
        ];
        Row { name: self.name.clone(), values }
    }

    fn shape(&self) -> Row {
        let values = vec![
            self.spread(|m| Some(1e4 * m.euler_pore26)),
            self.spread(|m| Some(m.surface_slope)),
            self.spread(|m| m.chord_pore),
            self.spread(|m| m.chord_grain),
            self.share(|a| a.euler_pore26),
            self.share(|a| a.surface_slope),
            self.share(|a| a.chord_pore),
            self.share(|a| a.chord_grain),
        ];
        Row { name: self.name.clone(), values }
    }
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
    use std::{fs, path::Path};

    use super::{Volume, judge, porosity_over_places};

    #[test]
    fn a_rock_is_within_its_bands_and_voxels_without_neighbours_are_not() {
        let assets = Path::new("../assets");
        let weights = fs::read(assets.join("weights/porous-gan/berea-small/weights.safetensors")).unwrap();
        let model = models::load("porous-gan", "berea-small", weights, &burn::tensor::Device::flex()).unwrap();
        let tables = judge(model.as_ref(), "berea-small", assets, 2, 0).unwrap();
        let value = |table: usize, row: &str, column: &str| {
            let table = &tables[table];
            let column = table.columns.iter().position(|c| c.name.starts_with(column)).unwrap();
            let row = table.rows.iter().find(|r| r.name.starts_with(row)).unwrap();
            assert_eq!(row.values.len(), table.columns.len());
            row.values[column].unwrap().mean
        };
        let bands =
            [(0, "S within"), (0, "χ within"), (1, "χ₂₆ within"), (1, "S by slope within"), (1, "pore chord within")];
        for (table, column) in bands {
            assert!(value(table, "rock, its blocks", column) > 85.0, "{column}");
            assert_eq!(value(table, "independent voxels", column), 0.0, "{column}");
        }
        assert_eq!(value(0, "independent voxels", "φ within"), 100.0);
        // Chord and surface have the slope in common: −φ/a = 4φ/S, of each sample, and so nearly of their means.
        let (porosity, surface) = (value(0, "generator", "φ"), value(1, "generator", "S by slope"));
        let chord = value(1, "generator", "pore chord");
        assert!((chord - 4.0 * porosity / surface).abs() < 0.05 * chord, "{chord} {porosity} {surface}");
    }

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

//! Powder X-ray diffraction: the peaks that a crystal would show.
//!
//! Kinematic, for atoms at rest: every reciprocal lattice vector within reach scatters with |F|², F = Σ f exp(2πi g·r),
//! times the Lorentz and polarisation factor (1 + cos² 2θ) / (sin² θ cos θ); reflections at one angle add up, which
//! takes care of multiplicities. M. De Graef & M. E. McHenry, Structure of Materials, chapters 11 and 12; the
//! definitions are those of pymatgen's `XRDCalculator`.

use std::{
    collections::BTreeMap,
    f64::consts::{PI, TAU},
};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{
    super::{Crystal, Element, crystal::cross, crystal::dot},
    linear::times,
    scattering::FormFactors,
};

/// Cu Kα, the mean of α₁ and α₂ weighted 2 : 1, Å.
pub const COPPER_K_ALPHA: f64 = 1.541_84;

/// Reflections that round to the same multiple of this are one peak, degrees. Rounding may split a peak in two; that is
/// pymatgen's definition.
const SAME_ANGLE: f64 = 1e-5;

/// Peaks below this share of the strongest are absences that did not cancel exactly, percent.
const WEAKEST: f64 = 1e-3;

/// Reflections times atoms: half a second. Cells of ordinary density have some twenty reflections per atom, so that is
/// about 900 atoms.
const MAX_WORK: f64 = 2e7;

/// Reflections are held in memory, so even a cell of few atoms may not have more than a share of that.
const FEWEST_ATOMS: usize = 40;

/// What is shone on the powder and where the detector looks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DiffractionOptions {
    /// Å.
    pub wavelength: f64,
    /// 2θ from … to, degrees within 0 … 180.
    pub two_theta: [f64; 2],
    /// Scattering of the atoms.
    pub form_factors: FormFactors,
}

impl Default for DiffractionOptions {
    /// Cu Kα, 0° to 90°.
    fn default() -> Self {
        Self { wavelength: COPPER_K_ALPHA, two_theta: [0.0, 90.0], form_factors: FormFactors::default() }
    }
}

/// Reflections that meet at one angle.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Peak {
    /// Degrees.
    pub two_theta: f64,
    /// Percent of the strongest peak.
    pub intensity: f64,
    /// Distance of the lattice planes, Å.
    pub spacing: f64,
    /// One of the reflections, in the cell given: that with the largest h, then k, then l.
    pub miller: [i32; 3],
    /// How many reflections meet here, opposite ones included.
    pub reflections: u32,
}

/// Why there is no pattern.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum DiffractionError {
    /// The options make no sense.
    #[error("the wavelength must be between 0.1 and 10 Å, and 2θ must rise within 0° to 180°")]
    Options,
    /// Nothing scatters.
    #[error("a cell without atoms does not diffract")]
    NoAtoms,
    /// Too many reflections of too many atoms.
    #[error("the cell is too large: about {reflections:.0} reflections of {atoms} atoms")]
    TooLarge {
        /// Reflections within reach.
        reflections: f64,
        /// Atoms of the cell.
        atoms: usize,
    },
    /// Not in the table.
    #[error("there are no scattering factors for {0}")]
    NoFormFactor(Element),
}

/// The peaks of a crystal's powder pattern by angle; none if no reflection is within the range.
///
/// # Errors
/// If the options are not sensible, the cell is empty or too large, or an element is above californium.
pub fn powder_pattern(crystal: &Crystal, options: &DiffractionOptions) -> Result<Vec<Peak>, DiffractionError> {
    let [from, to] = options.two_theta;
    let sensible = (0.1..=10.0).contains(&options.wavelength) && 0.0 <= from && from < to && to <= 180.0;
    if !sensible {
        return Err(DiffractionError::Options);
    }
    let atoms = Atoms::new(crystal, options.form_factors)?;
    let [shortest, longest] = [from, to].map(|angle| 2.0 * (angle / 2.0).to_radians().sin() / options.wavelength);
    // Bins of SAME_ANGLE, each with the first reflection by length, then by descending indices.
    let mut bins: BTreeMap<i64, Bin> = BTreeMap::new();
    for reflection in reflections(crystal, longest)?.into_iter().filter(|r| r.length >= shortest) {
        let sine = (options.wavelength * reflection.length / 2.0).min(1.0);
        let theta = sine.asin();
        // Backscattering at exactly 180° has an infinite Lorentz factor and no place on a detector.
        if theta.cos() <= f64::EPSILON {
            continue;
        }
        let lorentz = (1.0 + (2.0 * theta).cos().powi(2)) / (sine * sine * theta.cos());
        let s_squared = reflection.length * reflection.length / 4.0;
        // The opposite reflection is as strong: Friedel's law.
        let intensity = 2.0 * atoms.structure_factor_squared(&reflection.miller, s_squared)? * lorentz;
        let two_theta = (2.0 * theta).to_degrees();
        let bin = bins.entry((two_theta / SAME_ANGLE).round() as i64).or_insert_with(|| Bin {
            intensity: 0.0,
            two_theta,
            length: reflection.length,
            miller: reflection.miller,
            reflections: 0,
        });
        bin.intensity += intensity;
        bin.miller = bin.miller.max(reflection.miller);
        bin.reflections += 2;
    }
    let strongest = bins.values().map(|bin| bin.intensity).fold(0.0, f64::max);
    let peaks = bins.into_values().filter(|bin| bin.intensity * 100.0 > WEAKEST * strongest).map(|bin| Peak {
        two_theta: bin.two_theta,
        intensity: bin.intensity * 100.0 / strongest,
        spacing: bin.length.recip(),
        miller: bin.miller,
        reflections: bin.reflections,
    });
    Ok(peaks.collect())
}

/// The pattern as a detector would draw it: every peak a Gaussian of this full width at half maximum (degrees), at each
/// of these angles (degrees); the strongest peak alone has height 100.
pub fn profile(peaks: &[Peak], width: f64, two_theta: &[f64]) -> Vec<f64> {
    let steepness = 4.0 * std::f64::consts::LN_2 / (width * width);
    let height =
        |angle: &f64| peaks.iter().map(|p| p.intensity * (-steepness * (angle - p.two_theta).powi(2)).exp()).sum();
    two_theta.iter().map(height).collect()
}

struct Bin {
    intensity: f64,
    two_theta: f64,
    length: f64,
    miller: [i32; 3],
    reflections: u32,
}

struct Reflection {
    miller: [i32; 3],
    /// 1/d, 1/Å.
    length: f64,
}

/// One of every two opposite reciprocal vectors up to `longest`, by length, then by descending indices.
fn reflections(crystal: &Crystal, longest: f64) -> Result<Vec<Reflection>, DiffractionError> {
    let rows = crystal.lattice().rows();
    let [a, b, c] = rows;
    let volume = dot(a, &cross(b, c));
    let reciprocal = [cross(b, c), cross(c, a), cross(a, b)].map(|row| row.map(|x| x / volume));
    let atoms = crystal.elements().len();
    let expected = 2.0 * PI / 3.0 * longest.powi(3) * volume.abs();
    // Index h is g·a, so no index exceeds the longest g times the edge. In oblique cells that box is mostly empty.
    let reach = crystal.lattice().lengths().map(|edge| (longest * edge).floor());
    let box_size: f64 = reach.iter().map(|n| 2.0 * n + 1.0).product();
    if expected * atoms.max(FEWEST_ATOMS) as f64 > MAX_WORK || box_size > MAX_WORK {
        return Err(DiffractionError::TooLarge { reflections: expected.max(box_size / 2.0), atoms });
    }
    let [h, k, l] = reach.map(|n| n as i32);
    let mut found = Vec::new();
    for h in 0..=h {
        for k in if h == 0 { 0 } else { -k }..=k {
            for l in if h == 0 && k == 0 { 1 } else { -l }..=l {
                let g = times(&[h, k, l].map(f64::from), &reciprocal);
                let length = dot(&g, &g).sqrt();
                if length <= longest {
                    found.push(Reflection { miller: [h, k, l], length });
                }
            }
        }
    }
    found.sort_by(|a, b| a.length.total_cmp(&b.length).then_with(|| b.miller.cmp(&a.miller)));
    Ok(found)
}

/// An occupancy and fractional coordinates.
type Scatterer = (f64, [f64; 3]);

/// Atoms by element.
struct Atoms {
    form_factors: FormFactors,
    by_element: Vec<(Element, Vec<Scatterer>)>,
}

impl Atoms {
    fn new(crystal: &Crystal, form_factors: FormFactors) -> Result<Self, DiffractionError> {
        if crystal.elements().is_empty() {
            return Err(DiffractionError::NoAtoms);
        }
        let mut by_element: BTreeMap<Element, Vec<Scatterer>> = BTreeMap::new();
        for (atom, share) in crystal.occupants() {
            let f = crystal.fractional_coordinates()[atom];
            by_element.entry(share.element).or_default().push((share.occupancy, f));
        }
        Ok(Self { form_factors, by_element: by_element.into_iter().collect() })
    }

    fn structure_factor_squared(&self, miller: &[i32; 3], s_squared: f64) -> Result<f64, DiffractionError> {
        let g = miller.map(f64::from);
        let (mut real, mut imaginary) = (0.0, 0.0);
        for (element, coordinates) in &self.by_element {
            let factor = self.form_factors.of(*element, s_squared).ok_or(DiffractionError::NoFormFactor(*element))?;
            let (mut cosines, mut sines) = (0.0, 0.0);
            for (occupancy, f) in coordinates {
                let (sine, cosine) = (TAU * dot(&g, f)).sin_cos();
                cosines += occupancy * cosine;
                sines += occupancy * sine;
            }
            real += factor * cosines;
            imaginary += factor * sines;
        }
        Ok(real * real + imaginary * imaginary)
    }
}

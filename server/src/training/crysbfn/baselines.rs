//! What needs no learning (spec §5): every score stands beside these.

use std::collections::HashMap;

use anyhow::{Context, Result};
use rand::Rng;
use samples::structure::{Composition, Crystal, Element, Lattice};

/// Sites of the ideal cubic perovskite ABX₃: A, B, then the three anions.
const IDEAL: [[f64; 3]; 5] = [[0.0; 3], [0.5; 3], [0.5, 0.5, 0.0], [0.5, 0.0, 0.5], [0.0, 0.5, 0.5]];

/// Random coordinates in a cube of the training set's mean volume for as many atoms.
///
/// # Errors
/// If the training set is empty.
pub fn random(train: &[Crystal], truths: &[Crystal], rng: &mut impl Rng) -> Result<Vec<Option<Crystal>>> {
    let volume: f64 = train.iter().map(|c| c.lattice().volume() / c.elements().len() as f64).sum::<f64>();
    let volume = volume / train.len() as f64;
    let make = |truth: &Crystal| {
        let elements = truth.elements().to_vec();
        let edge = (volume * elements.len() as f64).cbrt();
        let coordinates = elements.iter().map(|_| std::array::from_fn(|_| rng.random())).collect();
        Ok(Some(Crystal::new(Lattice::from_parameters([edge; 3], [90.0; 3])?, elements, coordinates)?))
    };
    truths.iter().map(make).collect()
}

/// The structure of the training crystal of the nearest composition, its elements replaced.
///
/// Near means: the elements of both, in order of atomic number, differ least in the sum of |ΔZ|.
pub fn nearest_template(train: &[Crystal], truths: &[Crystal]) -> Vec<Option<Crystal>> {
    let sorted = |crystal: &Crystal| {
        let mut elements: Vec<(Element, usize)> =
            crystal.elements().iter().copied().enumerate().map(|(i, e)| (e, i)).collect();
        elements.sort();
        elements
    };
    let templates: Vec<_> = train.iter().map(|crystal| (sorted(crystal), crystal)).collect();
    let make = |truth: &Crystal| {
        let wanted = sorted(truth);
        let distance = |elements: &[(Element, usize)]| -> u32 {
            elements
                .iter()
                .zip(&wanted)
                .map(|((a, _), (b, _))| u32::from(a.atomic_number().abs_diff(b.atomic_number())))
                .sum()
        };
        let alike = templates.iter().filter(|(elements, _)| elements.len() == wanted.len());
        let (order, template) = alike.min_by_key(|(elements, _)| distance(elements))?;
        let mut elements = template.elements().to_vec();
        for ((_, place), (element, _)) in order.iter().zip(&wanted) {
            elements[*place] = *element;
        }
        Crystal::new(*template.lattice(), elements, template.fractional_coordinates().to_vec()).ok()
    };
    truths.iter().map(make).collect()
}

/// The ideal cubic perovskite with the heavier cation at the corner; the edge is a linear fit in the elements.
///
/// # Errors
/// If the training set has no perovskite.
pub fn ideal_perovskite(train: &[Crystal], truths: &[Crystal]) -> Result<Vec<Option<Crystal>>> {
    let edges = EdgeFit::of(train)?;
    let make = |truth: &Crystal| {
        let (cations, anions) = sites(truth)?;
        let edge = edges.edge(truth.elements());
        let elements = [cations[0], cations[1], anions[0], anions[1], anions[2]].to_vec();
        Crystal::new(Lattice::from_parameters([edge; 3], [90.0; 3]).ok()?, elements, IDEAL.to_vec()).ok()
    };
    Ok(truths.iter().map(make).collect())
}

/// The two cations, the heavier first, and the three anions: the most electronegative.
fn sites(crystal: &Crystal) -> Option<([Element; 2], [Element; 3])> {
    let mut elements = crystal.elements().to_vec();
    if elements.len() != IDEAL.len() {
        return None;
    }
    elements.sort_by(|a, b| {
        let strength = |e: &Element| e.facts().electronegativity.unwrap_or(0.0);
        strength(a).total_cmp(&strength(b))
    });
    let mut cations = [elements[0], elements[1]];
    cations.sort_by_key(|element| std::cmp::Reverse(element.atomic_number()));
    Some((cations, [elements[2], elements[3], elements[4]]))
}

/// Edge of a cubic cell as a sum over its atoms, fitted by ridge regression with gradient sweeps.
struct EdgeFit {
    mean: f64,
    shares: HashMap<Element, f64>,
}

impl EdgeFit {
    /// Sweeps of coordinate descent: the fit has a few dozen unknowns and settles long before.
    const SWEEPS: usize = 200;
    /// Keeps elements that are seen rarely near zero.
    const RIDGE: f64 = 1.0;

    fn of(train: &[Crystal]) -> Result<Self> {
        let rows: Vec<(Vec<(Element, f64)>, f64)> = train
            .iter()
            .map(|crystal| {
                let counts = Composition::of(crystal.elements());
                let counts = counts.counts().iter().map(|&(e, n)| (e, f64::from(n))).collect();
                (counts, crystal.lattice().volume().cbrt())
            })
            .collect();
        let mean = rows.iter().map(|(_, edge)| edge).sum::<f64>() / rows.len() as f64;
        let mut residuals: Vec<f64> = rows.iter().map(|(_, edge)| edge - mean).collect();
        let mut places: HashMap<Element, Vec<(usize, f64)>> = HashMap::new();
        for (row, (counts, _)) in rows.iter().enumerate() {
            for &(element, count) in counts {
                places.entry(element).or_default().push((row, count));
            }
        }
        let mut shares: HashMap<Element, f64> = places.keys().map(|&element| (element, 0.0)).collect();
        let mut order: Vec<_> = places.keys().copied().collect();
        order.sort();
        for _ in 0..Self::SWEEPS {
            for element in &order {
                let seen = &places[element];
                let old = shares[element];
                let slope: f64 = seen.iter().map(|&(row, n)| n * (residuals[row] + n * old)).sum();
                let new = slope / (seen.iter().map(|&(_, n)| n * n).sum::<f64>() + Self::RIDGE);
                seen.iter().for_each(|&(row, n)| residuals[row] -= n * (new - old));
                shares.insert(*element, new);
            }
        }
        (!rows.is_empty()).then_some(Self { mean, shares }).context("no training crystals")
    }

    fn edge(&self, elements: &[Element]) -> f64 {
        self.mean + elements.iter().map(|element| self.shares.get(element).copied().unwrap_or(0.0)).sum::<f64>()
    }
}

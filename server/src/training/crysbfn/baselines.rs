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
/// The elements of both, in order of electronegativity, take each other's places; near is what moves them least in the
/// periodic table, groups and periods counted alike.
pub fn nearest_template(train: &[Crystal], truths: &[Crystal]) -> Vec<Option<Crystal>> {
    let templates: Vec<_> = train.iter().map(|crystal| (by_electronegativity(crystal), crystal)).collect();
    let make = |truth: &Crystal| {
        let wanted = by_electronegativity(truth);
        let moved = |(&(_, theirs), &(_, ours)): (&(usize, Element), &(usize, Element))| {
            u32::from(theirs.group().abs_diff(ours.group()) + theirs.period().abs_diff(ours.period()))
        };
        let alike = templates.iter().filter(|(places, _)| places.len() == wanted.len());
        let (places, template) = alike.min_by_key(|(places, _)| places.iter().zip(&wanted).map(moved).sum::<u32>())?;
        let mut elements = template.elements().to_vec();
        for (&(place, _), &(_, element)) in places.iter().zip(&wanted) {
            elements[place] = element;
        }
        Crystal::new(*template.lattice(), elements, template.fractional_coordinates().to_vec()).ok()
    };
    truths.iter().map(make).collect()
}

/// A crystal's atoms, number and element, the most electropositive first.
fn by_electronegativity(crystal: &Crystal) -> Vec<(usize, Element)> {
    let mut atoms: Vec<(usize, Element)> = crystal.elements().iter().copied().enumerate().collect();
    let strength = |element: Element| element.facts().electronegativity.unwrap_or(0.0);
    atoms.sort_by(|(_, a), (_, b)| strength(*a).total_cmp(&strength(*b)));
    atoms
}

/// The ideal cubic perovskite with the heavier cation at the corner; the edge is a linear fit in the elements.
///
/// # Errors
/// If the training set is empty.
pub fn ideal_perovskite(train: &[Crystal], truths: &[Crystal]) -> Result<Vec<Option<Crystal>>> {
    let edges = EdgeFit::of(train)?;
    let make = |truth: &Crystal| {
        let mut elements: Vec<Element> = by_electronegativity(truth).into_iter().map(|(_, element)| element).collect();
        // The cations come first.
        elements.get_mut(..2)?.sort_by_key(|element| std::cmp::Reverse(element.atomic_number()));
        let edge = edges.edge(truth.elements());
        Crystal::new(Lattice::from_parameters([edge; 3], [90.0; 3]).ok()?, elements, IDEAL.to_vec()).ok()
    };
    Ok(truths.iter().map(make).collect())
}

/// Edge of a cubic cell as a sum over its atoms, fitted by ridge regression with coordinate descent.
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

#[cfg(test)]
mod tests {
    use samples::structure::{Crystal, Element, Lattice};

    use super::{ideal_perovskite, nearest_template};

    fn perovskite(symbols: [&str; 5], edge: f64) -> Crystal {
        let sites = [[0.1, 0.0, 0.0], [0.5; 3], [0.5, 0.5, 0.0], [0.5, 0.0, 0.5], [0.0, 0.5, 0.5]];
        let elements = symbols.iter().map(|symbol| symbol.parse().unwrap()).collect();
        Crystal::new(Lattice::from_parameters([edge; 3], [90.0; 3]).unwrap(), elements, sites.to_vec()).unwrap()
    }

    fn symbols(crystal: &Crystal) -> Vec<&str> {
        crystal.elements().iter().copied().map(Element::symbol).collect()
    }

    #[test]
    fn the_nearest_composition_lends_its_structure() {
        let train = [perovskite(["K", "Nb", "F", "F", "F"], 4.2), perovskite(["Ca", "Zr", "O", "O", "O"], 4.1)];
        let made = nearest_template(&train, &[perovskite(["Ti", "Sr", "O", "O", "O"], 1.0)]);
        let made = made[0].as_ref().unwrap();
        assert_eq!(symbols(made), ["Sr", "Ti", "O", "O", "O"], "each element in the place of its like");
        assert_eq!(made.lattice(), train[1].lattice());
        assert_eq!(made.fractional_coordinates(), train[1].fractional_coordinates());
    }

    #[test]
    fn the_ideal_perovskite_has_the_heavier_cation_at_the_corner_and_the_fitted_edge() {
        let train = [perovskite(["Sr", "Ti", "O", "O", "O"], 4.0), perovskite(["Ba", "Ti", "O", "O", "O"], 4.0)];
        let made = ideal_perovskite(&train, &[train[0].clone()]).unwrap();
        let made = made[0].as_ref().unwrap();
        assert_eq!(symbols(made), ["Sr", "Ti", "O", "O", "O"]);
        assert_eq!(made.fractional_coordinates()[..2], [[0.0; 3], [0.5; 3]]);
        assert!((made.lattice().lengths()[0] - 4.0).abs() < 1e-9);
    }
}

//! A cheap description of a crystal that does not depend on how it is written down.
//!
//! For every ordered pair of elements A, B: the distances from an A atom to its [`NEIGHBOURS`] nearest B atoms (images
//! included, the atom itself not), in ascending order, averaged over the A atoms; and the same for all elements taken
//! as one. This is the average minimum distance of D. Widdowson, M. M. Mosca, A. Pulido, A. I. Cooper & V. Kurlin
//! (MATCH 87 (2022) 529), by pairs of elements. It does not change when atoms are permuted, the crystal is moved,
//! turned or mirrored, or another cell or supercell is chosen, and it changes little when atoms move little. Lengths are
//! in units of (V/N)^⅓, so that it ignores the volume as the matcher does. Different crystals may share it: it ranks,
//! the matcher decides.

use super::{
    super::{Crystal, Element},
    linear::wrap_difference,
    matcher::{MAX_MATCH_ATOMS, MatchError},
    nearest_image::reciprocal_lengths,
};

/// Neighbours of each element that are looked at.
pub const NEIGHBOURS: usize = 12;

/// Images of atoms that are looked at for one crystal.
const MAX_IMAGES: f64 = 2e7;

type Distances = [f32; NEIGHBOURS];

/// The fingerprint of a crystal.
#[derive(Clone, Debug, PartialEq)]
pub struct Fingerprint {
    /// Elements with their share of the atoms, by atomic number.
    shares: Vec<(Element, f64)>,
    /// `[A][B]`, row by row.
    by_pair: Vec<Distances>,
    element_blind: Distances,
}

impl Fingerprint {
    /// Takes the fingerprint of a crystal.
    ///
    /// # Errors
    /// If the cell has no atoms or more than [`MAX_MATCH_ATOMS`], or is too oblique or elongated.
    pub fn of(crystal: &Crystal) -> Result<Self, MatchError> {
        let n = crystal.elements().len();
        match n {
            0 => return Err(MatchError::NoAtoms),
            n if n > MAX_MATCH_ATOMS => return Err(MatchError::TooManyAtoms(n)),
            _ => {}
        }
        let crystal = crystal.niggli_reduced()?;
        let mut elements = crystal.elements().to_vec();
        elements.sort_unstable();
        elements.dedup();
        let kinds: Vec<usize> = crystal.elements().iter().map(|e| elements.binary_search(e).unwrap_or(0)).collect();
        let mut counts = vec![0_usize; elements.len()];
        for &kind in &kinds {
            counts[kind] += 1;
        }
        let unit = (crystal.lattice().volume() / n as f64).cbrt();
        let rarest = counts.iter().min().copied().unwrap_or(1);
        // A ball that holds 1.7 times the neighbours wanted, on average; it grows for atoms that are worse off.
        let mut radius =
            (1.7 * 0.75 / std::f64::consts::PI * NEIGHBOURS as f64 * n as f64 / rarest as f64).cbrt() * unit;
        let neighbours = loop {
            let neighbours = Neighbours::within(&crystal, &kinds, &counts, radius)?;
            if neighbours.are_enough() {
                break neighbours;
            }
            radius *= 1.3;
        };
        let mut by_pair = vec![[0.0; NEIGHBOURS]; counts.len() * counts.len()];
        let mut element_blind = [0.0; NEIGHBOURS];
        for (atom, of_atom) in neighbours.squares.iter().enumerate() {
            let row = kinds[atom] * counts.len();
            for (kind, squares) in of_atom.iter().enumerate() {
                let weight = 1.0 / (unit * counts[kinds[atom]] as f64);
                add(&mut by_pair[row + kind], squares, weight);
            }
            let mut all: Vec<f64> = of_atom.iter().flatten().copied().collect();
            all.sort_by(f64::total_cmp);
            add(&mut element_blind, &all, 1.0 / (unit * n as f64));
        }
        let shares = elements.into_iter().zip(&counts).map(|(element, &c)| (element, c as f64 / n as f64)).collect();
        let single = |distances: [f64; NEIGHBOURS]| distances.map(|x| x as f32);
        Ok(Self { shares, by_pair: by_pair.into_iter().map(single).collect(), element_blind: single(element_blind) })
    }

    /// How far two crystals' fingerprints lie apart, in (V/N)^⅓: the mean difference of the distances, pairs of elements
    /// weighted by how common they are. For crystals of different elements, elements are ignored.
    pub fn distance(&self, other: &Self) -> f64 {
        let mean = |a: &Distances, b: &Distances| {
            a.iter().zip(b).map(|(a, b)| f64::from((a - b).abs())).sum::<f64>() / NEIGHBOURS as f64
        };
        let same_elements = self.shares.len() == other.shares.len()
            && self.shares.iter().zip(&other.shares).all(|((a, _), (b, _))| a == b);
        if !same_elements {
            return mean(&self.element_blind, &other.element_blind);
        }
        let weights = self.shares.iter().flat_map(|(_, a)| self.shares.iter().map(move |(_, b)| a * b));
        weights.zip(self.by_pair.iter().zip(&other.by_pair)).map(|(weight, (a, b))| weight * mean(a, b)).sum()
    }

    /// How far two compositions lie apart: the sum of the differences of the elements' shares, 0 to 2.
    pub fn composition_distance(&self, other: &Self) -> f64 {
        let share = |of: &Self, element: Element| {
            of.shares.binary_search_by_key(&element, |&(e, _)| e).map_or(0.0, |place| of.shares[place].1)
        };
        let here: f64 = self.shares.iter().map(|&(element, x)| (x - share(other, element)).abs()).sum();
        let only_there = other.shares.iter().filter(|&&(element, _)| share(self, element) == 0.0);
        here + only_there.map(|(_, x)| x).sum::<f64>()
    }
}

fn add(sums: &mut [f64; NEIGHBOURS], squares: &[f64], weight: f64) {
    for (sum, square) in sums.iter_mut().zip(squares) {
        *sum += square.sqrt() * weight;
    }
}

/// Squared distances to the nearest atoms, `[atom][element]`, ascending.
struct Neighbours {
    squares: Vec<Vec<Vec<f64>>>,
}

impl Neighbours {
    fn within(crystal: &Crystal, kinds: &[usize], counts: &[usize], radius: f64) -> Result<Self, MatchError> {
        let atoms = crystal.fractional_coordinates();
        let rows = crystal.lattice().rows();
        let reach = reciprocal_lengths(rows).map(|reciprocal| (radius * reciprocal + 0.5).floor());
        let images: f64 = reach.iter().map(|n| 2.0 * n + 1.0).product();
        if images * (atoms.len() * atoms.len()) as f64 > MAX_IMAGES {
            return Err(MatchError::Elongated);
        }
        let [x, y, z] = reach.map(|n| n as i64);
        let steps: Vec<[f64; 3]> = (-x..=x)
            .flat_map(|x| (-y..=y).flat_map(move |y| (-z..=z).map(move |z| [x, y, z].map(|n| n as f64))))
            .map(|step| crystal.lattice().to_cartesian(step))
            .collect();
        let limit = radius * radius;
        let of_atom = |(i, a): (usize, &[f64; 3])| {
            let mut squares = vec![Vec::new(); counts.len()];
            for (j, b) in atoms.iter().enumerate() {
                let near = std::array::from_fn(|axis| wrap_difference(b[axis] - a[axis]));
                let near = crystal.lattice().to_cartesian(near);
                for step in &steps {
                    let square: f64 = near.iter().zip(step).map(|(x, y)| (x + y) * (x + y)).sum();
                    let itself = i == j && *step == [0.0; 3];
                    if square <= limit && !itself {
                        squares[kinds[j]].push(square);
                    }
                }
            }
            for squares in &mut squares {
                squares.sort_by(f64::total_cmp);
                squares.truncate(NEIGHBOURS);
            }
            squares
        };
        let squares = atoms.iter().enumerate().map(of_atom).collect();
        Ok(Self { squares })
    }

    fn are_enough(&self) -> bool {
        self.squares.iter().flatten().all(|squares| squares.len() == NEIGHBOURS)
    }
}

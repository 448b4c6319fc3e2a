//! The closest two atoms of a crystal, also where a hostile file puts a million of them in one place.
//!
//! Atoms are added one by one, in a random order, to a grid as fine as the least distance so far, which is made anew
//! whenever that falls: expected linear time. M. Golin, R. Raman, C. Schwarz & M. Smid, Nordic J. Comput. 2 (1995) 3.

use std::collections::HashMap;

use rand::{SeedableRng, seq::SliceRandom};
use rand_chacha::ChaCha8Rng;

use super::{
    super::{Crystal, StructureError},
    nearest_image::{NearestImage, reciprocal_lengths},
};

/// Bins along an axis: as fine as coordinates in double precision can tell apart in a cell of any size.
const MAX_BINS: f64 = 1e14;

/// The shortest distances in a crystal, Å.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClosestPair {
    /// Between two atoms of the cell or any of their images; `None` for a single atom.
    pub different_atoms: Option<f64>,
    /// Between an atom and its nearest image: the shortest lattice vector.
    pub own_image: f64,
}

impl ClosestPair {
    /// Finds the closest atoms.
    ///
    /// # Errors
    /// If the cell is too oblique to be reduced.
    pub fn of(crystal: &Crystal) -> Result<Self, StructureError> {
        let crystal = crystal.niggli_reduced()?;
        let rows = *crystal.lattice().rows();
        let nearest = NearestImage::new(rows);
        let mut atoms = crystal.fractional_coordinates().to_vec();
        // Any order will do as long as the file does not choose it.
        atoms.shuffle(&mut ChaCha8Rng::seed_from_u64(0));
        let spacings = reciprocal_lengths(&rows).map(f64::recip);
        let mut least = f64::INFINITY;
        let mut grid = Grid::new(&spacings, least);
        for i in 0..atoms.len() {
            let square = grid
                .around(&atoms[i])
                .map(|j| nearest.shortest(&std::array::from_fn(|axis| atoms[j][axis] - atoms[i][axis])).1)
                .fold(f64::INFINITY, f64::min);
            if square.sqrt() < least {
                least = square.sqrt();
                if least == 0.0 {
                    break;
                }
                grid = Grid::new(&spacings, least);
                for (j, atom) in atoms[..i].iter().enumerate() {
                    grid.insert(atom, j);
                }
            }
            grid.insert(&atoms[i], i);
        }
        let different_atoms = least.is_finite().then_some(least);
        Ok(Self { different_atoms, own_image: nearest.shortest_period() })
    }

    /// The shortest distance of all.
    pub fn shortest(&self) -> f64 {
        self.different_atoms.map_or(self.own_image, |distance| distance.min(self.own_image))
    }
}

/// Atoms sorted into bins no narrower than `width`.
struct Grid {
    bins: [u64; 3],
    atoms: HashMap<[u64; 3], Vec<usize>>,
}

impl Grid {
    fn new(spacings: &[f64; 3], width: f64) -> Self {
        Self { bins: spacings.map(|spacing| (spacing / width).clamp(1.0, MAX_BINS) as u64), atoms: HashMap::new() }
    }

    fn bin(&self, f: &[f64; 3]) -> [u64; 3] {
        std::array::from_fn(|axis| ((f[axis] * self.bins[axis] as f64) as u64).min(self.bins[axis] - 1))
    }

    fn insert(&mut self, f: &[f64; 3], atom: usize) {
        self.atoms.entry(self.bin(f)).or_default().push(atom);
    }

    /// The atoms in the bin of `f` and the bins around it, each once.
    fn around(&self, f: &[f64; 3]) -> impl Iterator<Item = usize> {
        let bin = self.bin(f);
        let [xs, ys, zs] = std::array::from_fn(|axis| {
            let (here, bins) = (bin[axis], self.bins[axis]);
            let mut near = vec![here, (here + 1) % bins, (here + bins - 1) % bins];
            near.sort_unstable();
            near.dedup();
            near
        });
        let mut found = Vec::new();
        for &x in &xs {
            for &y in &ys {
                for &z in &zs {
                    found.extend(self.atoms.get(&[x, y, z]).into_iter().flatten().copied());
                }
            }
        }
        found.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{
        super::super::{Element, Lattice},
        *,
    };

    fn crystal(lattice: Lattice, coordinates: Vec<[f64; 3]>) -> Crystal {
        Crystal::new(lattice, vec![Element::new(6).unwrap(); coordinates.len()], coordinates).unwrap()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn the_closest_pair_is_what_trying_all_pairs_finds(
            angles in prop::array::uniform3(50.0_f64..100.0),
            lengths in prop::array::uniform3(2.0_f64..12.0),
            coordinates in prop::collection::vec(prop::array::uniform3(0.0_f64..1.0), 1..40),
        ) {
            let lattice = Lattice::from_parameters(lengths, angles).unwrap();
            let mut pairs = f64::INFINITY;
            for (i, a) in coordinates.iter().enumerate() {
                for b in &coordinates[..i] {
                    for n in 0..729_i32 {
                        let image = [n % 9 - 4, n / 9 % 9 - 4, n / 81 - 4];
                        let step = lattice.to_cartesian(std::array::from_fn(|k| a[k] - b[k] + f64::from(image[k])));
                        pairs = pairs.min(step.iter().map(|x| x * x).sum::<f64>().sqrt());
                    }
                }
            }
            let found = ClosestPair::of(&crystal(lattice, coordinates)).unwrap();
            prop_assert!((found.different_atoms.unwrap_or(f64::INFINITY) - pairs).abs() < 1e-9 || pairs.is_infinite());
        }
    }

    #[test]
    fn a_million_atoms_in_a_speck_do_not_take_a_trillion_steps() {
        let lattice = Lattice::from_parameters([50.0; 3], [90.0; 3]).unwrap();
        let speck = |n: usize| [n % 100, n / 100 % 100, n / 10_000].map(|x| 0.5 + x as f64 * 1e-7);
        let found = ClosestPair::of(&crystal(lattice, (0..100_000).map(speck).collect())).unwrap();
        assert!((found.shortest() - 5e-6).abs() < 1e-9, "{found:?}");
    }

    #[test]
    fn a_single_atom_sees_its_image() {
        let lattice = Lattice::from_parameters([3.0, 4.0, 5.0], [90.0; 3]).unwrap();
        let found = ClosestPair::of(&crystal(lattice, vec![[0.2; 3]])).unwrap();
        assert_eq!((found.different_atoms, found.shortest()), (None, 3.0));
    }
}

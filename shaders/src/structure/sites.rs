//! Which atoms of which cells are drawn, and where.

use std::collections::HashMap;

use glam::{DVec3, Vec3};
use samples::structure::{Element, Lattice, Structure};

use super::scene::AtomSite;
use crate::ViewError;

/// Atoms in one picture, images and cells counted: above it the buffers would no longer fit weak adapters.
pub const MOST_SITES: usize = 2_000_000;
/// An atom this near to a face of its cell counts as lying on it, Å.
const ON_FACE: f64 = 0.05;

/// A structure as the view keeps it.
#[derive(Clone, Debug)]
pub struct Atoms {
    pub elements: Vec<Element>,
    /// Å; in a crystal within the cell unless moved.
    pub positions: Vec<DVec3>,
    pub lattice: Option<Lattice>,
    /// In a crystal, `[atoms, 3]`; in [0, 1) unless moved.
    fractional_coordinates: Vec<[f64; 3]>,
    /// Atoms that do not fill their sites, and what is there next often.
    pub mixed: Vec<(u32, Option<Element>)>,
}

impl From<&Structure> for Atoms {
    fn from(structure: &Structure) -> Self {
        let (positions, lattice, fractional_coordinates) = match structure {
            Structure::Crystal(crystal) => {
                (crystal.positions(), Some(*crystal.lattice()), crystal.fractional_coordinates().to_vec())
            }
            Structure::Molecule(molecule) => (molecule.positions().to_vec(), None, Vec::new()),
        };
        let mixed = match structure {
            Structure::Crystal(crystal) => crystal
                .mixed_sites()
                .iter()
                .map(|site| (site.atom, site.shares.get(1).map(|share| share.element)))
                .collect(),
            Structure::Molecule(_) => Vec::new(),
        };
        let positions = positions.into_iter().map(DVec3::from).collect();
        Self { elements: structure.elements().to_vec(), positions, lattice, fractional_coordinates, mixed }
    }
}

impl Atoms {
    /// Moves each atom of a crystal by whole cells.
    pub fn move_by(&mut self, cells: &[[i32; 3]]) {
        for (atom, &cell) in cells.iter().enumerate() {
            let shift = self.shift(cell);
            self.positions[atom] += shift;
            for (coordinate, cells) in self.fractional_coordinates[atom].iter_mut().zip(cell) {
                *coordinate += f64::from(cells);
            }
        }
    }

    /// Cell vectors; zero in a molecule.
    pub fn cell(&self) -> [DVec3; 3] {
        self.lattice.map_or([DVec3::ZERO; 3], |lattice| lattice.rows().map(DVec3::from))
    }

    /// Å from the first cell to another.
    pub fn shift(&self, cell: [i32; 3]) -> DVec3 {
        let [a, b, c] = self.cell();
        f64::from(cell[0]) * a + f64::from(cell[1]) * b + f64::from(cell[2]) * c
    }

    /// The middle of the cells, or of the box around a molecule.
    pub fn middle(&self, cells: [i32; 3]) -> DVec3 {
        if self.lattice.is_some() {
            return 0.5 * self.shift(cells);
        }
        let low = self.positions.iter().copied().reduce(DVec3::min).unwrap_or_default();
        let high = self.positions.iter().copied().reduce(DVec3::max).unwrap_or_default();
        0.5 * (low + high)
    }
}

/// The atoms of a picture: first those of the cells, cell by cell, then the images.
#[derive(Clone, Debug, Default)]
pub struct Sites {
    pub list: Vec<AtomSite>,
    /// Å from the middle of the scene.
    pub positions: Vec<Vec3>,
    /// How many are no images.
    pub own: usize,
    images: HashMap<AtomSite, u32>,
    atoms: usize,
    cells: [i32; 3],
}

impl Sites {
    /// The atoms of `cells` cells, with images on faces where asked.
    pub fn new(atoms: &Atoms, cells: [i32; 3], image_atoms: bool, middle: DVec3) -> Result<Self, ViewError> {
        let cells = if atoms.lattice.is_some() { cells } else { [1; 3] };
        let count = cells.iter().product::<i32>() as usize * atoms.positions.len();
        check(count)?;
        let mut sites = Self { own: count, atoms: atoms.positions.len(), cells, ..Self::default() };
        sites.list.reserve(count);
        sites.positions.reserve(count);
        for x in 0..cells[0] {
            for y in 0..cells[1] {
                for z in 0..cells[2] {
                    let shift = atoms.shift([x, y, z]) - middle;
                    for (atom, &position) in atoms.positions.iter().enumerate() {
                        sites.list.push(AtomSite { atom: atom as u32, cell: [x, y, z] });
                        sites.positions.push((position + shift).as_vec3());
                    }
                }
            }
        }
        if image_atoms && let Some(lattice) = &atoms.lattice {
            let near = lattice.lengths().map(|edge| (ON_FACE / edge).min(0.1));
            for (atom, fractions) in atoms.fractional_coordinates.iter().enumerate() {
                sites.add_images(atoms, atom, fractions, near, middle)?;
            }
        }
        Ok(sites)
    }

    fn add_images(
        &mut self,
        atoms: &Atoms,
        atom: usize,
        fractions: &[f64; 3],
        near: [f64; 3],
        middle: DVec3,
    ) -> Result<(), ViewError> {
        // Per axis the cells in which the atom is drawn: one more at either end if it lies on that face. One that was moved
        // beyond a face lies on neither.
        let ranges: [std::ops::Range<i32>; 3] = std::array::from_fn(|axis| {
            let on = |face: f64| (fractions[axis] - face).abs() < near[axis];
            let first = if on(1.0) { -1 } else { 0 };
            let last = if on(0.0) { self.cells[axis] + 1 } else { self.cells[axis] };
            first..last
        });
        let [xs, ys, zs] = ranges;
        for x in xs {
            for y in ys.clone() {
                for z in zs.clone() {
                    if !self.is_own([x, y, z]) {
                        self.add(atoms, AtomSite { atom: atom as u32, cell: [x, y, z] }, middle)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Adds an image; answers with its place. Asking again changes nothing.
    pub fn add(&mut self, atoms: &Atoms, site: AtomSite, middle: DVec3) -> Result<u32, ViewError> {
        if let Some(place) = self.find(site) {
            return Ok(place);
        }
        check(self.list.len() + 1)?;
        let place = self.list.len() as u32;
        let position = atoms.positions[site.atom as usize] + atoms.shift(site.cell) - middle;
        self.list.push(site);
        self.positions.push(position.as_vec3());
        self.images.insert(site, place);
        Ok(place)
    }

    /// Where a site is in the lists, if it is drawn.
    pub fn find(&self, site: AtomSite) -> Option<u32> {
        if site.atom as usize >= self.atoms {
            return None;
        }
        if !self.is_own(site.cell) {
            return self.images.get(&site).copied();
        }
        let [x, y, z] = site.cell.map(|i| i as usize);
        let [_, height, depth] = self.cells.map(|n| n as usize);
        Some((((x * height + y) * depth + z) * self.atoms + site.atom as usize) as u32)
    }

    fn is_own(&self, cell: [i32; 3]) -> bool {
        cell.iter().zip(self.cells).all(|(&at, count)| (0..count).contains(&at))
    }
}

fn check(count: usize) -> Result<(), ViewError> {
    if count > MOST_SITES {
        return Err(ViewError::Structure(format!(
            "it would take {count} atoms or more to draw, and {MOST_SITES} are the most; choose fewer cells"
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use samples::structure::Crystal;

    use super::*;

    fn crystal(fractions: &[[f64; 3]]) -> Atoms {
        let lattice = Lattice::from_parameters([4.0, 5.0, 6.0], [90.0; 3]).expect("a cell");
        let elements = vec!["Na".parse().expect("sodium"); fractions.len()];
        let crystal = Crystal::new(lattice, elements, fractions.to_vec()).expect("a crystal");
        (&Structure::Crystal(crystal)).into()
    }

    #[test]
    fn images_close_corners_edges_and_faces() {
        let count = |fractions, cells: [i32; 3]| {
            let sites = Sites::new(&crystal(&[fractions]), cells, true, DVec3::ZERO).expect("few atoms");
            assert_eq!(sites.own, cells.iter().product::<i32>() as usize);
            sites.list.len()
        };
        assert_eq!(count([0.0, 0.0, 0.0], [1; 3]), 8, "a corner");
        assert_eq!(count([0.5, 0.0, 0.0], [1; 3]), 4, "an edge");
        assert_eq!(count([0.5, 0.5, 0.999], [1; 3]), 2, "a face, from inside the other end");
        assert_eq!(count([0.5, 0.5, 0.5], [1; 3]), 1, "the middle");
        assert_eq!(count([0.0, 0.0, 0.0], [2, 3, 4]), 3 * 4 * 5);
        let plain = Sites::new(&crystal(&[[0.0; 3]]), [2, 1, 1], false, DVec3::ZERO).expect("few atoms");
        assert_eq!(plain.list.len(), 2);
    }

    #[test]
    fn every_site_is_found_where_it_is() {
        let atoms = crystal(&[[0.0, 0.2, 0.0], [0.5, 0.5, 0.5], [0.99, 0.3, 0.1]]);
        let mut sites = Sites::new(&atoms, [3, 2, 2], true, DVec3::ONE).expect("few atoms");
        for (place, site) in sites.list.clone().into_iter().enumerate() {
            assert_eq!(sites.find(site), Some(place as u32), "{site:?}");
            let expected = atoms.positions[site.atom as usize] + atoms.shift(site.cell) - DVec3::ONE;
            assert!((sites.positions[place].as_dvec3() - expected).length() < 1e-5);
        }
        let outside = AtomSite { atom: 1, cell: [3, 0, 0] };
        assert_eq!(sites.find(outside), None);
        let place = sites.add(&atoms, outside, DVec3::ONE).expect("one more");
        assert_eq!((sites.find(outside), sites.add(&atoms, outside, DVec3::ONE)), (Some(place), Ok(place)));
        assert_eq!(sites.find(AtomSite { atom: 9, cell: [0; 3] }), None);
    }

    #[test]
    fn too_many_atoms_are_refused_before_they_are_made() {
        let atoms = crystal(&vec![[0.3; 3]; 3000]);
        assert!(matches!(Sites::new(&atoms, [10; 3], true, DVec3::ZERO), Err(ViewError::Structure(_))));
    }
}

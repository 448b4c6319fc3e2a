//! Bonds as cylinders: one, two, three, or one and a dashed one.

use glam::{DVec3, Vec3};
use samples::structure::BondOrder;

use super::bonds::StructureBond;
use super::content::Content;
use super::instances::Cylinder;
use super::options::{OpenBonds, StructureOptions};
use super::pick::BOND;
use super::scene::{AtomSite, BondSite, Role, Scene, stick_radius};
use super::sites::Atoms;
use crate::ViewError;

/// One of the cylinders that make a bond.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Strand {
    /// Å from the line between the atoms.
    pub shift: Vec3,
    /// Å.
    pub radius: f32,
    /// Beginning and end as shares of the bond.
    pub part: (f32, f32),
}

/// The cylinders of a bond with sticks of `radius`; `side` is the unit vector along which they are put beside each
/// other.
pub fn strands(order: BondOrder, side: Vec3, radius: f32) -> Vec<Strand> {
    let strand = |shift: f32, thin: f32, part| Strand { shift: side * shift * radius, radius: thin * radius, part };
    let whole = (0.0, 1.0);
    match order {
        BondOrder::Single => vec![strand(0.0, 1.0, whole)],
        BondOrder::Double => vec![strand(-1.1, 0.6, whole), strand(1.1, 0.6, whole)],
        BondOrder::Triple => vec![strand(-1.7, 0.45, whole), strand(0.0, 0.45, whole), strand(1.7, 0.45, whole)],
        BondOrder::Aromatic => vec![
            strand(0.0, 0.8, whole),
            strand(2.0, 0.45, (0.20, 0.34)),
            strand(2.0, 0.45, (0.43, 0.57)),
            strand(2.0, 0.45, (0.66, 0.80)),
        ],
    }
}

/// Per bond the direction in which its cylinders lie beside each other: in the plane of the atoms' other bonds, for
/// an aromatic bond towards the inside of the ring.
pub fn sides(atoms: &Atoms, bonds: &[StructureBond]) -> Vec<Vec3> {
    // Sums of unit vectors along the other bonds of an atom, all of them and the aromatic ones.
    let mut all = vec![Vec3::ZERO; atoms.positions.len()];
    let mut aromatic = all.clone();
    let along: Vec<Vec3> = bonds
        .iter()
        .map(|bond| {
            let [first, second] = bond.atoms.map(|atom| atoms.positions[atom as usize]);
            (second + atoms.shift(bond.image) - first).as_vec3().normalize_or_zero()
        })
        .collect();
    for (bond, &direction) in bonds.iter().zip(&along) {
        let [first, second] = bond.atoms.map(|atom| atom as usize);
        all[first] += direction;
        all[second] -= direction;
        if bond.order == BondOrder::Aromatic {
            aromatic[first] += direction;
            aromatic[second] -= direction;
        }
    }
    bonds
        .iter()
        .zip(&along)
        .map(|(bond, &direction)| {
            let [first, second] = bond.atoms.map(|atom| atom as usize);
            let sums = if bond.order == BondOrder::Aromatic { &aromatic } else { &all };
            // The bond itself is along the axis and drops out. At a carbonyl the other bonds of one end cancel to
            // nothing across the axis, so a single one is not enough to go by: the plane's own direction serves.
            let across = |v: Vec3| v - direction * v.dot(direction);
            let inwards = across(sums[first] + sums[second]);
            let apart = across(sums[first] - sums[second]);
            let best = if inwards.length() > 0.2 { inwards } else { apart };
            if best.length() > 0.05 { best.normalize() } else { plane_of(atoms, bonds, bond, direction) }
        })
        .collect()
}

/// A direction across a bond in the plane of any third atom, or any direction across it.
fn plane_of(atoms: &Atoms, bonds: &[StructureBond], bond: &StructureBond, direction: Vec3) -> Vec3 {
    // Only for bonds of more than one cylinder does it matter, and those come with few bonds in all.
    const MOST_TO_SEARCH: usize = 4096;
    let third = (bond.order != BondOrder::Single && bonds.len() <= MOST_TO_SEARCH).then(|| {
        bonds.iter().filter(|other| *other != bond).find_map(|other| {
            let at = other.atoms.iter().find(|atom| bond.atoms.contains(atom))?;
            let [first, second] = other.atoms.map(|atom| atoms.positions[atom as usize]);
            let other_end = (second + atoms.shift(other.image) - first).as_vec3();
            let away = if *at == other.atoms[0] { other_end } else { -other_end };
            (away - direction * away.dot(direction)).try_normalize()
        })
    });
    third
        .flatten()
        .unwrap_or_else(|| if direction == Vec3::ZERO { Vec3::X } else { direction.any_orthonormal_vector() })
}

impl Scene {
    /// Adds the bonds whose atoms are drawn, and the halves that are asked for.
    pub(super) fn add_sticks(&mut self, content: &Content, options: &StructureOptions) {
        let radius = stick_radius(options);
        let needs_sides = options.bond_orders && content.bonds.iter().any(|bond| bond.order != BondOrder::Single);
        let sides = if needs_sides { sides(&content.atoms, &content.bonds) } else { Vec::new() };
        let bundles: Vec<Vec<Strand>> = content
            .bonds
            .iter()
            .enumerate()
            .map(|(i, bond)| match sides.get(i) {
                Some(&side) => strands(bond.order, side, radius),
                None => strands(BondOrder::Single, Vec3::X, radius),
            })
            .collect();
        let by_atom = bonds_of_atoms(content);
        let halves = options.open_bonds == OpenBonds::Half;
        for place in 0..self.sites.list.len() {
            let site = self.sites.list[place];
            if self.hidden[site.atom as usize] {
                continue;
            }
            for &(index, second) in &by_atom[site.atom as usize] {
                let bond = &content.bonds[index as usize];
                let other = partner(bond, site, second);
                let found = self.sites.find(other);
                if self.hidden[other.atom as usize] || (found.is_some() && second) || (found.is_none() && !halves) {
                    // Whole bonds are drawn from their first atom.
                    continue;
                }
                let here = self.sites.positions[place];
                let there = match found {
                    Some(place) => self.sites.positions[place as usize],
                    None => here + offset(&content.atoms, site, other),
                };
                let (begin, end, first) = if second { (there, here, other) } else { (here, there, site) };
                let id = BOND | self.bond_sites.len() as u32;
                self.bond_sites.push(BondSite { bond: index, cell: first.cell });
                self.counts.bonds += 1;
                let half = found.is_none().then_some(second);
                self.add_bundle(&bundles[index as usize], (begin, end), bond.atoms, half, id);
            }
        }
    }

    /// `half`: only the half at the first (false) or second (true) atom.
    fn add_bundle(
        &mut self,
        bundle: &[Strand],
        (begin, end): (Vec3, Vec3),
        ends: [u32; 2],
        half: Option<bool>,
        id: u32,
    ) {
        let [first, second] = ends.map(|atom| self.colours[atom as usize]);
        for strand in bundle {
            let (from, to) = match half {
                None => strand.part,
                Some(false) => (strand.part.0, strand.part.1.min(0.5)),
                Some(true) => (strand.part.0.max(0.5), strand.part.1),
            };
            if from >= to {
                continue;
            }
            let colours = if to <= 0.5 {
                [first; 2]
            } else if from >= 0.5 {
                [second; 2]
            } else {
                [first, second]
            };
            let at = |share: f32| begin.lerp(end, share) + strand.shift;
            let stick = Cylinder { begin: at(from), radius: strand.radius, end: at(to), id, colours };
            let clear = self.role == Role::Main && colours[0][3].min(colours[1][3]) < 255;
            if clear { &mut self.clear_sticks } else { &mut self.sticks }.push(stick);
            self.reach = self.reach.max(stick.begin.length().max(stick.end.length()) + strand.radius);
        }
    }

    /// Adds the atoms at the other ends of the bonds that leave the cells.
    pub(super) fn add_partners(&mut self, content: &Content, middle: DVec3) -> Result<(), ViewError> {
        // Of the atoms that lie in the cells or on their faces; the partners do not ask for partners of their own.
        let asking = self.sites.list.len();
        let mut wanted = Vec::new();
        let by_atom = bonds_of_atoms(content);
        for &site in &self.sites.list[..asking] {
            if self.hidden[site.atom as usize] {
                continue;
            }
            for &(index, second) in &by_atom[site.atom as usize] {
                let other = partner(&content.bonds[index as usize], site, second);
                if self.sites.find(other).is_none() {
                    wanted.push(other);
                }
            }
        }
        for site in wanted {
            self.sites.add(&content.atoms, site, middle)?;
        }
        Ok(())
    }
}

/// Per atom its bonds, and whether it is their second atom.
fn bonds_of_atoms(content: &Content) -> Vec<Vec<(u32, bool)>> {
    let mut bonds = vec![Vec::new(); content.atoms.elements.len()];
    for (i, bond) in content.bonds.iter().enumerate() {
        bonds[bond.atoms[0] as usize].push((i as u32, false));
        bonds[bond.atoms[1] as usize].push((i as u32, true));
    }
    bonds
}

/// The other atom of a bond; `second`: seen from its second atom.
fn partner(bond: &StructureBond, site: AtomSite, second: bool) -> AtomSite {
    let sign = if second { -1 } else { 1 };
    let cell = std::array::from_fn(|axis| site.cell[axis] + sign * bond.image[axis]);
    AtomSite { atom: bond.atoms[usize::from(!second)], cell }
}

fn offset(atoms: &Atoms, from: AtomSite, to: AtomSite) -> Vec3 {
    let at = |site: AtomSite| atoms.positions[site.atom as usize] + atoms.shift(site.cell);
    (at(to) - at(from)).as_vec3()
}

#[cfg(test)]
mod tests {
    use samples::structure::{Bond, Element, Molecule, Structure};

    use super::*;

    fn molecule(
        symbols: &[&str],
        positions: Vec<[f64; 3]>,
        bonds: &[(u32, u32, BondOrder)],
    ) -> (Atoms, Vec<StructureBond>) {
        let elements: Vec<Element> = symbols.iter().map(|s| s.parse().expect("an element")).collect();
        let bonds = bonds.iter().map(|&(i, j, order)| Bond { atoms: [i, j], order }).collect();
        let molecule = Molecule::new(elements, positions).and_then(|m| m.with_bonds(bonds)).expect("a molecule");
        let bonds = StructureBond::of_molecule(&molecule);
        ((&Structure::Molecule(molecule)).into(), bonds)
    }

    #[test]
    fn the_dashes_of_benzene_lie_inside_the_ring() {
        let corner = |i: u32, r: f64| {
            let (sin, cos) = (f64::from(i) * std::f64::consts::FRAC_PI_3).sin_cos();
            [r * cos, r * sin, 0.0]
        };
        let positions = (0..6).map(|i| corner(i, 1.39)).chain((0..6).map(|i| corner(i, 2.48))).collect();
        let ring = (0..6).map(|i| (i, (i + 1) % 6, BondOrder::Aromatic));
        let bonds: Vec<_> = ring.chain((0..6).map(|i| (i, i + 6, BondOrder::Single))).collect();
        let (atoms, bonds) = molecule(&["C", "C", "C", "C", "C", "C", "H", "H", "H", "H", "H", "H"], positions, &bonds);
        for (bond, side) in bonds.iter().zip(sides(&atoms, &bonds)).take(6) {
            let [a, b] = bond.atoms.map(|atom| atoms.positions[atom as usize].as_vec3());
            let inwards = -(a + b).normalize();
            assert!(side.dot(inwards) > 0.999, "{bond:?}: {side}");
        }
    }

    #[test]
    fn the_two_cylinders_of_a_double_bond_lie_in_the_molecules_plane() {
        let double = BondOrder::Double;
        let ethene = vec![
            [-0.67, 0.0, 0.0],
            [0.67, 0.0, 0.0],
            [-1.24, 0.92, 0.0],
            [-1.24, -0.92, 0.0],
            [1.24, 0.92, 0.0],
            [1.24, -0.92, 0.0],
        ];
        let single = BondOrder::Single;
        let bonds = [(0, 1, double), (0, 2, single), (0, 3, single), (1, 4, single), (1, 5, single)];
        let (atoms, bonds) = molecule(&["C", "C", "H", "H", "H", "H"], ethene, &bonds);
        let side = sides(&atoms, &bonds)[0];
        assert!(side.y.abs() > 0.999, "{side}");
        let pair = strands(double, side, 0.1);
        assert!(pair.len() == 2 && (pair[0].shift + pair[1].shift).length() < 1e-6);
        assert!((pair[0].shift - pair[1].shift).length() > pair[0].radius + pair[1].radius, "they do not touch");
    }

    #[test]
    fn a_bond_alone_has_some_direction_across_it() {
        let (atoms, bonds) = molecule(&["N", "N"], vec![[0.0; 3], [0.0, 0.0, 1.1]], &[(0, 1, BondOrder::Triple)]);
        let side = sides(&atoms, &bonds)[0];
        assert!((side.length() - 1.0).abs() < 1e-5 && side.z.abs() < 1e-5);
        assert_eq!(strands(BondOrder::Triple, side, 0.1).len(), 3);
    }
}

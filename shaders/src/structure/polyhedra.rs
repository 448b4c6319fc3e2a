//! Coordination polyhedra.

use std::collections::HashSet;

use glam::{DVec3, Vec3};

use super::bonds::StructureBond;
use super::content::Content;
use super::hull::hull;
use super::instances::{Colour, Corner};
use super::options::{PolyhedraRule, StructureOptions, within};
use super::pick::POLYHEDRON;
use super::scene::{AtomSite, Scene, line_colour, segment};
use super::sites::Atoms;
use crate::ViewError;

/// The polyhedron of one atom of the structure, corners from the atom, Å.
pub struct Polyhedron {
    pub atom: u32,
    pub faces: Vec<Vec<Vec3>>,
    /// The neighbours that make it: their atoms, and their cells from that of the atom.
    pub ligands: Vec<(u32, [i32; 3])>,
}

/// The polyhedra that the rule asks for.
pub fn polyhedra(atoms: &Atoms, bonds: &[StructureBond], rule: &PolyhedraRule) -> Vec<Polyhedron> {
    let mut ligands: Vec<Vec<(u32, [i32; 3])>> = vec![Vec::new(); atoms.elements.len()];
    for bond in bonds {
        let [first, second] = bond.atoms;
        if is_ligand(atoms, second, first) {
            ligands[first as usize].push((second, bond.image));
        }
        if is_ligand(atoms, first, second) {
            ligands[second as usize].push((first, bond.image.map(|i| -i)));
        }
    }
    let wanted = rule.least.max(3) as usize..=rule.most as usize;
    let mut found = Vec::new();
    for (atom, ligands) in ligands.into_iter().enumerate() {
        if rule.without.contains(&atoms.elements[atom]) || !wanted.contains(&ligands.len()) {
            continue;
        }
        let corners: Vec<Vec3> = ligands.iter().map(|&(other, cell)| from_to(atoms, atom, other, cell)).collect();
        let faces = hull(&corners);
        if !faces.is_empty() {
            found.push(Polyhedron { atom: atom as u32, faces, ligands });
        }
    }
    found
}

fn from_to(atoms: &Atoms, atom: usize, other: u32, cell: [i32; 3]) -> Vec3 {
    let to: DVec3 = atoms.positions[other as usize] + atoms.shift(cell);
    (to - atoms.positions[atom]).as_vec3()
}

/// An anion beside a cation: a non-metal, more electronegative than the centre.
fn is_ligand(atoms: &Atoms, ligand: u32, centre: u32) -> bool {
    let [ligand, centre] = [ligand, centre].map(|atom| atoms.elements[atom as usize].facts());
    let strength = |facts: &samples::structure::element::ElementFacts| facts.electronegativity.unwrap_or(0.0);
    !ligand.metal && strength(ligand) > strength(centre)
}

impl Scene {
    /// Adds the polyhedra of the atoms that are drawn, with the atoms at their corners.
    pub(super) fn add_polyhedra(
        &mut self,
        content: &Content,
        options: &StructureOptions,
        middle: DVec3,
    ) -> Result<(), ViewError> {
        let opacity = within(options.polyhedra.opacity, (0.0, 1.0), 0.55);
        self.polyhedra_are_opaque = opacity > 0.995;
        let shapes = polyhedra(&content.atoms, &content.bonds, &options.polyhedra);
        let mut by_atom: Vec<Option<usize>> = vec![None; content.atoms.elements.len()];
        for (i, shape) in shapes.iter().enumerate() {
            by_atom[shape.atom as usize] = Some(i);
        }
        let centres = self.sites.list.clone();
        for (place, &site) in centres.iter().enumerate() {
            let Some(shape) = by_atom[site.atom as usize].map(|i| &shapes[i]) else { continue };
            if self.hidden[site.atom as usize] {
                continue;
            }
            let centre = self.sites.positions[place];
            // A polyhedron needs its corners, also those outside the cells.
            for &(atom, cell) in &shape.ligands {
                let cell = std::array::from_fn(|axis| site.cell[axis] + cell[axis]);
                self.sites.add(&content.atoms, AtomSite { atom, cell }, middle)?;
            }
            let [r, g, b, _] = self.colours[site.atom as usize];
            let tint = [r, g, b, (opacity * 255.0).round() as u8];
            let id = POLYHEDRON | self.polyhedron_sites.len() as u32;
            self.polyhedron_sites.push(site);
            let start = self.corners.len() as u32;
            let edge = line_colour([r, g, b].map(|c| f32::from(c) / 255.0 * 0.7));
            let mut edges = HashSet::new();
            for face in &shape.faces {
                self.add_face(face, centre, tint, id);
                for i in 0..face.len() {
                    let (a, b) = (face[i], face[(i + 1) % face.len()]);
                    let key = |p: Vec3| p.to_array().map(f32::to_bits);
                    let ends = if key(a) < key(b) { (key(a), key(b)) } else { (key(b), key(a)) };
                    if edges.insert(ends) {
                        self.segments.push(segment(centre + a, centre + b, edge));
                    }
                }
            }
            self.polyhedra.push((centre, start..self.corners.len() as u32));
            self.counts.polyhedra += 1;
        }
        Ok(())
    }

    fn add_face(&mut self, face: &[Vec3], centre: Vec3, colour: Colour, id: u32) {
        let normal: Vec3 = (1..face.len() - 1).map(|i| (face[i] - face[0]).cross(face[i + 1] - face[0])).sum();
        let normal = normal.normalize_or_zero();
        for i in 1..face.len() - 1 {
            for corner in [face[0], face[i], face[i + 1]] {
                let position = centre + corner;
                self.reach = self.reach.max(position.length());
                self.corners.push(Corner { position, normal, colour, id });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use samples::structure::{BondOrder, Crystal, Lattice, Structure};

    use super::*;

    /// SrTiO₃ with titanium in the middle and its six bonds, and the twelve of strontium.
    fn perovskite() -> (Atoms, Vec<StructureBond>) {
        let lattice = Lattice::from_parameters([3.905; 3], [90.0; 3]).expect("a cube");
        let elements = ["Sr", "Ti", "O", "O", "O"].map(|s| s.parse().expect("an element")).to_vec();
        let oxygen = [[0.5, 0.5, 0.0], [0.5, 0.0, 0.5], [0.0, 0.5, 0.5]];
        let fractions = [vec![[0.0; 3], [0.5; 3]], oxygen.to_vec()].concat();
        let crystal = Crystal::new(lattice, elements, fractions).expect("a crystal");
        let bond = |atoms, image| StructureBond { atoms, image, order: BondOrder::Single };
        let mut bonds = Vec::new();
        for (i, axis) in [(2u32, 2usize), (3, 1), (4, 0)] {
            let mut up = [0; 3];
            up[axis] = 1;
            bonds.extend([bond([1, i], [0; 3]), bond([1, i], up)]);
            for a in [0, -1] {
                for b in [0, -1] {
                    let mut image = [a, b, b];
                    (image[(axis + 1) % 3], image[(axis + 2) % 3], image[axis]) = (a, b, 0);
                    bonds.push(bond([0, i], image));
                }
            }
        }
        ((&Structure::Crystal(crystal)).into(), bonds)
    }

    #[test]
    fn titanium_gets_its_octahedron_and_strontium_none() {
        let (atoms, bonds) = perovskite();
        let found = polyhedra(&atoms, &bonds, &PolyhedraRule::default());
        assert_eq!(found.iter().map(|p| p.atom).collect::<Vec<_>>(), [1]);
        assert_eq!((found[0].faces.len(), found[0].ligands.len()), (8, 6));
        for corner in found[0].faces.iter().flatten() {
            assert!((corner.length() - 3.905 / 2.0).abs() < 1e-5, "{corner}");
        }
    }

    #[test]
    fn the_rule_can_ask_for_strontium_too() {
        let (atoms, bonds) = perovskite();
        let rule = PolyhedraRule { without: Vec::new(), most: 12, ..Default::default() };
        let found = polyhedra(&atoms, &bonds, &rule);
        assert_eq!(
            found.iter().map(|p| (p.atom, p.faces.len())).collect::<Vec<_>>(),
            [(0, 14), (1, 8)],
            "cuboctahedron"
        );
        assert!(polyhedra(&atoms, &bonds, &PolyhedraRule { least: 7, ..Default::default() }).is_empty());
    }
}

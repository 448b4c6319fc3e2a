//! From listed sites and operations to all atoms of the cell.

use super::{block::Site, operation::Operation};
use crate::structure::{Crystal, Element, Lattice, MAX_ATOMS, StructureError, crystal::wrap, point_grid::PointGrid};

/// Å: images closer than this are one atom on a special position, whose coordinates are rounded in the file.
const SAME_POSITION: f64 = 0.05;

/// Images that are computed before giving up, whatever they merge into.
const MAX_IMAGES: usize = 24 * MAX_ATOMS;

/// All atoms of the cell. Where several elements share a position, the most probable one is kept, and a note says so.
pub(super) fn expand(
    lattice: &Lattice,
    sites: &[Site],
    operations: &[Operation],
    notes: &mut Vec<String>,
) -> Result<Crystal, StructureError> {
    let images = sites.len().saturating_mul(operations.len());
    if images > MAX_IMAGES {
        return Err(StructureError::TooManyAtoms(images));
    }
    let sites = merge_shared(lattice, sites, notes);
    let mut atoms = PointGrid::new(*lattice, SAME_POSITION);
    let mut elements = Vec::new();
    // Per atom how far its images are from it in all, and how many they are.
    let mut misses: Vec<([f64; 3], u32)> = Vec::new();
    for site in &sites {
        let first_of_site = elements.len();
        for operation in operations {
            let image = operation.apply(site.position).map(wrap);
            match atoms.nearest(image) {
                // Of the same site: the atom is meant to be at the middle of its images.
                Some((atom, to_atom)) if atom >= first_of_site => {
                    let (sum, count) = &mut misses[atom];
                    sum.iter_mut().zip(&to_atom).for_each(|(sum, d)| *sum -= d);
                    *count += 1;
                }
                // Of a site listed before: the file lists copies.
                Some((atom, _)) if elements[atom] == site.element => {}
                _ => {
                    if elements.len() == MAX_ATOMS {
                        return Err(StructureError::TooManyAtoms(images));
                    }
                    atoms.insert(image);
                    elements.push(site.element);
                    misses.push(([0.0; 3], 1));
                }
            }
        }
    }
    let mut coordinates = atoms.into_points();
    for (coordinate, (sum, count)) in coordinates.iter_mut().zip(&misses) {
        coordinate.iter_mut().zip(sum).for_each(|(x, miss)| *x += miss / f64::from(*count));
    }
    Crystal::new(*lattice, elements, coordinates)
}

/// One site per position, of the element that is most often there.
fn merge_shared(lattice: &Lattice, sites: &[Site], notes: &mut Vec<String>) -> Vec<Site> {
    if sites.iter().any(|site| site.occupancy < 0.999) {
        notes.push("Some sites are occupied in part; every site that is shown is shown as full.".to_owned());
    } else {
        // Full sites are never alternatives of one another.
        return sites.to_vec();
    }
    let mut positions = PointGrid::new(*lattice, SAME_POSITION);
    let mut shares: Vec<Vec<(Element, f64)>> = Vec::new();
    for site in sites {
        let position = site.position.map(wrap);
        let index = match positions.nearest(position) {
            Some((index, _)) => index,
            None => {
                positions.insert(position);
                shares.push(Vec::new());
                shares.len() - 1
            }
        };
        let share = &mut shares[index];
        match share.iter_mut().find(|(element, _)| *element == site.element) {
            Some((_, occupancy)) => *occupancy += site.occupancy,
            None => share.push((site.element, site.occupancy)),
        }
    }
    let mut merged = Vec::with_capacity(shares.len());
    for (share, &position) in shares.iter().zip(positions.points()) {
        // The first of equals.
        let most = share.iter().rev().max_by(|a, b| a.1.total_cmp(&b.1));
        merged.extend(most.map(|&(element, occupancy)| Site { element, position, occupancy }));
        if share.len() > 1 && notes.len() < 20 {
            let parts: Vec<String> = share.iter().map(|(element, n)| format!("{element} ({n})")).collect();
            let shown = most.map_or(String::new(), |(element, _)| element.to_string());
            notes.push(format!("A site is shared by {}; it is shown as {shown}.", parts.join(" and ")));
        }
    }
    merged
}

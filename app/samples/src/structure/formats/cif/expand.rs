//! From listed sites and operations to all atoms of the cell.

use super::{block::Site, operation::Operation};
use crate::structure::{
    Crystal, Lattice, MAX_ATOMS, MixedSite, Share, StructureError, crystal::wrap, mixed::MAX_OCCUPANCY,
    point_grid::PointGrid,
};

/// Å: images closer than this are one atom on a special position, whose coordinates are rounded in the file.
const SAME_POSITION: f64 = 0.05;

/// From this occupancy on a site is full, but for the rounding of the file.
const FULL: f64 = 0.999;

/// Images that are computed before giving up, whatever they merge into.
const MAX_IMAGES: usize = 24 * MAX_ATOMS;

/// Notes on single sites.
const MAX_NOTES: usize = 20;

/// What is at one position.
struct SharedSite {
    position: [f64; 3],
    /// The most frequent element first.
    shares: Vec<Share>,
}

/// All atoms of the cell. Where several elements share a position, an atom of the most frequent one stands for them,
/// and a note says so.
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
    let sites = merge_shared(lattice, sites, notes)?;
    let mut atoms = PointGrid::new(*lattice, SAME_POSITION);
    let mut elements = Vec::new();
    let mut mixed_sites = Vec::new();
    // Per atom how far its images are from it in all, and how many they are.
    let mut misses: Vec<([f64; 3], u32)> = Vec::new();
    for site in &sites {
        let (first_of_site, element) = (elements.len(), site.shares[0].element);
        let is_mixed = site.shares.len() > 1 || site.shares[0].occupancy < FULL;
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
                Some((atom, _)) if elements[atom] == element => {}
                _ => {
                    if elements.len() == MAX_ATOMS {
                        return Err(StructureError::TooManyAtoms(images));
                    }
                    atoms.insert(image)?;
                    if is_mixed {
                        mixed_sites.push(MixedSite { atom: elements.len() as u32, shares: site.shares.clone() });
                    }
                    elements.push(element);
                    misses.push(([0.0; 3], 1));
                }
            }
        }
    }
    let mut coordinates = atoms.into_points();
    for (coordinate, (sum, count)) in coordinates.iter_mut().zip(&misses) {
        coordinate.iter_mut().zip(sum).for_each(|(x, miss)| *x += miss / f64::from(*count));
    }
    Crystal::new(*lattice, elements, coordinates)?.with_mixed_sites(mixed_sites)
}

/// One site per position, with everything that is there.
fn merge_shared(lattice: &Lattice, sites: &[Site], notes: &mut Vec<String>) -> Result<Vec<SharedSite>, StructureError> {
    let share = |site: &Site| Share { element: site.element, occupancy: site.occupancy };
    if sites.iter().all(|site| site.occupancy >= FULL) {
        // Full sites are never alternatives of one another.
        let alone = |site: &Site| SharedSite { position: site.position, shares: vec![share(site)] };
        return Ok(sites.iter().map(alone).collect());
    }
    notes.push(
        "Some sites are full in part or shared. Each is shown as its most frequent element, in a shell; the table of \
         atoms has the shares."
            .to_owned(),
    );
    let mut positions = PointGrid::new(*lattice, SAME_POSITION);
    let mut merged: Vec<Vec<Share>> = Vec::new();
    for site in sites {
        let position = site.position.map(wrap);
        let index = match positions.nearest(position) {
            Some((index, _)) => index,
            None => {
                positions.insert(position)?;
                merged.push(Vec::new());
                merged.len() - 1
            }
        };
        let shares = &mut merged[index];
        match shares.iter_mut().find(|share| share.element == site.element) {
            Some(share) => share.occupancy = (share.occupancy + site.occupancy).min(MAX_OCCUPANCY),
            None => shares.push(share(site)),
        }
    }
    let shared = merged.into_iter().zip(positions.into_points()).map(|(mut shares, position)| {
        let listed: Vec<String> =
            shares.iter().map(|share| format!("{} ({})", share.element, share.occupancy)).collect();
        // Of equals the first.
        shares.sort_by(|a, b| b.occupancy.total_cmp(&a.occupancy));
        if listed.len() > 1 && notes.len() < MAX_NOTES {
            let shown = shares[0].element;
            notes.push(format!("A site is shared by {}; it is shown as {shown}.", listed.join(" and ")));
        }
        SharedSite { position, shares }
    });
    Ok(shared.collect())
}

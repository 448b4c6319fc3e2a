//! From listed sites and operations to all atoms of the cell.

use super::{block::Site, operation::Operation};
use crate::structure::{
    Crystal, Element, Lattice, MAX_ATOMS, MixedSite, Share, StructureError, crystal::wrap, mixed::MAX_OCCUPANCY,
    point_grid::PointGrid,
};

/// Å: images closer than this are one atom on a special position, whose coordinates are rounded in the file.
const SAME_POSITION: f64 = 0.05;

/// From this occupancy on a site is full, but for the rounding of the file.
const FULL: f64 = 0.999;

/// Up to this sum the shares at equivalent places are those of one site: refined ones scatter. Beyond, a place repeats
/// what another says.
const MAX_SUM: f64 = 1.05;

/// Images that are computed before giving up, whatever they merge into.
const MAX_IMAGES: usize = 24 * MAX_ATOMS;

/// Shares that all atoms of a cell may have together.
const MAX_SHARES: usize = 4 * MAX_ATOMS;

/// Notes on single sites.
const MAX_NOTES: usize = 20;

/// A place that is listed, with everything that is there.
struct Place {
    position: [f64; 3],
    shares: Vec<Share>,
}

/// The atoms of one site: those of a place, where others that are listed may be equivalent to it.
struct Orbit {
    /// The most frequent element of the place listed first.
    element: Option<Element>,
    /// Whether any of its places is mixed.
    is_mixed: bool,
}

/// All atoms of the cell. Where several elements share a site, an atom of the most frequent one stands for them, and a
/// note says so.
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
    let places = places(lattice, sites)?;
    let mut atoms = PointGrid::new(*lattice, SAME_POSITION);
    let mut orbits: Vec<Orbit> = Vec::new();
    let mut orbit_of_place = Vec::with_capacity(places.len());
    let mut orbit_of_atom: Vec<usize> = Vec::new();
    // Per atom how far its images are from it in all, and how many they are.
    let mut misses: Vec<([f64; 3], u32)> = Vec::new();
    for place in &places {
        let (first_atom, element, is_mixed) =
            (orbit_of_atom.len(), main_element(&place.shares), is_mixed(&place.shares));
        // Of an orbit all images are there, so that one image of a place tells whether it belongs to it.
        let image = operations.first().map(|operation| operation.apply(place.position).map(wrap));
        if let Some((atom, _)) = image.and_then(|image| atoms.nearest(image)) {
            let orbit = &mut orbits[orbit_of_atom[atom]];
            if is_mixed || orbit.is_mixed {
                orbit.is_mixed = true;
                orbit_of_place.push(orbit_of_atom[atom]);
                continue;
            }
        }
        orbit_of_place.push(orbits.len());
        for operation in operations {
            let image = operation.apply(place.position).map(wrap);
            match atoms.nearest(image) {
                // Of the same site: the atom is meant to be at the middle of its images.
                Some((atom, to_atom)) if atom >= first_atom => {
                    let (sum, count) = &mut misses[atom];
                    sum.iter_mut().zip(&to_atom).for_each(|(sum, d)| *sum -= d);
                    *count += 1;
                }
                // Of a site listed before: the file lists copies.
                Some((atom, _)) if orbits[orbit_of_atom[atom]].element == element => {}
                _ => {
                    if orbit_of_atom.len() == MAX_ATOMS {
                        return Err(StructureError::TooManyAtoms(images));
                    }
                    atoms.insert(image)?;
                    orbit_of_atom.push(orbits.len());
                    misses.push(([0.0; 3], 1));
                }
            }
        }
        orbits.push(Orbit { element, is_mixed });
    }
    let mut coordinates = atoms.into_points();
    for (coordinate, (sum, count)) in coordinates.iter_mut().zip(&misses) {
        coordinate.iter_mut().zip(sum).for_each(|(x, miss)| *x += miss / f64::from(*count));
    }
    let mut shares = shares_of_orbits(&places, &orbit_of_place, orbits.len());
    note_shares(&shares, notes);
    // Of equals the first.
    shares.iter_mut().for_each(|shares| shares.sort_by(|a, b| b.occupancy.total_cmp(&a.occupancy)));
    let elements = orbit_of_atom.iter().map(|&orbit| shares[orbit][0].element).collect();
    let of_atoms: usize = orbit_of_atom.iter().map(|&orbit| shares[orbit].len()).sum();
    if of_atoms > MAX_SHARES {
        return Err(StructureError::TooManyAtoms(of_atoms));
    }
    let atoms = orbit_of_atom.iter().zip(0..).map(|(&orbit, atom)| (atom, &shares[orbit]));
    let mixed_sites = atoms.filter(|(_, shares)| is_mixed(shares));
    let mixed_sites = mixed_sites.map(|(atom, shares)| MixedSite { atom, shares: shares.clone() }).collect();
    Crystal::new(*lattice, elements, coordinates)?.with_mixed_sites(mixed_sites)
}

fn is_mixed(shares: &[Share]) -> bool {
    !matches!(shares, [share] if share.occupancy >= FULL)
}

/// One place per position, with everything that is listed there.
fn places(lattice: &Lattice, sites: &[Site]) -> Result<Vec<Place>, StructureError> {
    let share = |site: &Site| Share { element: site.element, occupancy: site.occupancy };
    if sites.iter().all(|site| site.occupancy >= FULL) {
        // Full sites are never alternatives of one another.
        let alone = |site: &Site| Place { position: site.position, shares: vec![share(site)] };
        return Ok(sites.iter().map(alone).collect());
    }
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
        add(&mut merged[index], share(site), |a, b| a + b);
    }
    Ok(merged.into_iter().zip(positions.into_points()).map(|(shares, position)| Place { position, shares }).collect())
}

/// Adds a share to those of a site. `with` says how much two shares of one element are.
fn add(shares: &mut Vec<Share>, more: Share, with: impl Fn(f64, f64) -> f64) {
    match shares.iter_mut().find(|share| share.element == more.element) {
        Some(share) => share.occupancy = with(share.occupancy, more.occupancy).min(MAX_OCCUPANCY),
        None => shares.push(more),
    }
}

/// What all places of each orbit say together.
fn shares_of_orbits(places: &[Place], orbit_of_place: &[usize], orbits: usize) -> Vec<Vec<Share>> {
    let listed = || {
        places
            .iter()
            .zip(orbit_of_place)
            .flat_map(|(place, &orbit)| place.shares.iter().map(move |share| (orbit, *share)))
    };
    let mut sums = vec![0.0; orbits];
    listed().for_each(|(orbit, share)| sums[orbit] += share.occupancy);
    let mut shares = vec![Vec::new(); orbits];
    listed().for_each(|(orbit, share)| {
        add(&mut shares[orbit], share, if sums[orbit] <= MAX_SUM { |a, b| a + b } else { f64::max });
    });
    shares
}

fn note_shares(shares: &[Vec<Share>], notes: &mut Vec<String>) {
    if !shares.iter().any(|shares| is_mixed(shares)) {
        return;
    }
    notes.push(
        "Some sites are full in part or shared. Each is shown as its most frequent element, in a shell; the table of \
         atoms has the shares."
            .to_owned(),
    );
    for shares in shares.iter().filter(|shares| shares.len() > 1) {
        if notes.len() >= MAX_NOTES {
            return;
        }
        // Sums are rounded.
        let listed =
            shares.iter().map(|share| format!("{} ({})", share.element, (1e6 * share.occupancy).round() / 1e6));
        let listed: Vec<String> = listed.collect();
        notes.extend(
            main_element(shares)
                .map(|shown| format!("A site is shared by {}; it is shown as {shown}.", listed.join(" and "))),
        );
    }
}

/// The most frequent element, of equals the first.
fn main_element(shares: &[Share]) -> Option<Element> {
    shares.iter().rev().max_by(|a, b| a.occupancy.total_cmp(&b.occupancy)).map(|share| share.element)
}

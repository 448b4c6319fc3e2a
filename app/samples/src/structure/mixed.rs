//! Sites that are not full of one element: what a refinement of a disordered crystal says of them.

use serde::{Deserialize, Serialize};

use super::{Element, StructureError};

/// Refined occupancies scatter around their true value; above this one is no occupancy.
pub const MAX_OCCUPANCY: f64 = 1.5;

/// How often an element is at a site.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Share {
    /// The element.
    pub element: Element,
    /// Above 0, at most [`MAX_OCCUPANCY`]; 1 means always.
    pub occupancy: f64,
}

/// A site that several elements share, or that is empty in some cells.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MixedSite {
    /// Index of the atom that stands for it.
    pub atom: u32,
    /// The most frequent element first: that of the atom.
    pub shares: Vec<Share>,
}

impl MixedSite {
    /// How often the site is empty, 0 to 1.
    pub fn vacancy(&self) -> f64 {
        (1.0 - self.shares.iter().map(|share| share.occupancy).sum::<f64>()).max(0.0)
    }

    /// Whether these are sites of atoms of these elements, in ascending order.
    pub(super) fn check(sites: &[Self], elements: &[Element]) -> Result<(), StructureError> {
        let mut next = 0;
        for site in sites {
            let element = elements.get(site.atom as usize);
            let sound = |share: &Share| share.occupancy > 0.0 && share.occupancy <= MAX_OCCUPANCY;
            let is_first = site.shares.first().map(|share| share.element) == element.copied();
            if site.atom < next || element.is_none() || !is_first || !site.shares.iter().all(sound) {
                return Err(StructureError::BadShares(site.atom));
            }
            next = site.atom + 1;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::structure::{Crystal, Lattice};

    fn share(symbol: &str, occupancy: f64) -> Share {
        Share { element: symbol.parse().expect("an element"), occupancy }
    }

    fn crystal() -> Crystal {
        let lattice = Lattice::from_parameters([4.0; 3], [90.0; 3]).expect("a cube");
        let elements = ["Ge", "S"].map(|symbol| symbol.parse().expect("an element")).to_vec();
        Crystal::new(lattice, elements, vec![[0.0; 3], [0.5; 3]]).expect("a crystal")
    }

    fn mixed() -> Vec<MixedSite> {
        vec![MixedSite { atom: 0, shares: vec![share("Ge", 0.5), share("P", 0.25)] }]
    }

    #[test]
    fn shares_weigh_and_go_where_their_atom_goes() {
        let full = crystal();
        let crystal = crystal().with_mixed_sites(mixed()).expect("sound shares");
        assert!((crystal.mixed_sites()[0].vacancy() - 0.25).abs() < 1e-12);
        let mass = |symbol: &str| share(symbol, 1.0).element.facts().mass;
        let ratio = (0.5 * mass("Ge") + 0.25 * mass("P") + mass("S")) / (mass("Ge") + mass("S"));
        assert!((crystal.density() / full.density() - ratio).abs() < 1e-12);
        let doubled = crystal.supercell([1, 1, 2]).expect("a supercell");
        assert_eq!(doubled.mixed_sites().iter().map(|site| site.atom).collect::<Vec<_>>(), [0, 2]);
        assert!((doubled.density() - crystal.density()).abs() < 1e-12);
        let text = serde_json::to_string(&crystal).expect("serialises");
        assert_eq!(serde_json::from_str::<Crystal>(&text).expect("reads"), crystal);
        assert!(!serde_json::to_string(&full).expect("serialises").contains("mixed"));
    }

    #[test]
    fn unsound_shares_are_refused() {
        let bad = |change: fn(&mut Vec<MixedSite>)| {
            let mut sites = mixed();
            change(&mut sites);
            assert!(matches!(crystal().with_mixed_sites(sites), Err(StructureError::BadShares(_))));
        };
        bad(|sites| sites[0].atom = 2);
        bad(|sites| sites[0].shares.clear());
        bad(|sites| sites[0].shares.reverse());
        bad(|sites| sites[0].shares[0].occupancy = f64::NAN);
        bad(|sites| sites[0].shares[1].occupancy = 0.0);
        bad(|sites| sites.push(sites[0].clone()));
    }
}

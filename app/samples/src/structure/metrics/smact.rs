//! Whether a composition can be neutral: the rule of SMACT.
//!
//! D. W. Davies et al., J. Open Source Softw. 4 (2019) 1361, as the crystal generation literature uses it (CDVAE): a
//! composition is valid if it is one element, or metals only, or if its elements have oxidation states whose charges
//! cancel and every cation is less electronegative (Pauling) than every anion. Each element takes one state.
//!
//! SMACT tries all combinations of states, which grow exponentially. Here elements are sorted by electronegativity:
//! then the Pauling rule says that the first k are cations and the rest anions, and for every k the charges that each
//! side can reach are enough to know.

use serde::{Deserialize, Serialize};

use super::super::{Composition, Element};

/// Which oxidation states an element may take. The choice moves the share of valid compositions by several points.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OxidationTable {
    /// SMACT's table of 2014, which the published models were judged with, as SMACT 4 has it and by SMACT 4's rule: in
    /// SMACT 2.2 iridium had −2 in place of −3, and an element without electronegativity (Pm, Rn, Lr) made some
    /// compositions valid that are not here.
    #[default]
    Smact2014,
    /// The default of SMACT 4: states that occur often enough in the ICSD of 2024.
    Smact4,
}

impl OxidationTable {
    fn states(self, element: Element) -> &'static [i8] {
        match self {
            Self::Smact2014 => &element.facts().oxidation_states_2014,
            Self::Smact4 => &element.facts().oxidation_states,
        }
    }
}

/// Whether the composition passes the rule. An empty one does not.
pub fn composition_is_valid(composition: &Composition, table: OxidationTable) -> bool {
    let (reduced, _) = composition.reduced();
    let counts = reduced.counts();
    if counts.len() < 2 {
        return counts.len() == 1;
    }
    if counts.iter().all(|(element, _)| element.facts().metal) {
        return true;
    }
    let known = counts.iter().map(|&(element, n)| Some((element.facts().electronegativity?, element, n as usize)));
    let Some(mut elements) = known.collect::<Option<Vec<_>>>() else { return false };
    elements.sort_by(|a, b| a.0.total_cmp(&b.0));
    let charge = |&(_, element, n): &(f64, Element, usize), sign: i8| -> Vec<usize> {
        let states = table.states(element).iter().map(|state| state * sign).filter(|&state| state >= 0);
        states.map(|state| n * usize::from(state.unsigned_abs())).collect()
    };
    // anions[k]: what the elements from the k-th on can reach as anions.
    let mut anions = vec![Sums::zero()];
    for element in elements.iter().rev() {
        anions.push(anions[anions.len() - 1].plus_one_of(&charge(element, -1)));
    }
    anions.reverse();
    let mut cations = Sums::zero();
    for k in 1..elements.len() {
        cations = cations.plus_one_of(&charge(&elements[k - 1], 1));
        // Cations are strictly less electronegative, so elements that are equally so stay on one side.
        if elements[k - 1].0 < elements[k].0 && cations.meets(&anions[k]) {
            return true;
        }
    }
    false
}

/// A set of sums, one bit each.
#[derive(Clone)]
struct Sums(Vec<u64>);

impl Sums {
    fn zero() -> Self {
        Self(vec![1])
    }

    /// Every sum plus every term. At most a million atoms with states below 10 make a megabyte of bits.
    fn plus_one_of(&self, terms: &[usize]) -> Self {
        let longest = terms.iter().max().map_or(0, |term| self.0.len() + term / 64 + 1);
        let mut sums = vec![0; longest];
        for &term in terms {
            let (words, bits) = (term / 64, term % 64);
            for (place, word) in self.0.iter().enumerate() {
                sums[place + words] |= word << bits;
                if bits > 0 {
                    sums[place + words + 1] |= word >> (64 - bits);
                }
            }
        }
        Self(sums)
    }

    fn meets(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).any(|(a, b)| a & b != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn valid(formula: &str) -> bool {
        composition_is_valid(&formula.parse().unwrap(), OxidationTable::Smact2014)
    }

    #[test]
    fn textbook_compositions() {
        assert!(valid("NaCl") && valid("SrTiO3") && valid("Fe2O3"));
        assert!(valid("C") && valid("Cu3Au"), "elements and alloys are valid by definition");
        assert!(!valid("NaCl2") && !valid("SrTiO7"));
        assert!(!valid("NeO"), "neon has no electronegativity");
        assert!(!composition_is_valid(&Composition::default(), OxidationTable::Smact4));
    }

    #[test]
    fn large_counts_are_added_in_bits() {
        assert!(valid("Na500000Cl500000"));
        assert!(!valid("Na500000Cl499999"));
    }

    #[test]
    fn every_sum_is_there_and_no_other() {
        let sums = Sums::zero().plus_one_of(&[0, 3, 64]).plus_one_of(&[1, 130]);
        let members: Vec<usize> = (0..sums.0.len() * 64).filter(|n| sums.0[n / 64] >> (n % 64) & 1 == 1).collect();
        assert_eq!(members, [1, 4, 65, 130, 133, 194]);
    }
}

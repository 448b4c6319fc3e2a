//! A set of reference crystals: which of them a crystal is, or is most like.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{
    super::{Composition, Crystal},
    fingerprint::Fingerprint,
    matcher::{Match, MatchError, ReducedCrystal, StructureMatcher},
};

/// Crystals of the same composition that the matcher looks at, the most alike by fingerprint.
const CANDIDATES: usize = 8;

/// Reference crystals, made ready for many questions: the training set of a model, say.
pub struct ReferenceCrystals {
    matcher: StructureMatcher,
    entries: Vec<(ReducedCrystal, Fingerprint)>,
    by_composition: HashMap<Composition, Vec<usize>>,
}

/// The reference crystal that is most like another crystal.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct NearestCrystal {
    /// Its place among the references.
    pub index: usize,
    /// Whether it has the same composition; if not, it has the nearest, and was chosen with elements ignored.
    pub same_composition: bool,
    /// Between the fingerprints, (V/N)^⅓.
    pub fingerprint_distance: f64,
    /// How the two differ, if the matcher holds them for one structure.
    pub matched: Option<Match>,
}

/// A reference crystal is of no use.
#[derive(Clone, Debug, PartialEq, Error)]
#[error("reference crystal {index}: {error}")]
pub struct ReferenceError {
    /// Its place.
    pub index: usize,
    /// Why.
    pub error: MatchError,
}

impl ReferenceCrystals {
    /// Makes references ready: tens of microseconds each.
    ///
    /// # Errors
    /// If the matcher or the fingerprint cannot handle one of them.
    pub fn new(matcher: StructureMatcher, crystals: &[Crystal]) -> Result<Self, ReferenceError> {
        let mut entries = Vec::with_capacity(crystals.len());
        let mut by_composition: HashMap<Composition, Vec<usize>> = HashMap::new();
        for (index, crystal) in crystals.iter().enumerate() {
            let entry = matcher.reduce(crystal).and_then(|reduced| Ok((reduced, Fingerprint::of(crystal)?)));
            let (reduced, fingerprint) = entry.map_err(|error| ReferenceError { index, error })?;
            by_composition.entry(reduced.composition().clone()).or_default().push(index);
            entries.push((reduced, fingerprint));
        }
        Ok(Self { matcher, entries, by_composition })
    }

    /// The nearest reference: of those with the same composition the one with the least RMS displacement, among the
    /// eight nearest by [`Fingerprint`]; the nearest of these by fingerprint if none matches. Without one of the same
    /// composition, the nearest by element-blind fingerprint among those of the nearest composition. `None` if there
    /// are no references.
    ///
    /// # Errors
    /// If the matcher or the fingerprint cannot handle the crystal.
    pub fn nearest(&self, crystal: &Crystal) -> Result<Option<NearestCrystal>, MatchError> {
        let reduced = self.matcher.reduce(crystal)?;
        let fingerprint = Fingerprint::of(crystal)?;
        let Some(same) = self.by_composition.get(reduced.composition()) else {
            return Ok(self.nearest_composition(&fingerprint));
        };
        let mut ranked: Vec<(usize, f64)> =
            same.iter().map(|&index| (index, fingerprint.distance(&self.entries[index].1))).collect();
        ranked.sort_by(|a, b| a.1.total_cmp(&b.1));
        let mut best: Option<NearestCrystal> = None;
        for &(index, fingerprint_distance) in ranked.iter().take(CANDIDATES) {
            let matched = self.matcher.rms_distance_reduced(&reduced, &self.entries[index].0)?;
            let rms = |found: &Option<Match>| found.map_or(f64::INFINITY, |found| found.rms);
            if best.is_none_or(|best| rms(&matched) < rms(&best.matched)) {
                best = Some(NearestCrystal { index, same_composition: true, fingerprint_distance, matched });
            }
        }
        Ok(best)
    }

    fn nearest_composition(&self, fingerprint: &Fingerprint) -> Option<NearestCrystal> {
        let ranked =
            self.entries.iter().enumerate().map(|(index, (_, other))| {
                (fingerprint.composition_distance(other), fingerprint.distance(other), index)
            });
        let (_, fingerprint_distance, index) =
            ranked.min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)).then(a.2.cmp(&b.2)))?;
        Some(NearestCrystal { index, same_composition: false, fingerprint_distance, matched: None })
    }

    /// Whether a crystal is one of the references (pymatgen's `fit`: see [`StructureMatcher::fits`]).
    ///
    /// # Errors
    /// If the matcher cannot handle the crystal.
    pub fn contains(&self, crystal: &Crystal) -> Result<bool, MatchError> {
        let reduced = self.matcher.reduce(crystal)?;
        for &index in self.by_composition.get(reduced.composition()).into_iter().flatten() {
            if self.matcher.fits_reduced(&reduced, &self.entries[index].0)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The share of `samples` that is none of the references; `None` if there are no samples.
    ///
    /// # Errors
    /// If the matcher cannot handle a sample.
    pub fn novelty(&self, samples: &[Crystal]) -> Result<Option<f64>, MatchError> {
        let mut novel = 0_usize;
        for sample in samples {
            novel += usize::from(!self.contains(sample)?);
        }
        Ok((!samples.is_empty()).then(|| novel as f64 / samples.len() as f64))
    }
}

/// Sorts crystals into structures: for every crystal the number of its structure, from 0 in order of appearance. A
/// crystal belongs to the first structure whose first member it fits, as pymatgen groups.
///
/// # Errors
/// If the matcher cannot handle one of them.
pub fn group_structures(matcher: &StructureMatcher, crystals: &[Crystal]) -> Result<Vec<usize>, ReferenceError> {
    let mut first_members: Vec<ReducedCrystal> = Vec::new();
    let mut by_composition: HashMap<Composition, Vec<usize>> = HashMap::new();
    let mut groups = Vec::with_capacity(crystals.len());
    for (index, crystal) in crystals.iter().enumerate() {
        let failed = |error| ReferenceError { index, error };
        let reduced = matcher.reduce(crystal).map_err(failed)?;
        let same_composition = by_composition.entry(reduced.composition().clone()).or_default();
        let mut group = None;
        for &candidate in same_composition.iter() {
            if matcher.fits_reduced(&first_members[candidate], &reduced).map_err(failed)? {
                group = Some(candidate);
                break;
            }
        }
        groups.push(group.unwrap_or_else(|| {
            same_composition.push(first_members.len());
            first_members.push(reduced);
            first_members.len() - 1
        }));
    }
    Ok(groups)
}

/// The number of different structures over the number of crystals; `None` if there are none.
///
/// # Errors
/// As [`group_structures`].
pub fn uniqueness(matcher: &StructureMatcher, crystals: &[Crystal]) -> Result<Option<f64>, ReferenceError> {
    let groups = group_structures(matcher, crystals)?;
    Ok(groups.iter().max().map(|last| (last + 1) as f64 / crystals.len() as f64))
}

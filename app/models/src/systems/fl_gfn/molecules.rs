//! Molecules of the 105 blocks of Bengio et al. 2021, worth what a network takes for their binding to soluble epoxide
//! hydrolase (spec §3, "Molecules").
//!
//! The rules, the reward and the objective are the paper's. The policy is not: a perceptron on the blocks in their slots,
//! as for the other tasks, where the authors have a network over the graph of blocks that learns for a quarter of a
//! million steps. There is no early-stop regulariser, and the exact law is beyond reach.

use std::sync::Arc;

use samples::{
    objects::{MeasureKind, Picture},
    structure::CircularFingerprint,
};

use super::{
    Method,
    seh_proxy::{SehProxy, SehReward, Shape},
    task::{Effort, Seen, Task, measure},
};
use crate::{
    ModelError,
    gflownet::{
        environment::{
            Cell, Environment, Reward,
            fragments::{BLOCKS, Fragments},
        },
        metrics::mean_pairwise_distance,
        policy::{BackwardPolicy, PolicyConfig},
    },
};

/// Fewest blocks of a molecule.
const FEWEST: usize = 2;
/// Bonds around an atom that a fingerprint sees.
const RADIUS: usize = 2;
/// What the proxy must say of a mode at least.
const MODE: f64 = 7.0;
/// Modes are less alike than this (Bengio et al. 2021, §4.2).
const ALIKE: f64 = 0.7;
/// Molecules in the list of the best.
const LISTED: usize = 24;

/// A molecule problem.
pub struct MoleculeTask {
    environment: Arc<Fragments>,
    reward: SehReward,
}

impl MoleculeTask {
    /// Molecules of 2 to `max_blocks` blocks with `R = (max(0.1, proxy)/8)^exponent`.
    ///
    /// # Errors
    /// If there may be fewer than 2 or more than 8 blocks.
    pub fn new(proxy: Arc<SehProxy>, max_blocks: usize, exponent: f64) -> Result<Self, ModelError> {
        let blocks: Vec<usize> = (0..BLOCKS).collect();
        let environment = Fragments::of(&blocks, FEWEST, max_blocks)
            .map_err(|error| ModelError::Parameters(format!("parameters.max_blocks: {error}")))?;
        let environment = Arc::new(environment);
        let shape = Shape { exponent, ..Shape::default() };
        let reward = SehReward::new(environment.clone(), proxy, shape);
        Ok(Self { environment, reward })
    }

    fn fingerprint(&self, molecule: &[Cell]) -> CircularFingerprint {
        let atoms = self.environment.assemble(molecule);
        let fingerprint = |molecule| CircularFingerprint::new(&molecule, &atoms.hydrogens, RADIUS);
        // Assembled atoms always make a molecule.
        atoms.molecule().map(fingerprint).unwrap_or_default()
    }

    /// How many molecules of `best`, best first, are modes that are unlike those before them.
    fn modes(&self, best: &[Vec<Cell>]) -> usize {
        let mut modes: Vec<CircularFingerprint> = Vec::new();
        for molecule in best.iter().take_while(|molecule| self.reward.proxy(molecule) >= MODE) {
            let fingerprint = self.fingerprint(molecule);
            if modes.iter().all(|mode| mode.similarity(&fingerprint) < ALIKE) {
                modes.push(fingerprint);
            }
        }
        modes.len()
    }

    /// Mean of 1 − Tanimoto's similarity over all pairs; `None` for fewer than two molecules.
    fn diversity(&self, molecules: &[Vec<Cell>]) -> Option<f64> {
        let fingerprints: Vec<_> = molecules.iter().map(|molecule| self.fingerprint(molecule)).collect();
        mean_pairwise_distance(&fingerprints, |a, b| 1.0 - a.similarity(b))
    }
}

impl Task for MoleculeTask {
    fn environment(&self) -> &dyn Environment {
        &*self.environment
    }

    fn reward(&self) -> &dyn Reward {
        &self.reward
    }

    fn policy(&self) -> PolicyConfig {
        PolicyConfig { log_z: None, backward: BackwardPolicy::Uniform, ..PolicyConfig::default() }
    }

    /// Of random actions, the same for all methods.
    fn uniform_share(&self, _: Method) -> f64 {
        0.1
    }

    /// Less than for sets: a trajectory takes a hundred times as long.
    fn effort(&self) -> Effort {
        Effort { evaluated: 2, recent: 256, thorough: 512, best: 500, backward: 8 }
    }

    fn measures(&self) -> Vec<MeasureKind> {
        vec![
            measure("mean_reward", "Mean reward of a molecule", None),
            measure("top_100", "Mean reward of the best 100 seen", None),
            measure("modes", "Modes seen: score above 7, Tanimoto below 0.7", None),
            measure("diversity", "Diversity of the best 100 seen", None),
        ]
    }

    fn target(&self) -> Option<Picture> {
        None
    }

    fn look(&self, seen: &mut Seen) -> (Vec<Option<f64>>, Picture) {
        let top_100 = seen.top_100();
        let best: Vec<(f64, Vec<Cell>)> = seen.best.best(usize::MAX).map(|(r, m)| (r, m.to_vec())).collect();
        let molecules: Vec<Vec<Cell>> = best.iter().map(|(_, molecule)| molecule.clone()).collect();
        let values = vec![
            Some(seen.mean(|_, log_reward| log_reward.exp())),
            top_100,
            Some(self.modes(&molecules) as f64),
            self.diversity(&molecules[..molecules.len().min(100)]),
        ];
        // The same atoms with other open stems are another state, and the same picture.
        let mut listed: Vec<(String, f64)> = Vec::new();
        for (log_reward, molecule) in best {
            let smiles = self.write(&molecule);
            if listed.iter().all(|(other, _)| *other != smiles) {
                listed.push((smiles, log_reward.exp()));
            }
            if listed.len() == LISTED {
                break;
            }
        }
        let rewards = seen.recent.iter().map(|(_, log_reward)| log_reward.exp() as f32).collect();
        (values, Picture::Molecules { best: listed, rewards })
    }

    /// SMILES alone: the last state on the way says of which blocks.
    fn write(&self, molecule: &[Cell]) -> String {
        self.environment.assemble(molecule).smiles()
    }
}

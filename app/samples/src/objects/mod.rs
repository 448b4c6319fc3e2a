//! Objects that a network builds by decisions (cells of a grid, sets, sequences, architectures), the path to each, and
//! what is seen while the network learns to build them.

mod lines;
mod molecules;

use serde::{Deserialize, Serialize};

pub use lines::{LinesError, MAX_BYTES, read_lines, write_lines};
pub use molecules::write_smiles;

/// All objects of one drawing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Objects {
    /// The objects in the order in which they were drawn.
    pub draws: Vec<Draw>,
    /// The learning that came before, where it happened for this drawing: measures at its steps.
    pub history: Vec<Moment>,
    /// The last look at the learners, with the laws that they had at the end.
    pub last: Option<Learning>,
    /// Numbers of the whole drawing.
    pub measures: Vec<Measure>,
}

impl Objects {
    /// Whether the objects are molecules, written as SMILES.
    pub fn are_molecules(&self) -> bool {
        let learners = self.last.iter().flat_map(|last| &last.learners);
        learners.into_iter().any(|learner| matches!(learner.picture, Picture::Molecules { .. }))
    }
}

/// One drawn object.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Draw {
    /// As people write it: `3,5`, `ACGTTTGA`, a set as the numbers of its elements, a molecule as SMILES.
    pub object: String,
    /// `ln` of the probability with which the sampler draws it.
    pub log_prob: f64,
    /// `ln R`, without the normalising constant; absent where the task has no scalar reward.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log_reward: Option<f64>,
    /// Objectives, where the task has several.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub objectives: Vec<f64>,
    /// States on the way, as people write them, from the root to the object.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub path: Vec<String>,
}

/// A number with its name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measure {
    /// Machine name, such as `total_variation`; see [`Learning::measures`].
    pub name: String,
    /// The value.
    pub value: f64,
}

/// What the learners' measures were at a step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Moment {
    /// Step of learning.
    pub step: u32,
    /// For each learner of [`Learning::learners`] its measures, in the order of [`Learning::measures`].
    pub values: Vec<Vec<Option<f64>>>,
    /// For each learner its [`Learner::ranges`]; empty where nobody learnt more than once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ranges: Vec<Vec<Option<[f64; 2]>>>,
}

/// A look at one or more learners at work on the same task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Learning {
    /// Step of learning.
    pub step: u32,
    /// What is measured of each learner.
    pub measures: Vec<MeasureKind>,
    /// The exact answer, where it is known.
    pub target: Option<Picture>,
    /// The learners.
    pub learners: Vec<Learner>,
}

/// A measure and where its finish line is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MeasureKind {
    /// Machine name.
    pub name: String,
    /// Name on the page.
    pub title: String,
    /// The exact value that learners approach, if there is one.
    pub exact: Option<f64>,
    /// Whether differences span orders of magnitude.
    pub logarithmic: bool,
}

/// One learner.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Learner {
    /// Name on the page.
    pub name: String,
    /// Transitions that it has learnt from so far.
    pub transitions: u64,
    /// In the order of [`Learning::measures`]; what is not known yet is absent.
    pub values: Vec<Option<f64>>,
    /// Where it learnt several times, from other random numbers each time: the least and the greatest of each value, of
    /// which [`Self::values`] is the mean. Else empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ranges: Vec<Option<[f64; 2]>>,
    /// What it does.
    pub picture: Picture,
}

/// What can be seen of a law over objects.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "picture", rename_all = "kebab-case")]
pub enum Picture {
    /// A law over the cells of a square grid.
    Cells {
        /// Cells along an edge.
        side: u32,
        /// Probability of each cell, row after row from y = 0.
        probability: Vec<f32>,
        /// Flow along `[x, y]` out of each cell, in units of the whole flow; empty where it is not known.
        flow: Vec<[f32; 2]>,
        /// Recently drawn paths, as cell numbers from the root on.
        paths: Vec<Vec<u32>>,
    },
    /// How probable each element is to be in a set.
    Inclusion {
        /// Probability of each element.
        probability: Vec<f32>,
    },
    /// Objectives of drawn objects.
    Points {
        /// Names of the objectives, two or more.
        objectives: Vec<String>,
        /// One row a point.
        values: Vec<Vec<f32>>,
    },
    /// Sequences over an alphabet: how often each letter stands at each position, and the best seen.
    Letters {
        /// The letters.
        alphabet: Vec<String>,
        /// For each position the probability of each letter.
        probability: Vec<Vec<f32>>,
        /// The best distinct objects seen, best first, with their rewards.
        best: Vec<(String, f64)>,
    },
    /// Molecules.
    Molecules {
        /// The best distinct molecules seen, best first: SMILES and reward.
        best: Vec<(String, f64)>,
        /// Rewards of molecules drawn lately.
        rewards: Vec<f32>,
    },
}

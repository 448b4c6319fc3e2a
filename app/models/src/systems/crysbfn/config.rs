//! Sizes, what is generated, and what each data set is like.

pub use catalog::systems::crysbfn::CoordinateFlow;
use serde::{Deserialize, Serialize};

use crate::{ModelError, bayesian_flow::schedule::ScheduleKind};

/// What a crystal model makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Task {
    /// Crystal structure prediction: the composition is given.
    StructurePrediction,
    /// Everything is generated, the elements too.
    AbInitio,
}

/// How the cell is written as numbers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LatticeForm {
    /// The paper's: the 3×3 matrix of cell vectors divided by `scale` Å. The network's output is a matrix times the
    /// noisy cell, so it turns with it.
    Matrix {
        /// Standard deviation of the data's entries, Å.
        scale: f64,
    },
    /// Three log lengths and three angles, standardised; a deviation that small networks learn much faster
    /// (spec §6): six numbers that no rotation changes, predicted directly.
    Invariants {
        /// Means of ln(a/Å), ln(b/Å), ln(c/Å) and of α, β, γ in degrees.
        mean: [f64; 6],
        /// Their scales.
        scale: [f64; 6],
    },
}

impl LatticeForm {
    /// Numbers of one cell.
    pub fn width(&self) -> usize {
        match self {
            Self::Matrix { .. } => 9,
            Self::Invariants { .. } => 6,
        }
    }
}

/// What the network is told about time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TimeInput {
    /// The paper's: the integer index of the step, so a network serves one number of steps only.
    Index,
    /// The share of the way, (i − 1)/n, times 1000. Since the schedules' entropy is linear in it, one network serves
    /// every number of steps; a deviation.
    Share,
}

/// The schedule of a von Mises flow; none for the Gaussian.
pub fn schedule_of(flow: CoordinateFlow) -> Option<ScheduleKind> {
    match flow {
        CoordinateFlow::LinearEntropy => Some(ScheduleKind::LinearEntropy),
        CoordinateFlow::ExponentialAccuracy => Some(ScheduleKind::Exponential),
        CoordinateFlow::Gaussian => None,
    }
}

/// A CSPNet with its flows (spec §3).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CrystalConfig {
    /// What is made.
    pub task: Task,
    /// Width of every hidden layer.
    pub hidden: usize,
    /// Message-passing layers.
    pub layers: usize,
    /// Frequencies k = 0, 1, … of the pair features sin kΔ, cos kΔ.
    pub frequencies: usize,
    /// Width of the time embedding; even, at least 4.
    pub time_width: usize,
    /// What the embedding is of.
    pub time: TimeInput,
    /// The cell's numbers.
    pub lattice: LatticeForm,
    /// How coordinates flow.
    pub coordinates: CoordinateFlow,
    /// Whether the network sees how certain each coordinate is: the paper's entropy conditioning. Off is an ablation:
    /// time only.
    pub entropy_conditioning: bool,
    /// Whether it sees radius, electronegativity and the like of each element beside its name; a deviation.
    pub element_features: bool,
    /// Atomic numbers of the classes.
    pub elements: Vec<u8>,
    /// β₁ of the elements' discrete flow.
    pub type_accuracy: f64,
    /// Numbers of steps that are trained; the first is the default when sampling. With [`TimeInput::Share`] others
    /// between work too.
    pub steps: Vec<usize>,
    /// How often a crystal has each number of atoms.
    pub atom_counts: Vec<(usize, f64)>,
}

/// Elements of Perov-5.
const PEROV_ELEMENTS: [u8; 56] = [
    3, 4, 5, 7, 8, 9, 11, 12, 13, 14, 16, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 37, 38, 39, 40,
    41, 42, 44, 45, 46, 47, 48, 49, 50, 51, 52, 55, 56, 57, 72, 73, 74, 75, 76, 77, 78, 79, 80, 81, 82, 83,
];
/// Sets of three anions in Perov-5: N₂O, N₃, O₂S, NO₂, O₂F, O₃, NOF.
pub const PEROV_ANIONS: [[u8; 3]; 7] = [[7, 7, 8], [7, 7, 7], [8, 8, 16], [7, 8, 8], [8, 8, 9], [8, 8, 8], [7, 8, 9]];
/// Atoms in a cell of Carbon-24 and how many of the 2032 training crystals have them.
const CARBON_COUNTS: [(usize, f64); 10] = [
    (6, 671.0),
    (8, 559.0),
    (10, 309.0),
    (12, 231.0),
    (14, 95.0),
    (16, 76.0),
    (18, 50.0),
    (20, 18.0),
    (22, 16.0),
    (24, 7.0),
];

/// How many crystals of MP-20 have 1, 2, … 20 atoms in their cell.
const MP_20_COUNTS: [f64; 20] = [
    110.0, 961.0, 924.0, 6964.0, 2130.0, 3795.0, 991.0, 3563.0, 1527.0, 4395.0, 590.0, 4396.0, 979.0, 2959.0, 666.0,
    3026.0, 418.0, 2418.0, 468.0, 3949.0,
];

impl CrystalConfig {
    /// Spec §5: Perov-5 on two CPU cores, the composition given.
    pub fn perov_small() -> Self {
        Self {
            task: Task::StructurePrediction,
            hidden: 96,
            layers: 4,
            frequencies: 8,
            time_width: 16,
            time: TimeInput::Share,
            lattice: LatticeForm::Invariants {
                mean: [1.4173, 1.4173, 1.4173, 90.0, 90.0, 90.0],
                scale: [0.071, 0.071, 0.071, 10.0, 10.0, 10.0],
            },
            coordinates: CoordinateFlow::LinearEntropy,
            entropy_conditioning: true,
            element_features: true,
            elements: PEROV_ELEMENTS.to_vec(),
            type_accuracy: 0.5,
            steps: vec![20, 5, 10, 50],
            atom_counts: vec![(5, 1.0)],
        }
    }

    /// The same, elements included.
    pub fn perov_ab_initio_small() -> Self {
        Self { task: Task::AbInitio, ..Self::perov_small() }
    }

    /// Carbon-24; there is one element, so nothing but its number of atoms is known beforehand.
    pub fn carbon_small() -> Self {
        Self {
            lattice: LatticeForm::Invariants {
                mean: [1.0086, 1.427, 1.7207, 88.264, 89.629, 88.87],
                scale: [0.18, 0.245, 0.264, 19.95, 15.72, 17.09],
            },
            elements: vec![6],
            element_features: false,
            atom_counts: CARBON_COUNTS.to_vec(),
            ..Self::perov_small()
        }
    }

    /// The paper's network for MP-20: 89 elements, ab initio.
    pub fn paper() -> Self {
        Self {
            task: Task::AbInitio,
            hidden: 512,
            layers: 6,
            frequencies: 128,
            time_width: 128,
            time: TimeInput::Index,
            lattice: LatticeForm::Matrix { scale: 3.866 },
            coordinates: CoordinateFlow::LinearEntropy,
            entropy_conditioning: true,
            element_features: false,
            // Hydrogen to plutonium without polonium to radium: the 89 of MP-20.
            elements: (1..=94).filter(|z| !(84..=88).contains(z)).collect(),
            type_accuracy: 0.5,
            steps: vec![1000],
            atom_counts: MP_20_COUNTS.iter().enumerate().map(|(i, &count)| (i + 1, count)).collect(),
        }
    }

    /// The sizes of a catalogue preset.
    ///
    /// # Errors
    /// If there is none of that name.
    pub fn of_preset(name: &str) -> Result<Self, ModelError> {
        match name {
            "perov-small" => Ok(Self::perov_small()),
            "perov-ab-initio-small" => Ok(Self::perov_ab_initio_small()),
            "carbon-small" => Ok(Self::carbon_small()),
            "paper" => Ok(Self::paper()),
            _ => Err(ModelError::UnknownPreset { system: "crysbfn".to_owned(), preset: name.to_owned() }),
        }
    }

    /// Classes K.
    pub fn classes(&self) -> usize {
        self.elements.len()
    }

    /// Whether a prediction has a truth to be held against: one element has one composition, and so no truth for it.
    pub fn predicts(&self) -> bool {
        self.task == Task::StructurePrediction && self.elements.len() > 1
    }

    /// The class of an atomic number.
    pub fn class_of(&self, atomic_number: u8) -> Option<usize> {
        self.elements.iter().position(|&z| z == atomic_number)
    }
}

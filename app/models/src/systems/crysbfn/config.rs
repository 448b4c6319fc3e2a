//! Sizes, what is generated, and what each data set is like.

use catalog::systems::crysbfn::{DataSet, Model};
use serde::{Deserialize, Serialize};

pub use catalog::systems::crysbfn::Task;

use crate::{ModelError, bayesian_flow::schedule::ScheduleKind};

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

/// How coordinates flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CoordinateFlow {
    /// The paper's: beliefs on the circle, entropy linear in time.
    LinearEntropy,
    /// Ablation: beliefs on the circle, accuracy t·β₁ᵗ.
    ExponentialAccuracy,
    /// Ablation: a Gaussian flow that does not know of the period.
    Gaussian,
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

/// Sets of three anions in Perov-5: N₂O, N₃, O₂S, NO₂, O₂F, O₃, NOF.
pub const PEROV_ANIONS: [[u8; 3]; 7] = [[7, 7, 8], [7, 7, 7], [8, 8, 16], [7, 8, 8], [8, 8, 9], [8, 8, 8], [7, 8, 9]];
/// Atoms in a cell of Carbon-24 and how many of the 2032 crystals that `carbon-small` learns from have them.
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

/// Standard deviation of the entries of a training split's cell matrices, Å (spec §3).
fn lattice_scale(data: DataSet) -> f64 {
    match data {
        DataSet::Mp20 => 3.866_470_4,
        DataSet::Mpts52 => 4.824_758_8,
        DataSet::Perov5 => 1.961_235_8,
        DataSet::Carbon24 => 2.564_711_4,
    }
}

/// How many crystals have each number of atoms, as the authors' configurations list them.
fn atom_counts(data: DataSet) -> Vec<(usize, f64)> {
    /// 1, 2, … 20 atoms.
    const MP_20: [u32; 20] =
        [110, 961, 924, 6964, 2130, 3795, 991, 3563, 1527, 4395, 590, 4396, 979, 2959, 666, 3026, 418, 2418, 468, 3949];
    /// 1, 2, … 52 atoms.
    const MPTS_52: [u32; 52] = [
        129, 882, 725, 1587, 1609, 2245, 572, 1919, 1071, 1672, 384, 2683, 481, 1386, 317, 1851, 275, 1334, 192, 2080,
        250, 1275, 138, 2163, 66, 615, 128, 1932, 292, 712, 54, 1364, 66, 388, 67, 1666, 65, 565, 78, 1318, 49, 470,
        27, 902, 50, 367, 19, 963, 38, 225, 25, 745,
    ];
    /// 6, 8, … 24 atoms.
    const CARBON_24: [u32; 10] = [3356, 2778, 1563, 1116, 507, 396, 203, 104, 76, 54];
    let (first, step, counts) = match data {
        DataSet::Mp20 => (1, 1, &MP_20[..]),
        DataSet::Mpts52 => (1, 1, &MPTS_52[..]),
        DataSet::Perov5 => (5, 1, &[18_928][..]),
        DataSet::Carbon24 => (6, 2, &CARBON_24[..]),
    };
    counts.iter().zip((first..).step_by(step)).map(|(&count, atoms)| (atoms, f64::from(count))).collect()
}

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
            elements: DataSet::Perov5.elements(),
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
            elements: DataSet::Carbon24.elements(),
            element_features: false,
            atom_counts: CARBON_COUNTS.to_vec(),
            ..Self::perov_small()
        }
    }

    /// Width of the paper's network.
    const PAPER_HIDDEN: usize = 512;

    /// The paper's network (spec §3) for one of its data sets.
    fn paper(task: Task, data: DataSet) -> Self {
        Self {
            task,
            hidden: Self::PAPER_HIDDEN,
            layers: 6,
            frequencies: 128,
            time_width: 128,
            time: TimeInput::Index,
            lattice: LatticeForm::Matrix { scale: lattice_scale(data) },
            coordinates: CoordinateFlow::LinearEntropy,
            entropy_conditioning: true,
            element_features: false,
            elements: data.elements(),
            type_accuracy: 0.5,
            steps: vec![1000],
            atom_counts: atom_counts(data),
        }
    }

    /// The sizes of a catalogue preset.
    ///
    /// # Errors
    /// If there is none of that name.
    pub fn of_preset(name: &str) -> Result<Self, ModelError> {
        let unknown = || ModelError::UnknownPreset { system: "crysbfn".to_owned(), preset: name.to_owned() };
        let model = Model::of(name).ok_or_else(unknown)?;
        Ok(match name {
            "perov-small" => Self::perov_small(),
            "perov-ab-initio-small" => Self::perov_ab_initio_small(),
            "carbon-small" => Self::carbon_small(),
            "perov-time-only" => Self { entropy_conditioning: false, ..Self::perov_small() },
            "perov-exponential" => Self { coordinates: CoordinateFlow::ExponentialAccuracy, ..Self::perov_small() },
            "perov-gaussian" => Self { coordinates: CoordinateFlow::Gaussian, ..Self::perov_small() },
            _ if model.paper => Self::paper(model.task, model.data),
            _ => return Err(unknown()),
        })
    }

    /// Whether it is one of the paper's own size.
    pub fn is_paper(&self) -> bool {
        self.hidden == Self::PAPER_HIDDEN
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

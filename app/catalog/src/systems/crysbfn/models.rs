//! The models of `crysbfn`: what each is called, what it makes, and of which crystals it learns.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::RateSchedule;

/// What a crystal model makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Task {
    /// Crystal structure prediction: the composition is given.
    StructurePrediction,
    /// Everything is generated, the elements too.
    AbInitio,
}

/// Crystals that models learn from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DataSet {
    /// Perovskites ABX₃.
    Perov5,
    /// Carbon at 10 GPa, 6 to 24 atoms.
    Carbon24,
    /// Materials Project, up to 20 atoms.
    Mp20,
    /// Materials Project split by time, up to 52 atoms.
    Mpts52,
}

/// Elements of Perov-5.
const PEROV_ELEMENTS: [u8; 56] = [
    3, 4, 5, 7, 8, 9, 11, 12, 13, 14, 16, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 37, 38, 39, 40,
    41, 42, 44, 45, 46, 47, 48, 49, 50, 51, 52, 55, 56, 57, 72, 73, 74, 75, 76, 77, 78, 79, 80, 81, 82, 83,
];

impl DataSet {
    /// Its name in the literature's files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Perov5 => "perov_5",
            Self::Carbon24 => "carbon_24",
            Self::Mp20 => "mp_20",
            Self::Mpts52 => "mpts_52",
        }
    }

    /// Atomic numbers of its elements, the classes of a model.
    pub fn elements(self) -> Vec<u8> {
        match self {
            // Hydrogen to plutonium without polonium to radium.
            Self::Mp20 | Self::Mpts52 => (1..=94).filter(|z| !(84..=88).contains(z)).collect(),
            Self::Perov5 => PEROV_ELEMENTS.to_vec(),
            Self::Carbon24 => vec![6],
        }
    }

    /// Crystals of its published training split, and of them in a step and epochs in the authors' configuration (spec §3).
    fn paper_training(self) -> [u32; 3] {
        match self {
            Self::Mp20 => [27_136, 256, 5000],
            Self::Mpts52 => [27_380, 128, 10_000],
            Self::Perov5 => [11_356, 1024, 20_000],
            Self::Carbon24 => [6091, 512, 10_000],
        }
    }

    /// Whether formulas like its own can be made up: of perovskites it is known what may stand together, and of one
    /// element there is one formula.
    pub(super) fn surprises(self) -> bool {
        matches!(self, Self::Perov5 | Self::Carbon24)
    }
}

/// A model.
#[derive(Clone, Copy, Debug)]
pub struct Model {
    /// Name of its preset.
    pub preset: &'static str,
    /// Title for people.
    pub(super) title: &'static str,
    /// One or two sentences.
    pub(super) description: &'static str,
    /// What it learns from.
    pub data: DataSet,
    /// What it makes.
    pub task: Task,
    /// Whether it has the paper's own size. Such a model learns from an operator's copy of the published tables, in 1000
    /// steps; the small ones from the validation splits that are shipped.
    pub paper: bool,
}

impl Model {
    /// The model of a preset.
    pub fn of(preset: &str) -> Option<&'static Self> {
        MODELS.iter().find(|model| model.preset == preset)
    }

    /// Its training and its test crystals, below the assets.
    pub fn tables(&self) -> [String; 2] {
        let name = self.data.name();
        match self.paper {
            true => ["train", "test"].map(|part| format!("data/crysbfn/{name}/{part}.csv")),
            false => ["val", "test"].map(|part| format!("data/crysbfn/{name}_{part}.jsonl.gz")),
        }
    }

    /// Training parameters of the paper's networks that are not those of the small ones.
    pub(super) fn training_defaults(&self) -> Vec<(&'static str, Value)> {
        if !self.paper {
            return vec![];
        }
        let [crystals, batch_size, epochs] = self.data.paper_training();
        let iterations = epochs * crystals.div_ceil(batch_size);
        vec![
            ("iterations", json!(iterations)),
            ("batch_size", json!(batch_size)),
            ("schedule", json!(RateSchedule::Plateau)),
        ]
    }

    const fn small(preset: &'static str, data: DataSet, task: Task, title: &'static str, about: &'static str) -> Self {
        Self { preset, title, description: about, data, task, paper: false }
    }

    const fn paper(preset: &'static str, data: DataSet, task: Task, title: &'static str, about: &'static str) -> Self {
        Self { preset, title, description: about, data, task, paper: true }
    }
}

/// Every model, in the order of the list.
pub const MODELS: [Model; 12] = {
    use DataSet::{Carbon24, Mp20, Mpts52, Perov5};
    use Task::{AbInitio, StructurePrediction};
    [
        Model::small(
            "perov-small",
            Perov5,
            StructurePrediction,
            "Perovskite structure",
            "Finds the structure of a given ABX₃ formula; trained on 3787 perovskites of Perov-5 (its validation split).",
        ),
        Model::small(
            "perov-ab-initio-small",
            Perov5,
            AbInitio,
            "Perovskites from nothing",
            "Chooses the five elements too; trained on the same 3787 perovskites.",
        ),
        Model::small(
            "carbon-small",
            Carbon24,
            StructurePrediction,
            "Carbon",
            "Carbon allotropes of 6 to 24 atoms; trained on 2032 structures of Carbon-24 (its validation split).",
        ),
        Model::small(
            "perov-time-only",
            Perov5,
            StructurePrediction,
            "Perovskites, told the time only",
            "Ablation: the network of the perovskites that is not told how certain each coordinate is.",
        ),
        Model::small(
            "perov-exponential",
            Perov5,
            StructurePrediction,
            "Perovskites, exponential accuracy",
            "Ablation: the network of the perovskites with the accuracy t·β₁ᵗ in place of the schedule whose entropy is \
             linear in time.",
        ),
        Model::small(
            "perov-gaussian",
            Perov5,
            StructurePrediction,
            "Perovskites, without the torus",
            "Ablation: the network of the perovskites with coordinates on a line, which ends where it should come round.",
        ),
        Model::paper(
            "paper",
            Mp20,
            AbInitio,
            "Paper size, MP-20 from nothing",
            "The network of the paper (hidden 512, 128 frequencies, 1000 steps) for all of a crystal, of the 89 elements of \
             MP-20. No weights are shipped: train it on a GPU on your own copy of the tables or import the authors' \
             checkpoint.",
        ),
        Model::paper(
            "paper-perov",
            Perov5,
            AbInitio,
            "Paper size, Perov-5 from nothing",
            "The network of the paper for all of a perovskite. No weights are shipped: train it on a GPU on your own copy of \
             the tables or import the authors' checkpoint.",
        ),
        Model::paper(
            "paper-carbon",
            Carbon24,
            AbInitio,
            "Paper size, Carbon-24 from nothing",
            "The network of the paper for carbon. No weights are shipped: train it on a GPU on your own copy of the tables or \
             import the authors' checkpoint.",
        ),
        Model::paper(
            "paper-csp",
            Mp20,
            StructurePrediction,
            "Paper size, MP-20 structure",
            "The network of the paper for the structure of a given formula, of the 89 elements of MP-20, in 1000 steps. No \
             weights are shipped: train it on a GPU on your own copy of the tables or import a checkpoint of the authors' \
             code for as many steps.",
        ),
        Model::paper(
            "paper-perov-csp",
            Perov5,
            StructurePrediction,
            "Paper size, Perov-5 structure",
            "The network of the paper for the structure of a given perovskite, in 1000 steps. No weights are shipped: train \
             it on a GPU on your own copy of the tables or import a checkpoint of the authors' code for as many steps.",
        ),
        Model::paper(
            "paper-mpts-csp",
            Mpts52,
            StructurePrediction,
            "Paper size, MPTS-52 structure",
            "The network of the paper for the structure of a given formula, of up to 52 atoms, in 1000 steps. No weights are \
             shipped: train it on a GPU on your own copy of the tables or import a checkpoint of the authors' code for as \
             many steps.",
        ),
    ]
};

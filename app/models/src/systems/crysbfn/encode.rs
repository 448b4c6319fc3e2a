//! Crystals ↔ numbers: angles of the torus, the cell's numbers, classes and what is known of the elements.

use std::{
    f64::consts::{PI, TAU},
    sync::LazyLock,
};

use burn::tensor::{Device, Tensor, TensorData};
use samples::structure::{Crystal, Element, Lattice};

use super::config::{CrystalConfig, LatticeForm, Task, TimeInput};
use crate::ModelError;

/// Numbers known of each element.
pub const FEATURES: usize = 10;
/// Largest period of the time embedding, in steps.
const TIME_PERIOD: f64 = 10_000.0;
/// [`TimeInput::Share`] counts the whole way as so many steps.
const SHARE_STEPS: f64 = 1000.0;

/// A crystal as the model sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct EncodedCrystal {
    /// Class of each atom.
    pub classes: Vec<usize>,
    /// 2πF − π of each atom.
    pub angles: Vec<[f64; 3]>,
    /// The cell's numbers.
    pub lattice: Vec<f64>,
}

/// Encodes a training crystal.
///
/// # Errors
/// If it has no atoms or an element that the model does not know.
pub fn crystal(crystal: &Crystal, config: &CrystalConfig) -> Result<EncodedCrystal, ModelError> {
    if crystal.elements().is_empty() {
        return Err(ModelError::Parameters("a crystal without atoms".to_owned()));
    }
    let angles = crystal.fractional_coordinates().iter().map(|f| f.map(|f| TAU * f - PI)).collect();
    let lattice = lattice_numbers(crystal.lattice(), &config.lattice);
    Ok(EncodedCrystal { classes: classes(crystal.elements(), config)?, angles, lattice })
}

/// The class of every element.
///
/// # Errors
/// If the model does not know one of them.
pub fn classes(elements: &[Element], config: &CrystalConfig) -> Result<Vec<usize>, ModelError> {
    let class = |element: &Element| {
        config
            .class_of(element.atomic_number())
            .ok_or_else(|| ModelError::Parameters(format!("this model has never seen {element}")))
    };
    elements.iter().map(class).collect()
}

/// The cell's numbers.
pub fn lattice_numbers(lattice: &Lattice, form: &LatticeForm) -> Vec<f64> {
    match form {
        LatticeForm::Matrix { scale } => lattice.rows().iter().flatten().map(|x| x / scale).collect(),
        LatticeForm::Invariants { mean, scale } => {
            let raw = lattice.lengths().into_iter().map(f64::ln).chain(lattice.angles());
            raw.zip(mean.iter().zip(scale)).map(|(x, (mean, scale))| (x - mean) / scale).collect()
        }
    }
}

/// The cell of such numbers. Invariants become a cell in pymatgen's orientation.
///
/// # Errors
/// If they make no cell.
pub fn lattice(numbers: &[f64], form: &LatticeForm) -> Result<Lattice, ModelError> {
    let output = |e: samples::structure::StructureError| ModelError::Output(e.to_string());
    match form {
        LatticeForm::Matrix { scale } => {
            let row = |i: usize| [0, 1, 2].map(|j| scale * numbers[3 * i + j]);
            Lattice::new([row(0), row(1), row(2)]).map_err(output)
        }
        LatticeForm::Invariants { mean, scale } => {
            let raw = |i: usize| mean[i] + scale[i] * numbers[i];
            Lattice::from_parameters([0, 1, 2].map(|i| raw(i).exp()), [3, 4, 5].map(raw)).map_err(output)
        }
    }
}

/// A crystal from what the network predicted: `angles` are x̂ of every atom.
///
/// # Errors
/// If the numbers are not finite or make no cell.
pub fn decode(
    classes: &[usize],
    angles: &[[f64; 3]],
    numbers: &[f64],
    config: &CrystalConfig,
) -> Result<Crystal, ModelError> {
    let element = |&class: &usize| {
        let z = config.elements.get(class).copied().unwrap_or_default();
        Element::new(z).ok_or_else(|| ModelError::Output(format!("class {class} is no element")))
    };
    let elements = classes.iter().map(element).collect::<Result<_, _>>()?;
    let fractional = angles.iter().map(|angles| angles.map(|x| (x + PI) / TAU)).collect();
    Crystal::new(lattice(numbers, &config.lattice)?, elements, fractional)
        .map_err(|e| ModelError::Output(e.to_string()))
}

/// What is known of each class, `[classes, FEATURES]`, each column standardised over H to Lr: covalent radius,
/// electronegativity, mass, period, group-like position, lowest, highest and mean oxidation state, metal or not, and
/// whether an electronegativity is known.
pub fn element_features(config: &CrystalConfig) -> Vec<f32> {
    config.elements.iter().flat_map(|z| STANDARDISED_FACTS[usize::from(*z) - 1]).collect()
}

/// Facts of H to Lr; every step of a sampling asks for them.
static STANDARDISED_FACTS: LazyLock<Vec<[f32; FEATURES]>> = LazyLock::new(|| {
    let table: Vec<[f64; FEATURES]> = Element::all().map(facts).collect();
    let moments: [(f64, f64); FEATURES] = std::array::from_fn(|column| {
        let mean = table.iter().map(|row| row[column]).sum::<f64>() / table.len() as f64;
        let variance = table.iter().map(|row| (row[column] - mean).powi(2)).sum::<f64>() / table.len() as f64;
        (mean, variance.sqrt().max(1e-6))
    });
    let standardised = |row: &[f64; FEATURES]| {
        std::array::from_fn(|column| ((row[column] - moments[column].0) / moments[column].1) as f32)
    };
    table.iter().map(standardised).collect()
});

fn facts(element: Element) -> [f64; FEATURES] {
    /// Atomic numbers of the noble gases before each period.
    const NOBLE: [u8; 8] = [0, 2, 10, 18, 36, 54, 86, 118];
    let facts = element.facts();
    let z = element.atomic_number();
    let period = usize::from(element.period());
    let (first, last) = (f64::from(NOBLE[period - 1]), f64::from(NOBLE[period]));
    let states: Vec<f64> = facts.oxidation_states.iter().map(|&state| f64::from(state)).collect();
    let extreme = |pick: fn(f64, f64) -> f64| states.iter().copied().reduce(pick).unwrap_or(0.0);
    let mean = if states.is_empty() { 0.0 } else { states.iter().sum::<f64>() / states.len() as f64 };
    [
        facts.covalent_radius,
        facts.electronegativity.unwrap_or(1.8),
        facts.mass.ln(),
        period as f64,
        (f64::from(z) - first) / (last - first),
        extreme(f64::min),
        extreme(f64::max),
        mean,
        f64::from(u8::from(facts.metal)),
        f64::from(u8::from(facts.electronegativity.is_some())),
    ]
}

/// Width of the network's type input.
pub fn type_width(config: &CrystalConfig) -> usize {
    config.classes() + if config.element_features { FEATURES } else { 0 }
}

/// The network's type input from probabilities `[batch, atoms, K]`: the probabilities themselves (prediction of
/// structures) or 2θ − 1 (ab initio, as in the paper), and the expected element features.
pub fn type_input(theta: Tensor<3>, config: &CrystalConfig) -> Tensor<3> {
    let [batch, atoms, classes] = theta.dims();
    let names = match config.task {
        Task::StructurePrediction => theta.clone(),
        Task::AbInitio => theta.clone().mul_scalar(2.0).sub_scalar(1.0),
    };
    if !config.element_features {
        return names;
    }
    let table = TensorData::new(element_features(config), [classes, FEATURES]);
    let table = Tensor::<2>::from_data(table, &theta.device());
    let features = theta.reshape([batch * atoms, classes]).matmul(table).reshape([batch, atoms, FEATURES]);
    Tensor::cat(vec![names, features], 2)
}

/// Classes as probabilities, `[atoms, K]` flattened.
pub fn one_hot(classes: &[usize], count: usize) -> Vec<f32> {
    let mut values = vec![0.0; classes.len() * count];
    classes.iter().enumerate().for_each(|(atom, &class)| values[atom * count + class] = 1.0);
    values
}

/// The sinusoidal embedding of the moment before step `step` ∈ 1…`steps`.
pub fn time_embedding(step: usize, steps: usize, config: &CrystalConfig) -> Vec<f32> {
    let time = match config.time {
        TimeInput::Index => step as f64,
        TimeInput::Share => SHARE_STEPS * (step - 1) as f64 / steps as f64,
    };
    let half = config.time_width / 2;
    let angle = |k: usize| time * (-TIME_PERIOD.ln() * k as f64 / (half - 1) as f64).exp();
    (0..half).map(|k| angle(k).sin() as f32).chain((0..half).map(|k| angle(k).cos() as f32)).collect()
}

/// A tensor of values in `f64`.
pub fn tensor<const D: usize>(values: &[f64], shape: [usize; D], device: &Device) -> Tensor<D> {
    let values: Vec<f32> = values.iter().map(|&x| x as f32).collect();
    Tensor::from_data(TensorData::new(values, burn::tensor::Shape::from(shape)), device)
}

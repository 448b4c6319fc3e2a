//! A trained model behind the traits that browser and server drive: from a formula to a crystal.

use std::ops::Range;

#[cfg(not(target_family = "wasm"))]
use burn::tensor::Device;
use burn::tensor::Tensor;
use catalog::{
    SampleRequest,
    systems::crysbfn::{DataSet, MAX_ATOMS, SampleParameters},
};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use samples::{
    Inputs, Preview, Sample,
    structure::{Composition, Crystal, Element, Frame},
};

use super::{
    config::{CrystalConfig, Task},
    encode,
    network::CspNet,
    process::{self, LastFlow},
    sampler::{Generation, Strategy},
};
#[cfg(not(target_family = "wasm"))]
use crate::nn::fast::kernel::parallel;
use crate::{Model, ModelError, Pending, Sampling, StepReport, bayesian_flow::discrete, sampling::Many, seed};

/// Streams of the generators that draw classes at the end, apart from those that draw noise.
const CLASS_STREAMS: u64 = 1 << 62;
/// Crystals that are made at once, at most.
const BATCH: usize = 64;
/// Pairs of atoms that are computed at once, unless one crystal has more: memory grows with them. 64 crystals of 24 atoms.
const PAIRS: usize = BATCH * 24 * 24;
/// The fewest that are given a core of their own: what a step costs beside its arithmetic is shared among them.
#[cfg(not(target_family = "wasm"))]
const FEWEST: usize = 16;

/// Crystals of so many atoms that are made at once, at most.
fn together(atoms: usize) -> usize {
    (PAIRS / (atoms * atoms).max(1)).clamp(1, BATCH)
}

/// A trained network.
pub struct CrysBfn {
    /// Sizes and flows.
    pub config: CrystalConfig,
    /// The network.
    pub network: CspNet,
    flow: LastFlow,
}

/// What is known before a crystal is made.
struct Start {
    /// Class of every atom, if given.
    classes: Option<Vec<usize>>,
    atoms: usize,
    rng: ChaCha8Rng,
}

impl CrysBfn {
    /// The model of a network of these sizes.
    pub fn new(config: CrystalConfig, network: CspNet) -> Self {
        Self { config, network, flow: LastFlow::default() }
    }

    /// What the first draws of sample `index` decide: formula or number of atoms, where the request leaves them open.
    fn start(&self, parameters: &SampleParameters, seed: u64, index: u64) -> Result<Start, ModelError> {
        let mut rng = seed::stream(seed, index);
        let formula = parameters.composition.trim();
        if self.config.task == Task::AbInitio && !formula.is_empty() {
            let message = "parameters.composition: this model chooses the elements itself; leave it empty";
            return Err(ModelError::Parameters(message.to_owned()));
        }
        if !formula.is_empty() {
            let field = |e: String| ModelError::Parameters(format!("parameters.composition: {e}"));
            let composition: Composition = formula.parse().map_err(|e| field(format!("{e}")))?;
            if composition.atoms() > MAX_ATOMS {
                return Err(field(format!("{} atoms are more than {MAX_ATOMS}", composition.atoms())));
            }
            let classes = encode::classes(&composition.elements(), &self.config)?;
            return Ok(Start { atoms: classes.len(), classes: Some(classes), rng });
        }
        let atoms = match parameters.atoms as usize {
            0 => draw_count(&self.config.atom_counts, &mut rng),
            atoms => atoms,
        };
        let classes = match self.config.task {
            Task::AbInitio => None,
            Task::StructurePrediction => Some(self.config.draw_classes(atoms, &mut rng)?),
        };
        Ok(Start { classes, atoms, rng })
    }

    /// Samples of these numbers, all of equally many atoms.
    fn crystals(
        &self,
        parameters: &SampleParameters,
        seed: u64,
        starts: Vec<(u64, Start)>,
    ) -> Result<Crystals, ModelError> {
        let atoms = starts.first().map_or(0, |(_, start)| start.atoms);
        let class_rngs = starts.iter().map(|(index, _)| seed::stream(seed, CLASS_STREAMS + index)).collect();
        let (classes, rngs): (Vec<_>, Vec<_>) = starts.into_iter().map(|(_, start)| (start.classes, start.rng)).unzip();
        let given: Vec<usize> = classes.iter().flatten().flatten().copied().collect();
        let given = classes.iter().all(Option::is_some).then_some(given.as_slice());
        if parameters.steps == 0 {
            return Err(ModelError::Parameters("parameters.steps: at least one step is needed".to_owned()));
        }
        let flow = self.flow.get(self.config.coordinates, parameters.steps as usize);
        let strategy = parameters.sampler.into();
        let generation = Generation::start(self.network.clone(), &self.config, given, atoms, flow, strategy, rngs)?;
        Ok(Crystals { config: self.config.clone(), generation, classes, class_rngs })
    }
}

impl Model for CrysBfn {
    /// Crystals of equally many atoms are made at once.
    fn sample(
        &self,
        request: &SampleRequest,
        _: &Inputs,
        indices: Range<u64>,
    ) -> Result<Box<dyn Sampling>, ModelError> {
        let parameters = crate::parameters(request)?;
        let mut starts: Vec<(u64, Start)> = Vec::new();
        for index in indices {
            let start = self.start(&parameters, request.seed, index)?;
            let ends = |(_, first): &(u64, Start)| first.atoms != start.atoms || starts.len() == together(first.atoms);
            if starts.first().is_some_and(ends) {
                break;
            }
            starts.push((index, start));
        }
        Ok(Box::new(self.crystals(&parameters, request.seed, starts)?))
    }

    /// As [`Self::sample`], whatever their order, on a CPU on all of its cores.
    #[cfg(not(target_family = "wasm"))]
    fn sample_many(
        &self,
        request: &SampleRequest,
        _: &Inputs,
        indices: Range<u64>,
    ) -> Result<Many<Sample>, ModelError> {
        use std::collections::BTreeMap;

        let parameters = crate::parameters(request)?;
        let first = indices.start;
        let mut by_size: BTreeMap<usize, Vec<(u64, Start)>> = BTreeMap::new();
        for index in indices.clone() {
            let start = self.start(&parameters, request.seed, index)?;
            by_size.entry(start.atoms).or_default().push((index, start));
        }
        let cores = if self.network.norm.gamma.device() == Device::flex() { parallel::threads() } else { 1 };
        let mut batches = Vec::new();
        for (atoms, starts) in by_size {
            let size = starts.len().div_ceil(cores).max(FEWEST).min(together(atoms));
            let mut starts = starts.into_iter().peekable();
            while starts.peek().is_some() {
                let starts: Vec<(u64, Start)> = starts.by_ref().take(size).collect();
                let indices: Vec<u64> = starts.iter().map(|(index, _)| *index).collect();
                batches.push((indices, self.crystals(&parameters, request.seed, starts)?));
            }
        }
        let made = parallel::map(batches, |(indices, batch)| {
            Some(crate::sampling::make(Box::new(batch)).map(|made| (indices, made)))
        });
        let mut samples: Vec<Option<Result<Sample, ModelError>>> = indices.map(|_| None).collect();
        for batch in made.into_iter().flatten() {
            let (indices, made) = batch?;
            for (index, sample) in indices.into_iter().zip(made) {
                samples[(index - first) as usize] = Some(sample);
            }
        }
        Ok(samples.into_iter().flatten().collect())
    }
}

impl From<catalog::systems::crysbfn::Sampler> for Strategy {
    fn from(sampler: catalog::systems::crysbfn::Sampler) -> Self {
        use catalog::systems::crysbfn::Sampler;
        match sampler {
            Sampler::EndBack => Self::EndBack,
            Sampler::Vanilla => Self::Vanilla,
            Sampler::Mix => Self::Mix,
        }
    }
}

/// Crystals of equally many atoms in the making.
struct Crystals {
    config: CrystalConfig,
    generation: Generation,
    /// Of each crystal the class of every atom, if given.
    classes: Vec<Option<Vec<usize>>>,
    /// Draw classes at the end, where they are not.
    class_rngs: Vec<ChaCha8Rng>,
}

impl Crystals {
    fn label(&self) -> String {
        format!("step {} of {}", self.generation.done(), self.generation.total_steps())
    }
}

impl Sampling for Crystals {
    fn size(&self) -> usize {
        self.classes.len()
    }

    fn total_steps(&self) -> usize {
        self.generation.total_steps()
    }

    fn step(&mut self) -> Result<StepReport, ModelError> {
        self.generation.step();
        Ok(StepReport { done: self.generation.done(), label: self.label() })
    }

    fn previews(&self) -> Option<Pending<Many<Preview>>> {
        let (config, classes, label) = (self.config.clone(), self.classes.clone(), self.label());
        let atoms = self.generation.atoms();
        let decode = move |values: Vec<f32>| {
            let frame = |(classes, row): (&Option<Vec<usize>>, &[f32])| {
                let answer = Answer { config: &config, atoms, classes: classes.as_deref() };
                let shown = |certainty: f32| process::shown(config.coordinates, f64::from(certainty)) as f32;
                let certainty = row[3 * atoms..6 * atoms].chunks_exact(3);
                let certainty = certainty.map(|c| [0, 1, 2].map(|axis| shown(c[axis]))).collect();
                let frame = Frame::new(answer.crystal(row, likeliest)?, label.clone());
                Ok(Preview::Crystal(Frame { certainty, ..frame }))
            };
            Ok(classes.iter().zip(values.chunks_exact(values.len() / classes.len())).map(frame).collect())
        };
        packed(&self.generation, decode).ok()
    }

    fn is_trajectory(&self) -> bool {
        true
    }

    fn finish(self: Box<Self>) -> Result<Pending<Many<Sample>>, ModelError> {
        let (done, total) = (self.generation.done(), self.total_steps());
        if done < total {
            return Err(ModelError::Output(format!("{done} of {total} steps are done")));
        }
        let Self { config, generation, classes, class_rngs } = *self;
        let atoms = generation.atoms();
        packed(&generation, move |values| {
            let rows = values.chunks_exact(values.len() / classes.len());
            let crystal = |((classes, mut rng), row): ((Option<Vec<usize>>, ChaCha8Rng), &[f32])| {
                let answer = Answer { config: &config, atoms, classes: classes.as_deref() };
                answer.crystal(row, |p| draw(p, &mut rng)).map(Sample::Crystal)
            };
            Ok(classes.clone().into_iter().zip(class_rngs).zip(rows).map(crystal).collect())
        })
    }
}

/// The newest prediction as one row of numbers for each crystal: angles, certainties, cell, logits.
fn packed<T>(
    generation: &Generation,
    decode: impl FnOnce(Vec<f32>) -> Result<T, ModelError> + Send + 'static,
) -> Result<Pending<T>, ModelError> {
    let prediction = generation.prediction().ok_or_else(|| ModelError::Output("no step is done".to_owned()))?;
    let rows = |x: Tensor<3>| {
        let [batch, atoms, width] = x.dims();
        x.reshape([batch, atoms * width])
    };
    let mut parts =
        vec![rows(prediction.angles.clone()), rows(generation.certainty().clone()), prediction.lattice.clone()];
    parts.extend(prediction.types.clone().map(rows));
    Ok(Pending::new(Tensor::cat(parts, 1), decode))
}

/// How to read a row of [`packed`].
struct Answer<'a> {
    config: &'a CrystalConfig,
    atoms: usize,
    classes: Option<&'a [usize]>,
}

impl Answer<'_> {
    /// The crystal; `choose` picks a class by its probabilities.
    fn crystal(&self, row: &[f32], mut choose: impl FnMut(&[f32]) -> usize) -> Result<Crystal, ModelError> {
        if let Some(bad) = row.iter().find(|x| !x.is_finite()) {
            return Err(ModelError::Output(format!("the network's answer holds {bad}")));
        }
        let (angles, rest) = row.split_at(3 * self.atoms);
        let (numbers, logits) = rest[3 * self.atoms..].split_at(self.config.lattice.width());
        let angles: Vec<[f64; 3]> = angles.chunks_exact(3).map(|x| [0, 1, 2].map(|axis| f64::from(x[axis]))).collect();
        let numbers: Vec<f64> = numbers.iter().map(|&x| f64::from(x)).collect();
        let classes = match self.classes {
            Some(classes) => classes.to_vec(),
            None => logits
                .chunks_exact(self.config.classes())
                .map(|logits| {
                    let mut probabilities = logits.to_vec();
                    discrete::softmax(&mut probabilities);
                    choose(&probabilities)
                })
                .collect(),
        };
        encode::decode(&classes, &angles, &numbers, self.config)
    }
}

fn likeliest(probabilities: &[f32]) -> usize {
    let best = probabilities.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
    best.map_or(0, |(class, _)| class)
}

fn draw(probabilities: &[f32], rng: &mut impl Rng) -> usize {
    let mut u: f32 = rng.random();
    let chosen = probabilities.iter().position(|p| {
        u -= p;
        u < 0.0
    });
    chosen.unwrap_or_else(|| likeliest(probabilities))
}

/// A number of atoms, as often as the training data have it.
fn draw_count(counts: &[(usize, f64)], rng: &mut impl Rng) -> usize {
    let total: f64 = counts.iter().map(|(_, weight)| weight).sum();
    let mut u = total * rng.random::<f64>();
    let chosen = counts.iter().find(|(_, weight)| {
        u -= weight;
        u < 0.0
    });
    chosen.or(counts.last()).map_or(1, |(atoms, _)| *atoms)
}

impl CrystalConfig {
    /// A composition to be surprised by: one element where there is only one, else a perovskite as the data set was
    /// made, of two metals and one of its seven sets of anions.
    fn draw_classes(&self, atoms: usize, rng: &mut impl Rng) -> Result<Vec<usize>, ModelError> {
        if self.classes() == 1 {
            return Ok(vec![0; atoms]);
        }
        let anions = super::config::PEROV_ANIONS;
        if self.elements != DataSet::Perov5.elements() || atoms != 5 {
            return Err(ModelError::Parameters("parameters.composition: this model needs a formula".to_owned()));
        }
        let is_anion = |z: &u8| anions.iter().flatten().any(|anion| anion == z);
        let metals: Vec<u8> = self.elements.iter().copied().filter(|z| !is_anion(z)).collect();
        let pair = [0, 1].map(|_| metals[rng.random_range(0..metals.len())]);
        let numbers = pair.into_iter().chain(anions[rng.random_range(0..anions.len())]);
        let elements: Vec<Element> = numbers.filter_map(Element::new).collect();
        encode::classes(&elements, self)
    }
}

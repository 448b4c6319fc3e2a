//! Problems whose objects are only ranked: what is built, its scores, and which objects are the best (spec §3, §4).

use std::sync::Arc;

use catalog::systems::op_gfn::{Dataset, SampleParameters};
use rand_chacha::ChaCha8Rng;
use samples::objects::{Draw, MeasureKind, Picture};

use crate::{
    ModelError,
    gflownet::{
        environment::{
            Bag, BagReward, Cell, Environment, EnvironmentError, GridReward, HyperGrid, NGramReward, NatsCell,
            Objective, ParetoGrid, Reward, Sequence, cell, landscapes,
        },
        exact::{Graph, best_mean, expectation},
        law::{self, Law},
        metrics::{generational_distance, inverted_generational_distance, non_dominated},
    },
    weights::Array,
};

/// Most states of a problem here.
const MAX_STATES: usize = 400_000;
/// How many objects count as the best where scores have no natural threshold.
const BEST: usize = 100;
/// Objects in the list of the best.
const LISTED: usize = 20;
/// Objects behind the distances from the Pareto front, and in a picture.
const POINTS: usize = 256;
/// Letters of the words in which patterns are counted, and most of them: the published words of 20 letters and up to 36
/// cannot be listed, and then nobody knows the front of pairs.
const PATTERN_LETTERS: &str = "ABCV";
const PATTERN_LENGTH: usize = 7;
/// Name of the array of scores in a weights file: `[objects]`, or `[data sets, objects]`, in the environment's order.
pub const SCORES: &str = "scores";

/// What is built.
#[derive(Clone)]
pub enum Rules {
    /// Cells of a plane with several objectives.
    Pareto(ParetoGrid),
    /// Words with several patterns.
    Patterns(Sequence),
    /// Cells of a hypergrid.
    HyperGrid(HyperGrid),
    /// Bags of letters.
    Bag(Bag),
    /// Words over an alphabet.
    Words(Sequence),
    /// Network cells.
    Cell(NatsCell),
}

impl Rules {
    /// The rules of a preset.
    ///
    /// # Errors
    /// If there is none of that name.
    pub fn of_preset(preset: &str) -> Result<Self, ModelError> {
        let wrong = |error: EnvironmentError| ModelError::Parameters(error.to_string());
        Ok(match preset {
            catalog::systems::op_gfn::PARETO_GRID => Self::Pareto(ParetoGrid::published()),
            catalog::systems::op_gfn::N_GRAMS => {
                Self::Patterns(Sequence::variable(PATTERN_LETTERS, 1, PATTERN_LENGTH).map_err(wrong)?)
            }
            "hyper-grid" => Self::HyperGrid(HyperGrid::new(4, 8).map_err(wrong)?),
            "bag" => Self::Bag(Bag::published()),
            "tfbind8" => Self::Words(landscapes::binding_words().map_err(wrong)?),
            "qm9str" => Self::Words(landscapes::gap_words().map_err(wrong)?),
            "cell" => Self::Cell(NatsCell),
            _ => return Err(ModelError::UnknownPreset { system: "op-gfn".to_owned(), preset: preset.to_owned() }),
        })
    }

    /// The rules as an environment.
    pub fn environment(&self) -> &dyn Environment {
        match self {
            Self::Pareto(grid) => grid,
            Self::HyperGrid(grid) => grid,
            Self::Bag(bag) => bag,
            Self::Words(words) | Self::Patterns(words) => words,
            Self::Cell(cell) => cell,
        }
    }

    /// Whether objects have several objectives.
    pub fn is_multi_objective(&self) -> bool {
        matches!(self, Self::Pareto(_) | Self::Patterns(_))
    }
}

/// A problem with its exact answer.
pub struct Task {
    /// What is built.
    pub rules: Rules,
    /// All states.
    pub graph: Arc<Graph>,
    /// Names of the objectives; one for scores.
    pub objectives: Vec<String>,
    /// Objectives of each object, in the graph's order.
    pub values: Vec<Vec<f64>>,
    /// Whether each is among the best: the Pareto front, the highest score, or the best hundred.
    pub best: Vec<bool>,
    front: Vec<Vec<f64>>,
}

impl Task {
    /// The problem that a request asks for; `scores` are the arrays of the weights file.
    ///
    /// # Errors
    /// If scores are missing.
    pub fn new(
        rules: Rules,
        graph: Arc<Graph>,
        parameters: &SampleParameters,
        scores: &[Array],
    ) -> Result<Self, ModelError> {
        let object = |terminal: &u32| graph.states().get(*terminal as usize);
        let table = |row: usize| -> Result<Vec<Vec<f64>>, ModelError> {
            let scores = row_of(scores, row, graph.terminals().len())?;
            // The table is in the environment's order.
            let index = |state: &[Cell]| match &rules {
                Rules::Words(words) => crate::gflownet::environment::Indexed::index_of(words, state),
                _ => crate::gflownet::environment::Indexed::index_of(&NatsCell, state),
            };
            Ok(graph.terminals().iter().map(|terminal| vec![f64::from(scores[index(object(terminal))])]).collect())
        };
        let single = || vec!["score".to_owned()];
        let (objectives, values) = match &rules {
            Rules::Pareto(grid) => {
                let chosen = parameters.objectives.names();
                let functions: Vec<Objective> = chosen.iter().filter_map(|name| function(name)).collect();
                let values = graph.terminals().iter().map(|terminal| {
                    let point = grid.point(object(terminal));
                    functions.iter().map(|function| function.value(point)).collect()
                });
                (chosen.iter().map(|&name| name.to_owned()).collect(), values.collect())
            }
            Rules::Patterns(words) => {
                let chosen = parameters.patterns.texts();
                let patterns: Vec<(&str, f64)> = chosen.iter().map(|&pattern| (pattern, 1.0)).collect();
                let reward = NGramReward::new(words.clone(), &patterns, PATTERN_LENGTH as f64, 1.0)
                    .map_err(|error| ModelError::Parameters(format!("parameters.patterns: {error}")))?;
                let values = graph.terminals().iter().map(|terminal| reward.objectives(object(terminal)));
                (chosen.iter().map(|&name| name.to_owned()).collect(), values.collect())
            }
            Rules::HyperGrid(grid) => {
                let rewards = GridReward::corners(parameters.r0).values(grid);
                let values = graph.terminals().iter().map(|terminal| vec![rewards[grid.cell_of(object(terminal))]]);
                (single(), values.collect())
            }
            Rules::Bag(_) => {
                let reward = BagReward::published();
                let values = graph.terminals().iter().map(|terminal| vec![reward.log_reward(object(terminal)).exp()]);
                (single(), values.collect())
            }
            Rules::Words(_) => (single(), table(0)?),
            Rules::Cell(_) => {
                let row = match parameters.dataset {
                    Dataset::Cifar10 => 0,
                    Dataset::Cifar100 => 1,
                    Dataset::Imagenet16 => 2,
                };
                (single(), table(row)?)
            }
        };
        let best = best(&rules, &values);
        // Thousands of words have few different counts.
        let mut front: Vec<Vec<f64>> = Vec::new();
        for (values, _) in values.iter().zip(&best).filter(|(_, best)| **best) {
            if !front.contains(values) {
                front.push(values.clone());
            }
        }
        Ok(Self { rules, graph, objectives, values, best, front })
    }

    /// All states of some rules.
    ///
    /// # Errors
    /// If there are too many.
    pub fn graph(rules: &Rules) -> Result<Graph, ModelError> {
        Graph::enumerate(rules.environment(), MAX_STATES).map_err(|error| ModelError::Parameters(error.to_string()))
    }

    /// Place of a finished object in the graph's order.
    pub fn place(&self, object: &[Cell]) -> Option<usize> {
        let state = u32::try_from(self.graph.find(object)?).ok()?;
        self.graph.terminals().binary_search(&state).ok()
    }

    /// What is measured of every learner.
    pub fn measures(&self) -> Vec<MeasureKind> {
        let kind = |name: &str, title: &str, exact| MeasureKind {
            name: name.to_owned(),
            title: title.to_owned(),
            exact,
            logarithmic: false,
        };
        if self.rules.is_multi_objective() {
            let title = match &self.rules {
                Rules::Patterns(_) => "Probability of a Pareto-optimal word",
                _ => "Probability of a Pareto-optimal cell",
            };
            return vec![
                kind("best_mass", title, Some(1.0)),
                kind("coverage", "Share of the Pareto front that is found", Some(1.0)),
                kind("gd_plus", "GD+: how far samples fall short of the front", Some(0.0)),
                kind("igd_plus", "IGD+: how far the front is from samples", Some(0.0)),
            ];
        }
        let scores = self.values.iter().map(|values| values[0]);
        let title = match &self.rules {
            Rules::HyperGrid(_) => "Probability of a best cell",
            Rules::Bag(_) => "Probability of a best bag",
            _ => "Probability of one of the best 100",
        };
        vec![
            kind("best_mass", title, Some(1.0)),
            kind("coverage", "Share of the best that is found", Some(1.0)),
            kind("mean_score", "Mean score", best_mean(scores.clone(), 1)),
            kind("top_100", "Mean score of the best 100 seen", best_mean(scores, 100)),
        ]
    }

    /// What is to be found.
    pub fn target(&self) -> Picture {
        let share = 1.0 / self.best.iter().filter(|&&best| best).count().max(1) as f64;
        let log_law: Vec<f64> =
            self.best.iter().map(|&best| if best { share.ln() } else { f64::NEG_INFINITY }).collect();
        let front = self.front.iter().map(|values| values.iter().map(|&v| v as f32).collect()).collect();
        self.picture(&log_law, front, self.listed(self.values.iter().map(|values| values[0]).collect()))
    }

    /// How a law does: its measures and its picture. `top_100` is the mean score of the best that its learner has seen.
    pub fn look(&self, law: &Law, top_100: Option<f64>, rng: &mut ChaCha8Rng) -> (Vec<Option<f64>>, Picture) {
        let drawn = (0..POINTS).filter_map(|_| {
            let state = *law.walk(&self.graph, rng).last()?;
            let place = self.graph.terminals().binary_search(&u32::try_from(state).ok()?).ok()?;
            Some(&self.values[place])
        });
        let log_law = &law.terminals;
        let count = self.best.iter().filter(|&&best| best).count().max(1) as f64;
        let mine = || log_law.iter().zip(&self.best).filter(|(_, best)| **best).map(|(log_prob, _)| log_prob.exp());
        let mass: f64 = mine().sum();
        let found = mine().filter(|&p| p > 0.1 / count).count() as f64 / count;
        if self.rules.is_multi_objective() {
            let drawn: Vec<&Vec<f64>> = drawn.collect();
            let values = vec![
                Some(mass),
                Some(found),
                generational_distance(&drawn, &self.front),
                inverted_generational_distance(&drawn, &self.front),
            ];
            let points = drawn.iter().map(|values| values.iter().map(|&v| v as f32).collect()).collect();
            return (values, self.picture(log_law, points, vec![]));
        }
        let scores: Vec<f64> = self.values.iter().map(|values| values[0]).collect();
        let values = vec![Some(mass), Some(found), Some(expectation(log_law, &scores)), top_100];
        (values, self.picture(log_law, vec![], self.listed(log_law.clone())))
    }

    /// The objects with the greatest `worth`, with their scores.
    fn listed(&self, worth: Vec<f64>) -> Vec<(String, f64)> {
        let mut order: Vec<usize> = (0..worth.len()).collect();
        order.sort_by(|&a, &b| worth[b].total_cmp(&worth[a]).then(a.cmp(&b)));
        let written = |&place: &usize| {
            let state = self.graph.states().get(self.graph.terminals()[place] as usize);
            (self.rules.environment().write(state), self.values[place][0])
        };
        order.iter().take(LISTED).map(written).collect()
    }

    fn picture(&self, log_law: &[f64], points: Vec<Vec<f32>>, listed: Vec<(String, f64)>) -> Picture {
        let terminals = || self.graph.terminals().iter().map(|&t| self.graph.states().get(t as usize)).zip(log_law);
        match &self.rules {
            Rules::Pareto(_) | Rules::Patterns(_) => {
                Picture::Points { objectives: self.objectives.clone(), values: points }
            }
            Rules::HyperGrid(_) => {
                let best = log_law.iter().zip(&self.best).filter(|(_, best)| **best);
                Picture::Inclusion { probability: best.map(|(log_prob, _)| log_prob.exp() as f32).collect() }
            }
            Rules::Bag(_) => {
                let mut probability = vec![0.0_f32; self.rules.environment().width()];
                for (state, log_prob) in terminals() {
                    for (probability, &count) in probability.iter_mut().zip(state) {
                        *probability += if count >= 7 { log_prob.exp() as f32 } else { 0.0 };
                    }
                }
                Picture::Inclusion { probability }
            }
            Rules::Words(words) => law::letters(words, &self.graph, log_law, listed),
            Rules::Cell(_) => {
                let mut probability = vec![vec![0.0_f32; cell::OPERATIONS.len()]; cell::EDGES.len()];
                for (state, log_prob) in terminals() {
                    for (edge, &operation) in state.iter().enumerate() {
                        probability[edge][operation as usize - 1] += log_prob.exp() as f32;
                    }
                }
                let alphabet = cell::OPERATIONS.iter().map(|&name| name.to_owned()).collect();
                Picture::Letters { alphabet, probability, best: listed }
            }
        }
    }

    /// `count` objects of a law.
    pub fn draw(&self, law: &Law, count: usize, rng: &mut ChaCha8Rng) -> Vec<Draw> {
        let worth = |state: usize| {
            let place = u32::try_from(state).ok().and_then(|state| self.graph.terminals().binary_search(&state).ok());
            (None, place.map_or(vec![], |place| self.values[place].clone()))
        };
        law.draw(&self.graph, self.rules.environment(), count, rng, worth)
    }
}

fn best(rules: &Rules, values: &[Vec<f64>]) -> Vec<bool> {
    if rules.is_multi_objective() {
        return non_dominated(values);
    }
    let mut scores: Vec<f64> = values.iter().map(|values| values[0]).collect();
    scores.sort_by(|a, b| b.total_cmp(a));
    let threshold = match rules {
        Rules::HyperGrid(_) | Rules::Bag(_) => scores.first(),
        _ => scores.get(BEST - 1).or(scores.last()),
    };
    // Sums of different order may differ in their last digit.
    let threshold = threshold.map_or(0.0, |score| score - 1e-9 * score.abs());
    values.iter().map(|values| values[0] >= threshold).collect()
}

fn function(name: &str) -> Option<Objective> {
    match name {
        "branin" => Some(Objective::Branin),
        "currin" => Some(Objective::Currin),
        "shubert" => Some(Objective::Shubert),
        "beale" => Some(Objective::Beale),
        _ => None,
    }
}

/// Row `row` of the array of scores.
fn row_of(arrays: &[Array], row: usize, objects: usize) -> Result<&[f32], ModelError> {
    let array = arrays.iter().find(|array| array.name == SCORES);
    let fits =
        |array: &&Array| array.values.len().is_multiple_of(objects.max(1)) && (row + 1) * objects <= array.values.len();
    let array = array
        .filter(fits)
        .ok_or_else(|| ModelError::Weights(format!("`{SCORES}` is missing or does not have {objects} values a row")))?;
    Ok(&array.values[row * objects..][..objects])
}

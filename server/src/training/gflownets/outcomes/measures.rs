//! What is measured of a law that turned to a reward.

use std::collections::HashSet;

use models::{
    gflownet::{
        environment::Indexed,
        exact::{best_mean, expectation},
        law::Law,
        metrics::{local_maxima, spearman, total_variation},
    },
    seed,
    systems::oc_gfn::{OutcomeConditioned, contestant::Task, space::Rules},
};
use rand::Rng;

use super::super::super::table::Column;

/// Objects that modes and the best hundred are looked for in.
const DRAWN: usize = 10_000;
/// Score of a mode, between 0 and 1 (spec §4).
const MODE: f64 = 0.889;
/// `R = 10·v³` of a score v.
const EXPONENT: f64 = 3.0;
const MAXIMUM: f64 = 10.0;

/// What is measured on a grid.
pub(super) fn grid_columns(task: &Task) -> Vec<Column> {
    vec![Column::new("TV", Some(0.0)), Column::new("log Z", Some(task.log_z())), Column::new("transitions", None)]
}

/// What is measured on sequences; over many rewards, without a task, as differences from what is exact for each.
pub(super) fn word_columns(task: Option<&Task>) -> Vec<Column> {
    let exact = |value: fn(&Task) -> f64| task.map(value);
    let mean = |task: &Task| expectation(task.target_law(), &scores(task));
    let log_z = if task.is_some() { "log Z" } else { "log Z − exact" };
    let score = if task.is_some() { "mean score" } else { "mean score − exact" };
    vec![
        Column::new("TV", Some(0.0)),
        Column::new(log_z, exact(Task::log_z)),
        Column::new(score, exact(mean)),
        Column::new("Spearman", Some(1.0)),
        Column::new(format!("modes in {DRAWN}"), None),
        Column::new("top-100", exact(|task| best_mean(scores(task), 100).unwrap_or(0.0))),
        Column::new("transitions", None),
    ]
}

/// Scores between 0 and 1, in the graph's order.
fn scores(task: &Task) -> Vec<f64> {
    task.log_rewards().iter().map(|log_reward| ((log_reward - MAXIMUM.ln()) / EXPONENT).exp()).collect()
}

/// What is measured of a law.
pub(super) struct Measures<'a> {
    pub task: &'a Task,
    pub model: &'a OutcomeConditioned,
    /// Whether log Z and scores are shown as they are, and not as differences from the exact ones.
    pub absolute: bool,
}

impl Measures<'_> {
    /// The measures in the order of the columns.
    pub fn of(&self, law: &Law, log_z: Option<f64>, transitions: u64, seed: u64) -> Vec<Option<f64>> {
        let Self { task, model, absolute } = *self;
        let distance = total_variation(&law.terminals, task.target_law());
        let spent = Some(transitions as f64);
        let Rules::Words(words) = &model.space.rules else { return vec![Some(distance), log_z, spent] };
        let scores = scores(task);
        let shift = |exact: f64| if absolute { 0.0 } else { exact };
        let mean = expectation(&law.terminals, &scores) - shift(expectation(task.target_law(), &scores));
        let graph = &model.space.graph;
        let number = |place: usize| words.index_of(graph.states().get(graph.terminals()[place] as usize));
        let mut table = vec![0.0; scores.len()];
        (0..scores.len()).for_each(|place| table[number(place)] = scores[place]);
        let modes: HashSet<usize> =
            local_maxima(&table, words.alphabet().len(), words.longest_word() as u32, MODE).into_iter().collect();
        let drawn = draw(&law.terminals, DRAWN, &mut seed::stream(seed, 4));
        let found = drawn.iter().filter(|&&place| modes.contains(&number(place))).count();
        vec![
            Some(distance),
            log_z.map(|log_z| log_z - shift(task.log_z())),
            Some(mean),
            spearman(&law.terminals, task.log_rewards()),
            Some(found as f64),
            best_mean(drawn.iter().map(|&place| scores[place]), 100),
            spent,
        ]
    }
}

/// The distinct ones of `count` objects drawn from a law.
fn draw(log_law: &[f64], count: usize, rng: &mut impl Rng) -> HashSet<usize> {
    let mut sum = 0.0;
    let until: Vec<f64> = log_law
        .iter()
        .map(|log_prob| {
            sum += log_prob.exp();
            sum
        })
        .collect();
    let mut one = || {
        let at = rng.random::<f64>() * sum;
        until.partition_point(|&until| until <= at).min(log_law.len() - 1)
    };
    (0..count).map(|_| one()).collect()
}

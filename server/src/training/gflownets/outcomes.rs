//! `oc-gfn`: a pre-trained policy that turns to rewards, beside detailed balance from scratch with as many steps, and with
//! as many transitions when the pre-training counts (spec §5.1–2).

use std::{collections::HashSet, sync::Arc};

use anyhow::{Context, Result};
use catalog::systems::oc_gfn::{FACTORS, Method, RewardKind, SampleParameters};
use models::{
    gflownet::{
        environment::Indexed,
        exact::{best_mean, expectation},
        law::Law,
        metrics::{local_maxima, spearman, total_variation},
        race::Contestant,
    },
    seed,
    systems::oc_gfn::{
        OutcomeConditioned,
        contestant::{Adapted, Scratch, Task},
        pretraining::success_rate,
        reward,
        space::Rules,
    },
};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{
    Options,
    table::{Column, Row, Spread, Table},
};

/// Outcomes that the policy is asked for.
const ASKED: usize = 4096;
/// Objects that modes and the best hundred are looked for in.
const DRAWN: usize = 10_000;
/// Score of a mode, between 0 and 1 (spec §4).
const MODE: f64 = 0.889;
/// `R = 10·v³` of a score v.
const EXPONENT: f64 = 3.0;
const MAXIMUM: f64 = 10.0;

/// Who turned to a reward, and how.
const ADAPTED: &str = "adapted, amortised";
const LONGER: &str = "adapted, amortised, four times the steps";
const SUMMED: &str = "adapted, sum over all outcomes";
const SCRATCH: &str = "from scratch, same steps";
const SHARED: &str = "from scratch, same transitions (pre-training shared by all rewards)";
const WHOLE: &str = "from scratch, same transitions (one reward pays for the pre-training)";

/// One run: who, and its measures.
type Run = (&'static str, Vec<Option<f64>>);

/// All tables of a preset; `pretraining` is the number of transitions that its weights were learnt from.
///
/// # Errors
/// If the model does not fit or a learner diverges.
pub fn compare(model: &OutcomeConditioned, preset: &str, pretraining: u64, options: Options) -> Result<Vec<Table>> {
    let asked = options.of(ASKED, 512);
    let success = |seed| success_rate(&model.space, &model.policy, asked, &mut seed::stream(seed, 1));
    let success = options.seeds().map(success).collect::<Result<Vec<_>, _>>()?;
    let reach = Table {
        title: format!("oc-gfn {preset}: share of {asked} random outcomes that are reached when asked for"),
        columns: vec![Column::new("success", Some(1.0)), Column::new("pre-training, transitions", None)],
        rows: vec![Row {
            name: "pre-trained".to_owned(),
            values: vec![Spread::of(&success), Spread::of(&[pretraining as f64])],
        }],
    };
    let rewards = match &model.space.rules {
        Rules::Grid(grid) => pictures(grid.side()),
        Rules::Words(_) => factors(options),
    };
    let turning = Turning { model, pretraining, rewards: rewards.len(), options };
    let mut tables = vec![reach];
    let mut all: Vec<(String, Vec<Run>)> = Vec::new();
    for (at, parameters) in rewards.iter().enumerate() {
        let name = match &model.space.rules {
            Rules::Grid(_) => format!("{:?}", parameters.reward).to_lowercase(),
            Rules::Words(_) => parameters.factor.clone(),
        };
        let (columns, runs) = turning.reward(parameters, at == 0)?;
        // Of many rewards only the first, which everything was tuned on, has a table of its own.
        if at == 0 || matches!(model.space.rules, Rules::Grid(_)) {
            tables.push(Table { title: format!("reward: {name}"), columns, rows: rows(&runs) });
        }
        all.push((name, runs));
    }
    if matches!(model.space.rules, Rules::Words(_)) {
        let runs: Vec<Run> = all[1..].iter().flat_map(|(_, runs)| runs.clone()).collect();
        // Exact values differ from reward to reward: columns are differences there.
        let columns = word_columns(None);
        tables.push(Table {
            title: format!("mean ± sd over {} other factors", all.len() - 1),
            columns,
            rows: rows(&runs),
        });
    }
    Ok(tables)
}

/// One row for each who, in the order of their first runs.
fn rows(runs: &[Run]) -> Vec<Row> {
    let mut names: Vec<&str> = Vec::new();
    runs.iter().for_each(|(name, _)| {
        if !names.contains(name) {
            names.push(name)
        }
    });
    let values = |name: &str| runs.iter().filter(|(who, _)| *who == name).map(|(_, v)| v.clone()).collect::<Vec<_>>();
    names.into_iter().map(|name| Row::of(name, &values(name))).collect()
}

/// Four rewards on a grid; the last is a diagonal band that gets brighter, painted as a visitor would.
fn pictures(side: usize) -> Vec<SampleParameters> {
    let digit = |cell: usize| {
        let (x, y) = (cell % side, cell / side);
        if x.abs_diff(y) * 8 <= side {
            char::from_digit((1 + 14 * x / (side - 1)) as u32, 16).unwrap_or('f')
        } else {
            '0'
        }
    };
    let painted = (0..side * side).map(digit).collect();
    let kinds = [RewardKind::Given, RewardKind::Ring, RewardKind::Checker];
    let given = kinds.map(|reward| SampleParameters { reward, ..SampleParameters::default() });
    let drawn = SampleParameters { reward: RewardKind::Painted, painted, ..SampleParameters::default() };
    given.into_iter().chain([drawn]).collect()
}

/// The thirty factors, SIX6 first: it is the one that constants were tuned on.
fn factors(options: Options) -> Vec<SampleParameters> {
    let tuned = SampleParameters::default();
    let others = FACTORS.iter().filter(|factor| **factor != tuned.factor).take(options.of(FACTORS.len(), 2));
    let others: Vec<_> =
        others.map(|&factor| SampleParameters { factor: factor.to_owned(), ..tuned.clone() }).collect();
    [tuned].into_iter().chain(others).collect()
}

fn word_columns(task: Option<&Task>) -> Vec<Column> {
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

struct Turning<'a> {
    model: &'a OutcomeConditioned,
    pretraining: u64,
    rewards: usize,
    options: Options,
}

impl Turning<'_> {
    /// All runs on one reward.
    fn reward(&self, parameters: &SampleParameters, first: bool) -> Result<(Vec<Column>, Vec<Run>)> {
        let Self { model, pretraining, rewards, options } = *self;
        let reward = reward::of(&model.space, parameters, &model.scores)?;
        let task = Arc::new(Task::new(model.space.clone(), reward));
        let grid = matches!(model.space.rules, Rules::Grid(_));
        let columns = if grid {
            vec![
                Column::new("TV", Some(0.0)),
                Column::new("log Z", Some(task.log_z())),
                Column::new("transitions", None),
            ]
        } else {
            word_columns(Some(&task))
        };
        // The many factors are their own repetition.
        let seeds = if grid { options.seeds } else { 1 };
        let mut runs = Vec::new();
        let measures = Measures { task: &task, model, absolute: grid || first };
        if grid {
            let method = SampleParameters { method: Method::ExactSum, steps: 1, ..parameters.clone() };
            let mut summed = Adapted::new(task.clone(), model.policy.clone(), &method, seed::stream(0, 2))?;
            summed.advance()?;
            runs.push((SUMMED, measures.of(&summed.law(), summed.log_z(), summed.transitions(), 0)));
        }
        let parameters = SampleParameters { steps: options.of(1000, 100), ..parameters.clone() };
        for seed in 0..seeds {
            let mut own = seed::stream(seed, 3);
            let mut adapt = |steps: u32| -> Result<Adapted> {
                let parameters = SampleParameters { steps, ..parameters.clone() };
                let mut adapted = Adapted::new(task.clone(), model.policy.clone(), &parameters, fork(&mut own))?;
                (0..steps).try_for_each(|_| adapted.advance())?;
                Ok(adapted)
            };
            let adapted = adapt(parameters.steps)?;
            let spent = adapted.transitions();
            runs.push((ADAPTED, measures.of(&adapted.law(), adapted.log_z(), spent, seed)));
            if grid && !options.quick {
                let longer = adapt(4 * parameters.steps)?;
                runs.push((LONGER, measures.of(&longer.law(), longer.log_z(), longer.transitions(), seed)));
            }
            let learnt = scratch(&task, &parameters, &mut own)?;
            runs.push((SCRATCH, measures.of(&learnt.law(), Some(learnt.log_z()), learnt.transitions(), seed)));
            let each = learnt.transitions() as f64 / f64::from(parameters.steps);
            // That one reward pays for everything is dear to measure: once is enough.
            let budgets = [(SHARED, true, pretraining / rewards as u64), (WHOLE, first && seed == 0, pretraining)];
            for (name, _, shared) in budgets.into_iter().filter(|(_, wanted, _)| *wanted && !options.quick) {
                let steps = ((shared + spent) as f64 / each).round() as u32;
                let learnt = scratch(&task, &SampleParameters { steps, ..parameters.clone() }, &mut own)?;
                runs.push((name, measures.of(&learnt.law(), Some(learnt.log_z()), learnt.transitions(), seed)));
            }
        }
        Ok((columns, runs))
    }
}

fn fork(rng: &mut ChaCha8Rng) -> ChaCha8Rng {
    ChaCha8Rng::from_rng(rng)
}

/// A learner that started from nothing, after its last step.
fn scratch(task: &Arc<Task>, parameters: &SampleParameters, rng: &mut ChaCha8Rng) -> Result<Scratch> {
    let mut learner = Scratch::new(task.clone(), parameters, fork(rng))?;
    (0..parameters.steps).try_for_each(|_| learner.advance())?;
    Ok(learner)
}

/// What is measured of a law.
struct Measures<'a> {
    task: &'a Task,
    model: &'a OutcomeConditioned,
    /// Whether log Z and scores are shown as they are, and not as differences from the exact ones.
    absolute: bool,
}

impl Measures<'_> {
    fn of(&self, law: &Law, log_z: Option<f64>, transitions: u64, seed: u64) -> Vec<Option<f64>> {
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

/// Transitions of the pre-training that a model card tells.
///
/// # Errors
/// If it does not.
pub fn pretraining(card: &serde_json::Value) -> Result<u64> {
    card["training"]["transitions"]
        .as_u64()
        .context("the model card does not say how many transitions were learnt from")
}

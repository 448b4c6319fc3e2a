//! `oc-gfn`: a pre-trained policy that turns to rewards, beside detailed balance from scratch with as many steps, and with
//! as many transitions when the pre-training counts (spec §5.1–2).

mod measures;
mod turning;

use anyhow::{Context, Result};
use catalog::systems::oc_gfn::{FACTORS, RewardKind, SampleParameters};
use models::{
    seed,
    systems::oc_gfn::{OutcomeConditioned, pretraining::success_rate, space::Rules},
};

use super::{
    super::table::{Column, Row, Spread, Table},
    Options,
};
use measures::word_columns;
use turning::{Run, Turning};

/// Outcomes that the policy is asked for.
const ASKED: usize = 4096;

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

/// Transitions of the pre-training that a model card tells.
///
/// # Errors
/// If it does not.
pub fn pretraining(card: &serde_json::Value) -> Result<u64> {
    card["training"]["transitions"]
        .as_u64()
        .context("the model card does not say how many transitions were learnt from")
}

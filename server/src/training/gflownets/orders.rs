//! `op-gfn`: what an order alone leads to, beside learners that are given a scalar reward (spec §5.1, 2, 4).

use std::sync::Arc;

use anyhow::Result;
use catalog::systems::op_gfn::{Loss, Objectives, Patterns, SampleParameters};
use models::{
    gflownet::{environment::HyperGrid, exact::Graph},
    seed,
    systems::op_gfn::{
        contestant::Ranked,
        task::{Rules, Task},
    },
    weights::{self, Array},
};

use super::{
    super::table::{Column, Row, Table},
    Options, learn, search,
};

/// All tables of a preset, from the bytes of its weights file.
///
/// # Errors
/// If the bytes do not decode or a learner diverges.
pub fn compare(bytes: &[u8], preset: &str, options: Options) -> Result<Vec<Table>> {
    let rules = Rules::of_preset(preset)?;
    let scores = if bytes.is_empty() { vec![] } else { weights::read_arrays(bytes)? };
    let bench = Bench { options, scores };
    match &rules {
        Rules::Pareto(_) => bench.fronts(rules),
        Rules::Patterns(_) => bench.patterns(rules),
        Rules::HyperGrid(_) => bench.corners(rules),
        Rules::Bag(_) => bench.scores(rules, preset, [1.0, 2.0, 3.0]),
        Rules::Words(_) if preset == "qm9str" => bench.scores(rules, preset, [1.0, 5.0, 10.0]),
        Rules::Words(_) => bench.scores(rules, preset, [1.0, 3.0, 6.0]),
        Rules::Cell(_) => search::compare(&bench.scores, options),
    }
}

/// Who learns.
#[derive(Clone, Copy)]
enum Who {
    Order,
    Reward,
}

struct Bench {
    options: Options,
    scores: Vec<Array>,
}

impl Bench {
    /// One learner over all seeds: the task's measures, and how far its law is from its reward's.
    fn row(&self, task: &Arc<Task>, name: String, who: Who, parameters: &SampleParameters) -> Result<Row> {
        let run = |seed| {
            let rng = seed::stream(seed, 0);
            let mut learner = match who {
                Who::Order => Ranked::by_order(task.clone(), parameters, rng)?,
                Who::Reward => Ranked::by_reward(task.clone(), parameters, rng)?,
            };
            let mut values = learn(&mut learner, parameters.steps)?;
            values.push(learner.total_variation());
            Ok(values)
        };
        Ok(Row::of(name, &self.options.seeds().map(run).collect::<Result<Vec<_>>>()?))
    }

    fn table(&self, title: String, task: &Task, rows: Vec<Row>) -> Table {
        let mut columns: Vec<Column> =
            task.measures().into_iter().map(|measure| Column::new(measure.name, measure.exact)).collect();
        if rows.iter().any(|row| row.values.get(columns.len()).is_some_and(Option::is_some)) {
            columns.push(Column::new("TV from R/Z", Some(0.0)));
        }
        Table { title: format!("{title}; mean ± sd over {} seeds", self.options.seeds), columns, rows }
    }

    /// Two to four objectives at once.
    fn fronts(&self, rules: Rules) -> Result<Vec<Table>> {
        use Objectives::{
            All, BraninBeale, BraninCurrin, BraninCurrinBeale, BraninCurrinShubert, BraninShubert, BraninShubertBeale,
            CurrinBeale, CurrinShubert, CurrinShubertBeale, ShubertBeale,
        };
        let pairs = [BraninCurrin, BraninShubert, BraninBeale, CurrinShubert, CurrinBeale, ShubertBeale];
        let more = [BraninCurrinShubert, BraninCurrinBeale, BraninShubertBeale, CurrinShubertBeale, All];
        let all = [&pairs[..], &more].concat();
        let graph = Arc::new(Task::graph(&rules)?);
        let front = |objectives: &Objectives| {
            let parameters = SampleParameters { objectives: *objectives, ..SampleParameters::default() };
            self.front(&rules, &graph, &objectives.names().join(", "), parameters)
        };
        self.options.of(&all[..], &pairs[..1]).iter().map(front).collect()
    }

    /// Copies of two to four patterns at once.
    fn patterns(&self, rules: Rules) -> Result<Vec<Table>> {
        let all = [Patterns::UnigramsAV, Patterns::BigramsAvVc, Patterns::BigramsAvVcCa, Patterns::BigramsAvVcCaAb];
        let graph = Arc::new(Task::graph(&rules)?);
        let front = |patterns: &Patterns| {
            let parameters = SampleParameters { patterns: *patterns, ..SampleParameters::default() };
            self.front(&rules, &graph, &format!("copies of {}", patterns.texts().join(", ")), parameters)
        };
        self.options.of(&all[..], &all[..1]).iter().map(front).collect()
    }

    /// Who finds the front of several objectives.
    fn front(&self, rules: &Rules, graph: &Arc<Graph>, of: &str, parameters: SampleParameters) -> Result<Table> {
        let parameters = SampleParameters { steps: self.options.of(1000, 100), ..parameters };
        let task = Arc::new(Task::new(rules.clone(), graph.clone(), &parameters, &self.scores)?);
        let rows = vec![
            self.row(&task, "order-preserving".to_owned(), Who::Order, &parameters)?,
            self.row(&task, "preference-conditioned".to_owned(), Who::Reward, &parameters)?,
        ];
        let (best, all) = (task.best.iter().filter(|best| **best).count(), task.best.len());
        let (steps, batch) = (parameters.steps, parameters.batch_size);
        Ok(self.table(format!("op-gfn: {of}, {best} of {all} are best; {steps} steps of {batch}"), &task, rows))
    }

    /// Corners of grids, for several least rewards and shares of random actions.
    fn corners(&self, rules: Rules) -> Result<Vec<Table>> {
        let steps = self.options.of(4000, 200);
        let plane = Rules::HyperGrid(HyperGrid::new(2, 64)?);
        let least = self.options.of(&[0.1, 1e-2, 1e-3][..], &[1e-3]);
        let mut tables = Vec::new();
        for (name, rules, least) in [("4-D, H = 8", rules, least), ("2-D, H = 64", plane, &[1e-3])] {
            let graph = Arc::new(Task::graph(&rules)?);
            for &r0 in least {
                let parameters = SampleParameters { r0, steps, batch_size: 16, ..SampleParameters::default() };
                let task = Arc::new(Task::new(rules.clone(), graph.clone(), &parameters, &self.scores)?);
                let mut rows = vec![target(&task)];
                for exploration in [0.0, 0.1] {
                    let parameters = SampleParameters { exploration, ..parameters.clone() };
                    for (who, name) in [(Who::Order, "order-preserving"), (Who::Reward, "trajectory balance")] {
                        rows.push(self.row(&task, format!("{name}, ε = {exploration}"), who, &parameters)?);
                    }
                }
                let title = format!("op-gfn hyper-grid: {name}, R0 = {r0}; {steps} steps of 16");
                tables.push(self.table(title, &task, rows));
            }
            if self.options.quick {
                break;
            }
        }
        Ok(tables)
    }

    /// One score, both ways of comparing, and rewards that are a power of it.
    fn scores(&self, rules: Rules, preset: &str, powers: [f64; 3]) -> Result<Vec<Table>> {
        let steps = self.options.of(2000, 50);
        let parameters = SampleParameters { steps, batch_size: 32, ..SampleParameters::default() };
        let task = Arc::new(Task::new(rules.clone(), Arc::new(Task::graph(&rules)?), &parameters, &self.scores)?);
        let mut rows = Vec::new();
        for (loss, name) in [(Loss::Batch, "a batch at once"), (Loss::Pairs, "in pairs")] {
            let parameters = SampleParameters { loss, ..parameters.clone() };
            rows.push(self.row(&task, format!("order-preserving, {name}"), Who::Order, &parameters)?);
        }
        for reward_exponent in powers {
            let parameters = SampleParameters { reward_exponent, ..parameters.clone() };
            let name = format!("trajectory balance, β = {reward_exponent}");
            rows.push(self.row(&task, name, Who::Reward, &parameters)?);
        }
        Ok(vec![self.table(format!("op-gfn {preset}: {steps} steps of 32"), &task, rows)])
    }
}

/// The law in proportion to the score itself.
fn target(task: &Task) -> Row {
    let scores: Vec<f64> = task.values.iter().map(|values| values[0]).collect();
    let sum: f64 = scores.iter().sum();
    let best: f64 = scores.iter().zip(&task.best).filter(|(_, best)| **best).map(|(score, _)| score).sum();
    let mean = scores.iter().map(|score| score * score).sum::<f64>() / sum;
    Row::of("R/Z itself", &[vec![Some(best / sum), Some(1.0), Some(mean), None]])
}

//! `fl-gfn`: learners that look forward beside those that wait (spec §5.1–3).

use anyhow::Result;
use models::Model;
use serde_json::{Value, json};

use super::{
    super::table::{Column, Row, Table},
    Options, race,
};

/// The learners of a preset after as many steps as the spec asks for, and the one that looks forward when half of its
/// trajectories are cut short.
///
/// # Errors
/// If the model cannot be asked.
pub fn compare(model: &dyn Model, preset: &str, options: Options) -> Result<Vec<Table>> {
    let steps = options.of(if preset == "set-small" { 2000 } else { 1000 }, 100);
    let learn = |parameters: Value| -> Result<(Vec<Column>, Vec<Row>)> {
        let runs = options.seeds().map(|seed| race(model, ("fl-gfn", preset), parameters.clone(), seed));
        let runs = runs.collect::<Result<Vec<_>>>()?;
        let columns = runs[0].measures.iter().map(|measure| Column::new(&*measure.name, measure.exact)).collect();
        let row = |at: usize| {
            let values: Vec<_> = runs.iter().map(|run| run.learners[at].values.clone()).collect();
            Row::of(&*runs[0].learners[at].name, &values)
        };
        Ok((columns, (0..runs[0].learners.len()).map(row).collect()))
    };
    let (columns, mut rows) = learn(json!({ "learners": "race", "steps": steps }))?;
    let (_, cut) = learn(json!({ "learners": "forward-looking", "steps": steps, "incomplete": 0.5 }))?;
    rows.extend(cut.into_iter().map(|row| Row { name: format!("{}, half cut short", row.name), ..row }));
    let title = format!("fl-gfn {preset}: {steps} steps of 16 trajectories, mean ± sd over {} seeds", options.seeds);
    Ok(vec![Table { title, columns, rows }])
}

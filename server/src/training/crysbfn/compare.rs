//! The model beside what needs no learning, on the same test crystals, at several numbers of steps and samplers.

use anyhow::Result;
use models::{Model, seed};
use samples::structure::Crystal;
use serde_json::{Map, Value, json};

use super::{
    EVALUATION_SEED, baselines,
    data::CrystalData,
    score::{Question, Scores, score_generation, score_predictions},
};
use crate::training::table::{Column, Row, Spread, Table};

/// All samplers.
pub const SAMPLERS: [&str; 3] = ["end-back", "vanilla", "mix"];

/// What is compared, and on how much.
#[derive(Clone, Copy)]
pub struct Comparison<'a> {
    /// The preset.
    pub preset: &'a str,
    /// Its crystals.
    pub data: &'a CrystalData,
    /// Whether it predicts the structure of given compositions, or makes whole crystals.
    pub predicts: bool,
    /// Test compositions or samples.
    pub count: usize,
    /// Seeds that every question is asked with.
    pub seeds: u64,
}

impl Comparison<'_> {
    fn test(&self) -> &[Crystal] {
        &self.data.test[..self.count.min(self.data.test.len())]
    }

    /// What needs no learning.
    ///
    /// # Errors
    /// If the data cannot be compared.
    pub fn without_learning(&self) -> Result<Table> {
        let (train, test) = (&self.data.train, self.test());
        if !self.predicts {
            let made: Vec<_> = train[..self.count.min(train.len())].iter().cloned().map(Some).collect();
            let scores = score_generation(&made, train, &self.data.test)?;
            return Ok(self.table(vec![("The training set itself".to_owned(), vec![scores])]));
        }
        let random = |seed| {
            let mut rng = seed::stream(EVALUATION_SEED - seed, 0);
            Ok(score_predictions(&baselines::random(train, test, &mut rng)?, test))
        };
        let random = (0..self.seeds).map(random).collect::<Result<_>>()?;
        let template = score_predictions(&baselines::nearest_template(train, test), test);
        let mut rows = vec![
            ("Random coordinates, mean cell".to_owned(), random),
            ("Template of the nearest composition".to_owned(), vec![template]),
        ];
        if self.data.perovskites {
            let ideal = score_predictions(&baselines::ideal_perovskite(train, test)?, test);
            rows.push(("Ideal cubic perovskite, fitted edge".to_owned(), vec![ideal]));
        }
        Ok(self.table(rows))
    }

    /// The model at these numbers of steps, by each of `samplers`.
    ///
    /// # Errors
    /// If the model cannot be asked.
    pub fn with_learning(&self, model: &dyn Model, steps: &[usize], samplers: &[&str]) -> Result<Table> {
        let mut steps = steps.to_vec();
        steps.sort_unstable();
        let mut rows = Vec::new();
        for (steps, sampler) in steps.iter().flat_map(|&steps| samplers.iter().map(move |&sampler| (steps, sampler))) {
            let question = |seed| Question { preset: self.preset, steps, sampler, seed: EVALUATION_SEED - seed };
            let scores = (0..self.seeds).map(|seed| self.ask(model, question(seed))).collect::<Result<_>>()?;
            rows.push((format!("{steps} steps, {sampler}"), scores));
        }
        Ok(self.table(rows))
    }

    /// The scores of one question.
    ///
    /// # Errors
    /// If the model cannot be asked.
    pub fn ask(&self, model: &dyn Model, question: Question<'_>) -> Result<Scores> {
        match self.predicts {
            true => Ok(score_predictions(&question.predict(model, self.test())?, self.test())),
            false => score_generation(&question.generate(model, self.count)?, &self.data.train, &self.data.test),
        }
    }

    /// One row of scores for every seed that there is a score of.
    fn table(&self, rows: Vec<(String, Vec<Scores>)>) -> Table {
        let names = rows.iter().flat_map(|(_, scores)| scores).next().into_iter().flatten();
        let columns = names.map(|(name, _)| Column::new(*name, None)).collect();
        let numbers = |scores: &Scores| scores.iter().map(|(_, value)| *value).collect();
        let row =
            |(name, scores): (String, Vec<Scores>)| Row::of(name, &scores.iter().map(numbers).collect::<Vec<_>>());
        let of = match self.predicts {
            true => format!("{} compositions", self.test().len()),
            false => format!("{} crystals", self.count),
        };
        Table {
            title: format!(
                "crysbfn {}: {of}, {} {}",
                self.preset,
                self.seeds,
                if self.seeds == 1 { "seed" } else { "seeds" }
            ),
            columns,
            rows: rows.into_iter().map(row).collect(),
        }
    }
}

/// A table's rows as model cards have them: under the name of each column its mean, and under the name and `_sd` the
/// standard deviation over seeds, if there are several.
pub fn for_card(table: &Table) -> Vec<(String, Map<String, Value>)> {
    let numbers = |(column, value): (&Column, &Option<Spread>)| {
        let mean = value.map(|spread| (column.name.clone(), json!(spread.mean)));
        let sd = value.and_then(|spread| spread.sd).map(|sd| (format!("{}_sd", column.name), json!(sd)));
        [mean, sd].into_iter().flatten()
    };
    let row = |row: &Row| (row.name.clone(), table.columns.iter().zip(&row.values).flat_map(numbers).collect());
    table.rows.iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Column, Row, Spread, Table, for_card};

    #[test]
    fn a_card_has_the_means_of_what_was_measured_and_their_deviations() {
        let runs = [vec![Some(0.5), Some(0.1)], vec![Some(0.6), None]];
        let columns = vec![Column::new("match_rate", None), Column::new("rmse", None)];
        let rows = vec![Row::of("20 steps, mix", &runs), Row::of("none", &[vec![Some(0.0), None]])];
        let found = for_card(&Table { title: String::new(), columns, rows });
        assert_eq!(found[0].0, "20 steps, mix");
        let sd = Spread::of(&[0.5, 0.6]).and_then(|spread| spread.sd);
        assert_eq!(json!(found[0].1), json!({ "match_rate": 0.55, "match_rate_sd": sd, "rmse": 0.1 }));
        assert_eq!(json!(found[1].1), json!({ "match_rate": 0.0 }));
    }
}

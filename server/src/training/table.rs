//! Measures over seeds, beside what is exact.

use std::fmt;

use serde::Serialize;

/// A table of numbers.
#[derive(Clone, Debug, Serialize)]
pub struct Table {
    /// What is compared, and how.
    pub title: String,
    /// What is measured.
    pub columns: Vec<Column>,
    /// Who is measured.
    pub rows: Vec<Row>,
}

/// A measure.
#[derive(Clone, Debug, Serialize)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// The exact answer, where it is known.
    pub exact: Option<f64>,
}

/// The measures of one sampler, in the order of the columns; absent where a measure has no meaning.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// The sampler.
    pub name: String,
    /// Its measures.
    pub values: Vec<Option<Spread>>,
}

/// Repeated measurements.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Spread {
    /// Mean.
    pub mean: f64,
    /// Standard deviation of one, `n − 1` in the denominator; none of a single one.
    pub sd: Option<f64>,
    /// Measurements.
    pub count: usize,
}

impl Spread {
    /// Of some measurements, if there are any.
    pub fn of(values: &[f64]) -> Option<Self> {
        let count = values.len();
        if count == 0 {
            return None;
        }
        let mean = values.iter().sum::<f64>() / count as f64;
        let squares = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>();
        Some(Self { mean, sd: (count > 1).then(|| (squares / (count - 1) as f64).sqrt()), count })
    }
}

impl Column {
    /// A measure with an exact answer or without.
    pub fn new(name: impl Into<String>, exact: Option<f64>) -> Self {
        Self { name: name.into(), exact }
    }
}

impl Row {
    /// From the measures of several runs; what a run does not know does not count.
    pub fn of(name: impl Into<String>, runs: &[Vec<Option<f64>>]) -> Self {
        let columns = runs.iter().map(Vec::len).max().unwrap_or(0);
        let column = |at: usize| runs.iter().filter_map(|run| *run.get(at)?).collect::<Vec<f64>>();
        Self { name: name.into(), values: (0..columns).map(|at| Spread::of(&column(at))).collect() }
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let exact = self.columns.iter().any(|column| column.exact.is_some()).then(|| {
            let value = |column: &Column| column.exact.map_or(String::new(), number);
            ("exact".to_owned(), self.columns.iter().map(value).collect::<Vec<_>>())
        });
        let header = (String::new(), self.columns.iter().map(|column| column.name.clone()).collect());
        let written = |row: &Row| {
            let value = |value: &Option<Spread>| match value {
                None => "–".to_owned(),
                Some(Spread { mean, sd: None, .. }) => number(*mean),
                Some(Spread { mean, sd: Some(sd), .. }) => format!("{} ± {}", number(*mean), number(*sd)),
            };
            (row.name.clone(), row.values.iter().map(value).collect::<Vec<_>>())
        };
        let lines: Vec<(String, Vec<String>)> =
            [header].into_iter().chain(exact).chain(self.rows.iter().map(written)).collect();
        let width =
            |texts: &mut dyn Iterator<Item = &String>| texts.map(|text| text.chars().count()).max().unwrap_or(0);
        let first = width(&mut lines.iter().map(|(name, _)| name));
        writeln!(f, "{}", self.title)?;
        for (name, values) in &lines {
            let mut line = format!("{name:<first$}");
            for at in 0..self.columns.len() {
                let column = width(&mut lines.iter().filter_map(|(_, values)| values.get(at)));
                line += &format!("  {:>column$}", values.get(at).map_or("", String::as_str));
            }
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

/// A number with four digits or so.
fn number(value: f64) -> String {
    match value.abs() {
        0.0 => "0".to_owned(),
        size if !(1e-4..1e5).contains(&size) => format!("{value:.3e}"),
        size if size >= 1000.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.3}"),
        _ => format!("{value:.4}"),
    }
}

#[cfg(test)]
mod tests {
    use super::{Column, Row, Spread, Table};

    #[test]
    fn a_spread_is_mean_and_standard_deviation() {
        assert_eq!(Spread::of(&[]), None);
        assert_eq!(Spread::of(&[3.0]), Some(Spread { mean: 3.0, sd: None, count: 1 }));
        let spread = Spread::of(&[1.0, 2.0, 3.0]).unwrap();
        assert_eq!((spread.mean, spread.sd), (2.0, Some(1.0)));
    }

    #[test]
    fn a_table_shows_what_is_exact_first_and_dashes_where_nothing_is_known() {
        let table = Table {
            title: "sets".to_owned(),
            columns: vec![Column::new("log Z", Some(11.892389)), Column::new("L1", None)],
            rows: vec![Row::of("one", &[vec![Some(11.0), None], vec![Some(12.0), None]])],
        };
        let lines = ["sets", "                 log Z  L1", "exact           11.892", "one    11.500 ± 0.7071   –"];
        assert_eq!(table.to_string().lines().collect::<Vec<_>>(), lines);
    }
}

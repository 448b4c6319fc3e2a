//! Experiment A: how far a flow on a circle stays from the data, by sampler and number of steps.

use plotters::prelude::{Circle, Color, DashedLineSeries, LineSeries, RGBColor};
use serde::Deserialize;

use super::super::chart::{Axes, INK, REAL, SAMPLE, draw};

/// What was measured. Unknown keys are ignored.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Experiment {
    /// Numbers of steps.
    pub n: Vec<u32>,
    /// Trainings behind each mean.
    pub seeds: u32,
    /// Steps of each training.
    pub iterations: u32,
    /// One row per model and sampler.
    pub rows: Vec<Row>,
}

/// A model with a sampler.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Row {
    /// What the model is.
    pub name: String,
    /// How it is sampled.
    pub sampler: String,
    /// Total variation to the data for every number of steps, mean over the seeds.
    pub tv_mean: Vec<f64>,
    /// Its standard deviation.
    pub tv_sd: Vec<f64>,
}

impl Experiment {
    /// Whether every row has finite numbers for every number of steps.
    pub fn is_complete(&self) -> bool {
        let full = |values: &[f64]| values.len() == self.n.len() && values.iter().all(|v| v.is_finite() && *v >= 0.0);
        self.n.len() > 1 && !self.rows.is_empty() && self.rows.iter().all(|r| full(&r.tv_mean) && full(&r.tv_sd))
    }

    /// The samplers, each once, in their order.
    pub fn samplers(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for row in &self.rows {
            if !names.contains(&row.sampler) {
                names.push(row.sampler.clone());
            }
        }
        names
    }

    /// The model and sampler nearest to the data at a number of steps, with its distance.
    pub fn nearest(&self, steps: u32) -> Option<(&Row, f64)> {
        let column = self.n.iter().position(|&n| n == steps)?;
        let distances = self.rows.iter().filter_map(|row| Some((row, *row.tv_mean.get(column)?)));
        distances.min_by(|(_, a), (_, b)| a.total_cmp(b))
    }

    /// The rows of one sampler.
    pub fn of<'a>(&'a self, sampler: &'a str) -> impl Iterator<Item = &'a Row> {
        self.rows.iter().filter(move |row| row.sampler == sampler)
    }
}

/// How the curves of one sampler look, in order; the style sheet's legend has the same.
pub const KEYS: [&str; 3] = ["sample line", "real dashed", "ink dashed"];

/// The curves of one sampler with ± one standard deviation, and a mark at a number of steps.
pub fn plot(experiment: &Experiment, sampler: &str, marked: u32) -> Option<String> {
    if !experiment.is_complete() {
        return None;
    }
    let last = experiment.n.iter().copied().max().map(f64::from)?;
    let tops = experiment.rows.iter().flat_map(|row| row.tv_mean.iter().zip(&row.tv_sd).map(|(m, s)| m + s));
    let highest = tops.fold(0.01, f64::max);
    let axes = Axes {
        summary: "Total variation between samples and data against the number of steps",
        titles: ["steps n", "total variation"],
        x: 0.0..last * 1.04,
        y: 0.0..highest * 1.08,
    };
    const COLOURS: [RGBColor; 3] = [SAMPLE, REAL, INK];
    draw(axes, |chart| {
        let here = f64::from(marked).min(last);
        chart.draw_series(LineSeries::new([(here, 0.0), (here, highest)], INK.mix(0.3).stroke_width(3))).ok()?;
        for (row, (i, colour)) in experiment.of(sampler).zip(COLOURS.into_iter().enumerate().cycle()) {
            let points: Vec<(f64, f64)> =
                experiment.n.iter().map(|&n| f64::from(n)).zip(row.tv_mean.iter().copied()).collect();
            for (&(n, mean), sd) in points.iter().zip(&row.tv_sd) {
                let bar = [(n, (mean - sd).max(0.0)), (n, mean + sd)];
                chart.draw_series(LineSeries::new(bar, colour.stroke_width(3))).ok()?;
            }
            chart.draw_series(points.iter().map(|&point| Circle::new(point, 9, colour.filled()))).ok()?;
            if i == 0 {
                chart.draw_series(LineSeries::new(points, colour.stroke_width(6))).ok()?;
            } else {
                let (dash, gap) = if i == 1 { (15, 9) } else { (5, 9) };
                chart.draw_series(DashedLineSeries::new(points, dash, gap, colour.stroke_width(5))).ok()?;
            }
        }
        Some(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const MEASURED: &str = r#"{"n": [5, 10], "seeds": 5, "iterations": 3000, "rows": [
        {"name": "entropy", "sampler": "vanilla", "tv_mean": [0.37, 0.11], "tv_sd": [0.02, 0.01]},
        {"name": "time only", "sampler": "vanilla", "tv_mean": [0.15, 0.08], "tv_sd": [0.02, 0.01]},
        {"name": "entropy", "sampler": "end_back", "tv_mean": [0.40, 0.19], "tv_sd": [0.02, 0.01]}]}"#;

    #[test]
    fn one_sampler_is_drawn_at_a_time() {
        let experiment: Experiment = serde_json::from_str(MEASURED).expect("an experiment");
        assert_eq!(experiment.samplers(), ["vanilla", "end_back"]);
        let dots = |sampler| plot(&experiment, sampler, 10).expect("a plot").matches("<circle").count();
        assert_eq!((dots("vanilla"), dots("end_back")), (4, 2));
    }

    #[test]
    fn the_nearest_is_that_of_the_number_of_steps() {
        let experiment: Experiment = serde_json::from_str(MEASURED).expect("an experiment");
        let nearest = |steps| experiment.nearest(steps).map(|(row, distance)| (row.name.as_str(), distance));
        assert_eq!(nearest(5), Some(("time only", 0.15)));
        assert_eq!(nearest(10), Some(("time only", 0.08)));
        assert_eq!(nearest(7), None);
    }

    #[test]
    fn rows_that_miss_a_number_are_not_drawn() {
        let mut experiment: Experiment = serde_json::from_str(MEASURED).expect("an experiment");
        experiment.rows[1].tv_sd.pop();
        assert!(!experiment.is_complete());
        assert!(plot(&experiment, "vanilla", 5).is_none());
    }

    /// What the page says of the experiment holds of the numbers that it shows.
    #[test]
    fn the_shipped_experiment_is_whole_and_says_what_is_said_of_it() {
        let shipped = include_str!("../../../../assets/weights/crysbfn/circle.json");
        let experiment: Experiment = serde_json::from_str(shipped).expect("an experiment");
        assert!(experiment.is_complete() && experiment.seeds >= 5 && experiment.rows.len() == 5);
        assert_eq!(experiment.n, [5, 10, 20, 50]);
        let many_steps = |sampler| experiment.of(sampler).flat_map(|row| row.tv_mean[2..].to_vec());
        assert!(many_steps("vanilla").all(|distance| distance < 0.1), "vanilla comes near the data");
        assert!(many_steps("end back").all(|distance| (0.15..0.25).contains(&distance)), "end back stays biased");
        assert!(many_steps("ancestral").all(|distance| distance < 0.1), "so does a diffusion come near");
    }
}

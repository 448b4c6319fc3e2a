//! The race: one measure of every learner against the steps of learning, with the exact value as the finish line.

use plotters::prelude::{Color, DashedLineSeries, LineSeries, Polygon, RGBColor};

use super::super::chart::{Axes, INK, REAL, SAMPLE, draw_labelled, short};
use crate::{state::contest::Contest, text::format};

/// A third curve.
pub const THIRD: RGBColor = RGBColor(0x7A, 0x4E, 0x9E);
/// A fourth curve.
pub const FOURTH: RGBColor = RGBColor(0xA1, 0x35, 0x1F);
/// The learners' colours, in order, as [`super::KEYS`] names them.
pub const COLOURS: [RGBColor; 5] = [SAMPLE, REAL, THIRD, FOURTH, INK];

/// The chart of the measure with that number; `None` while there is no curve.
pub fn race(contest: &Contest, measure: usize) -> Option<String> {
    let kind = contest.measures().get(measure)?;
    let logarithmic = kind.logarithmic;
    // Zero and below have no place on a logarithmic axis.
    let scale = |y: f64| if logarithmic { (y > 0.0).then(|| y.log10()) } else { Some(y) };
    let curves: Vec<Vec<(f64, f64)>> = (0..contest.learners().len())
        .map(|learner| contest.curve(learner, measure).into_iter().filter_map(|(x, y)| Some((x, scale(y)?))).collect())
        .collect();
    // Where several seeds stand behind a curve: along their greatest values, and back along their least.
    let bands: Vec<Vec<(f64, f64)>> = (0..curves.len())
        .map(|learner| {
            let band: Vec<_> = contest.band(learner, measure);
            let band: Vec<_> =
                band.iter().filter_map(|&(x, [low, high])| Some((x, scale(low)?, scale(high)?))).collect();
            let high = band.iter().map(|&(x, _, high)| (x, high));
            high.chain(band.iter().rev().map(|&(x, low, _)| (x, low))).collect()
        })
        .collect();
    let exact = kind.exact.filter(|exact| exact.is_finite()).and_then(scale);
    let all = || curves.iter().chain(&bands).flatten();
    let end = all().map(|(x, _)| *x).fold(1.0, f64::max);
    let values = || all().map(|(_, y)| *y).chain(exact);
    all().next()?;
    let (low, high) = values().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), y| (low.min(y), high.max(y)));
    let margin = ((high - low) * 0.06).max(high.abs() * 1e-3).max(1e-6);
    let axes = Axes {
        summary: &summary(contest, measure),
        titles: ["step of learning", &kind.title],
        x: 0.0..end * 1.02,
        y: low - margin..high + margin,
    };
    let label = |y: &f64| if logarithmic { power(*y) } else { short(*y) };
    draw_labelled(axes, [&|x| format!("{x:.0}"), &label], |chart| {
        for (band, colour) in bands.into_iter().zip(COLOURS.iter().cycle()).filter(|(band, _)| band.len() > 2) {
            chart.draw_series([Polygon::new(band, colour.mix(0.18).filled())]).ok()?;
        }
        for (curve, colour) in curves.iter().zip(COLOURS.iter().cycle()) {
            chart.draw_series(LineSeries::new(curve.iter().copied(), colour.stroke_width(6))).ok()?;
        }
        if let Some(exact) = exact {
            let line = [(0.0, exact), (end * 1.02, exact)];
            chart.draw_series(DashedLineSeries::new(line, 15, 9, INK.stroke_width(4))).ok()?;
        }
        Some(())
    })
}

/// A number on a logarithmic axis from its logarithm.
fn power(exponent: f64) -> String {
    format::number(10f64.powf(exponent), 2)
}

/// The race in words.
pub fn summary(contest: &Contest, measure: usize) -> String {
    let Some(kind) = contest.measures().get(measure) else { return String::new() };
    let now = |(number, name): (usize, &str)| {
        let (step, value) = *contest.curve(number, measure).last()?;
        let range = contest
            .band(number, measure)
            .last()
            .filter(|(at, _)| *at == step)
            .map(|(_, [low, high])| format!(" (from {} to {})", format::number(*low, 4), format::number(*high, 4)));
        Some(format!("{name} {}{} at step {step:.0}", format::number(value, 4), range.unwrap_or_default()))
    };
    let names = contest.learners().iter().map(|learner| learner.name.as_str()).enumerate();
    let standings: Vec<String> = names.filter_map(now).collect();
    let exact = kind.exact.map(|exact| format!("; exact value {}", format::number(exact, 5))).unwrap_or_default();
    format!("{} against steps of learning: {}{exact}", kind.title, standings.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::contest::tests::learning;

    fn contest(logarithmic: bool) -> Contest {
        let mut contest = Contest::default();
        for (step, value) in [(0, 0.0), (10, 10.0), (20, 1.0)] {
            let mut look = learning(step, value);
            look.measures[0].logarithmic = logarithmic;
            contest.grow(look);
        }
        contest
    }

    #[test]
    fn the_finish_line_is_drawn_over_the_curves() {
        let svg = race(&contest(false), 0).expect("a chart");
        assert!(svg.contains("stroke=\"#0B6E74\""));
        assert!(
            svg.contains("aria-label=\"log Z against steps of learning: TB 1.000 at step 20; exact value 3.0000\"")
        );
        assert!(!svg.contains("style="), "inline styles are forbidden by the page's policy");
    }

    #[test]
    fn several_seeds_are_a_band_behind_their_mean() {
        let mut contest = contest(false);
        for (moment, range) in contest.history.iter_mut().zip([[-40.0, 1.0], [8.0, 12.0], [0.5, 1.5]]) {
            moment.ranges = vec![vec![Some(range)]];
        }
        let svg = race(&contest, 0).expect("a chart");
        let (band, curve) = (svg.find("<polygon").expect("a band"), svg.find("stroke=\"#0B6E74\"").expect("a curve"));
        assert!(band < curve, "the curve lies over its band");
        assert!(svg.contains("-40"), "the axis holds the whole band: {svg}");
        assert!(svg.contains("TB 1.000 (from 0.5000 to 1.500) at step 20"), "{}", summary(&contest, 0));
    }

    #[test]
    fn zero_has_no_place_on_a_logarithmic_axis() {
        let svg = race(&contest(true), 0).expect("a chart");
        assert!(!svg.contains("NaN") && !svg.contains("inf"));
    }

    #[test]
    fn nothing_is_drawn_of_nothing() {
        assert_eq!(race(&Contest::default(), 0), None);
        assert_eq!(race(&contest(false), 1), None);
    }
}

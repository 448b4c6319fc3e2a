//! Plots of crystals: powder patterns, and how certain the model is along the way.

use plotters::prelude::{Color, DashedLineSeries, LineSeries};
use samples::{
    Crystal,
    structure::metrics::{DiffractionError, DiffractionOptions, powder_pattern, profile},
};

use super::super::chart::{Axes, INK, REAL, SAMPLE, draw, drawable};
use crate::state::specimen::Moment;

/// Full width of a peak at half its height, degrees: that of a laboratory diffractometer.
const PEAK_WIDTH: f64 = 0.3;
/// Where a pattern begins, degrees: there is nothing but the beam below.
const FIRST_ANGLE: f64 = 10.0;
const LAST_ANGLE: f64 = 90.0;
const ANGLES: usize = 1_601;

/// A powder pattern (Cu Kα) ready to be drawn: intensities at equidistant angles, the strongest peak 100.
///
/// # Errors
/// As [`powder_pattern`].
pub fn pattern(crystal: &Crystal) -> Result<Vec<f64>, DiffractionError> {
    let options = DiffractionOptions { two_theta: [FIRST_ANGLE, LAST_ANGLE], ..DiffractionOptions::default() };
    let peaks = powder_pattern(crystal, &options)?;
    Ok(profile(&peaks, PEAK_WIDTH, &angles().collect::<Vec<_>>()))
}

fn angles() -> impl Iterator<Item = f64> + Clone {
    (0..ANGLES).map(|i| FIRST_ANGLE + (LAST_ANGLE - FIRST_ANGLE) * i as f64 / (ANGLES - 1) as f64)
}

/// The pattern of what is shown over that of the nearest training crystal.
pub fn diffraction(shown: Option<&[f64]>, nearest: Option<&[f64]>) -> Option<String> {
    let [shown, nearest] = [shown, nearest].map(|curve| curve.filter(|c| drawable(c) && c.len() == ANGLES));
    let highest = [shown, nearest].into_iter().flatten().flatten().copied().fold(f64::NEG_INFINITY, f64::max);
    if !highest.is_finite() {
        return None;
    }
    let axes = Axes {
        summary: "Powder X-ray diffraction: intensity against the angle 2θ in degrees",
        titles: ["2θ / degrees (Cu Kα)", "intensity / %"],
        x: FIRST_ANGLE..LAST_ANGLE,
        y: 0.0..highest.max(1.0) * 1.05,
    };
    draw(axes, |chart| {
        if let Some(curve) = nearest {
            let line = angles().zip(curve.iter().copied());
            chart.draw_series(DashedLineSeries::new(line, 15, 9, REAL.stroke_width(5))).ok()?;
        }
        if let Some(curve) = shown {
            let line = angles().zip(curve.iter().copied());
            chart.draw_series(LineSeries::new(line, SAMPLE.stroke_width(5))).ok()?;
        }
        Some(())
    })
}

/// How certain the model is of the coordinates: their mean, and the least certain one, against the moments, with a
/// mark at the moment that is shown. `None` where fewer than two moments know.
pub fn certainty(moments: &[Moment], at: usize) -> Option<String> {
    let known: Vec<(f64, (f64, f64))> =
        moments.iter().enumerate().filter_map(|(i, moment)| Some(((i + 1) as f64, moment.certainty()?))).collect();
    if known.len() < 2 {
        return None;
    }
    let end = moments.len() as f64;
    let axes = Axes {
        summary: "Certainty of the coordinates against the steps",
        titles: ["step", "certainty"],
        x: 1.0..end,
        y: 0.0..1.05,
    };
    draw(axes, |chart| {
        let here = ((at + 1) as f64).min(end);
        chart.draw_series(LineSeries::new([(here, 0.0), (here, 1.05)], INK.mix(0.5).stroke_width(3))).ok()?;
        let least = known.iter().map(|&(x, (_, least))| (x, least));
        chart.draw_series(DashedLineSeries::new(least, 15, 9, REAL.stroke_width(5))).ok()?;
        let mean = known.iter().map(|&(x, (mean, _))| (x, mean));
        chart.draw_series(LineSeries::new(mean, SAMPLE.stroke_width(7))).ok()?;
        Some(())
    })
}

#[cfg(test)]
mod tests {
    use samples::{Frame, structure::Structure};

    use super::*;
    use crate::state::specimen::tests::perovskite;

    #[test]
    fn the_strongest_line_of_a_perovskite_is_110() {
        let pattern = pattern(&perovskite()).expect("a pattern");
        let strongest = angles().zip(&pattern).max_by(|a, b| a.1.total_cmp(b.1)).expect("a peak").0;
        // SrTiO3 with a = 3.905 Å: 2θ(110) = 32.4° for Cu Kα.
        assert!((strongest - 32.4).abs() < 0.15, "{strongest}");
        let svg = diffraction(Some(&pattern), Some(&pattern)).expect("a plot");
        assert!(svg.contains("stroke=\"#8A6D3B\"") && svg.contains("stroke=\"#0B6E74\""));
        assert!(diffraction(None, None).is_none());
    }

    #[test]
    fn certainty_needs_moments_that_know_it() {
        let moment = |certainty| Moment::new(Frame { certainty, ..Frame::new(Structure::Crystal(perovskite()), "") });
        let moments = [moment(vec![[0.1; 3]; 5]), moment(vec![[0.9; 3]; 5]), moment(vec![])];
        let svg = certainty(&moments, 1).expect("a plot");
        let named = |step: &str| svg.lines().filter(|line| *line == step).count();
        assert_eq!([named("2"), named("3")], [1; 2], "each step is named once: {svg}");
        assert!(certainty(&moments[1..], 0).is_none());
    }
}

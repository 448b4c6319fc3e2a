//! The plots of a porous sample beside the real rock.

use plotters::prelude::{Color, DashedLineSeries, LineSeries, Rectangle};
use samples::volume::CurveBand;

use super::chart::{Axes, REAL, SAMPLE, draw, drawable};

/// Two-point probability S₂(r) of a sample over the real rock's mean ± 2 standard deviations. `None` where
/// there is nothing to draw.
pub fn correlation(sample: Option<&[f64]>, real: Option<&CurveBand>) -> Option<String> {
    let sample = sample.filter(|s| drawable(s));
    let real = real.filter(|b| drawable(&b.mean) && b.mean.len() == b.sd.len());
    let lags = [sample.map(<[f64]>::len), real.map(|b| b.mean.len())].into_iter().flatten().max()?;
    let highest = sample
        .iter()
        .flat_map(|s| s.iter().copied())
        .chain(real.iter().flat_map(|b| b.mean.iter().zip(&b.sd).map(|(m, s)| m + 2.0 * s)))
        .fold(0.0, f64::max);
    let summary = "Two-point probability against lag in voxels";
    let axes =
        Axes {
            summary, titles: ["lag r / voxels", "S₂(r)"], x: 0.0..(lags - 1).max(1) as f64, y: 0.0..highest * 1.05
        };
    draw(axes, |chart| {
        if let Some(CurveBand { mean, sd }) = real {
            let edge = |sign: f64| mean.iter().zip(sd).map(move |(m, s)| m + sign * 2.0 * s).enumerate();
            let mut outline: Vec<(f64, f64)> = edge(1.0).map(|(r, y)| (r as f64, y)).collect();
            outline.extend(edge(-1.0).map(|(r, y)| (r as f64, y.max(0.0))).collect::<Vec<_>>().into_iter().rev());
            chart.draw_series([plotters::element::Polygon::new(outline, REAL.mix(0.22))]).ok()?;
            let line = mean.iter().enumerate().map(|(r, &y)| (r as f64, y));
            chart.draw_series(DashedLineSeries::new(line, 15, 9, REAL.stroke_width(5))).ok()?;
        }
        if let Some(sample) = sample {
            let line = sample.iter().enumerate().map(|(r, &y)| (r as f64, y));
            chart.draw_series(LineSeries::new(line, SAMPLE.stroke_width(8))).ok()?;
        }
        Some(())
    })
}

/// Distribution of chord lengths in the pore space: the sample as bars, the real rock as a stepped line.
/// Index = length in voxels; both are normalised to a sum of one here, so that they compare.
pub fn chords(sample: Option<&[f64]>, real: Option<&[f64]>) -> Option<String> {
    let sample = sample.and_then(normalised);
    let real = real.and_then(normalised);
    let all = || sample.iter().chain(&real);
    let end = all().map(|h| shown_length(h)).max()?;
    let highest = all().flat_map(|h| h.iter().copied()).fold(0.0, f64::max);
    let summary = "Share of pore chords against their length in voxels";
    let axes =
        Axes { summary, titles: ["chord length / voxels", "share"], x: 0.5..end as f64 + 0.5, y: 0.0..highest * 1.08 };
    draw(axes, |chart| {
        if let Some(sample) = &sample {
            let bar = |(length, &share): (usize, &f64)| {
                let x = length as f64;
                Rectangle::new([(x - 0.42, 0.0), (x + 0.42, share)], SAMPLE.mix(0.55).filled())
            };
            chart.draw_series(sample.iter().enumerate().take(end + 1).skip(1).map(bar)).ok()?;
        }
        if let Some(real) = &real {
            let step = |(length, &share): (usize, &f64)| [(length as f64 - 0.5, share), (length as f64 + 0.5, share)];
            let line: Vec<_> = real.iter().enumerate().take(end + 1).skip(1).flat_map(step).collect();
            chart.draw_series(LineSeries::new(line, REAL.stroke_width(6))).ok()?;
        }
        Some(())
    })
}

/// Losses of a training, or of the two networks of an adversarial one: `(step, loss)` points. The second may be empty.
pub fn losses(first: &[(f64, f64)], second: &[(f64, f64)]) -> Option<String> {
    let all = || first.iter().chain(second);
    if first.len() < 2 || all().any(|(step, loss)| !step.is_finite() || !loss.is_finite()) {
        return None;
    }
    let end = all().map(|(step, _)| *step).fold(1.0, f64::max);
    let highest = all().map(|(_, loss)| *loss).fold(f64::MIN_POSITIVE, f64::max);
    let axes = Axes {
        summary: "Losses against training steps",
        titles: ["step", "loss"],
        x: 0.0..end,
        y: 0.0..highest * 1.05,
    };
    draw(axes, |chart| {
        chart.draw_series(LineSeries::new(first.iter().copied(), SAMPLE.stroke_width(6))).ok()?;
        let dashed = DashedLineSeries::new(second.iter().copied(), 15, 9, REAL.stroke_width(5));
        chart.draw_series(dashed).ok()?;
        Some(())
    })
}

fn normalised(histogram: &[f64]) -> Option<Vec<f64>> {
    let sum: f64 = histogram.iter().sum();
    (drawable(histogram) && sum > 0.0).then(|| histogram.iter().map(|v| v / sum).collect())
}

/// The length below which 99 % of the chords lie: the tail would squeeze the rest to nothing.
fn shown_length(histogram: &[f64]) -> usize {
    let mut below = 0.0;
    let end = histogram.iter().position(|share| {
        below += share;
        below >= 0.99
    });
    end.unwrap_or(histogram.len() - 1).max(4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_lies_over_the_band() {
        let real = CurveBand { mean: vec![0.2, 0.15, 0.1, 0.06, 0.04], sd: vec![0.02; 5] };
        let svg = correlation(Some(&[0.21, 0.16, 0.11, 0.07, 0.05]), Some(&real)).expect("a plot");
        let band = svg.find("<polygon").expect("a band");
        let sample = svg.find("stroke=\"#0B6E74\"").expect("a curve");
        assert!(band < sample, "the curve must be drawn after the band");
        assert!(svg.contains("role=\"img\""));
        assert!(!svg.contains("style="), "inline styles are forbidden by the page's policy");
    }

    #[test]
    fn nothing_to_draw_is_no_plot() {
        assert!(correlation(None, None).is_none());
        assert!(correlation(Some(&[f64::NAN, 0.1]), None).is_none());
        assert!(chords(Some(&[0.0, 0.0]), None).is_none());
    }

    #[test]
    fn histograms_are_compared_as_shares() {
        assert_eq!(normalised(&[0.0, 3.0, 1.0]), Some(vec![0.0, 0.75, 0.25]));
        let svg = chords(Some(&[0.0, 6.0, 3.0, 1.0]), Some(&[0.0, 0.5, 0.3, 0.2])).expect("a plot");
        assert!(svg.matches("fill=\"#0B6E74\"").count() >= 3);
        assert!(svg.contains("stroke=\"#8A6D3B\""));
    }

    #[test]
    fn losses_need_two_finite_points() {
        assert!(losses(&[(1.0, 1.4), (2.0, 1.3)], &[(1.0, 0.7), (2.0, 0.8)]).is_some());
        assert!(losses(&[(1.0, 1.4)], &[]).is_none());
        assert!(losses(&[(1.0, 1.4), (2.0, f64::NAN)], &[]).is_none());
    }

    #[test]
    fn the_tail_is_cut_where_one_percent_is_left() {
        let mut histogram = vec![0.0; 100];
        histogram[1..=9].fill(0.11);
        histogram[99] = 0.01;
        assert_eq!(shown_length(&histogram), 9);
    }
}

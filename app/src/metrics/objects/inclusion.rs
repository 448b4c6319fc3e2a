//! How probable each element is to be in a set: bars, with the exact value as a mark.

use plotters::prelude::{Color, LineSeries, Rectangle};
use samples::objects::Picture;

use super::super::chart::{Axes, INK, SAMPLE, draw};

/// Elements that are drawn; a bar of less than a pixel says nothing.
const MOST: usize = 200;

/// The bars of one learner; `None` for other pictures and where there is nothing.
pub fn inclusion(name: &str, picture: &Picture, target: Option<&Picture>) -> Option<String> {
    let Picture::Inclusion { probability } = picture else { return None };
    let exact = match target {
        Some(Picture::Inclusion { probability }) => probability.as_slice(),
        _ => &[],
    };
    let shown = probability.len().min(MOST);
    let finite = |values: &[f32]| values.iter().take(shown).map(|p| f64::from(*p).clamp(0.0, 1.0)).collect::<Vec<_>>();
    let (bars, exact) = (finite(probability), finite(exact));
    let highest = bars.iter().chain(&exact).copied().filter(|p| p.is_finite()).fold(0.0, f64::max);
    if shown == 0 || highest <= 0.0 {
        return None;
    }
    let axes = Axes {
        summary: &summary(name, picture, target),
        titles: ["element", "probability in the set"],
        x: -0.6..shown as f64 - 0.4,
        y: 0.0..(highest * 1.08).min(1.02),
    };
    let there = |values: &[f64]| -> Vec<(f64, f64)> {
        values.iter().enumerate().filter(|(_, p)| p.is_finite()).map(|(i, p)| (i as f64, *p)).collect()
    };
    draw(axes, |chart| {
        let bar = |(x, p): (f64, f64)| Rectangle::new([(x - 0.42, 0.0), (x + 0.42, p)], SAMPLE.mix(0.55).filled());
        chart.draw_series(there(&bars).into_iter().map(bar)).ok()?;
        for (x, p) in there(&exact) {
            chart.draw_series(LineSeries::new([(x - 0.48, p), (x + 0.48, p)], INK.stroke_width(7))).ok()?;
        }
        Some(())
    })
}

/// The bars in words.
pub fn summary(name: &str, picture: &Picture, target: Option<&Picture>) -> String {
    let Picture::Inclusion { probability } = picture else { return String::new() };
    let mut text = format!("{name}: probability of each of {} elements to be in the set", probability.len());
    if let Some(Picture::Inclusion { probability: exact }) = target
        && exact.len() == probability.len()
        && !exact.is_empty()
    {
        let apart = |(p, q): (&f32, &f32)| f64::from((p - q).abs());
        let apart: Vec<f64> = probability.iter().zip(exact).map(apart).collect();
        let mean = apart.iter().sum::<f64>() / apart.len() as f64;
        let most = apart.iter().copied().fold(0.0, f64::max);
        text.push_str(&format!("; apart from the exact values by {mean:.4} on average, {most:.4} at most"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(probability: &[f32]) -> Picture {
        Picture::Inclusion { probability: probability.to_vec() }
    }

    #[test]
    fn every_element_has_its_bar_and_its_mark() {
        let svg = inclusion("TB", &picture(&[0.2, 0.4]), Some(&picture(&[0.25, 0.3]))).expect("bars");
        assert_eq!(svg.matches("fill=\"#0B6E74\"").count(), 2);
        assert_eq!(svg.matches("stroke-width=\"7\"").count(), 2);
        assert!(svg.contains("by 0.0750 on average, 0.1000 at most"));
    }

    #[test]
    fn numbers_that_are_none_leave_a_gap() {
        let svg = inclusion("TB", &picture(&[f32::NAN, 0.4, 7.0]), None).expect("bars");
        assert_eq!(svg.matches("fill=\"#0B6E74\"").count(), 2);
        assert!(!svg.contains("NaN"));
        assert_eq!(inclusion("TB", &picture(&[]), None), None);
    }
}

//! Objectives against each other: what was drawn, which of it nothing dominates, and the exact front.

use plotters::prelude::{Circle, Color, DashedLineSeries};
use samples::objects::Picture;

use super::super::chart::{Axes, INK, SAMPLE, draw_labelled, short};

/// Points of one picture that are drawn and judged; the first ones.
const MOST: usize = 3000;

/// How points are laid onto the plane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum View {
    /// One objective across, another up, by their numbers.
    Axes(usize, usize),
    /// Three objectives seen from this angle around the third, in degrees, from 30° above.
    Turned(f64),
}

impl View {
    /// This view, or the first two objectives where there are not the ones that it needs.
    fn fitting(self, objectives: usize) -> Self {
        match self {
            Self::Axes(x, y) if x < objectives && y < objectives => self,
            Self::Turned(_) if objectives == 3 => self,
            _ => Self::Axes(0, 1),
        }
    }

    /// Where a point with these objectives is seen; `None` where one is missing or no number.
    fn place(self, point: &[f32]) -> Option<(f64, f64)> {
        let at = |i: usize| point.get(i).map(|v| f64::from(*v)).filter(|v| v.is_finite());
        match self {
            Self::Axes(x, y) => Some((at(x)?, at(y)?)),
            Self::Turned(degrees) => {
                let (sin, cos) = degrees.to_radians().sin_cos();
                let (x, y, z) = (at(0)?, at(1)?, at(2)?);
                let depth = x * sin + y * cos;
                Some((x * cos - y * sin, z * 30f64.to_radians().cos() - depth * 30f64.to_radians().sin()))
            }
        }
    }

    fn titles(self, objectives: &[String]) -> [String; 2] {
        let name = |i: usize| objectives.get(i).cloned().unwrap_or_default();
        match self {
            Self::Axes(x, y) => [name(x), name(y)],
            Self::Turned(_) => [format!("{} and {}", name(0), name(1)), format!("{}, from above", name(2))],
        }
    }
}

/// Places of the points that no other dominates: none is at least as good in all objectives and better in one, larger
/// being better.
pub fn front(values: &[Vec<f32>]) -> Vec<usize> {
    let values = &values[..values.len().min(MOST)];
    let better = |a: &[f32], b: &[f32]| {
        a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a >= b) && a.iter().zip(b).any(|(a, b)| a > b)
    };
    let complete = |point: &[f32]| point.iter().all(|v| v.is_finite());
    (0..values.len())
        .filter(|&i| complete(&values[i]) && !values.iter().any(|other| complete(other) && better(other, &values[i])))
        .collect()
}

/// The scatter plot of one learner; `None` for other pictures and where there is nothing.
pub fn points(name: &str, picture: &Picture, target: Option<&Picture>, view: View) -> Option<String> {
    let Picture::Points { objectives, values } = picture else { return None };
    let view = view.fitting(objectives.len());
    let values = &values[..values.len().min(MOST)];
    let exact: &[Vec<f32>] = match target {
        Some(Picture::Points { values, .. }) => &values[..values.len().min(MOST)],
        _ => &[],
    };
    let best = front(values);
    let places = |points: &[Vec<f32>]| points.iter().filter_map(|p| view.place(p)).collect::<Vec<_>>();
    let (drawn, exact) = (places(values), places(exact));
    let all = || drawn.iter().chain(&exact).copied();
    all().next()?;
    let range = |part: fn((f64, f64)) -> f64| {
        let (low, high) = all().map(part).fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(v), h.max(v)));
        let margin = ((high - low) * 0.05).max(1e-3);
        low - margin..high + margin
    };
    let [x_title, y_title] = view.titles(objectives);
    let axes = Axes {
        summary: &summary(name, picture, target),
        titles: [&x_title, &y_title],
        x: range(|p| p.0),
        y: range(|p| p.1),
    };
    draw_labelled(axes, [&|x| short(*x), &|y| short(*y)], |chart| {
        let faint = SAMPLE.mix(0.22).filled();
        chart.draw_series(drawn.iter().map(|&at| Circle::new(at, 8, faint))).ok()?;
        // A line is a front only in the plane of its two objectives.
        if objectives.len() == 2 {
            let mut line = exact.clone();
            line.sort_by(|a, b| a.0.total_cmp(&b.0));
            chart.draw_series(DashedLineSeries::new(line, 15, 9, INK.mix(0.6).stroke_width(3))).ok()?;
        }
        let ring = INK.stroke_width(4);
        chart.draw_series(exact.iter().map(|&at| Circle::new(at, 15, ring))).ok()?;
        let best = best.iter().filter_map(|&i| view.place(&values[i]));
        chart.draw_series(best.map(|at| Circle::new(at, 9, SAMPLE.filled()))).ok()?;
        Some(())
    })
}

/// The plot in words.
pub fn summary(name: &str, picture: &Picture, target: Option<&Picture>) -> String {
    let Picture::Points { objectives, values } = picture else { return String::new() };
    let mut text = format!(
        "{name}: {} drawn points by {}; {} of them are dominated by no other",
        values.len(),
        objectives.join(", "),
        front(values).len()
    );
    if let Some(Picture::Points { values: exact, .. }) = target {
        let near = |point: &&Vec<f32>| {
            values
                .iter()
                .any(|v| v.len() == point.len() && v.iter().zip(point.iter()).all(|(a, b)| (a - b).abs() < 1e-5))
        };
        let found = exact.iter().filter(near).count();
        text.push_str(&format!("; {found} of {} points of the exact front were drawn", exact.len()));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(values: &[[f32; 2]]) -> Picture {
        Picture::Points {
            objectives: vec!["branin".into(), "currin".into()],
            values: values.iter().map(|v| v.to_vec()).collect(),
        }
    }

    #[test]
    fn the_front_is_what_nothing_dominates() {
        let values = [[0.1f32, 0.9], [0.5, 0.5], [0.4, 0.4], [0.9, 0.1], [0.5, 0.5], [f32::NAN, 1.0]];
        let values: Vec<Vec<f32>> = values.iter().map(|v| v.to_vec()).collect();
        assert_eq!(front(&values), [0, 1, 3, 4], "equal points do not dominate each other");
        assert_eq!(front(&[vec![1.0], vec![2.0, 3.0]]), [0, 1], "nothing to compare");
    }

    #[test]
    fn the_exact_front_stands_around_what_was_drawn() {
        let drawn = picture(&[[0.1, 0.9], [0.1, 0.4], [0.9, 0.1]]);
        let exact = picture(&[[0.1, 0.9], [0.95, 0.2]]);
        let svg = points("OP", &drawn, Some(&exact), View::Axes(0, 1)).expect("a plot");
        assert_eq!(svg.matches("r=\"8\"").count(), 3);
        assert_eq!(svg.matches("r=\"9\"").count(), 2);
        assert_eq!(svg.matches("r=\"15\"").count(), 2);
        assert!(svg.contains("2 of them are dominated by no other; 1 of 2 points of the exact front were drawn"));
    }

    #[test]
    fn three_objectives_turn_about_the_third() {
        let point = [1.0, 2.0, 3.0];
        let (x, y) = View::Turned(0.0).place(&point).expect("a place");
        assert!((x - 1.0).abs() < 1e-9);
        let (x_back, _) = View::Turned(180.0).place(&point).expect("a place");
        assert!((x + x_back).abs() < 1e-9);
        let (_, higher) = View::Turned(0.0).place(&[1.0, 2.0, 4.0]).expect("a place");
        assert!(higher > y);
        assert_eq!(View::Turned(0.0).place(&[1.0, 2.0]), None);
        assert_eq!(View::Turned(0.0).fitting(2), View::Axes(0, 1));
        assert_eq!([View::Axes(2, 0).fitting(3), View::Axes(2, 0).fitting(2)], [View::Axes(2, 0), View::Axes(0, 1)]);
    }
}

//! A law over the cells of a grid: its arrows, its picture as a file, and its words.

use samples::objects::Picture;

use super::colour::{css, place};
use crate::text::{format, markup::escape};

/// Units of a saved picture along an edge.
const SIZE: f64 = 480.0;
/// Flows below this share of the largest are not drawn.
const LEAST: f32 = 0.01;

/// An arrow from the centre of a cell, in cells.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Arrow {
    /// Where it begins.
    pub from: [f64; 2],
    /// Where it ends.
    pub to: [f64; 2],
    /// From 0 to 1, by its flow.
    pub strength: f64,
}

/// Arrows along x and y out of the cells. Flow falls by orders of magnitude away from the root, so that length and
/// strength go by its square root; the longest reach the next cell's centre.
pub fn arrows(side: u32, flow: &[[f32; 2]]) -> Vec<Arrow> {
    let sides = side.max(1) as usize;
    let flow = &flow[..flow.len().min(sides * sides)];
    let most = flow.iter().flatten().copied().filter(|f| f.is_finite()).fold(0.0f32, f32::max);
    let arrow = |(cell, axis, flow): (usize, usize, f32)| {
        let strength = (f64::from(flow) / f64::from(most)).sqrt();
        let from = [(cell % sides) as f64 + 0.5, (cell / sides) as f64 + 0.5];
        let mut to = from;
        to[axis] += 0.25 + 0.7 * strength;
        Arrow { from, to, strength }
    };
    flow.iter()
        .enumerate()
        .flat_map(|(cell, flow)| [(cell, 0, flow[0]), (cell, 1, flow[1])])
        .filter(|(_, _, flow)| flow.is_finite() && *flow > LEAST * most)
        .map(arrow)
        .collect()
}

/// Probability of a cell, 0 where it is unknown.
pub fn at(probability: &[f32], cell: usize) -> f64 {
    probability.get(cell).copied().filter(|p| p.is_finite()).map_or(0.0, f64::from)
}

/// The picture as SVG in the colours of a light page; `None` for other pictures.
pub fn svg(name: &str, picture: &Picture, most: f64) -> Option<String> {
    let Picture::Cells { side, probability, flow, .. } = picture else { return None };
    let sides = (*side as usize).clamp(1, 256);
    let unit = SIZE / sides as f64;
    let mut body = String::new();
    for cell in 0..sides * sides {
        body.push_str(&format!(
            "<rect x=\"{:.2}\" y=\"{:.2}\" width=\"{unit:.2}\" height=\"{unit:.2}\" fill=\"{}\"/>\n",
            (cell % sides) as f64 * unit,
            (cell / sides) as f64 * unit,
            css(place(at(probability, cell), most), false)
        ));
    }
    for Arrow { from, to, strength } in arrows(*side, flow) {
        let [x1, y1, x2, y2] = [from[0], from[1], to[0], to[1]].map(|v| v * unit);
        body.push_str(&format!(
            "<line x1=\"{x1:.2}\" y1=\"{y1:.2}\" x2=\"{x2:.2}\" y2=\"{y2:.2}\" stroke=\"#1C1F23\" stroke-width=\"{:.2}\" \
             stroke-opacity=\"{:.2}\"/>\n",
            unit * 0.05,
            0.25 + 0.6 * strength
        ));
    }
    Some(format!(
        "<svg class=\"plot\" role=\"img\" aria-label=\"{}\" viewBox=\"0 0 {SIZE} {SIZE}\" \
         xmlns=\"http://www.w3.org/2000/svg\">\n{body}</svg>\n",
        escape(&summary(name, picture, None))
    ))
}

/// Total variation between two laws over the same cells; `None` where they are not that.
pub fn total_variation(p: &[f32], q: &[f32]) -> Option<f64> {
    let sum = |p: &[f32]| p.iter().map(|p| f64::from(*p)).sum::<f64>();
    let (of_p, of_q) = (sum(p), sum(q));
    if p.len() != q.len() || !(of_p > 0.0 && of_q > 0.0 && of_p.is_finite() && of_q.is_finite()) {
        return None;
    }
    Some(p.iter().zip(q).map(|(p, q)| (f64::from(*p) / of_p - f64::from(*q) / of_q).abs()).sum::<f64>() / 2.0)
}

/// The picture in words: size, most probable cells, how far it is from the exact answer.
pub fn summary(name: &str, picture: &Picture, target: Option<&Picture>) -> String {
    let Picture::Cells { side, probability, .. } = picture else { return String::new() };
    let sides = (*side as usize).max(1);
    let mut order: Vec<usize> = (0..probability.len().min(sides * sides)).collect();
    order.sort_by(|&a, &b| at(probability, b).total_cmp(&at(probability, a)));
    let first: Vec<String> = order
        .iter()
        .take(3)
        .filter(|&&cell| at(probability, cell) > 0.0)
        .map(|&cell| format!("({}, {}) {}", cell % sides, cell / sides, percent(at(probability, cell))))
        .collect();
    let mut text = format!("{name}: law over {side} × {side} cells");
    if !first.is_empty() {
        text.push_str(&format!("; most probable {}", first.join(", ")));
    }
    if let Some(Picture::Cells { probability: exact, .. }) = target
        && let Some(apart) = total_variation(probability, exact)
    {
        text.push_str(&format!("; total variation to the exact target {}", format::number(apart, 3)));
    }
    text
}

/// `3.1 %`.
pub fn percent(p: f64) -> String {
    format!("{} %", format::number(100.0 * p, 3))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(probability: Vec<f32>) -> Picture {
        Picture::Cells { side: 2, probability, flow: vec![[0.6, 0.4], [0.0, 0.001], [f32::NAN, 0.0]], paths: vec![] }
    }

    #[test]
    fn arrows_point_where_the_flow_goes() {
        let Picture::Cells { flow, .. } = cells(vec![]) else { panic!("cells") };
        let arrows = arrows(2, &flow);
        assert_eq!(arrows.len(), 2, "what is tiny or no number is not drawn");
        assert!(arrows[0].to[0] > arrows[0].from[0] && arrows[0].to[1] == arrows[0].from[1]);
        assert!(arrows[1].to[1] > arrows[1].from[1]);
        assert!(arrows[0].strength > arrows[1].strength);
        assert!(super::arrows(0, &flow).len() <= 2);
    }

    #[test]
    fn total_variation_is_half_of_the_difference() {
        let tv = |p: &[f32], q: &[f32]| total_variation(p, q);
        assert_eq!(tv(&[1.0, 0.0], &[0.0, 1.0]), Some(1.0));
        assert_eq!(tv(&[2.0, 2.0], &[0.5, 0.5]), Some(0.0));
        assert_eq!(tv(&[1.0], &[0.5, 0.5]), None);
        assert_eq!(tv(&[0.0, 0.0], &[0.5, 0.5]), None);
    }

    #[test]
    fn the_words_hold_the_key_numbers() {
        let exact = cells(vec![0.25; 4]);
        let text = summary("Adapted", &cells(vec![0.5, 0.0, 0.25, 0.25]), Some(&exact));
        assert!(
            text.starts_with("Adapted: law over 2 × 2 cells; most probable (0, 0) 50.0 %, (0, 1) 25.0 %"),
            "{text}"
        );
        assert!(text.ends_with("total variation to the exact target 0.250"), "{text}");
    }

    #[test]
    fn the_file_has_every_cell() {
        let svg = svg("a & b", &cells(vec![1.0]), 1.0).expect("a picture");
        assert_eq!(svg.matches("<rect").count(), 4);
        assert!(svg.contains("a &amp; b"));
    }
}

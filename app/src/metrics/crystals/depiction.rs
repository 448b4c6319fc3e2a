//! Small drawings of structures without a graphics adapter: thumbnails, and the gallery's picture.

use std::fmt::Write;

use samples::structure::{
    Element, Structure,
    bonds::{SHORTEST_BOND, longest_bond},
};

use crate::state::crystal::Palette;

/// Atoms beyond this are left out of a drawing: it would be a blot.
const MOST_ATOMS: usize = 400;
/// An atom this near to a face of its cell is drawn on the opposite one too, in fractions.
const ON_FACE: f64 = 0.02;
/// Radius of a ball in units of the covalent radius.
const BALL: f64 = 0.55;
/// Width of a stick, Å.
const STICK: f64 = 0.22;
/// Rows: right, up and towards the viewer; a view from the front, a little to the right and above, z up.
const VIEW: [[f64; 3]; 3] = [[-0.292, 0.956, 0.0], [-0.275, -0.084, 0.958], [0.916, 0.280, 0.288]];

struct Ball {
    at: [f64; 3],
    radius: f64,
    element: Element,
}

/// What is drawn, from the back to the front.
enum Part<'a> {
    Ball(&'a Ball),
    Stick([[f64; 3]; 2]),
}

impl Part<'_> {
    fn depth(&self) -> f64 {
        match self {
            Self::Ball(ball) => ball.at[2],
            Self::Stick([begin, end]) => (begin[2] + end[2]) / 2.0,
        }
    }
}

/// An SVG of `width` × `height` units. Colours are attributes, so that no style sheet is needed; `class` is the
/// picture's.
pub fn svg(structure: &Structure, palette: Palette, class: &str, [width, height]: [u32; 2]) -> String {
    let balls = balls(structure);
    let edges = edges(structure);
    let mut corners: Vec<([f64; 3], f64)> = balls.iter().map(|ball| (ball.at, ball.radius)).collect();
    corners.extend(edges.iter().flatten().map(|&at| (at, 0.0)));
    let bound = |axis: usize, sign: f64| {
        corners.iter().map(|(at, radius)| sign * at[axis] + radius).fold(f64::NEG_INFINITY, f64::max)
    };
    let (left, right, bottom, top) = (-bound(0, -1.0), bound(0, 1.0), -bound(1, -1.0), bound(1, 1.0));
    let (w, h) = (f64::from(width), f64::from(height));
    let scale = 0.92 * (w / (right - left).max(1e-3)).min(h / (top - bottom).max(1e-3));
    let place = |at: &[f64; 3]| {
        [w / 2.0 + scale * (at[0] - (left + right) / 2.0), h / 2.0 - scale * (at[1] - (bottom + top) / 2.0)]
    };
    let mut text = format!(
        "<svg class=\"{class}\" viewBox=\"0 0 {width} {height}\" xmlns=\"http://www.w3.org/2000/svg\" aria-hidden=\"true\">"
    );
    let stroke = (w.min(h) / 160.0).max(0.6);
    for [begin, end] in &edges {
        let ([x1, y1], [x2, y2]) = (place(begin), place(end));
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "<line x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\" stroke=\"#8A8F96\" stroke-width=\"{stroke:.1}\"/>"
        );
    }
    let mut parts: Vec<Part> =
        balls.iter().map(Part::Ball).chain(sticks(&balls).into_iter().map(Part::Stick)).collect();
    parts.sort_by(|a, b| a.depth().total_cmp(&b.depth()));
    for part in &parts {
        let ball = match part {
            Part::Ball(ball) => ball,
            Part::Stick([begin, end]) => {
                let ([x1, y1], [x2, y2]) = (place(begin), place(end));
                let _ = write!(
                    text,
                    "<path d=\"M{x1:.1} {y1:.1}L{x2:.1} {y2:.1}\" stroke=\"#9AA0A8\" stroke-width=\"{:.1}\" stroke-linecap=\"round\"/>",
                    scale * STICK
                );
                continue;
            }
        };
        let ([x, y], radius) = (place(&ball.at), scale * ball.radius);
        let colour = palette.colour(ball.element);
        let [fill, rim, shine] = [colour, mixed(colour, 0, 0.45), mixed(colour, 255, 0.55)].map(hex);
        let _ = write!(
            text,
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius:.1}\" fill=\"{fill}\" stroke=\"{rim}\" stroke-width=\"{stroke:.1}\"/>\
             <circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"{:.1}\" fill=\"{shine}\"/>",
            x - 0.3 * radius,
            y - 0.32 * radius,
            0.26 * radius
        );
    }
    text.push_str("</svg>");
    text
}

fn balls(structure: &Structure) -> Vec<Ball> {
    let ball = |element: Element, position: [f64; 3]| Ball {
        at: seen(position),
        radius: BALL * element.facts().covalent_radius,
        element,
    };
    match structure {
        Structure::Molecule(molecule) => {
            let atoms = molecule.elements().iter().zip(molecule.positions()).take(MOST_ATOMS);
            atoms.map(|(&element, &position)| ball(element, position)).collect()
        }
        Structure::Crystal(crystal) => {
            let mut balls = Vec::new();
            for (&element, f) in crystal.elements().iter().zip(crystal.fractional_coordinates()).take(MOST_ATOMS) {
                let shifts = f.map(|x| {
                    if x < ON_FACE {
                        vec![0.0, 1.0]
                    } else if x > 1.0 - ON_FACE {
                        vec![0.0, -1.0]
                    } else {
                        vec![0.0]
                    }
                });
                for a in &shifts[0] {
                    for b in &shifts[1] {
                        for c in &shifts[2] {
                            balls.push(ball(element, crystal.lattice().to_cartesian([f[0] + a, f[1] + b, f[2] + c])));
                        }
                    }
                }
            }
            balls
        }
    }
}

/// Between balls as near as bonded atoms.
fn sticks(balls: &[Ball]) -> Vec<[[f64; 3]; 2]> {
    let mut sticks = Vec::new();
    for (i, a) in balls.iter().enumerate() {
        for b in &balls[..i] {
            let square: f64 = a.at.iter().zip(b.at).map(|(p, q)| (p - q).powi(2)).sum();
            let distance = square.sqrt();
            if distance > SHORTEST_BOND && distance <= longest_bond(a.element, b.element) {
                sticks.push([a.at, b.at]);
            }
        }
    }
    sticks
}

fn edges(structure: &Structure) -> Vec<[[f64; 3]; 2]> {
    let Structure::Crystal(crystal) = structure else { return Vec::new() };
    let corner = |bits: u8| {
        let f = [0, 1, 2].map(|axis| f64::from(bits >> axis & 1));
        seen(crystal.lattice().to_cartesian(f))
    };
    let mut edges = Vec::with_capacity(12);
    for bits in 0..8_u8 {
        for axis in 0..3 {
            if bits >> axis & 1 == 0 {
                edges.push([corner(bits), corner(bits | 1 << axis)]);
            }
        }
    }
    edges
}

fn seen(position: [f64; 3]) -> [f64; 3] {
    VIEW.map(|row| row.iter().zip(position).map(|(v, p)| v * p).sum())
}

fn mixed(colour: [u8; 3], with: u8, share: f64) -> [u8; 3] {
    colour.map(|c| (f64::from(c) * (1.0 - share) + f64::from(with) * share).round() as u8)
}

fn hex([r, g, b]: [u8; 3]) -> String {
    format!("#{r:02X}{g:02X}{b:02X}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::specimen::tests::perovskite;

    #[test]
    fn a_cell_is_drawn_with_its_images_within_the_picture() {
        let svg = svg(&Structure::Crystal(perovskite()), Palette::Vesta, "thumbnail", [96, 64]);
        // 8 corners, 1 centre, 6 faces; two circles each; 12 edges.
        assert_eq!(svg.matches("<circle").count(), 2 * 15);
        assert_eq!(svg.matches("<line").count(), 12);
        assert!(svg.matches("<path").count() >= 6, "the octahedron's bonds");
        assert!(!svg.contains("NaN") && !svg.contains("style="));
        let numbers = |name: &str| -> Vec<f64> {
            svg.split(&format!(" {name}=\""))
                .skip(1)
                .map(|rest| rest.split('"').next().unwrap_or("").parse().expect("a number"))
                .collect()
        };
        assert!(numbers("cx").iter().all(|x| (0.0..=96.0).contains(x)));
        assert!(numbers("cy").iter().all(|y| (0.0..=64.0).contains(y)));
    }
}

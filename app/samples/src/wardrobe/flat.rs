//! The picture of a garment that lies flat.

use super::{
    Garment,
    canvas::{Canvas, Frame, SAMPLES, SIDE},
    fit::Piece,
    geometry::Point,
    palette::shaded,
    template::{SHOULDER, Template},
};
use crate::wardrobe::Mask;

/// What a garment lies on.
pub(super) const TABLE: [f32; 3] = [246.0, 246.0, 247.0];
/// How wide the darker edge of a piece is, and how dark.
pub(super) const EDGE: f32 = 0.005;
pub(super) const EDGE_SHADE: f32 = 0.80;

#[derive(Clone, Copy, PartialEq)]
enum Layer {
    Table,
    /// One colour of the garment.
    Plain([u8; 3]),
    /// The cloth of a piece, darkened.
    Cloth(Piece, f32),
}

/// The flat picture, before it is cut to 8 bits.
pub(super) struct Flat {
    frame: Frame,
    /// What is garment of each pixel, 0 to 1.
    coverage: Vec<f32>,
    /// The garment's own colour in each pixel, 0 to 255: without the table, and carried on a little beyond the outline.
    cloth: Vec<[f32; 3]>,
}

impl Flat {
    pub(super) fn draw(garment: &Garment, template: &Template, frame: Frame) -> Self {
        let canvas = layers(garment, template, frame);
        let pixels = frame.width * frame.height;
        let (mut coverage, mut cloth) = (vec![0.0; pixels], vec![[0.0; 3]; pixels]);
        for y in 0..frame.height {
            for x in 0..frame.width {
                let (mut covered, mut sum) = (0, [0.0; 3]);
                let mut count = |colour: [f32; 3], samples: usize| {
                    covered += samples;
                    (0..3).for_each(|c| sum[c] += samples as f32 * colour[c]);
                };
                let pixel = canvas.pixel(x, y);
                let mut patterned = false;
                pixel.layers(|layer, samples| match layer {
                    Layer::Table => {}
                    Layer::Plain(colour) => count(colour.map(f32::from), samples),
                    Layer::Cloth(..) => patterned = true,
                });
                if patterned {
                    for (sample, layer) in pixel.samples().enumerate() {
                        if let Layer::Cloth(piece, shade) = layer {
                            let point = frame.world(sample_centre(x, y, sample));
                            count(cloth_at(garment, template, piece, point).map(|c| c * shade), 1);
                        }
                    }
                }
                if covered > 0 {
                    coverage[y * frame.width + x] = covered as f32 / SAMPLES as f32;
                    cloth[y * frame.width + x] = sum.map(|sum| sum / covered as f32);
                }
            }
        }
        carry_on(&frame, &coverage, &mut cloth);
        Self { frame, coverage, cloth }
    }

    /// The picture, row by row, 0 to 255.
    pub(super) fn picture(&self) -> impl Iterator<Item = [f32; 3]> {
        let colour =
            |(cloth, &part): (&[f32; 3], &f32)| std::array::from_fn(|c| TABLE[c] + part * (cloth[c] - TABLE[c]));
        self.cloth.iter().zip(&self.coverage).map(colour)
    }

    /// The pixels at least half of which are garment.
    pub(super) fn mask(&self) -> Mask {
        let values = self.coverage.iter().map(|&coverage| coverage >= 0.5).collect();
        Mask { width: self.frame.width, height: self.frame.height, values }
    }

    /// The garment's colour at a place in pixels, between its pixels; and whether only pixels that are all garment
    /// make it.
    pub(super) fn at(&self, place: Point) -> ([f32; 3], bool) {
        let [x, y] = [(place[0], self.frame.width), (place[1], self.frame.height)].map(|(at, side)| {
            let at = at.clamp(0.0, (side - 1) as f32);
            let first = (at as usize).min(side.saturating_sub(2));
            (first, (first + 1).min(side - 1), at - first as f32)
        });
        let mut colour = [0.0; 3];
        let mut whole = true;
        for (row, down) in [(y.0, 1.0 - y.2), (y.1, y.2)] {
            for (column, across) in [(x.0, 1.0 - x.2), (x.1, x.2)] {
                let pixel = row * self.frame.width + column;
                let weight = down * across;
                whole &= weight == 0.0 || self.coverage[pixel] == 1.0;
                (0..3).for_each(|c| colour[c] += weight * self.cloth[pixel][c]);
            }
        }
        (colour, whole)
    }
}

fn layers(garment: &Garment, template: &Template, frame: Frame) -> Canvas<Layer> {
    let mut canvas = Canvas::new(frame, Layer::Table);
    for (sleeve, side) in [-1.0, 1.0].into_iter().enumerate() {
        let place = |outline: Vec<Point>| -> Vec<Point> {
            outline.into_iter().map(|[t, d]| template.on_sleeve(side, t, d)).collect()
        };
        let outline = place(template.sleeve_outline());
        canvas.fill(&outline, Layer::Cloth(Piece::Sleeve(sleeve), EDGE_SHADE));
        canvas.fill(&super::outline::inset(&outline, EDGE), Layer::Cloth(Piece::Sleeve(sleeve), 1.0));
        canvas.fill(&place(template.cuff_outline()), Layer::Plain(garment.trim));
    }
    canvas.fill(&template.inside(0.0), Layer::Plain(shaded(garment.base, 0.62)));
    let body = template.body();
    canvas.fill(&body, Layer::Cloth(Piece::Body, EDGE_SHADE));
    canvas.fill(&super::outline::inset(&body, EDGE), Layer::Cloth(Piece::Body, 1.0));
    canvas.fill(&template.collar(), Layer::Plain(garment.trim));
    canvas
}

fn sample_centre(x: usize, y: usize, sample: usize) -> Point {
    let offset = |step: usize| (step as f32 + 0.5) / SIDE as f32 - 0.5;
    [x as f32 + offset(sample % SIDE), y as f32 + offset(sample / SIDE)]
}

fn cloth_at(garment: &Garment, template: &Template, piece: Piece, point: Point) -> [f32; 3] {
    let (on_body, across, down) = match piece {
        Piece::Body => (true, point[0], point[1] - SHOULDER),
        Piece::Sleeve(sleeve) => {
            let (t, d) = template.along_sleeve(Piece::side(sleeve), point);
            (false, d, t)
        }
    };
    let part = garment.texture.accent(on_body, across, down);
    std::array::from_fn(|c| {
        let (base, accent) = (f32::from(garment.base[c]), f32::from(garment.accent[c]));
        base + part * (accent - base)
    })
}

/// Gives the pixels within two of the garment the mean colour of their neighbours that have one: a pixel at the edge of
/// the worn garment may look there.
fn carry_on(frame: &Frame, coverage: &[f32], cloth: &mut [[f32; 3]]) {
    let (width, height) = (frame.width, frame.height);
    let mut known: Vec<bool> = coverage.iter().map(|&coverage| coverage > 0.0).collect();
    for _ in 0..2 {
        let before = known.clone();
        for y in 0..height {
            for x in 0..width {
                if before[y * width + x] {
                    continue;
                }
                let (mut count, mut sum) = (0, [0.0; 3]);
                for row in y.saturating_sub(1)..(y + 2).min(height) {
                    for column in x.saturating_sub(1)..(x + 2).min(width) {
                        if before[row * width + column] {
                            count += 1;
                            (0..3).for_each(|c| sum[c] += cloth[row * width + column][c]);
                        }
                    }
                }
                if count > 0 {
                    known[y * width + x] = true;
                    cloth[y * width + x] = sum.map(|sum| sum / count as f32);
                }
            }
        }
    }
}

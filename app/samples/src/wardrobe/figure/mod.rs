//! The figure, from back to front.

mod arms;
mod body;
mod hair;
mod head;

use super::{
    Group, Person,
    canvas::{Canvas, Frame},
    fit::{Fit, Piece},
    flat::{EDGE, EDGE_SHADE},
    geometry::{Axes, Point},
    outline::{closed, ellipse, inset, mirrored},
    skeleton::Skeleton,
    template::Template,
};

/// What a sample of the picture shows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Layer {
    pub(super) group: Group,
    pub(super) ink: Ink,
}

/// What a layer looks like.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Ink {
    /// The wall behind the person.
    Wall,
    /// One colour.
    Plain([u8; 3]),
    /// A piece of the garment.
    Cloth(Piece),
}

/// Draws a person who wears a garment.
pub(super) fn draw(
    frame: Frame,
    person: &Person,
    skeleton: &Skeleton,
    template: &Template,
    fit: &Fit,
) -> Canvas<Layer> {
    let mut brush = Brush { canvas: Canvas::new(frame, Layer { group: Group::Background, ink: Ink::Wall }) };
    hair::behind(&mut brush, person, skeleton);
    body::torso(&mut brush, person, skeleton);
    body::trousers(&mut brush, person, skeleton);
    body::neck(&mut brush, person, skeleton);
    let outline: Vec<Point> = template.body().into_iter().map(|point| fit.on_body(point)).collect();
    brush.polygon(&outline, Group::Upper, Ink::Cloth(Piece::Body));
    hair::under_face(&mut brush, person, skeleton);
    head::draw(&mut brush, person, skeleton);
    hair::before(&mut brush, person, skeleton);
    for side in 0..2 {
        arms::skin(&mut brush, person, skeleton, side);
        let outline: Vec<Point> = template.sleeve_outline().into_iter().map(|point| fit.on_arm(side, point)).collect();
        brush.polygon(&outline, Group::Upper, Ink::Cloth(Piece::Sleeve(side)));
    }
    brush.canvas
}

/// Lays shapes on a canvas.
struct Brush {
    canvas: Canvas<Layer>,
}

impl Brush {
    fn polygon(&mut self, polygon: &[Point], group: Group, ink: Ink) {
        self.canvas.fill(polygon, Layer { group, ink });
    }

    fn plain(&mut self, polygon: &[Point], group: Group, colour: [u8; 3]) {
        self.polygon(polygon, group, Ink::Plain(colour));
    }

    /// A polygon whose edge is darker, so that it is told from what has its colour.
    fn edged(&mut self, polygon: &[Point], group: Group, colour: [u8; 3]) {
        self.plain(polygon, group, super::palette::shaded(colour, EDGE_SHADE));
        self.plain(&inset(polygon, EDGE), group, colour);
    }

    /// The smooth shape through points of `axes`.
    fn shape(&mut self, axes: &Axes, points: &[Point], group: Group, colour: [u8; 3]) {
        self.plain(&axes.place_all(&closed(points)), group, colour);
    }

    /// The smooth shape through points of `axes` and their mirror images in x.
    fn twin_shape(&mut self, axes: &Axes, half: &[Point], group: Group, colour: [u8; 3]) {
        self.plain(&axes.place_all(&mirrored(half)), group, colour);
    }

    /// The same shape on both sides.
    fn both(&mut self, axes: &Axes, points: &[Point], group: Group, colour: [u8; 3]) {
        self.shape(axes, points, group, colour);
        let other: Vec<Point> = points.iter().map(|&[x, y]| [-x, y]).collect();
        self.shape(axes, &other, group, colour);
    }

    /// An ellipse in `axes`.
    fn oval(&mut self, axes: &Axes, centre: Point, radii: [f32; 2], group: Group, colour: [u8; 3]) {
        let unit = ellipse(&Axes::new(centre, 0.0, radii));
        self.plain(&axes.place_all(&unit), group, colour);
    }
}

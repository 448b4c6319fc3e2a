//! Leaves out what lies wholly behind nearer balls, for adapters that are programs on the processor: there every
//! pixel of every ball costs, hidden or not, because impostors write their depth and so cannot be rejected early.
//! The picture stays the same.
//!
//! The picture is divided into cells. From the nearest ball to the farthest, a ball that covers a cell wholly sets the
//! depth beyond which nothing of that cell can be seen; a ball whose cells are all closed before its nearest point is
//! hidden. A ball is convex, so a cell is covered if its corners are, and nothing of it lies deeper than there.

use glam::{Vec2, Vec3};

use super::frame::Eye;
use super::instances::{Cylinder, Sphere};

/// Sides of a cell, pixels: a third of a usual ball, within these.
const CELLS: (f32, f32) = (2.0, 8.0);
/// Half the width of a usual ball, pixels, below which balls cover no cells and the search is in vain.
const LEAST: f32 = 2.5;
/// Å by which something must lie deeper to be hidden: rounding must not hide what just shows.
const MARGIN: f32 = 1e-3;

/// What is seen of a scene from one eye.
#[derive(Default)]
pub struct Visible {
    pub spheres: Vec<Sphere>,
    pub sticks: Vec<Cylinder>,
}

/// Everything but what is out of view or behind balls, in a picture of `size` pixels; `None` where balls are too small
/// to hide anything: there the search would cost more than it saves.
pub fn visible(spheres: &[Sphere], sticks: &[Cylinder], eye: &Eye, size: [f32; 2]) -> Option<Visible> {
    let view = View { eye, size: Vec2::from(size) };
    let mut from_middle = spheres.iter().skip(spheres.len() / 2);
    let usual = from_middle.find_map(|sphere| view.ball(sphere.centre, sphere.radius));
    let usual = usual.map_or(CELLS.1, |ball| ball.half.x);
    if usual < LEAST {
        return None;
    }
    let mut seen: Vec<(Ball, u32)> = spheres
        .iter()
        .enumerate()
        .filter_map(|(i, sphere)| Some((view.ball(sphere.centre, sphere.radius)?, i as u32)))
        .collect();
    seen.sort_unstable_by(|a, b| a.0.nearest.total_cmp(&b.0.nearest));
    let mut cells = Cells::new(view.size, (usual / 3.0).clamp(CELLS.0, CELLS.1));
    let mut visible = Visible::default();
    for (ball, index) in seen {
        let range = cells.range(ball.middle - ball.half, ball.middle + ball.half);
        if cells.is_open(range, ball.nearest) {
            cells.cover(&view, &ball, range);
            visible.spheres.push(spheres[index as usize]);
        }
    }
    visible.sticks.extend(sticks.iter().filter(|stick| {
        let ends = [stick.begin, stick.end].map(|end| view.ball(end, stick.radius));
        match ends {
            [Some(a), Some(b)] => {
                let low = (a.middle - a.half).min(b.middle - b.half);
                let high = (a.middle + a.half).max(b.middle + b.half);
                cells.is_open(cells.range(low, high), a.nearest.min(b.nearest))
            }
            // An end behind the eye: what is before it can be anywhere.
            _ => true,
        }
    }));
    Some(visible)
}

/// Everything that may be under a point, −1..1, y up, and no more than `reach` beside it.
pub fn under(spheres: &[Sphere], sticks: &[Cylinder], eye: &Eye, size: [f32; 2], at: Vec2) -> Visible {
    let view = View { eye, size: Vec2::from(size) };
    let pixel = (at * Vec2::new(0.5, -0.5) + 0.5) * view.size;
    let holds = |low: Vec2, high: Vec2| pixel.cmpge(low - 1.0).all() && pixel.cmple(high + 1.0).all();
    let near = |centre: Vec3, radius: f32| {
        view.ball(centre, radius).is_some_and(|ball| holds(ball.middle - ball.half, ball.middle + ball.half))
    };
    let along = |stick: &Cylinder| match [stick.begin, stick.end].map(|end| view.ball(end, stick.radius)) {
        [Some(a), Some(b)] => {
            holds((a.middle - a.half).min(b.middle - b.half), (a.middle + a.half).max(b.middle + b.half))
        }
        _ => true,
    };
    Visible {
        spheres: spheres.iter().filter(|sphere| near(sphere.centre, sphere.radius)).copied().collect(),
        sticks: sticks.iter().filter(|stick| along(stick)).copied().collect(),
    }
}

struct View<'a> {
    eye: &'a Eye,
    size: Vec2,
}

/// A ball in the picture.
struct Ball {
    /// Eye coordinates.
    centre: Vec3,
    radius: f32,
    /// Å before the eye.
    nearest: f32,
    /// Of a rectangle that holds it, pixels.
    middle: Vec2,
    half: Vec2,
}

impl View<'_> {
    /// `None` behind the eye, or where the eye is within.
    fn ball(&self, centre: Vec3, radius: f32) -> Option<Ball> {
        let centre = self.eye.view.transform_point3(centre);
        let depth = -centre.z;
        let (at, half) = if self.eye.orthographic {
            (centre.truncate(), radius)
        } else {
            // The ellipse in the plane at depth 1 lies in a disc of its longer half axis.
            let room = depth * depth - radius * radius;
            if depth <= radius || room < 1e-9 {
                return (depth > -radius).then(|| self.around(centre, radius));
            }
            let reach = (centre.length_squared() - radius * radius).max(0.0).sqrt();
            (centre.truncate() * depth / room, radius * reach / room)
        };
        let middle = (at * self.eye.scale * Vec2::new(0.5, -0.5) + 0.5) * self.size;
        let half = half * self.eye.scale * 0.5 * self.size;
        Some(Ball { centre, radius, nearest: depth - radius, middle, half })
    }

    /// A ball that the plane of the eye cuts: it may be anywhere.
    fn around(&self, centre: Vec3, radius: f32) -> Ball {
        Ball { centre, radius, nearest: f32::NEG_INFINITY, middle: 0.5 * self.size, half: self.size }
    }

    /// Depth of the ball at a pixel; infinite beside it.
    fn depth(&self, ball: &Ball, pixel: Vec2) -> f32 {
        let at = (pixel / self.size * 2.0 - 1.0) * Vec2::new(1.0, -1.0) / self.eye.scale;
        let square = ball.radius * ball.radius;
        if self.eye.orthographic {
            let room = square - at.distance_squared(ball.centre.truncate());
            return if room < 0.0 { f32::INFINITY } else { -ball.centre.z - room.sqrt() };
        }
        // The ray to depth 1; how near it passes, and the half chord there.
        let ray = at.extend(-1.0);
        let along = ray.dot(ball.centre) / ray.length_squared();
        let room = square - (ray * along - ball.centre).length_squared();
        if room < 0.0 { f32::INFINITY } else { along - (room / ray.length_squared()).sqrt() }
    }
}

/// Columns and rows of cells, ends excluded.
#[derive(Clone, Copy)]
struct Range {
    x: (usize, usize),
    y: (usize, usize),
}

struct Cells {
    side: f32,
    columns: usize,
    rows: usize,
    /// Beyond it nothing of the cell is seen.
    depths: Vec<f32>,
}

impl Cells {
    fn new(size: Vec2, side: f32) -> Self {
        let [columns, rows] = (size / side).ceil().max(Vec2::ONE).to_array().map(|count| count as usize);
        Self { side, columns, rows, depths: vec![f32::INFINITY; columns * rows] }
    }

    fn range(&self, low: Vec2, high: Vec2) -> Range {
        // As casts saturate, what lies outside comes to nothing.
        let part = |low: f32, high: f32, count: usize| {
            let first = (low / self.side).floor().max(0.0) as usize;
            let last = ((high / self.side).floor() + 1.0).max(0.0) as usize;
            (first.min(count), last.min(count))
        };
        Range { x: part(low.x, high.x, self.columns), y: part(low.y, high.y, self.rows) }
    }

    /// Whether anything at least `nearest` deep can be seen in one of the cells.
    fn is_open(&self, range: Range, nearest: f32) -> bool {
        (range.y.0..range.y.1).any(|y| {
            let row = &self.depths[y * self.columns..][range.x.0..range.x.1.max(range.x.0)];
            row.iter().any(|&depth| depth + MARGIN >= nearest)
        })
    }

    /// Closes the cells that a ball covers.
    fn cover(&mut self, view: &View<'_>, ball: &Ball, range: Range) {
        // A smaller disc may hold a cell only if it lies just so.
        let smallest = 1.2 * self.side;
        if ball.half.min_element() < smallest || ball.nearest <= view.eye.depths.near {
            return;
        }
        let corner = |x: usize, y: usize| view.depth(ball, Vec2::new(x as f32, y as f32) * self.side);
        let mut above: Vec<f32> = (range.x.0..=range.x.1).map(|x| corner(x, range.y.0)).collect();
        for y in range.y.0..range.y.1 {
            let below: Vec<f32> = (range.x.0..=range.x.1).map(|x| corner(x, y + 1)).collect();
            let row = &mut self.depths[y * self.columns..][range.x.0..range.x.1];
            for (i, depth) in row.iter_mut().enumerate() {
                let farthest = above[i].max(above[i + 1]).max(below[i]).max(below[i + 1]);
                *depth = depth.min(farthest);
            }
            above = below;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::structure::{Projection, StructureCamera};

    fn sphere(x: f32, y: f32, z: f32, radius: f32) -> Sphere {
        Sphere { centre: Vec3::new(x, y, z), radius, colour: [0; 4], id: 1 }
    }

    fn eye(projection: Projection) -> Eye {
        let mut camera = StructureCamera { extent: 20.0, projection, ..Default::default() };
        camera.look_along(Vec3::Z, Vec3::Y);
        Eye::new(&camera, 1.0, 20.0)
    }

    #[test]
    fn what_is_behind_a_ball_goes_and_what_shows_stays() {
        for projection in [Projection::Perspective, Projection::Orthographic] {
            let spheres = [
                sphere(0.0, 0.0, 0.0, 5.0),
                sphere(1.0, 1.0, -8.0, 1.0), // behind
                sphere(1.0, 1.0, 7.0, 1.0),  // before
                sphere(5.2, 0.0, -8.0, 1.0), // beside the rim
                sphere(40.0, 0.0, 0.0, 1.0), // out of view
            ];
            let stick = |x: f32, z: f32| Cylinder {
                begin: Vec3::new(x, -1.0, z),
                radius: 0.1,
                end: Vec3::new(x, 1.0, z),
                id: 1,
                colours: [[0; 4]; 2],
            };
            let sticks = [stick(0.0, -9.0), stick(0.0, 9.0), stick(8.0, -9.0)];
            let found = visible(&spheres, &sticks, &eye(projection), [400.0, 400.0]).expect("balls that hide");
            let at: Vec<f32> = found.spheres.iter().map(|s| s.centre.z).collect();
            assert_eq!(at, [7.0, 0.0, -8.0], "{projection:?}, the nearest first");
            assert_eq!(found.spheres[2].centre.x, 5.2);
            assert_eq!(found.sticks, sticks[1..], "{projection:?}");
            // Balls of a pixel hide nothing.
            assert!(visible(&spheres, &sticks, &eye(projection), [8.0, 8.0]).is_none(), "{projection:?}");
        }
    }

    #[test]
    fn depths_at_a_pixel_are_those_of_the_ball() {
        for projection in [Projection::Perspective, Projection::Orthographic] {
            let eye = eye(projection);
            let view = View { eye: &eye, size: Vec2::splat(200.0) };
            let ball = view.ball(Vec3::new(2.0, -1.0, 0.5), 3.0).expect("before the eye");
            for (dx, dy, dz) in [(0.0f32, 0.0f32, 3.0f32), (1.0, 1.0, 7f32.sqrt()), (-2.0, 0.5, 4.75f32.sqrt())] {
                let point = Vec3::new(2.0 + dx, -1.0 + dy, 0.5 + dz);
                let (at, depth) = eye.project(point).expect("before the eye");
                let pixel = (at * Vec2::new(0.5, -0.5) + 0.5) * 200.0;
                let found = view.depth(&ball, pixel);
                assert!((found - depth).abs() < 2e-3, "{projection:?}: {found}, expected {depth}");
                assert!((pixel - ball.middle).abs().cmple(ball.half).all());
            }
            assert_eq!(view.depth(&ball, ball.middle + 1.05 * ball.half), f32::INFINITY);
        }
    }

    #[test]
    fn under_a_point_are_the_things_around_it() {
        let spheres = [sphere(0.0, 0.0, 0.0, 1.0), sphere(5.0, 0.0, 0.0, 1.0)];
        let found = under(&spheres, &[], &eye(Projection::Perspective), [100.0, 100.0], Vec2::new(0.5, 0.0));
        assert_eq!(found.spheres, [spheres[1]]);
    }
}

//! Where atoms are on the canvas.

use glam::{DVec3, Vec2, Vec3};

use super::{AtomSite, StructureRenderer};

/// Where an atom is in the picture, for a label beside it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Anchor {
    /// CSS pixels from the left.
    pub x: f32,
    /// CSS pixels from the top.
    pub y: f32,
    /// Radius of the ball, CSS pixels.
    pub radius: f32,
    /// Å before the eye: draw labels with the largest first.
    pub depth: f32,
}

impl StructureRenderer {
    /// Cartesian position of a site in the structure's coordinates, Å.
    pub fn position(&self, site: AtomSite) -> Option<[f64; 3]> {
        let atoms = &self.content.as_ref()?.atoms;
        let position = *atoms.positions.get(site.atom as usize)? + atoms.shift(site.cell);
        Some(position.to_array())
    }

    /// Every atom that is drawn, images included, in the order in which they were made; for labels.
    pub fn sites(&self) -> impl Iterator<Item = AtomSite> + '_ {
        self.scene.sites.list.iter().enumerate().filter(|(place, _)| self.scene.is_shown(*place)).map(|(_, site)| *site)
    }

    /// Where an atom is on the canvas; `None` if it is not drawn, behind the eye, or no viewport is set.
    pub fn anchor(&self, site: AtomSite) -> Option<Anchor> {
        let place = self.scene.sites.find(site)? as usize;
        if !self.scene.is_shown(place) {
            return None;
        }
        self.anchor_at(self.scene.sites.positions[place], self.scene.radius(place))
    }

    /// Where a point of the structure (Cartesian, Å) is on the canvas, for a label of `radius` 0.
    pub fn anchor_of_point(&self, position: [f64; 3]) -> Option<Anchor> {
        self.anchor_at((DVec3::from(position) - self.middle).as_vec3(), 0.0)
    }

    fn anchor_at(&self, position: Vec3, radius: f32) -> Option<Anchor> {
        let (size, _) = self.viewport?;
        let eye = self.eye(size.x / size.y);
        let (at, depth) = eye.project(position)?;
        let css = (at * Vec2::new(0.5, -0.5) + 0.5) * size;
        Some(Anchor { x: css.x, y: css.y, radius: radius * eye.pixels_per_length(depth, size.y), depth })
    }
}

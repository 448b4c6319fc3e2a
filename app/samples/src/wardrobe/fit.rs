//! How a garment lies on a body: from the flat picture to the worn garment and back.
//!
//! The torso is stretched row by row; a sleeve follows its arm, along and across. Outlines are mapped forwards, so that
//! what is worn has the outline of what lies flat; pixels are mapped backwards, which is the appearance flow. The
//! residual is added on the way back and fades out towards the outline.

use super::{
    Garment, Person,
    geometry::{Axes, Point, mix, smooth_step},
    limb::Limb,
    residual::Residual,
    skeleton::Skeleton,
    template::{self, Template},
};

/// A piece of a garment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// Front.
    Body,
    /// A sleeve: the person's right (0) or left (1).
    Sleeve(usize),
}

impl Piece {
    /// 1 on the right of the picture, −1 on the left.
    pub(super) fn side(sleeve: usize) -> f32 {
        [-1.0, 1.0][sleeve]
    }
}

/// Part of the half width over which the residual fades out.
const FADE: f32 = 0.55;

/// A garment on a body.
pub(super) struct Fit<'a> {
    template: &'a Template<'a>,
    residual: Residual,
    torso: Axes,
    /// Heights of the flat picture between which the width is stretched, and how much.
    stretches: [(f32, f32); 4],
    arms: &'a [Limb; 2],
    /// Half of the worn sleeve's width at the shoulder and at its end.
    sleeve_halves: [f32; 2],
}

impl<'a> Fit<'a> {
    pub(super) fn new(template: &'a Template<'a>, garment: &Garment, person: &Person, skeleton: &'a Skeleton) -> Self {
        let build = &person.build;
        let [chest, waist, hem] = template.halves;
        let size = build.size;
        let worn_waist = mix(build.waist, build.waist.max(build.chest.min(build.hip)), 0.55);
        let wrist = 0.62 * build.arm + 0.006;
        let root = (build.arm + 0.6 * garment.ease).max(0.04);
        Self {
            template,
            residual: Residual::new(garment.drape),
            torso: skeleton.torso,
            stretches: [
                (template::SHOULDER, build.shoulder / template.shoulder(1.0)[0]),
                (template::CHEST, (build.chest + garment.ease) / chest),
                (template::WAIST, (worn_waist + 1.3 * garment.ease) / waist),
                (template.hem, (build.hip + 1.2 * garment.ease) / hem),
            ],
            arms: &skeleton.arms,
            sleeve_halves: [root, mix(root - 0.002, wrist, smooth_step((garment.sleeve - 0.3) / 0.6))]
                .map(|half| half * size),
        }
    }

    /// Where a point of the flat body lies on the torso.
    pub(super) fn on_body(&self, [u, v]: Point) -> Point {
        let down = (v - template::SHOULDER) * (Skeleton::TORSO / template::TORSO) - Skeleton::TORSO;
        self.torso.place([u * self.stretch(v), down])
    }

    /// Where the point `(t, d)` of a flat sleeve lies on the arm.
    pub(super) fn on_arm(&self, sleeve: usize, [t, d]: Point) -> Point {
        self.arms[sleeve].place(t * self.along(sleeve), d * self.across(t))
    }

    /// Where a worn point of a piece lies in the flat picture, and the light on it.
    pub(super) fn flat(&self, piece: Piece, point: Point) -> (Point, f32) {
        match piece {
            Piece::Body => {
                let [x, down] = self.torso.locate(point);
                let v = (down + Skeleton::TORSO) * (template::TORSO / Skeleton::TORSO) + template::SHOULDER;
                let u = x / self.stretch(v);
                let fade = fade(u / self.template.half(v))
                    * smooth_step((v - template::SHOULDER) / 0.12)
                    * smooth_step((self.template.hem - v) / 0.12);
                self.draped([u, v], fade)
            }
            Piece::Sleeve(sleeve) => {
                let (along, across) = self.arms[sleeve].locate(point);
                let t = along / self.along(sleeve);
                let d = across / self.across(t);
                let fade = fade(d / self.template.sleeve_half(t))
                    * smooth_step(t / 0.06)
                    * smooth_step((self.template.sleeve - t) / 0.06);
                self.draped(self.template.on_sleeve(Piece::side(sleeve), t, d), fade)
            }
        }
    }

    fn draped(&self, [u, v]: Point, fade: f32) -> (Point, f32) {
        let [du, dv] = self.residual.displacement(u, v);
        ([u + fade * du, v + fade * dv], self.residual.light(u, v))
    }

    /// Worn width over flat width at a height of the flat picture.
    fn stretch(&self, v: f32) -> f32 {
        let mut stretch = self.stretches[0].1;
        for pair in self.stretches.windows(2) {
            let ((from, _), (to, next)) = (pair[0], pair[1]);
            if v > from {
                stretch = mix(pair[0].1, next, smooth_step((v - from) / (to - from)));
            }
        }
        stretch
    }

    /// Worn length over flat length along a sleeve.
    fn along(&self, sleeve: usize) -> f32 {
        self.arms[sleeve].length() / template::ARM
    }

    /// Worn width over flat width at `t` along a flat sleeve.
    fn across(&self, t: f32) -> f32 {
        let [root, end] = self.sleeve_halves;
        mix(root, end, (t / self.template.sleeve).clamp(0.0, 1.0)) / self.template.sleeve_half(t)
    }
}

/// 1 in the middle of a piece, 0 at its edge.
fn fade(from_middle: f32) -> f32 {
    smooth_step((1.0 - from_middle.abs()) / FADE)
}

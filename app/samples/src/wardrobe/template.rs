//! The cut of a garment lying flat: outlines in the world of the flat picture (height 1, x from the middle).

use super::{
    Garment, Neck,
    geometry::{Point, along, hanging, mix, smooth_step},
    outline::{bow, open, subdivided},
};

/// Height of the shoulder joints; the sleeves turn around them.
pub(super) const SHOULDER: f32 = 0.30;
/// From the middle to a shoulder joint, as a part of the chest.
const SHOULDER_OUT: f32 = 0.8;
/// Length of a sleeve that reaches the wrist.
pub(super) const ARM: f32 = 0.42;
/// From the shoulder joints to the hip joints, if the garment lay on a body.
pub(super) const TORSO: f32 = 0.40;
/// Heights of chest, where the armpits are, and waist.
pub(super) const CHEST: f32 = 0.425;
pub(super) const WAIST: f32 = 0.575;
/// Height of the neck's corners, and half of the neck's width.
const NECK: f32 = 0.234;
const NECK_HALF: f32 = 0.062;
/// Half of a sleeve's width at the shoulder.
const SLEEVE_ROOT: f32 = 0.052;
/// Width of collar and cuffs.
const BAND: f32 = 0.016;
/// The longest edge of what is bent onto a body.
const STEP: f32 = 0.03;

/// A garment's outlines.
pub(super) struct Template<'a> {
    garment: &'a Garment,
    /// Along a sleeve, on the right of the picture.
    direction: Point,
    /// Half of the width at the chest, the waist and the hem.
    pub(super) halves: [f32; 3],
    /// Height of the hem.
    pub(super) hem: f32,
    /// Length of a sleeve, and half of its width at the end.
    pub(super) sleeve: f32,
    pub(super) cuff: f32,
}

impl<'a> Template<'a> {
    pub(super) fn new(garment: &'a Garment) -> Self {
        // Short sleeves lie spread; long ones must fit the picture.
        let angle = mix(50.0, 28.0, smooth_step((garment.sleeve - 0.3) / 0.5));
        Self {
            garment,
            direction: hanging(angle),
            halves: [1.0, garment.waist, garment.hem].map(|part| part * garment.chest),
            hem: SHOULDER + garment.length,
            sleeve: garment.sleeve * ARM,
            cuff: mix(0.05, 0.03, smooth_step((garment.sleeve - 0.3) / 0.6)),
        }
    }

    /// A shoulder joint; `side` is 1 on the right of the picture and −1 on the left.
    pub(super) fn shoulder(&self, side: f32) -> Point {
        [side * SHOULDER_OUT * self.garment.chest, SHOULDER]
    }

    /// Half of the body's width at a height.
    pub(super) fn half(&self, v: f32) -> f32 {
        let [chest, waist, hem] = self.halves;
        if v < WAIST {
            mix(chest, waist, smooth_step((v - CHEST) / (WAIST - CHEST)))
        } else {
            mix(waist, hem, smooth_step((v - WAIST) / (self.hem - WAIST)))
        }
    }

    /// Half of a sleeve's width at `t` along it.
    pub(super) fn sleeve_half(&self, t: f32) -> f32 {
        mix(SLEEVE_ROOT, self.cuff, (t / self.sleeve).clamp(0.0, 1.0))
    }

    /// The point `t` along a sleeve from the shoulder joint and `d` to its outer side.
    pub(super) fn on_sleeve(&self, side: f32, t: f32, d: f32) -> Point {
        let [sine, cosine] = self.direction;
        let [x, y] = self.shoulder(side);
        [x + side * (t * sine + d * cosine), y + t * cosine - d * sine]
    }

    /// How far along a sleeve and to its outer side a point lies.
    pub(super) fn along_sleeve(&self, side: f32, point: Point) -> (f32, f32) {
        let [sine, cosine] = self.direction;
        let [x, y] = self.shoulder(side);
        let [x, y] = [side * (point[0] - x), point[1] - y];
        (x * sine + y * cosine, x * cosine - y * sine)
    }

    /// The body: neck, shoulders, sides, hem.
    pub(super) fn body(&self) -> Vec<Point> {
        let chest = self.garment.chest;
        let tip = [0.97 * chest, SHOULDER - 0.044];
        let mut half = self.neckline(0.0);
        half.extend(subdivided(&[[NECK_HALF, NECK], tip], STEP));
        let sides: Vec<Point> =
            [CHEST, mix(CHEST, WAIST, 0.5), WAIST, mix(WAIST, self.hem, 0.5)].map(|v| [self.half(v), v]).into();
        let corner = [self.half(self.hem), self.hem];
        let mut side = vec![tip, [0.985 * chest, mix(tip[1], CHEST, 0.5)]];
        side.extend(sides);
        side.push(corner);
        half.extend(open(&side));
        half.extend(bow(corner, [corner[0] / 2.0, self.hem + 0.01], [0.0, self.hem + 0.01], 5).skip(1));
        symmetric(half)
    }

    /// From the lowest point of the neck to its corner on the right, `lower` below its edge.
    fn neckline(&self, lower: f32) -> Vec<Point> {
        let (bottom, corner) = ([0.0, NECK + self.garment.neck_depth + lower], [NECK_HALF + lower, NECK + 0.3 * lower]);
        match self.garment.neck {
            Neck::Round => bow(bottom, [0.92 * corner[0], bottom[1]], corner, 8).collect(),
            Neck::V => bow(bottom, [0.45 * corner[0], mix(bottom[1], corner[1], 0.42)], corner, 8).collect(),
        }
    }

    /// The collar, along the neck's edge.
    pub(super) fn collar(&self) -> Vec<Point> {
        let (lower, upper) = (self.neckline(BAND), self.neckline(0.0));
        let left = |edge: &[Point]| edge.iter().skip(1).map(|&[x, y]| [-x, y]).collect::<Vec<_>>();
        let mut band: Vec<Point> = lower.iter().rev().copied().chain(left(&lower)).collect();
        band.extend(left(&upper).into_iter().rev());
        band.extend(upper);
        band
    }

    /// The inside of the back, which shows through the neck of a garment that lies flat, and its edge.
    pub(super) fn inside(&self, raised: f32) -> Vec<Point> {
        let back = bow([-NECK_HALF, NECK], [0.0, NECK + 0.034 - raised], [NECK_HALF, NECK], 8);
        let front = self.neckline(0.006);
        back.chain(front.iter().rev().copied()).chain(front.iter().skip(1).map(|&[x, y]| [-x, y])).collect()
    }

    /// A sleeve in its own coordinates, `(t, d)`: both sides, the end, and round at the shoulder.
    pub(super) fn sleeve_outline(&self) -> Vec<Point> {
        let outer: Vec<Point> =
            (0..=12).map(|part| self.sleeve * part as f32 / 12.0).map(|t| [t, self.sleeve_half(t)]).collect();
        let mut outline = outer.clone();
        outline.extend(bow([self.sleeve, self.cuff], [self.sleeve + 0.008, 0.0], [self.sleeve, -self.cuff], 4).skip(1));
        outline.extend(outer.iter().rev().skip(1).map(|&[t, d]| [t, -d]));
        outline.extend((1..8).map(|corner| {
            let [sine, cosine] = super::geometry::sine_cosine(180.0 * corner as f32 / 8.0);
            [-SLEEVE_ROOT * sine, -SLEEVE_ROOT * cosine]
        }));
        outline
    }

    /// The cuff of a sleeve in its own coordinates.
    pub(super) fn cuff_outline(&self) -> Vec<Point> {
        let start = self.sleeve - BAND;
        let half = self.sleeve_half(start);
        let mut outline = vec![[start, -half], [start, half]];
        outline.extend(bow([self.sleeve, self.cuff], [self.sleeve + 0.008, 0.0], [self.sleeve, -self.cuff], 4));
        outline
    }

    /// Where a wearer's shoulder, elbow, wrist and hip would be, on a side.
    pub(super) fn landmarks(&self, side: f32) -> [Point; 4] {
        let hip = SHOULDER + TORSO;
        [
            self.shoulder(side),
            self.on_sleeve(side, 0.52 * ARM, 0.0),
            self.on_sleeve(side, ARM, 0.0),
            along([0.0, hip], [side, 0.0], 0.55 * self.half(hip)),
        ]
    }
}

/// The closed outline of a right half that runs from the axis to the axis.
fn symmetric(half: Vec<Point>) -> Vec<Point> {
    let left: Vec<Point> = half.iter().rev().filter(|point| point[0] != 0.0).map(|&[x, y]| [-x, y]).collect();
    half.into_iter().chain(left).collect()
}

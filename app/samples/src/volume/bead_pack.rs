//! Finney's random packing of equal spheres, from its measured centres (Finney 1970).

use super::{GRAIN, PORE, Volume, VolumeError, voxel_count};

const FORMAT: &str = "sphere centres";
/// The pack is a ball; nearer than this to the centre along each axis, in sphere radii, it is undisturbed.
pub const USABLE: f64 = 10.0;
/// More centres than any measured pack has.
const MAX_CENTRES: usize = 1_000_000;

/// Centres of spheres of radius 1.
#[derive(Clone, Debug, PartialEq)]
pub struct BeadPack {
    /// `[z, y, x]` in sphere radii.
    centres: Vec<[f64; 3]>,
}

impl BeadPack {
    /// Centres from CSV text: a header line `x,y,z`, then three numbers a line, in sphere radii.
    ///
    /// # Errors
    /// Another header, a line without exactly three finite numbers, or no or too many lines.
    pub fn from_csv(text: &str) -> Result<Self, VolumeError> {
        let bad = |reason: String| VolumeError::Format { format: FORMAT, reason };
        let mut lines = text.lines();
        if lines.next().map(str::trim) != Some("x,y,z") {
            return Err(bad("the first line is not x,y,z".into()));
        }
        let mut centres = Vec::new();
        for (number, line) in lines.enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let numbers: Result<Vec<f64>, _> = line.split(',').map(|field| field.trim().parse()).collect();
            match numbers.as_deref() {
                Ok(&[x, y, z]) if [x, y, z].iter().all(|v: &f64| v.is_finite()) => centres.push([z, y, x]),
                _ => return Err(bad(format!("line {} does not hold three numbers", number + 2))),
            }
            if centres.len() > MAX_CENTRES {
                return Err(bad(format!("more than {MAX_CENTRES} centres")));
            }
        }
        if centres.is_empty() {
            return Err(bad("no centres".into()));
        }
        Ok(Self { centres })
    }

    /// Number of spheres.
    pub fn spheres(&self) -> usize {
        self.centres.len()
    }

    /// The largest cube, voxels, that lies within the undisturbed part at `radius` voxels a sphere.
    pub fn usable_side(radius: f64) -> usize {
        (2.0 * USABLE * radius).floor() as usize
    }

    /// A cube of `side` voxels around the centre of the pack, with spheres of `radius` voxels. A voxel is
    /// grain where its centre lies in a sphere.
    ///
    /// # Errors
    /// A radius that is not above 0, or a cube that leaves the undisturbed part or the size limit.
    pub fn voxelize(&self, radius: f64, side: usize) -> Result<Volume, VolumeError> {
        self.cut(radius, side, [0.0; 3], [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    }

    /// How far from the centre of the pack, in sphere radii, the middle of a cube may lie: its corners are as near as
    /// those of the largest cube around the centre. None where the cube is too large.
    pub fn farthest(radius: f64, side: usize) -> Option<f64> {
        let room = 3f64.sqrt() * (USABLE - side as f64 / 2.0 / radius);
        (radius > 0.0 && room >= 0.0).then_some(room)
    }

    /// [`Self::voxelize`] around `place`, `[z, y, x]` in sphere radii from the centre of the pack, along axes that are
    /// turned: `turn` is a rotation, its rows the axes of the cube.
    ///
    /// # Errors
    /// As [`Self::voxelize`].
    pub fn cut(&self, radius: f64, side: usize, place: [f64; 3], turn: [[f64; 3]; 3]) -> Result<Volume, VolumeError> {
        let dot = |a: [f64; 3], b: [f64; 3]| a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
        let sides = [side as u64; 3];
        let count = voxel_count(sides)?;
        let farthest = Self::farthest(radius, side).filter(|_| radius.is_finite());
        if !farthest.is_some_and(|farthest| dot(place, place).sqrt() <= farthest) {
            return Err(VolumeError::Format {
                format: FORMAT,
                reason: format!("{side} voxels are more than {} radii of {radius} voxels", 2.0 * USABLE),
            });
        }
        let mut voxels = vec![PORE; count];
        // Voxel i has its centre at i − half, in voxels from the centre of the pack.
        let half = (side as f64 - 1.0) / 2.0;
        // The voxels i with |i − half − centre| ≤ reach.
        let span = |centre: f64, reach: f64| {
            let first = (centre - reach + half).ceil().max(0.0) as usize;
            let end = (centre + reach + half).floor() + 1.0;
            first..(end.max(0.0) as usize).min(side)
        };
        for centre in &self.centres {
            let from = std::array::from_fn(|axis| centre[axis] - place[axis]);
            let [cz, cy, cx] = turn.map(|axis| dot(axis, from) * radius);
            for z in span(cz, radius) {
                let dz = z as f64 - half - cz;
                let disc = radius * radius - dz * dz;
                for y in span(cy, disc.max(0.0).sqrt()) {
                    let dy = y as f64 - half - cy;
                    let chord = disc - dy * dy;
                    if chord >= 0.0 {
                        let row = (z * side + y) * side;
                        let columns = span(cx, chord.sqrt());
                        if !columns.is_empty() {
                            voxels[row + columns.start..row + columns.end].fill(GRAIN);
                        }
                    }
                }
            }
        }
        Volume::new([side; 3], voxels)
    }
}

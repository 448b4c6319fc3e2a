//! Coarser and cleaner volumes.

use super::{GRAIN, PORE, Volume};

impl Volume {
    /// Half the resolution: each voxel is the majority of 2×2×2; a tie is grain. An odd last layer is
    /// left out. `None` if a side is 1.
    pub fn halve(&self) -> Option<Self> {
        let shape = self.shape.map(|side| side / 2);
        if shape.contains(&0) {
            return None;
        }
        let mut voxels = Vec::with_capacity(shape.iter().product());
        for z in 0..shape[0] {
            for y in 0..shape[1] {
                let rows = [(0, 0), (0, 1), (1, 0), (1, 1)].map(|(dz, dy)| {
                    let start = self.index(2 * z + dz, 2 * y + dy, 0);
                    &self.voxels[start..start + 2 * shape[2]]
                });
                voxels.extend((0..shape[2]).map(|x| {
                    let grain: u8 = rows.iter().map(|row| row[2 * x] + row[2 * x + 1]).sum();
                    if grain >= 4 { GRAIN } else { PORE }
                }));
            }
        }
        Some(Self { shape, voxels })
    }

    /// Majority of the 3×3×3 neighbourhood: the median filter of the paper's post-processing, for a
    /// volume that is segmented already.
    pub fn median_filter(&self) -> Self {
        self.to_grey().median_filter().segment(128)
    }

    /// All blocks of `side`³ voxels on a grid of `stride` voxels, in C order of their corners.
    ///
    /// # Panics
    /// If `side` or `stride` is 0.
    pub fn blocks(&self, side: usize, stride: usize) -> Vec<Self> {
        assert!(side > 0 && stride > 0, "blocks need a side and a stride");
        let corners = self.shape.map(|whole| (0..(whole + 1).saturating_sub(side)).step_by(stride));
        let [depth, height, width] = corners;
        depth
            .flat_map(|z| height.clone().map(move |y| (z, y)))
            .flat_map(|(z, y)| width.clone().map(move |x| [z, y, x]))
            .filter_map(|corner| self.block(corner, [side; 3]))
            .collect()
    }
}

//! Two-point probability S₂(r): the chance that both ends of a rod of r voxels lie in the pore space.

use serde::{Deserialize, Serialize};

use super::{
    GRAIN, PORE, Volume,
    packed::{PackedColumns, PackedRows, count_common},
    parallel::{add_counts, sum_over},
};

/// S₂ of the pore space by lag, from lag 0 (the porosity) on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TwoPoint {
    /// Along z.
    pub z: Vec<f64>,
    /// Along y.
    pub y: Vec<f64>,
    /// Along x.
    pub x: Vec<f64>,
    /// Mean of the three axes, as far as all three reach.
    pub radial: Vec<f64>,
}

impl TwoPoint {
    /// S₂ along each axis for lags `0 ..= max_lag`, or up to the side − 1 where that is less.
    ///
    /// Not periodic: at lag r, all pairs of voxels r apart inside the volume count, and no others.
    /// Counting is bitwise (64 pairs to an `AND` and a population count), which beats the FFT at any lag
    /// that fits the volume.
    pub fn of(volume: &Volume, max_lag: usize) -> Self {
        Self::of_phase(volume, PORE, max_lag)
    }

    /// The same for the grain.
    pub fn of_grain(volume: &Volume, max_lag: usize) -> Self {
        Self::of_phase(volume, GRAIN, max_lag)
    }

    fn of_phase(volume: &Volume, phase: u8, max_lag: usize) -> Self {
        let shape = volume.shape();
        let [lags_z, lags_y, lags_x] = shape.map(|side| max_lag.min(side - 1) + 1);
        let [depth, height, width] = shape;
        let columns = PackedColumns::of_phase(volume, phase);
        let slabs: Vec<&[u64]> = columns.slabs().collect();

        let along_y = sum_over(
            slabs.len() * lags_y,
            Vec::new,
            |task| {
                let (slab, lag) = (slabs[task / lags_y], task % lags_y);
                single(lags_y, lag, count_common(slab, &slab[lag * width..]))
            },
            add_counts,
        );
        let along_x = sum_over(
            slabs.len() * height,
            Vec::new,
            |row| {
                let row = &slabs[row / height][row % height * width..][..width];
                (0..lags_x).map(|lag| count_common(row, &row[lag..])).collect()
            },
            add_counts,
        );
        drop(slabs);
        drop(columns);
        let rows = PackedRows::of_phase(volume, phase);
        let slice = height * rows.row_words();
        let along_z = sum_over(
            lags_z,
            Vec::new,
            |lag| single(lags_z, lag, count_common(rows.words(), &rows.words()[lag * slice..])),
            add_counts,
        );

        let probability = |counts: Vec<u64>, side: usize| -> Vec<f64> {
            let lines = (depth * height * width / side) as f64;
            counts.iter().enumerate().map(|(lag, &n)| n as f64 / (lines * (side - lag) as f64)).collect()
        };
        let z = probability(along_z, depth);
        let y = probability(along_y, height);
        let x = probability(along_x, width);
        let radial = z.iter().zip(&y).zip(&x).map(|((z, y), x)| (z + y + x) / 3.0).collect();
        Self { z, y, x, radial }
    }
}

fn single(length: usize, index: usize, count: u64) -> Vec<u64> {
    let mut counts = vec![0; length];
    counts[index] = count;
    counts
}

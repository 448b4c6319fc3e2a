//! Chord lengths: how long the runs of one phase are along the axes.

use super::{
    Volume,
    packed::PackedRows,
    parallel::{add_counts, sum_over},
};

/// How many runs of each length there are; index = length in voxels, index 0 unused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChordCounts {
    /// Runs of pore voxels.
    pub pore: Vec<u64>,
    /// Runs of grain voxels.
    pub grain: Vec<u64>,
}

/// Counts the complete runs along the three axes together. A run that touches the volume's face is cut
/// off, its length unknown, and it does not count.
pub fn chord_counts(volume: &Volume) -> ChordCounts {
    count(&PackedRows::new(volume))
}

pub(crate) fn count(rows: &PackedRows) -> ChordCounts {
    let [depth, height, width] = rows.shape();
    let bins = depth.max(height).max(width) + 1;
    let counts = sum_over(
        depth + height,
        Vec::new,
        |task| {
            let mut tally = Tally { bins, counts: vec![0; 2 * bins] };
            if task < depth {
                (0..height).for_each(|y| along_row(rows.row(task, y), width, &mut tally));
                across_rows(height, width, |y| rows.row(task, y), &mut tally);
            } else {
                across_rows(depth, width, |z| rows.row(z, task - depth), &mut tally);
            }
            tally.counts
        },
        add_counts,
    );
    let (grain, pore) = counts.split_at(bins);
    ChordCounts { pore: pore.to_vec(), grain: grain.to_vec() }
}

/// Share of runs by length, index = length; all runs of `longest` voxels or more are in the last entry.
/// Without any run, all zero.
pub(crate) fn distribution(counts: &[u64], longest: usize) -> Vec<f64> {
    let mut shares = vec![0.0; longest + 1];
    let total: u64 = counts.iter().sum();
    if total > 0 {
        for (length, &count) in counts.iter().enumerate() {
            shares[length.min(longest)] += count as f64 / total as f64;
        }
    }
    shares
}

struct Tally {
    bins: usize,
    /// Grain first, then pore.
    counts: Vec<u64>,
}

impl Tally {
    #[inline]
    fn add(&mut self, pore: bool, length: usize) {
        self.counts[usize::from(pore) * self.bins + length] += 1;
    }
}

/// Runs between two phase changes of one row.
fn along_row(row: &[u64], width: usize, tally: &mut Tally) {
    let mut start = None;
    for (i, &word) in row.iter().enumerate() {
        // Bit x is set where voxel x differs from voxel x − 1; voxel 0 has no predecessor.
        let before = if i == 0 { word << 1 | word & 1 } else { word << 1 | row[i - 1] >> 63 };
        let mut changes = (word ^ before) & PackedRows::mask(width, i);
        while changes != 0 {
            let bit = changes.trailing_zeros() as usize;
            let here = 64 * i + bit;
            if let Some(start) = start.replace(here) {
                // The run that ends here is of the other phase than the voxel here.
                tally.add(word >> bit & 1 == 0, here - start);
            }
            changes &= changes - 1;
        }
    }
}

/// Runs across `count` rows, at every x.
fn across_rows<'a>(count: usize, width: usize, row: impl Fn(usize) -> &'a [u64], tally: &mut Tally) {
    // Where the present run began, by x; 0 while it is the one that touches the face.
    let mut starts = vec![0u32; width];
    for here in 1..count {
        for (i, (&word, &before)) in row(here).iter().zip(row(here - 1)).enumerate() {
            let mut changes = word ^ before;
            while changes != 0 {
                let bit = changes.trailing_zeros() as usize;
                let start = &mut starts[64 * i + bit];
                if *start > 0 {
                    tally.add(word >> bit & 1 == 0, here - *start as usize);
                }
                *start = here as u32;
                changes &= changes - 1;
            }
        }
    }
}

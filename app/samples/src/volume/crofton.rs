//! Surface area by the Crofton formula: count phase changes along the lines of 13 directions.

use super::{
    Volume,
    packed::{PackedRows, count_differing},
    parallel::{add_counts, sum_over},
};

/// Share of the sphere of directions that each axis direction stands for (Voronoi areas of the 26
/// neighbour directions on the unit sphere; Legland, Kiêu & Devaux 2007).
const AXIS: f64 = 0.0457779;
/// The same for each face diagonal.
const FACE: f64 = 0.0369806;
/// The same for each space diagonal.
const SPACE: f64 = 0.0351956;

/// Squared lengths of the 13 directions, in the order in which [`changes_from_slice`] counts them.
const SQUARED: [usize; 13] = [1, 1, 2, 2, 1, 2, 2, 2, 2, 3, 3, 3, 3];

/// Area of the interface between pore and grain inside the volume, voxel²: `S = 4 Σ w_d N_d / |d|` with
/// `N_d` phase changes between neighbours in direction d. The volume's own faces are not interface.
pub fn surface_area(volume: &Volume) -> f64 {
    area_between(&PackedRows::new(volume))
}

pub(crate) fn area_between(rows: &PackedRows) -> f64 {
    let [depth, ..] = rows.shape();
    let changes = sum_over(depth, Vec::new, |z| changes_from_slice(rows, z), add_counts);
    let area = SQUARED.iter().zip(changes).map(|(&squared, count)| {
        let weight = [AXIS, FACE, SPACE][squared - 1];
        weight * count as f64 / (squared as f64).sqrt()
    });
    4.0 * area.sum::<f64>()
}

/// Phase changes, by direction, between slice `z` and itself or the next.
///
/// Whole slices are compared at once. A step along x is between `near`, the rows without their last voxel,
/// and `far`, the rows moved by one voxel, which lack the first.
fn changes_from_slice(rows: &PackedRows, z: usize) -> Vec<u64> {
    let (here, row) = (Slice::new(rows, z), rows.row_words());
    // Step by one row within the slice, or to the row before.
    let down = |from: &[u64], to: &[u64]| count_differing(from, &to[row..]);
    let mut counts = vec![
        count_differing(&here.near, &here.far),
        down(here.all, here.all),
        down(&here.near, &here.far),
        down(&here.far, &here.near),
    ];
    if z + 1 < rows.shape()[0] {
        let next = Slice::new(rows, z + 1);
        counts.extend([
            count_differing(here.all, next.all),
            count_differing(&here.near, &next.far),
            count_differing(&here.far, &next.near),
            down(here.all, next.all),
            down(next.all, here.all),
            down(&here.near, &next.far),
            down(&here.far, &next.near),
            down(&next.near, &here.far),
            down(&next.far, &here.near),
        ]);
    }
    counts.resize(SQUARED.len(), 0);
    counts
}

struct Slice<'a> {
    all: &'a [u64],
    near: Vec<u64>,
    far: Vec<u64>,
}

impl<'a> Slice<'a> {
    fn new(rows: &'a PackedRows, z: usize) -> Self {
        let [_, height, width] = rows.shape();
        let row = rows.row_words();
        let all = &rows.words()[z * height * row..][..height * row];
        let mut near = all.to_vec();
        let mut far = Vec::with_capacity(all.len());
        for words in all.chunks_exact(row) {
            far.extend((0..row).map(|i| words[i] >> 1 | words.get(i + 1).map_or(0, |next| next << 63)));
        }
        for words in near.chunks_exact_mut(row) {
            words[(width - 1) / 64] &= PackedRows::mask(width - 1, (width - 1) / 64);
        }
        Self { all, near, far }
    }
}

//! Surface area by the Crofton formula: count phase changes along the lines of 13 directions.

use super::{
    Volume,
    packed::PackedRows,
    parallel::{add_counts, sum_over},
};

/// Share of the sphere of directions that each axis direction stands for (Voronoi areas of the 26
/// neighbour directions on the unit sphere; Legland, Kiêu & Devaux 2007).
const AXIS: f64 = 0.0457779;
/// The same for each face diagonal.
const FACE: f64 = 0.0369806;
/// The same for each space diagonal.
const SPACE: f64 = 0.0351956;

/// The 13 directions `(dz, dy, dx)`; with their opposites, all neighbours of a voxel.
const DIRECTIONS: [(usize, isize, isize); 13] = [
    (0, 0, 1),
    (0, 1, 0),
    (1, 0, 0),
    (0, 1, 1),
    (0, 1, -1),
    (1, 0, 1),
    (1, 0, -1),
    (1, 1, 0),
    (1, -1, 0),
    (1, 1, 1),
    (1, 1, -1),
    (1, -1, 1),
    (1, -1, -1),
];

/// Area of the interface between pore and grain inside the volume, voxel²: `S = 4 Σ w_d N_d / |d|` with
/// `N_d` phase changes between neighbours in direction d. The volume's own faces are not interface.
pub fn surface_area(volume: &Volume) -> f64 {
    area_between(&PackedRows::new(volume))
}

pub(crate) fn area_between(rows: &PackedRows) -> f64 {
    let [depth, ..] = rows.shape();
    let changes = sum_over(depth, Vec::new, |z| changes_from_slice(rows, z), add_counts);
    let area = DIRECTIONS.iter().zip(changes).map(|(&(dz, dy, dx), count)| {
        let squared = dz + dy.unsigned_abs() + dx.unsigned_abs();
        let weight = [AXIS, FACE, SPACE][squared - 1];
        weight * count as f64 / (squared as f64).sqrt()
    });
    4.0 * area.sum::<f64>()
}

/// Phase changes, by direction, between slice `z` and itself or the next.
fn changes_from_slice(rows: &PackedRows, z: usize) -> Vec<u64> {
    let [depth, height, width] = rows.shape();
    let mut counts = vec![0; DIRECTIONS.len()];
    for y in 0..height {
        let here = rows.row(z, y);
        for (count, &(dz, dy, dx)) in counts.iter_mut().zip(&DIRECTIONS) {
            let Some(there_y) = y.checked_add_signed(dy).filter(|&there| there < height) else { continue };
            if z + dz >= depth {
                continue;
            }
            let there = rows.row(z + dz, there_y);
            *count += match dx {
                0 => changes(here, there, width, |row, i| row[i]),
                // Compare `here[x]` with `there[x + 1]`: the last voxel of `here` has no partner.
                1 => shifted_changes(here, there, width - 1),
                // Compare `here[x + 1]` with `there[x]`.
                _ => shifted_changes(there, here, width - 1),
            };
        }
    }
    counts
}

#[inline]
fn changes(a: &[u64], b: &[u64], width: usize, b_word: impl Fn(&[u64], usize) -> u64) -> u64 {
    let mut count = 0u64;
    for (i, &word) in a.iter().enumerate() {
        let differ = (word ^ b_word(b, i)) & PackedRows::mask(width, i);
        count = count.wrapping_add(u64::from(differ.count_ones()));
    }
    count
}

#[inline]
fn shifted_changes(a: &[u64], b: &[u64], width: usize) -> u64 {
    changes(a, b, width, |row, i| row[i] >> 1 | row.get(i + 1).map_or(0, |next| next << 63))
}

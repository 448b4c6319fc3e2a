//! Median of 27 by compare-exchange, many voxels side by side.
//!
//! The nine values above one another in z and y are sorted once for each x. Three neighbouring columns, rank
//! by rank put in order, form a 3 × 9 table that rises along rows and columns; in it, seven entries are known
//! to lie below the median and seven above, and the median of the other thirteen is that of all.

use super::parallel::for_each_chunk;

/// Voxels handled at once; compare-exchange of so many bytes is a handful of vector instructions.
const LANES: usize = 32;
type Lanes = [u8; LANES];

/// The 25 exchanges that sort nine values (Floyd's network).
#[rustfmt::skip]
const SORT_NINE: [(usize, usize); 25] = [
    (0, 3), (1, 7), (2, 5), (4, 8),
    (0, 7), (2, 4), (3, 8), (5, 6),
    (0, 2), (1, 3), (4, 5), (7, 8),
    (1, 4), (3, 6), (5, 7),
    (0, 1), (2, 4), (3, 5), (6, 8),
    (2, 3), (4, 5), (6, 7),
    (1, 2), (3, 4), (5, 6),
];

/// 3×3×3 median of `values`, edge voxels repeated outwards.
pub(crate) fn filter(shape: [usize; 3], values: &[u8]) -> Vec<u8> {
    let mut result = vec![0; values.len()];
    for_each_chunk(&mut result, shape[1] * shape[2], |z, slice| {
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("avx2") {
            // SAFETY: the processor was just found to have the feature that the function is compiled for.
            return unsafe { filter_slice_avx2(shape, values, z, slice) };
        }
        filter_slice(shape, values, z, slice);
    });
    result
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn filter_slice_avx2(shape: [usize; 3], values: &[u8], z: usize, slice: &mut [u8]) {
    filter_slice(shape, values, z, slice);
}

#[inline(always)]
fn filter_slice([depth, height, width]: [usize; 3], values: &[u8], z: usize, slice: &mut [u8]) {
    // One voxel is repeated before each row and enough behind it for whole groups of lanes.
    let length = (width + 2).next_multiple_of(LANES) + LANES;
    let mut rows = vec![vec![0u8; length]; 9];
    for y in 0..height {
        for (i, row) in rows.iter_mut().enumerate() {
            let near = |centre: usize, step: usize, side: usize| (centre + step).saturating_sub(1).min(side - 1);
            let start = (near(z, i / 3, depth) * height + near(y, i % 3, height)) * width;
            row[1..=width].copy_from_slice(&values[start..start + width]);
            row[0] = row[1];
            let last = row[width];
            row[width + 1..].fill(last);
        }
        for start in (0..length).step_by(LANES) {
            let mut column = [[0u8; LANES]; 9];
            for (lanes, row) in column.iter_mut().zip(&rows) {
                lanes.copy_from_slice(&row[start..start + LANES]);
            }
            sort_nine(&mut column);
            for (lanes, row) in column.iter().zip(&mut rows) {
                row[start..start + LANES].copy_from_slice(lanes);
            }
        }
        for (i, out) in slice[y * width..][..width].chunks_mut(LANES).enumerate() {
            let table: [[Lanes; 3]; 9] = std::array::from_fn(|rank| {
                let mut ordered: [Lanes; 3] = std::array::from_fn(|x| {
                    let mut lanes = [0; LANES];
                    lanes.copy_from_slice(&rows[rank][i * LANES + x..][..LANES]);
                    lanes
                });
                order(&mut ordered, 0, 1);
                order(&mut ordered, 1, 2);
                order(&mut ordered, 0, 1);
                ordered
            });
            out.copy_from_slice(&median_of_table(&table)[..out.len()]);
        }
    }
}

#[inline(always)]
fn sort_nine(values: &mut [Lanes; 9]) {
    for (low, high) in SORT_NINE {
        order(values, low, high);
    }
}

/// The median of `table[rank][order]`. Entry (r, o) has (r + 1)(o + 1) entries not above it, itself included,
/// and (9 − r)(3 − o) not below it: where one of these exceeds 14, it is not the median.
#[inline(always)]
fn median_of_table(table: &[[Lanes; 3]; 9]) -> Lanes {
    #[rustfmt::skip]
    let mut left: [Lanes; 13] = [
        table[5][0], table[6][0], table[7][0], table[8][0],
        table[2][1], table[3][1], table[4][1], table[5][1], table[6][1],
        table[0][2], table[1][2], table[2][2], table[3][2],
    ];
    // "Forgetful selection": of any 8 out of 13 values, neither the smallest nor the largest is the median.
    // Drop both, take in the next value, and go on until three are left.
    for (held, next) in (4..=8).rev().zip(8..13) {
        extremes_outwards(&mut left, held);
        left[0] = left[next];
    }
    extremes_outwards(&mut left, 3);
    left[1]
}

/// Moves the smallest of the first `held` to the front and the largest to their end, lane by lane.
#[inline(always)]
fn extremes_outwards(values: &mut [Lanes; 13], held: usize) {
    let (last, half) = (held - 1, held / 2);
    for i in 0..half {
        order(values, i, last - i);
    }
    for i in 1..=last - half {
        order(values, 0, i);
    }
    for i in half..last {
        order(values, i, last);
    }
}

#[inline(always)]
fn order<const N: usize>(values: &mut [Lanes; N], low: usize, high: usize) {
    let (a, b) = (values[low], values[high]);
    let (mut least, mut most) = (a, b);
    for lane in 0..LANES {
        least[lane] = a[lane].min(b[lane]);
        most[lane] = a[lane].max(b[lane]);
    }
    // Whole arrays at the end: had the loop written to `values`, `low` and `high` might have been one place
    // for all the compiler knows, and it could not have used vectors.
    values[low] = least;
    values[high] = most;
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A network that sorts all sequences of zeros and ones sorts everything.
    #[test]
    fn the_network_sorts() {
        for pattern in 0u32..512 {
            let mut values: [Lanes; 9] = std::array::from_fn(|i| [(pattern >> i & 1) as u8; LANES]);
            sort_nine(&mut values);
            assert!(values.is_sorted(), "{pattern:b}");
        }
    }

    #[test]
    fn the_median_is_that_of_the_sorted_neighbourhood() {
        let shape = [4, 5, 70];
        let values: Vec<u8> = (0u64..4 * 5 * 70).map(|i| (i.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as u8).collect();
        let at = |z: isize, y: isize, x: isize| {
            let [z, y, x] = [(z, 4), (y, 5), (x, 70)].map(|(v, side)| v.clamp(0, side - 1) as usize);
            values[(z * 5 + y) * 70 + x]
        };
        let filtered = filter(shape, &values);
        for (i, &found) in filtered.iter().enumerate() {
            let [z, y, x] = [i / 350, i / 70 % 5, i % 70].map(|v| v as isize);
            let mut window: Vec<u8> = (0..27).map(|j| at(z + j / 9 - 1, y + j / 3 % 3 - 1, x + j % 3 - 1)).collect();
            window.sort_unstable();
            assert_eq!(found, window[13]);
        }
    }
}

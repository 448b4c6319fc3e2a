//! Median of 27 by compare-exchange, many voxels side by side.

use super::parallel::for_each_chunk;

/// Voxels handled at once; compare-exchange of so many bytes is a handful of vector instructions.
const LANES: usize = 32;
type Lanes = [u8; LANES];

/// 3×3×3 median of `values`, edge voxels repeated outwards.
pub(crate) fn filter(shape: [usize; 3], values: &[u8]) -> Vec<u8> {
    let [depth, height, width] = shape;
    let mut result = vec![0; values.len()];
    for_each_chunk(&mut result, height * width, |z, slice| {
        // Nine rows around the present one, each with one voxel repeated before it and enough behind it.
        let mut rows = vec![vec![0u8; width.next_multiple_of(LANES) + 2]; 9];
        for y in 0..height {
            for (i, row) in rows.iter_mut().enumerate() {
                let near = |centre: usize, step: usize, side: usize| (centre + step).saturating_sub(1).min(side - 1);
                let start = (near(z, i / 3, depth) * height + near(y, i % 3, height)) * width;
                row[1..=width].copy_from_slice(&values[start..start + width]);
                row[0] = row[1];
                let last = row[width];
                row[width + 1..].fill(last);
            }
            for (i, out) in slice[y * width..][..width].chunks_mut(LANES).enumerate() {
                let mut window = [[0u8; LANES]; 27];
                for (j, lanes) in window.iter_mut().enumerate() {
                    lanes.copy_from_slice(&rows[j / 3][i * LANES + j % 3..][..LANES]);
                }
                out.copy_from_slice(&median_of(&mut window)[..out.len()]);
            }
        }
    });
    result
}

fn median_of(window: &mut [Lanes; 27]) -> Lanes {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        // SAFETY: the processor was just found to have the feature that the function is compiled for.
        return unsafe { median_avx2(window) };
    }
    median(window)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn median_avx2(window: &mut [Lanes; 27]) -> Lanes {
    median(window)
}

/// "Forgetful selection": of any 15 out of 27 values, neither the smallest nor the largest is the median.
/// Drop both, take in the next value, and go on until three are left.
#[inline(always)]
fn median(window: &mut [Lanes; 27]) -> Lanes {
    let mut held = 15;
    for next in 15..27 {
        extremes_outwards(&mut window[..held]);
        window[0] = window[next];
        held -= 1;
    }
    extremes_outwards(&mut window[..held]);
    window[1]
}

/// Moves the smallest to the front and the largest to the back, lane by lane.
#[inline(always)]
fn extremes_outwards(values: &mut [Lanes]) {
    let last = values.len() - 1;
    let half = values.len() / 2;
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
fn order(values: &mut [Lanes], low: usize, high: usize) {
    let (a, b) = (values[low], values[high]);
    for lane in 0..LANES {
        values[low][lane] = a[lane].min(b[lane]);
        values[high][lane] = a[lane].max(b[lane]);
    }
}

//! Euler number (pieces − tunnels + cavities) from 2×2×2 windows.
//!
//! A window contributes `V/8 − E/4 + F/2 − C`: its pore voxels, its pairs of face neighbours, its full
//! 2×2 squares and its full cube, each shared with the windows around it. That is the Euler number of the
//! 6-connected pore space. A 26-connected pore space has the 6-connected grain as its complement, and
//! window by window χ₂₆(pore) = χ₆(grain).

use super::{GRAIN, PORE, Volume, packed::PackedRows, parallel::sum_over};

/// Euler numbers of the pore space for both connectivities.
///
/// The duality gives those of the grain: χ₆(grain) = χ₂₆(pore) and χ₂₆(grain) = χ₆(pore).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Euler {
    /// Pore voxels are neighbours across faces only.
    pub pore6: f64,
    /// Pore voxels are neighbours across faces, edges and corners.
    pub pore26: f64,
}

impl Euler {
    /// Sum over the windows inside the volume. Nothing is assumed outside, so sub-volumes of one rock have
    /// the same expectation per voxel; the value may be a fraction. A volume one voxel thin has no window
    /// and the value 0.
    pub fn window(volume: &Volume) -> Self {
        sum_windows(&PackedRows::new(volume))
    }

    /// The volume surrounded by grain: the Euler number of the pore space as a closed body, an integer.
    pub fn closed_pore(volume: &Volume) -> Self {
        sum_windows(&PackedRows::padded(volume, GRAIN))
    }

    /// The volume surrounded by pore: by duality, `pore26` is χ₆ of the grain as a closed body and `pore6`
    /// its χ₂₆.
    pub fn closed_grain(volume: &Volume) -> Self {
        sum_windows(&PackedRows::padded(volume, PORE))
    }
}

pub(crate) fn sum_windows(rows: &PackedRows) -> Euler {
    let [depth, height, width] = rows.shape();
    if depth < 2 || height < 2 || width < 2 {
        return Euler { pore6: 0.0, pore26: 0.0 };
    }
    let (pore, grain) = sum_over(
        depth - 1,
        || (0i64, 0i64),
        |z| {
            (0..height - 1).fold((0, 0), |sum, y| {
                let quad = [rows.row(z, y), rows.row(z, y + 1), rows.row(z + 1, y), rows.row(z + 1, y + 1)];
                let (pore, grain) = row_of_windows(quad, width - 1);
                (sum.0 + pore, sum.1 + grain)
            })
        },
        |a, b| (a.0 + b.0, a.1 + b.1),
    );
    Euler { pore6: pore as f64 / 8.0, pore26: grain as f64 / 8.0 }
}

/// Eighths of χ₆ of pore and of grain over `windows` windows along x between four rows.
fn row_of_windows(quad: [&[u64]; 4], windows: usize) -> (i64, i64) {
    let (mut pore, mut grain) = (0, 0);
    for i in 0..quad[0].len() {
        let valid = PackedRows::mask(windows, i);
        let near = quad.map(|row| row[i]);
        let far = quad.map(|row| row[i] >> 1 | row.get(i + 1).map_or(0, |next| next << 63));
        pore += eighths(near.map(|word| word & valid), far.map(|word| word & valid));
        grain += eighths(near.map(|word| !word & valid), far.map(|word| !word & valid));
    }
    (pore, grain)
}

/// `V − 2E + 4F − 8C` of 64 windows: rows (z,y), (z,y+1), (z+1,y), (z+1,y+1) at x and at x + 1.
#[inline]
fn eighths([a, b, c, d]: [u64; 4], [e, f, g, h]: [u64; 4]) -> i64 {
    let count = |words: &[u64]| words.iter().fold(0u32, |sum, word| sum.wrapping_add(word.count_ones()));
    let (along_x_a, along_x_b, along_x_c, along_x_d) = (a & e, b & f, c & g, d & h);
    let (near_y0, near_y1, far_y0, far_y1) = (a & b, c & d, e & f, g & h);
    let voxels = count(&[a, b, c, d, e, f, g, h]);
    let edges = count(&[
        along_x_a,
        along_x_b,
        along_x_c,
        along_x_d,
        near_y0,
        near_y1,
        far_y0,
        far_y1,
        a & c,
        b & d,
        e & g,
        f & h,
    ]);
    let (side_z0, side_z1) = (near_y0 & far_y0, near_y1 & far_y1);
    let faces =
        count(&[side_z0, side_z1, along_x_a & along_x_c, along_x_b & along_x_d, near_y0 & near_y1, far_y0 & far_y1]);
    let cubes = (side_z0 & side_z1).count_ones();
    i64::from(voxels) - 2 * i64::from(edges) + 4 * i64::from(faces) - 8 * i64::from(cubes)
}

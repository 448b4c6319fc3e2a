//! The three transformations along one axis, and those that undo or mirror them, for a vector of channels at a time.

use pulp::Simd;

// Neither closures nor `array::from_fn` are inlined into what is compiled for the instruction set at hand.

#[inline(always)]
fn scaled<S: Simd>(simd: S, factor: f32, x: S::f32s) -> S::f32s {
    simd.mul_f32s(simd.splat_f32s(factor), x)
}

/// `factor · x + sum`.
#[inline(always)]
fn times<S: Simd>(simd: S, factor: f32, x: S::f32s, sum: S::f32s) -> S::f32s {
    simd.mul_add_e_f32s(simd.splat_f32s(factor), x, sum)
}

/// Vector `i` of a row of whole vectors.
#[inline(always)]
pub fn load<S: Simd>(_: S, row: &[f32], i: usize) -> S::f32s {
    S::as_simd_f32s(row).0[i]
}

/// Puts vector `i` into a row of whole vectors.
#[inline(always)]
pub fn store<S: Simd>(_: S, row: &mut [f32], i: usize, value: S::f32s) {
    S::as_mut_simd_f32s(row).0[i] = value;
}

/// Bᵀd.
#[inline(always)]
pub fn values<S: Simd>(simd: S, d: [S::f32s; 6]) -> [S::f32s; 6] {
    let even = times(simd, -4.0, d[2], d[4]);
    let odd = times(simd, -4.0, d[1], d[3]);
    let even_2 = simd.sub_f32s(d[4], d[2]);
    let odd_2 = simd.sub_f32s(d[3], d[1]);
    [
        times(simd, 4.0, d[0], times(simd, -5.0, d[2], d[4])),
        simd.add_f32s(even, odd),
        simd.sub_f32s(even, odd),
        times(simd, 2.0, odd_2, even_2),
        times(simd, -2.0, odd_2, even_2),
        times(simd, 4.0, d[1], times(simd, -5.0, d[3], d[5])),
    ]
}

/// Aᵀm.
#[inline(always)]
pub fn results<S: Simd>(simd: S, m: [S::f32s; 6]) -> [S::f32s; 4] {
    let (sum, difference) = (simd.add_f32s(m[1], m[2]), simd.sub_f32s(m[1], m[2]));
    let (sum_2, difference_2) = (simd.add_f32s(m[3], m[4]), simd.sub_f32s(m[3], m[4]));
    [
        simd.add_f32s(simd.add_f32s(m[0], sum), sum_2),
        times(simd, 2.0, difference_2, difference),
        times(simd, 4.0, sum_2, sum),
        simd.add_f32s(times(simd, 8.0, difference_2, difference), m[5]),
    ]
}

/// Ay.
#[inline(always)]
pub fn gradients<S: Simd>(simd: S, y: [S::f32s; 4]) -> [S::f32s; 6] {
    let (even, odd) = (simd.add_f32s(y[0], y[2]), simd.add_f32s(y[1], y[3]));
    let even_2 = times(simd, 4.0, y[2], y[0]);
    let odd_2 = times(simd, 4.0, y[3], y[1]);
    [
        y[0],
        simd.add_f32s(even, odd),
        simd.sub_f32s(even, odd),
        times(simd, 2.0, odd_2, even_2),
        times(simd, -2.0, odd_2, even_2),
        y[3],
    ]
}

/// Gg.
#[inline(always)]
pub fn kernels<S: Simd>(simd: S, g: [S::f32s; 3]) -> [S::f32s; 6] {
    let outer = scaled(simd, -1.0 / 6.0, simd.add_f32s(g[0], g[2]));
    let outer_2 = times(simd, 1.0 / 6.0, g[2], scaled(simd, 1.0 / 24.0, g[0]));
    [
        scaled(simd, 0.25, g[0]),
        times(simd, -1.0 / 6.0, g[1], outer),
        times(simd, 1.0 / 6.0, g[1], outer),
        times(simd, 1.0 / 12.0, g[1], outer_2),
        times(simd, -1.0 / 12.0, g[1], outer_2),
        g[2],
    ]
}

/// Gᵀk.
#[inline(always)]
pub fn weights<S: Simd>(simd: S, k: [S::f32s; 6]) -> [S::f32s; 3] {
    let (sum, difference) = (simd.add_f32s(k[1], k[2]), simd.sub_f32s(k[2], k[1]));
    let (sum_2, difference_2) = (simd.add_f32s(k[3], k[4]), simd.sub_f32s(k[3], k[4]));
    [
        times(simd, 0.25, k[0], times(simd, -1.0 / 6.0, sum, scaled(simd, 1.0 / 24.0, sum_2))),
        times(simd, 1.0 / 6.0, difference, scaled(simd, 1.0 / 12.0, difference_2)),
        simd.add_f32s(times(simd, -1.0 / 6.0, sum, scaled(simd, 1.0 / 6.0, sum_2)), k[5]),
    ]
}

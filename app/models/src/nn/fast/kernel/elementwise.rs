//! Element-wise functions, written without branches so that the compiler vectorises them for the instruction set
//! that `pulp` finds. Relative errors are a few units in the last place, but for what is said at [`sigmoid`]; infinities
//! and NaN come out as they should.

use super::parallel::for_each;
use pulp::{Arch, Simd, WithSimd};
use std::f32::consts::{FRAC_1_SQRT_2, LN_2, LOG2_E};

/// Floats per task.
const CHUNK: usize = 1 << 14;

/// A function of one number, and of one number and the gradient of its result.
pub trait Function: Copy + Sync + Send {
    /// The value at `x`.
    fn value(self, x: f32) -> f32;
    /// The derivative at `x`.
    fn slope(self, x: f32) -> f32;
}

/// `y[i] = f(y[i])`.
pub fn apply(f: impl Function, y: &mut [f32]) {
    for_each(y.chunks_mut(CHUNK).collect(), |y| Arch::new().dispatch(Apply { f, y }));
}

/// `grad[i] *= f'(x[i])`.
pub fn apply_slope(f: impl Function, x: &[f32], grad: &mut [f32]) {
    let work = x.chunks(CHUNK).zip(grad.chunks_mut(CHUNK)).collect();
    for_each(work, |(x, grad)| Arch::new().dispatch(ApplySlope { f, x, grad }));
}

struct Apply<'a, F> {
    f: F,
    y: &'a mut [f32],
}

impl<F: Function> WithSimd for Apply<'_, F> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        for y in self.y {
            *y = self.f.value(*y);
        }
    }
}

struct ApplySlope<'a, F> {
    f: F,
    x: &'a [f32],
    grad: &'a mut [f32],
}

impl<F: Function> WithSimd for ApplySlope<'_, F> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        for (grad, x) in self.grad.iter_mut().zip(self.x) {
            *grad *= self.f.slope(*x);
        }
    }
}

/// Adding 1.5·2²³ rounds to an integer and leaves it in the low bits of the sum.
const MAGIC: f32 = 12_582_912.0;

/// `eˣ` by reduction to `|r| ≤ ln 2 / 2` and a polynomial of degree 6 (Cephes' coefficients).
#[inline(always)]
pub fn exp(x: f32) -> f32 {
    const LN_2_HIGH: f32 = 0.693_359_4;
    let shifted = x * LOG2_E + MAGIC;
    let n = shifted - MAGIC;
    let r = (x - n * LN_2_HIGH) - n * (LN_2 - LN_2_HIGH + LN_2_TAIL);
    let p = 1.987_569_1e-4;
    let p = p * r + 1.398_199_9e-3;
    let p = p * r + 8.333_452e-3;
    let p = p * r + 4.166_579_6e-2;
    let p = p * r + 1.666_666_5e-1;
    let p = p * r + 5.0e-1;
    let p = p * (r * r) + r + 1.0;
    // 2ⁿ⁻¹, then doubled: 2¹²⁸ alone would overflow.
    let scale = f32::from_bits((shifted.to_bits() << 23).wrapping_add(126 << 23));
    let y = p * scale * 2.0;
    let y = if x > 88.722_83 { f32::INFINITY } else { y };
    if x < -87.336_54 { 0.0 } else { y }
}

/// What `f32` loses of ln 2.
const LN_2_TAIL: f32 = -1.904_654_3e-9;

/// `1 + e⁻ˣ`, the power as one of two, which takes half the time of [`exp`] in the browser. The roundings of `log₂ e` and
/// of its product make a relative error of `|x|·8·10⁻⁸` in what is added to 1; below x = −88.3 the power is infinite.
#[inline(always)]
fn one_and_exp_negative(x: f32) -> f32 {
    let t = x * -LOG2_E;
    let t = if t < -126.0 { -126.0 } else { t };
    // 2¹²⁸ is infinite.
    let t = if t > 128.0 { 128.0 } else { t };
    let shifted = t + MAGIC;
    let f = t - (shifted - MAGIC);
    // 2ᶠ for |f| ≤ ½: the least greatest relative error, 1.05·10⁻⁷, of those that are 1 and rise by ln 2 at 0.
    let p = 1.330_060_5e-3;
    let p = p * f + 9.669_691e-3;
    let p = p * f + 5.550_558_5e-2;
    let p = p * f + 2.402_228_3e-1;
    let p = p * f + LN_2;
    let p = p * f + 1.0;
    1.0 + p * f32::from_bits((shifted.to_bits() << 23).wrapping_add(127 << 23))
}

/// To a relative error of `3·10⁻⁷`, and of `|x|·8·10⁻⁸` more on the left, see [`one_and_exp_negative`].
#[inline(always)]
fn sigmoid(x: f32) -> f32 {
    1.0 / one_and_exp_negative(x)
}

/// A polynomial near 0, where the exponential form cancels.
#[inline(always)]
fn tanh(x: f32) -> f32 {
    let a = x.abs();
    let far = (1.0 - 2.0 / (exp(2.0 * a) + 1.0)).copysign(x);
    let s = x * x;
    let p = -5.704_988_7e-3;
    let p = p * s + 2.063_909e-2;
    let p = p * s - 5.373_971_4e-2;
    let p = p * s + 1.333_144_2e-1;
    let p = p * s - 3.333_328e-1;
    let near = p * s * x + x;
    if a < 0.625 { near } else { far }
}

/// The normal distribution function, by the Chebyshev fit of erfc in Numerical Recipes (relative error 1.2e-7).
#[inline(always)]
fn normal_cdf(x: f32) -> f32 {
    let z = x.abs() * FRAC_1_SQRT_2;
    let t = 1.0 / (1.0 + 0.5 * z);
    let p = 0.170_872_77;
    let p = p * t - 0.822_152_23;
    let p = p * t + 1.488_515_9;
    let p = p * t - 1.135_204;
    let p = p * t + 0.278_868_07;
    let p = p * t - 0.186_288_06;
    let p = p * t + 0.096_784_18;
    let p = p * t + 0.374_091_96;
    let p = p * t + 1.000_023_7;
    let p = p * t - 1.265_512_2;
    let tail = 0.5 * t * exp(p - z * z);
    if x < 0.0 { tail } else { 1.0 - tail }
}

/// `ln(1 + u)` for `u` in `[0, 1]`, as `2·artanh(u / (2 + u))`.
#[inline(always)]
fn ln_1p(u: f32) -> f32 {
    let s = u / (2.0 + u);
    let q = s * s;
    let p = 1.0 / 15.0;
    let p = p * q + 1.0 / 13.0;
    let p = p * q + 1.0 / 11.0;
    let p = p * q + 1.0 / 9.0;
    let p = p * q + 1.0 / 7.0;
    let p = p * q + 1.0 / 5.0;
    let p = p * q + 1.0 / 3.0;
    2.0 * s * (p * q + 1.0)
}

macro_rules! functions {
    ($($name:ident: $x:ident => $value:expr, $slope:expr;)*) => {$(
        #[derive(Clone, Copy)]
        pub struct $name;

        impl Function for $name {
            #[inline(always)]
            fn value(self, $x: f32) -> f32 {
                $value
            }
            #[inline(always)]
            fn slope(self, $x: f32) -> f32 {
                $slope
            }
        }
    )*};
}

functions! {
    Exp: x => exp(x), exp(x);
    Sigmoid: x => sigmoid(x), { let s = sigmoid(x); s * (1.0 - s) };
    Silu: x => x / one_and_exp_negative(x), { let s = sigmoid(x); s * (1.0 + x * (1.0 - s)) };
    Tanh: x => tanh(x), { let y = tanh(x); 1.0 - y * y };
    Gelu: x => x * normal_cdf(x), normal_cdf(x) + x * 0.398_942_3 * exp(-0.5 * x * x);
    Softplus: x => x.max(0.0) + ln_1p(exp(-x.abs())), sigmoid(x);
}

/// `max(x, 0) + slope·min(x, 0)`.
#[derive(Clone, Copy)]
pub struct LeakyRelu(pub f32);

impl Function for LeakyRelu {
    #[inline(always)]
    fn value(self, x: f32) -> f32 {
        if x > 0.0 { x } else { self.0 * x }
    }

    #[inline(always)]
    fn slope(self, x: f32) -> f32 {
        if x > 0.0 { 1.0 } else { self.0 }
    }
}

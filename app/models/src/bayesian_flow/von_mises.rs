//! The von Mises distribution vM(μ, κ) ∝ exp(κ cos(x − μ)): the normal distribution of the circle.

use std::f64::consts::PI;

/// Above this argument the asymptotic series is used: there its smallest term is far below the precision of `f64`.
const ASYMPTOTIC_FROM: f64 = 30.0;
/// ln 2π: the entropy of the uniform distribution, the largest on the circle.
pub const LARGEST_ENTROPY: f64 = 1.837_877_066_409_345_6;

/// `e^−κ I₀(κ)`, the exponentially scaled modified Bessel function of order 0, for κ ≥ 0. The scaling keeps it from
/// overflowing.
pub fn i0e(kappa: f64) -> f64 {
    bessel(0, kappa)
}

/// `e^−κ I₁(κ)`, of order 1, for κ ≥ 0.
pub fn i1e(kappa: f64) -> f64 {
    bessel(1, kappa)
}

fn bessel(order: u32, kappa: f64) -> f64 {
    if kappa < ASYMPTOTIC_FROM { power_series(order, kappa) } else { asymptotic(order, kappa) }
}

/// `Σ (κ/2)^(2k+ν) / (k! (k+ν)!)`; every term is positive, so nothing cancels.
fn power_series(order: u32, kappa: f64) -> f64 {
    let half = 0.5 * kappa;
    let square = half * half;
    let mut term = (-kappa).exp() * half.powi(order as i32);
    let mut sum = term;
    let mut k = 1.0;
    while term > f64::EPSILON * 1e-3 * sum {
        term *= square / (k * (k + f64::from(order)));
        sum += term;
        k += 1.0;
    }
    sum
}

/// `(2πκ)^−½ Σ (−1)^k a_k(ν) κ^−k` (Abramowitz & Stegun 9.7.1).
fn asymptotic(order: u32, kappa: f64) -> f64 {
    let mu = 4.0 * f64::from(order * order);
    let mut term: f64 = 1.0;
    let mut sum = 1.0;
    let mut k = 1.0;
    while term.abs() > f64::EPSILON * 1e-3 && k < 60.0 {
        let odd = 2.0 * k - 1.0;
        term *= -(mu - odd * odd) / (k * 8.0 * kappa);
        sum += term;
        k += 1.0;
    }
    sum / (2.0 * PI * kappa).sqrt()
}

/// `A(κ) = I₁(κ)/I₀(κ)`: the length of the mean vector, the circle's measure of certainty. κ/2 for small κ,
/// 1 − 1/(2κ) for large.
pub fn mean_length(kappa: f64) -> f64 {
    i1e(kappa) / i0e(kappa)
}

/// `1 − A(κ)` without the cancellation: for large κ the leading terms of both series are equal and drop out.
fn versine(kappa: f64) -> f64 {
    if kappa < ASYMPTOTIC_FROM {
        return (i0e(kappa) - i1e(kappa)) / i0e(kappa);
    }
    let (mut zero, mut one, mut difference): (f64, f64, f64) = (1.0, 1.0, 0.0);
    let mut k = 1.0;
    while zero.abs() > f64::EPSILON * 1e-3 && k < 60.0 {
        let odd = 2.0 * k - 1.0;
        zero *= odd * odd / (k * 8.0 * kappa);
        one *= (odd * odd - 4.0) / (k * 8.0 * kappa);
        difference += zero - one;
        k += 1.0;
    }
    difference / (asymptotic(0, kappa) * (2.0 * PI * kappa).sqrt())
}

/// Entropy of vM(·, κ) in nat, `ln(2π I₀(κ)) − κ A(κ)`, in a form in which the large terms have cancelled.
pub fn entropy(kappa: f64) -> f64 {
    LARGEST_ENTROPY + i0e(kappa).ln() + kappa * versine(kappa)
}

/// `dH/dκ = −κ A'(κ)` with `A' = 1 − A² − A/κ`.
fn entropy_slope(kappa: f64) -> f64 {
    let a = mean_length(kappa);
    a - kappa * (1.0 - a * a)
}

/// The concentration of which [`entropy`] is `target`; 0 if no circle is as uncertain.
pub fn inverse_entropy(target: f64) -> f64 {
    if target >= LARGEST_ENTROPY {
        return 0.0;
    }
    let mut high = 1.0;
    while entropy(high) > target {
        high *= 2.0;
    }
    let mut low = if high > 1.0 { 0.5 * high } else { 0.0 };
    let mut kappa = 0.5 * (low + high);
    // Newton's steps, and a bisection where one would leave the bracket.
    for _ in 0..200 {
        let excess = entropy(kappa) - target;
        if excess > 0.0 {
            low = kappa;
        } else {
            high = kappa;
        }
        let newton = kappa - excess / entropy_slope(kappa);
        let next = if newton > low && newton < high { newton } else { 0.5 * (low + high) };
        if (next - kappa).abs() <= 1e-15 * kappa {
            return next;
        }
        kappa = next;
    }
    kappa
}

/// Density of vM(0, κ) at `angle`.
pub fn density(angle: f64, kappa: f64) -> f64 {
    relative_density(angle, kappa) / (2.0 * PI * i0e(kappa))
}

/// Density of vM(0, κ) at `angle` as a share of that at 0.
pub fn relative_density(angle: f64, kappa: f64) -> f64 {
    // cos x − 1 = −2 sin²(x/2) keeps small angles exact.
    let half = (0.5 * angle).sin();
    (-2.0 * kappa * half * half).exp()
}

/// Kullback–Leibler divergence between two von Mises distributions of equal κ whose means are `angle` apart:
/// `κ A(κ)(1 − cos angle)`.
pub fn divergence(angle: f64, kappa: f64) -> f64 {
    let half = (0.5 * angle).sin();
    2.0 * kappa * mean_length(kappa) * half * half
}

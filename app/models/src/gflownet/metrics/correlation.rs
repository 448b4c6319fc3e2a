//! Agreement of two rows of numbers.

/// Pearson's correlation; `None` if fewer than two pairs, a row is constant, or a value is not finite.
///
/// # Panics
/// If the rows have different lengths.
pub fn pearson(x: &[f64], y: &[f64]) -> Option<f64> {
    assert_eq!(x.len(), y.len(), "pairs of values");
    if x.len() < 2 || x.iter().chain(y).any(|v| !v.is_finite()) {
        return None;
    }
    let mean = |values: &[f64]| values.iter().map(|v| v / values.len() as f64).sum::<f64>();
    let (mx, my) = (mean(x), mean(y));
    // The largest deviation is divided out, so that squares neither overflow nor vanish.
    let scale = |values: &[f64], m: f64| values.iter().map(|v| (v - m).abs()).fold(0.0, f64::max);
    let (sx, sy) = (scale(x, mx), scale(y, my));
    if !(sx > 0.0 && sy > 0.0 && sx.is_finite() && sy.is_finite()) {
        return None;
    }
    let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
    for (&x, &y) in x.iter().zip(y) {
        let (dx, dy) = ((x - mx) / sx, (y - my) / sy);
        xx += dx * dx;
        yy += dy * dy;
        xy += dx * dy;
    }
    Some((xy / (xx.sqrt() * yy.sqrt())).clamp(-1.0, 1.0))
}

/// Spearman's rank correlation, equal values sharing their mean rank; `None` if fewer than two pairs, all values of a
/// row are equal, or one is NaN. Infinite values have ranks like any other.
///
/// # Panics
/// If the rows have different lengths.
pub fn spearman(x: &[f64], y: &[f64]) -> Option<f64> {
    assert_eq!(x.len(), y.len(), "pairs of values");
    if x.iter().chain(y).any(|v| v.is_nan()) {
        return None;
    }
    pearson(&ranks(x), &ranks(y))
}

fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    let mut start = 0;
    // Compared with `==`, so that 0 and −0 are equal.
    for equal in order.chunk_by(|&a, &b| values[a] == values[b]) {
        let mean = start as f64 + (equal.len() - 1) as f64 / 2.0;
        equal.iter().for_each(|&i| ranks[i] = mean);
        start += equal.len();
    }
    ranks
}

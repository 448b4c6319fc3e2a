//! Which pixels of a line make one pixel of its resized copy, and with which weights.

/// Half of the kernel's support at scale 1.
const RADIUS: f64 = 2.0;

/// The weights of a line of `from` pixels resized to `to`: `count` of them for each new pixel, beginning at its
/// first old one.
pub(super) struct Taps {
    count: usize,
    firsts: Vec<usize>,
    weights: Vec<f32>,
}

impl Taps {
    /// Keys' cubic (1981, a = −½), stretched by the scale where the line shrinks, so that it does not alias; the
    /// weights of a pixel sum to 1; the line goes on as in a mirror beyond its ends (…, 1, 0 | 0, 1, …).
    pub(super) fn bicubic(from: usize, to: usize) -> Self {
        let scale = to as f64 / from as f64;
        let stretch = scale.min(1.0);
        let radius = RADIUS / stretch;
        let lines: Vec<(i64, Vec<f64>)> = (0..to)
            .map(|pixel| {
                let centre = (pixel as f64 + 0.5) / scale - 0.5;
                // Open at both ends: the kernel vanishes there.
                let (first, last) = ((centre - radius).floor() as i64 + 1, (centre + radius).ceil() as i64 - 1);
                let weights: Vec<f64> = (first..=last).map(|i| cubic((centre - i as f64) * stretch)).collect();
                (first, weights)
            })
            .collect();
        let count = lines.iter().map(|(_, weights)| weights.len()).max().unwrap_or(0).min(from);
        let mut firsts = Vec::with_capacity(to);
        let mut folded = vec![0.0; to * count];
        for ((first, weights), line) in lines.iter().zip(folded.chunks_exact_mut(count)) {
            let start = (*first).clamp(0, (from - count) as i64) as usize;
            let sum: f64 = weights.iter().sum();
            for (weight, i) in weights.iter().zip(*first..) {
                line[mirrored(i, from) - start] += weight / sum;
            }
            firsts.push(start);
        }
        Self { count, firsts, weights: folded.iter().map(|&weight| weight as f32).collect() }
    }

    /// The first old pixel of new pixel `to`, and the weights from there on.
    #[inline]
    pub(super) fn of(&self, to: usize) -> (usize, &[f32]) {
        (self.firsts[to], &self.weights[to * self.count..][..self.count])
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (usize, &[f32])> {
        self.firsts.iter().copied().zip(self.weights.chunks_exact(self.count))
    }
}

fn cubic(x: f64) -> f64 {
    let x = x.abs();
    if x <= 1.0 {
        (1.5 * x - 2.5) * x * x + 1.0
    } else if x < 2.0 {
        ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0
    } else {
        0.0
    }
}

fn mirrored(i: i64, side: usize) -> usize {
    let side = side as i64;
    let i = i.rem_euclid(2 * side);
    (if i < side { i } else { 2 * side - 1 - i }) as usize
}

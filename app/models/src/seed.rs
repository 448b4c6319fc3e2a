//! Explicit randomness: ChaCha streams, drawn on the host so that every device sees the same numbers.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

/// The generator of sample `index` of a request with `seed`; independent of how many samples are drawn.
pub fn stream(seed: u64, index: u64) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(index);
    rng
}

/// `count` draws from N(0, 1).
pub fn standard_normal(rng: &mut impl Rng, count: usize) -> Vec<f32> {
    (0..count).map(|_| StandardNormal.sample(rng)).collect()
}

//! Sums over slices, on all cores where the feature `parallel` is on, in order otherwise.

/// `merge`s `map(0) … map(count − 1)`. `merge` must be associative and exact (integers), so that the
/// result does not depend on how the work was split.
#[cfg(feature = "parallel")]
pub(crate) fn sum_over<T: Send>(
    count: usize,
    zero: impl Fn() -> T + Sync + Send,
    map: impl Fn(usize) -> T + Sync + Send,
    merge: impl Fn(T, T) -> T + Sync + Send,
) -> T {
    use rayon::prelude::*;
    (0..count).into_par_iter().map(map).reduce(zero, merge)
}

/// `merge`s `map(0) … map(count − 1)`.
#[cfg(not(feature = "parallel"))]
pub(crate) fn sum_over<T>(
    count: usize,
    zero: impl Fn() -> T,
    map: impl Fn(usize) -> T,
    merge: impl Fn(T, T) -> T,
) -> T {
    (0..count).map(map).fold(zero(), merge)
}

/// `map(0) … map(count − 1)`, in this order: for sums of floats that must not depend on the threads.
#[cfg(feature = "parallel")]
pub(crate) fn map_in_order<T: Send>(count: usize, map: impl Fn(usize) -> T + Sync + Send) -> Vec<T> {
    use rayon::prelude::*;
    (0..count).into_par_iter().map(map).collect()
}

/// `map(0) … map(count − 1)`, in this order.
#[cfg(not(feature = "parallel"))]
pub(crate) fn map_in_order<T>(count: usize, map: impl Fn(usize) -> T) -> Vec<T> {
    (0..count).map(map).collect()
}

/// Calls `each(index, chunk)` on the consecutive chunks of `data`.
#[cfg(feature = "parallel")]
pub(crate) fn for_each_chunk<T: Send>(data: &mut [T], chunk: usize, each: impl Fn(usize, &mut [T]) + Sync + Send) {
    use rayon::prelude::*;
    data.par_chunks_mut(chunk).enumerate().for_each(|(index, part)| each(index, part));
}

/// Calls `each(index, chunk)` on the consecutive chunks of `data`.
#[cfg(not(feature = "parallel"))]
pub(crate) fn for_each_chunk<T>(data: &mut [T], chunk: usize, each: impl Fn(usize, &mut [T])) {
    data.chunks_mut(chunk).enumerate().for_each(|(index, part)| each(index, part));
}

/// Element-wise `a + b` of counts of equal length.
pub(crate) fn add_counts(mut a: Vec<u64>, b: Vec<u64>) -> Vec<u64> {
    if a.is_empty() {
        return b;
    }
    for (a, b) in a.iter_mut().zip(b) {
        *a += b;
    }
    a
}

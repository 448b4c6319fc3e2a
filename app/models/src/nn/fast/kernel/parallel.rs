//! Independent tasks, on rayon's threads where there are any.

/// Runs `task` on every element of `work`, in no particular order.
#[cfg(feature = "native")]
pub fn for_each<T: Send>(work: Vec<T>, task: impl Fn(T) + Sync + Send) {
    use rayon::prelude::*;
    work.into_par_iter().for_each(task);
}

/// Runs `task` on every element of `work`.
#[cfg(not(feature = "native"))]
pub fn for_each<T: Send>(work: Vec<T>, task: impl Fn(T) + Sync + Send) {
    work.into_iter().for_each(task);
}

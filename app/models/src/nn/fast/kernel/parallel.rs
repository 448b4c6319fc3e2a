//! Independent tasks, on rayon's threads where there are any.

/// Runs `task` on every element of `work`, in no particular order.
#[cfg(feature = "native")]
pub fn for_each<T: Send>(work: Vec<T>, task: impl Fn(T) + Sync + Send) {
    use rayon::prelude::*;
    if work.len() < 2 {
        return work.into_iter().for_each(task);
    }
    work.into_par_iter().for_each(task);
}

/// Runs `task` on every element of `work`.
#[cfg(not(feature = "native"))]
pub fn for_each<T: Send>(work: Vec<T>, task: impl Fn(T) + Sync + Send) {
    work.into_iter().for_each(task);
}

/// The results of `task` for every element of `work`, in their order.
pub fn map<T: Send, R: Send + Default>(work: Vec<T>, task: impl Fn(T) -> R + Sync + Send) -> Vec<R> {
    let mut results: Vec<R> = work.iter().map(|_| R::default()).collect();
    for_each(work.into_iter().zip(&mut results).collect(), |(item, slot)| *slot = task(item));
    results
}

/// How many tasks run at the same time.
#[cfg(feature = "native")]
pub fn threads() -> usize {
    rayon::current_num_threads()
}

/// How many tasks run at the same time.
#[cfg(all(not(feature = "native"), not(target_family = "wasm")))]
pub fn threads() -> usize {
    1
}

/// Runs `work` on one of rayon's threads.
#[cfg(feature = "native")]
pub fn on_workers<R: Send>(work: impl FnOnce() -> R + Send) -> R {
    rayon::scope(|_| work())
}

/// Runs `work`.
#[cfg(not(feature = "native"))]
pub fn on_workers<R: Send>(work: impl FnOnce() -> R + Send) -> R {
    work()
}

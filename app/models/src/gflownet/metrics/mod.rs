//! How far a sampler is from its target.
//!
//! * [`laws`]: distances between laws that are known exactly;
//! * [`correlation`]: agreement of log-probabilities with log-rewards;
//! * [`collection`]: what a pile of samples holds: best objects, modes, diversity;
//! * [`evidence`]: bounds on `ln Z` from trajectories;
//! * [`pareto`]: several objectives at once.

pub mod collection;
pub mod correlation;
pub mod evidence;
pub mod laws;
pub mod pareto;
#[cfg(test)]
mod tests;

pub use collection::{count_modes, diversity, hamming, levenshtein, local_maxima, mean_pairwise_distance, top_mean};
pub use correlation::{pearson, spearman};
pub use evidence::{evidence_lower_bound, evidence_upper_bound, log_probability, log_z_error};
pub use laws::{empirical_law, jensen_shannon, l1, total_variation};
pub use pareto::{
    averaged_hausdorff, cluster_entropy, generational_distance, hypervolume, inverted_generational_distance,
    non_dominated, unit_cube_faces,
};

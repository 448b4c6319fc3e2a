//! How a structure came to be, frame by frame.

use serde::{Deserialize, Serialize};

/// One moment of a sampling or a simulation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Frame<S> {
    /// The structure at this moment.
    pub structure: S,
    /// What the moment is, such as `step 3 of 20`.
    pub label: String,
    /// How sure the model is of each coordinate, `[atoms, 3]` in 0 … 1; empty where that has no meaning.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub certainty: Vec<[f32; 3]>,
}

/// Frames in order; the last is the result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Trajectory<S> {
    /// The frames.
    pub frames: Vec<Frame<S>>,
}

impl<S> Default for Trajectory<S> {
    fn default() -> Self {
        Self { frames: Vec::new() }
    }
}

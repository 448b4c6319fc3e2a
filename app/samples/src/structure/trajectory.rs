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
    /// What a file says of every atom besides its place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vectors: Option<AtomVectors>,
}

/// A vector at every atom: forces, velocities, magnetic moments.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AtomVectors {
    /// As the file calls them.
    pub name: String,
    /// Cartesian components in the file's own unit, one vector per atom; all are finite.
    pub values: Vec<[f32; 3]>,
}

impl<S> Frame<S> {
    /// A moment of which nothing else is known.
    pub fn new(structure: S, label: impl Into<String>) -> Self {
        Self { structure, label: label.into(), certainty: Vec::new(), vectors: None }
    }

    /// The same moment of another kind of structure.
    pub fn map<T>(self, convert: impl FnOnce(S) -> T) -> Frame<T> {
        let Self { structure, label, certainty, vectors } = self;
        Frame { structure: convert(structure), label, certainty, vectors }
    }
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

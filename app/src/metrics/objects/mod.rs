//! Pictures, charts and files of objects that are built by decisions.

pub mod boards;
pub mod cell;
pub mod colour;
pub mod figure;
pub mod files;
pub mod grid;
pub mod inclusion;
pub mod logo;
pub mod molfiles;
pub mod points;
pub mod race;
pub mod rewards;

/// How the learners' curves look, in order; the style sheet's legend has the same.
pub const KEYS: [&str; 5] = ["sample line", "real line", "third line", "fourth line", "ink line"];

//! What the server's files say: the manifest of the bundle, the model cards and the training crystals.

pub mod card;
pub mod examples;
pub mod manifest;
pub mod training_set;

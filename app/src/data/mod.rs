//! What the server's files say: the manifest of the bundle and the model cards.

pub mod card;
pub mod manifest;

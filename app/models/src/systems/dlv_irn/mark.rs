//! What a small picture's file says of its origin, so that it grows back to its exact size when it comes again. It is a
//! convenience: without it, the picture is enlarged all the same.

use samples::Image;
use serde::{Deserialize, Serialize};

/// Keyword of the PNG text entry.
pub const KEYWORD: &str = "vitrine";

/// The entry's text, JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// Slug of the system.
    pub system: String,
    /// Preset that made it.
    pub preset: String,
    /// Width of the original.
    pub width: usize,
    /// Height of the original.
    pub height: usize,
}

impl Mark {
    /// As a text entry.
    pub fn entry(&self) -> (String, String) {
        (KEYWORD.to_owned(), serde_json::to_string(self).unwrap_or_default())
    }

    /// Whether `small` can have been made from a picture of that size at `scale`.
    pub fn fits(&self, small: &Image, scale: usize) -> bool {
        [(self.width, small.width()), (self.height, small.height())]
            .into_iter()
            .all(|(large, small)| large.div_ceil(scale) == small)
    }

    /// Reads it from a file's entries; nothing if there is none or it is none of this system.
    pub fn read(entries: &[(String, String)]) -> Option<Self> {
        let (_, text) = entries.iter().find(|(keyword, _)| keyword == KEYWORD)?;
        serde_json::from_str(text).ok().filter(|mark: &Self| mark.system == "dlv-irn")
    }
}

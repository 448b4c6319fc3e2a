//! What stands in a view, whatever kind of sample it is.

use std::sync::Arc;

use serde_json::Value;

/// Where the content of a view comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A sample that was made in advance and shipped.
    Example,
    /// An unfinished sample.
    Preview,
    /// A finished sample of this visit.
    Sample,
    /// A file of the visitor.
    File,
}

impl Source {
    /// The name in the document.
    pub fn name(self) -> &'static str {
        match self {
            Self::Example => "example",
            Self::Preview => "preview",
            Self::Sample => "sample",
            Self::File => "file",
        }
    }
}

/// What stands in the view: `C` is the content, which differs between kinds of samples.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown<C> {
    /// Where it comes from.
    pub source: Source,
    /// One line under the picture.
    pub title: String,
    /// Stem of the names of saved files.
    pub file_stem: String,
    /// The content.
    pub content: Arc<C>,
    /// The request that made it; null if there was none.
    pub request: Value,
}

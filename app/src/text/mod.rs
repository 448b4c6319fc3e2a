//! Words for people: numbers with units, times, structures, and the same request as curl, command line and Python.

pub mod format;
pub mod markup;
pub mod snippets;
pub mod structure;

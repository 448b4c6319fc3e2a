//! The measures of a sample beside those of the real rock: rows, bands, plots and files.

pub mod files;
pub mod plots;
mod plain_svg;
pub mod table;

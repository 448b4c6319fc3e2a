//! The measures of a sample beside those of the real rock: rows, bands, plots and files.

pub mod files;
mod plain_svg;
pub mod plots;
pub mod table;

//! The measures of a sample beside those of the real thing: rows, bands, plots and files.

mod chart;
pub mod crystals;
pub mod files;
pub mod objects;
pub mod pictures;
mod plain_svg;
pub mod plots;
pub mod table;

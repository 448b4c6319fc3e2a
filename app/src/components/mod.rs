//! The parts that pages are composed of.

pub mod api_drawer;
mod camera;
pub mod copy_button;
pub mod export;
pub mod field;
pub mod figure;
mod file_field;
pub mod fittings;
pub mod form;
pub mod frame;
pub mod objects;
pub mod open_file;
pub mod photo_sources;
pub mod pictures;
pub mod provenance;
pub mod run_button;
pub mod segments;
pub mod stage;
pub mod structure;
pub mod training;
pub mod volume;

//! Structure files read and written: round trips, real files, and files that mean harm.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on shall panic")]

use samples::structure::{
    Crystal, Molecule, Structure,
    formats::{StructureFile, read},
};

fn crystal(file: &StructureFile) -> &Crystal {
    match &file.trajectory.frames[0].structure {
        Structure::Crystal(crystal) => crystal,
        Structure::Molecule(_) => panic!("a molecule"),
    }
}

fn molecule(file: &StructureFile) -> &Molecule {
    match &file.trajectory.frames[0].structure {
        Structure::Molecule(molecule) => molecule,
        Structure::Crystal(_) => panic!("a crystal"),
    }
}

fn message(name: &str, text: &str) -> String {
    read(name, text.as_bytes()).unwrap_err().to_string()
}

mod cif;
mod details;
mod fuzz;
mod hostile;
mod molecules;
mod pdb;
mod real_files;
mod round_trips;

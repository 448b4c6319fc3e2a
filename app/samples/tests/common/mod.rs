//! The real rocks, from the data kept in the repository.
#![allow(dead_code, clippy::disallowed_methods)] // Each test program uses its own part; native only: files.

use samples::volume::{BeadPack, Volume, bits};

pub const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../assets/data/porous-gan");

pub fn file(name: &str) -> Vec<u8> {
    let path = format!("{DATA}/{name}");
    std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

pub fn rock(name: &str) -> Volume {
    bits::read(&file(&format!("{name}.bits.gz")), &file(&format!("{name}.json"))).expect("valid data").0
}

pub fn bead_pack() -> BeadPack {
    BeadPack::from_csv(&String::from_utf8(file("finney_pack.csv")).expect("text")).expect("valid data")
}

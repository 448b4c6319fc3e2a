//! Reads the crystals kept beside the tests.
#![allow(clippy::disallowed_methods)] // Native only: files.

use std::io::Read;

use flate2::read::GzDecoder;
use samples::structure::{Crystal, Element, Lattice};
use serde::{Deserialize, de::DeserializeOwned};

#[derive(Deserialize)]
pub struct Row {
    pub abc: [f64; 3],
    pub ang: [f64; 3],
    pub z: Vec<u8>,
    pub f: Vec<[f64; 3]>,
}

impl Row {
    pub fn crystal(&self) -> Crystal {
        let lattice = Lattice::from_parameters(self.abc, self.ang).expect("a valid cell");
        let elements = self.z.iter().map(|&z| element(z)).collect();
        Crystal::new(lattice, elements, self.f.clone()).expect("valid atoms")
    }
}

pub fn element(z: u8) -> Element {
    Element::new(z).expect("a known element")
}

pub fn file(name: &str) -> Vec<u8> {
    let path = format!("{}/tests/crystals/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

pub fn rows<T: DeserializeOwned>(name: &str) -> Vec<T> {
    let mut text = String::new();
    GzDecoder::new(file(name).as_slice()).read_to_string(&mut text).expect("text");
    text.lines().map(|line| serde_json::from_str(line).expect("a row")).collect()
}

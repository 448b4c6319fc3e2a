//! The weights file.

use burn::tensor::{DType, Device};

use super::{super::People, file};
use crate::weights::{Array, write_arrays};

#[test]
fn the_file_is_small() {
    assert!(file().len() <= 4 << 20, "{} bytes", file().len());
}

#[test]
fn a_file_that_does_not_end_or_is_another_is_refused() {
    let file = file();
    for length in [0, 7, 8, 100, 20_000, file.len() - 1] {
        assert!(People::load(&file[..length], &Device::flex()).is_err(), "{length} bytes");
    }
    let other = Array { name: "pose.stem.weight".into(), shape: vec![2], values: vec![1.0, 2.0] };
    let other = write_arrays(&[(other, DType::F16)]).unwrap();
    assert!(People::load(&other, &Device::flex()).is_err());
}

/// The file with a part of its header replaced by one of the same length.
fn changed(from: &str, to: &str) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let mut file = file();
    let at = file.windows(from.len()).position(|part| part == from.as_bytes()).expect("the header has it");
    file[at..at + to.len()].copy_from_slice(to.as_bytes());
    file
}

#[test]
fn every_array_must_have_its_name_shape_and_scales() {
    let error = |file: Vec<u8>| People::load(&file, &Device::flex()).unwrap_err().to_string();
    assert!(error(changed("pose.stem.weight", "pose.stem.waited")).contains("`pose.stem.weight` is missing"));
    assert!(error(changed("pose.top.scale", "pose.top.stale")).contains("`pose.top.weight` has no scales"));
    assert!(error(changed("\"shape\":[32,3,3,3]", "\"shape\":[3,32,3,3]")).contains("instead of"));
}

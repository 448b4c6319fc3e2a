//! Pictures: files read and written, files that mean harm, resizing and measures.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on shall panic")]
#![allow(clippy::disallowed_methods, reason = "native only: files")]

use std::path::PathBuf;

use samples::{
    Image,
    image::{Decoded, Limits, decode},
};

fn read(bytes: &[u8]) -> Decoded {
    decode(bytes, &Limits::PHOTO).unwrap()
}

fn message(bytes: &[u8]) -> String {
    decode(bytes, &Limits::PHOTO).unwrap_err().to_string()
}

fn file(name: &str) -> Vec<u8> {
    let path = format!("{}/tests/image/files/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// All files that were written by other programs.
fn files() -> Vec<(String, Vec<u8>)> {
    let folder = format!("{}/tests/image/files", env!("CARGO_MANIFEST_DIR"));
    let mut names: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.sort();
    let name = |path: &PathBuf| path.file_name().unwrap().to_str().unwrap().to_owned();
    names.iter().map(|path| (name(path), std::fs::read(path).unwrap())).collect()
}

/// A picture of pixels that are made of their place.
fn picture(width: usize, height: usize, pixel: impl Fn(usize, usize) -> [u8; 3]) -> Image {
    let pixels = (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).flat_map(|(x, y)| pixel(x, y)).collect();
    Image::new(width, height, pixels).unwrap()
}

/// A picture without any order (a hash of its place).
fn noise(width: usize, height: usize) -> Image {
    picture(width, height, |x, y| {
        let mut hash = (x as u64) << 32 | y as u64;
        for _ in 0..3 {
            hash = (hash ^ hash >> 29).wrapping_mul(0xBF58_476D_1CE4_E5B9).wrapping_add(0x9E37_79B9_7F4A_7C15);
        }
        [hash >> 56, hash >> 48, hash >> 40].map(|value| value as u8)
    })
}

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|i| u8::from_str_radix(&hex[i..i + 2], 16).unwrap()).collect()
}

mod allocations;
mod anchors;
mod fuzz;
mod hostile;
mod orientation;
mod parity;
mod pixels;
mod profiles;
mod real_files;
mod resize;
mod round_trips;

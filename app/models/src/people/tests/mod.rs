//! Parity with the published networks (recipe in `fixtures/README.md`), layers against closed forms, hostile input, and
//! whole photos.

mod file;
mod layers;
mod parity;
mod photos;
mod windows;

use std::collections::BTreeMap;

use burn::tensor::{Device, Tensor};
use samples::{
    Image,
    image::{Limits, decode},
};

use super::People;
use crate::weights;

fn file() -> Vec<u8> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../assets/weights/dci-vton/people.safetensors");
    std::fs::read(path).expect("the weights are in assets/weights/dci-vton")
}

fn people() -> People {
    People::load(&file(), &Device::flex()).expect("the file fits")
}

fn picture(png: &[u8]) -> Image {
    decode(png, &Limits::PHOTO).expect("a PNG file").image
}

fn small_astronaut() -> Image {
    picture(include_bytes!("../fixtures/astronaut_192.png"))
}

fn astronaut() -> Image {
    picture(include_bytes!("../fixtures/astronaut_256.png"))
}

fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().try_into_vec().expect("floats")
}

fn arrays(file: &[u8]) -> BTreeMap<String, Vec<f32>> {
    let arrays = weights::read_arrays(file).expect("the fixture decodes");
    arrays.into_iter().map(|array| (array.name, array.values)).collect()
}

//! Pictures that are made of pictures: what a visitor gives, what is made of it, and parts of it on the way.

use std::collections::BTreeMap;

use crate::{
    Image,
    image::{Decoded, ImageError, encode},
};

/// The pictures that a request works on, by the names of the system's inputs.
#[derive(Clone, Debug, Default)]
pub struct Inputs(BTreeMap<String, Decoded>);

impl Inputs {
    /// Adds a picture; one of that name is replaced.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, picture: Decoded) -> Self {
        self.0.insert(name.into(), picture);
        self
    }

    /// The names of all.
    pub fn names(&self) -> Vec<&str> {
        self.0.keys().map(String::as_str).collect()
    }

    /// The picture of that name.
    pub fn get(&self, name: &str) -> Option<&Decoded> {
        self.0.get(name)
    }
}

/// One finished picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    /// What it is to the sample, a name for files and views: `small`, `restored`.
    pub role: String,
    /// What it is, for people.
    pub title: String,
    /// The picture.
    pub image: Image,
    /// Names and texts that its file carries.
    pub text: Vec<(String, String)>,
}

impl Picture {
    /// As a PNG file that carries the texts.
    ///
    /// # Errors
    /// If a text cannot stand in a PNG file.
    pub fn png(&self) -> Result<Vec<u8>, ImageError> {
        let text: Vec<_> = self.text.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        encode::png(&self.image, &text)
    }
}

/// A finished sample in pictures: the first is the sample, the others stand beside it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pictures {
    /// At least one.
    pub pictures: Vec<Picture>,
    /// Numbers about them, by name.
    pub measures: Measures,
}

/// Numbers by name, such as `restored_psnr`.
pub type Measures = BTreeMap<String, f64>;

/// A finished part of a picture in the making.
#[derive(Clone, Debug, PartialEq)]
pub struct Patch {
    /// Which picture, as [`Picture::role`].
    pub role: String,
    /// Width and height of the whole picture.
    pub whole: [u32; 2],
    /// Column and row of the part's upper left pixel.
    pub at: [u32; 2],
    /// The part.
    pub image: Image,
}

//! Example pictures: `examples/pictures/pictures.json`, which says what they show and whose they are.

use serde::Deserialize;

use super::manifest::Manifest;

/// Folder of the pictures in the bundle.
const FOLDER: &str = "examples/pictures";

/// A picture that a visitor can begin with.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ExamplePicture {
    /// Name of the file.
    pub file: String,
    /// Name of the small file that is shown to choose from.
    pub thumbnail: String,
    /// What it shows.
    pub title: String,
    /// Who made it, and on which terms it is here.
    pub credit: String,
}

/// Logical path of the list.
pub fn list() -> String {
    format!("{FOLDER}/pictures.json")
}

/// Address of one of the files, if it is shipped.
pub fn address<'a>(manifest: &'a Manifest, file: &str) -> Option<&'a str> {
    manifest.find(&format!("{FOLDER}/{file}")).map(|entry| entry.path.as_str())
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::*;

    #[test]
    fn every_example_is_shipped_small_and_credited() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets").join(FOLDER);
        let list = fs::read(folder.join("pictures.json")).expect("the list");
        let pictures: Vec<ExamplePicture> = serde_json::from_slice(&list).expect("a list of pictures");
        assert!(pictures.len() >= 4);
        for picture in pictures {
            let length = |file: &str| fs::metadata(folder.join(file)).expect("the file").len();
            assert!(length(&picture.file) <= 400_000, "{}", picture.file);
            assert!(length(&picture.thumbnail) <= 20_000, "{}", picture.thumbnail);
            assert!(!picture.title.is_empty() && !picture.credit.is_empty());
        }
    }
}

//! Pictures as the page knows them: files behind addresses of this page. What is in them stays with the browser.

pub mod equal_bytes;
pub mod sight;

use std::collections::BTreeMap;

use samples::image::Limits;
use serde_json::Value;

/// Role of what the visitor gave.
pub const ORIGINAL: &str = "original";
/// Role of the small picture, which grows back.
pub const SMALL: &str = "small";
/// Role of what grew back.
pub const RESTORED: &str = "restored";
/// Role of what came of shrinking and growing without a network.
pub const BICUBIC: &str = "bicubic";
/// Role of the map of what nine pictures differ in.
pub const SPREAD: &str = "spread";

/// Part by which the breadth of pictures that are laid over each other may differ: small ones are rounded to pixels.
const SAME_BREADTH: f64 = 0.1;

/// A picture's file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Picture {
    /// What it is to the sample, as [`samples::Picture::role`], or [`ORIGINAL`].
    pub role: String,
    /// What it is, for people.
    pub title: String,
    /// Width and height.
    pub size: [u32; 2],
    /// Length of the file.
    pub bytes: u64,
    /// Address of the file, valid on this page only.
    pub url: String,
}

/// A picture of the visitor's, and what was made of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Made {
    /// The visitor's first, then what was made.
    pub pictures: Vec<Picture>,
    /// Numbers by name, see [`samples::pictures::Measures`].
    pub measures: BTreeMap<String, f64>,
}

impl Made {
    /// The picture of that role.
    pub fn find(&self, role: &str) -> Option<&Picture> {
        self.pictures.iter().find(|picture| picture.role == role)
    }

    /// Nine small pictures or nine restorations, where that is what was made.
    pub fn variants(&self) -> Vec<&Picture> {
        self.pictures.iter().filter(|picture| is_variant(&picture.role)).collect()
    }

    /// What can be laid over each other: pictures as broad as the first. Variants are of a part of the original, so it is
    /// not among them.
    pub fn comparable(&self) -> Vec<&Picture> {
        let varies = self.pictures.iter().any(|picture| is_variant(&picture.role));
        let all: Vec<_> = self.pictures.iter().filter(|picture| !varies || picture.role != ORIGINAL).collect();
        let breadth = |picture: &Picture| f64::from(picture.size[0]) / f64::from(picture.size[1].max(1));
        let first = all.first().map_or(1.0, |picture| breadth(picture));
        let is_as_broad = |picture: &&Picture| (breadth(picture) / first - 1.0).abs() < SAME_BREADTH;
        all.into_iter().filter(is_as_broad).collect()
    }

    /// Width and height on which all of them are shown: those of the largest.
    pub fn frame(&self) -> [u32; 2] {
        let area = |picture: &&Picture| picture.size.map(u64::from).iter().product::<u64>();
        self.comparable().into_iter().max_by_key(area).map_or([1, 1], |picture| picture.size)
    }

    /// The roles that are compared first: the original and what was made of it, or two variants.
    pub fn pair(&self) -> [String; 2] {
        let roles: Vec<_> = self.comparable().iter().map(|picture| picture.role.clone()).collect();
        let first = roles.first().cloned().unwrap_or_default();
        let second = roles.get(1).unwrap_or(&first).clone();
        [first, second]
    }

    /// How many times the original is as wide as the small picture; `None` where nothing was shrunk.
    pub fn scale(&self) -> Option<u32> {
        let (original, small) = (self.find(ORIGINAL)?, self.find(SMALL)?);
        let scale = (f64::from(original.size[0]) / f64::from(small.size[0].max(1))).round() as u32;
        Some(scale).filter(|&scale| scale > 1)
    }
}

/// Whether a role is one of nine: `small-3`, `restored-9`.
fn is_variant(role: &str) -> bool {
    let number = [SMALL, RESTORED].iter().find_map(|family| role.strip_prefix(family)?.strip_prefix('-'));
    number.is_some_and(|number| number.parse::<u32>().is_ok())
}

/// The numbers among the measures; what is infinite or unknown is none in JSON.
pub fn numbers(measures: &Value) -> BTreeMap<String, f64> {
    let number = |(name, value): (&String, &Value)| Some((name.clone(), value.as_f64()?));
    measures.as_object().map(|measures| measures.iter().filter_map(number).collect()).unwrap_or_default()
}

/// Whether the model code reads files that begin like this. Others are converted, where the browser can.
pub fn is_read_by_model(head: &[u8]) -> bool {
    let png = head.starts_with(b"\x89PNG\r\n\x1a\n");
    let jpeg = head.starts_with(b"\xff\xd8\xff");
    let webp = head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WEBP");
    png || jpeg || webp
}

/// Why a picture of that size is not taken.
pub fn refusal(name: &str, [width, height]: [u32; 2]) -> Option<String> {
    let pixels = u64::from(width) * u64::from(height);
    let most = Limits::PHOTO;
    let limit = if width.max(height) > most.side {
        format!("an edge may have {}", most.side)
    } else if pixels > most.pixels {
        format!("a picture may have {} million", most.pixels / 1_000_000)
    } else if pixels == 0 {
        "it is empty".to_owned()
    } else {
        return None;
    };
    Some(format!("{name} has {width} × {height} pixels: {limit}."))
}

#[cfg(test)]
pub(crate) mod tests {
    use serde_json::json;

    use super::*;

    /// Pictures of those roles and sizes.
    pub(crate) fn made(pictures: &[(&str, [u32; 2])]) -> Made {
        let picture = |(role, size): &(&str, [u32; 2])| Picture {
            role: (*role).to_owned(),
            title: format!("The {role}"),
            size: *size,
            bytes: 1000,
            url: format!("blob:{role}"),
        };
        Made { pictures: pictures.iter().map(picture).collect(), measures: BTreeMap::new() }
    }

    #[test]
    fn the_original_is_compared_with_what_was_made_of_it() {
        let there_and_back = made(&[(ORIGINAL, [641, 480]), (RESTORED, [641, 480]), (SMALL, [321, 240])]);
        assert_eq!(there_and_back.pair(), [ORIGINAL, RESTORED]);
        assert_eq!(there_and_back.frame(), [641, 480]);
        assert_eq!(there_and_back.scale(), Some(2));
        let enlarged = made(&[(ORIGINAL, [50, 40]), (RESTORED, [200, 160]), (BICUBIC, [200, 160])]);
        assert_eq!(enlarged.frame(), [200, 160]);
        assert_eq!(enlarged.scale(), None);
        assert_eq!(made(&[(ORIGINAL, [5, 4])]).pair(), [ORIGINAL, ORIGINAL]);
    }

    #[test]
    fn what_has_another_shape_is_not_laid_over_the_others() {
        let fitted = made(&[(ORIGINAL, [512, 512]), ("result", [512, 512]), ("garment", [494, 659])]);
        assert_eq!(fitted.comparable().len(), 2);
        assert_eq!(fitted.frame(), [512, 512]);
    }

    #[test]
    fn variants_stand_by_themselves() {
        let nine = made(&[(ORIGINAL, [640, 480]), ("small-1", [96, 96]), ("small-2", [96, 96]), (SPREAD, [96, 96])]);
        assert_eq!(nine.variants().len(), 2);
        assert_eq!(nine.frame(), [96, 96]);
        assert_eq!(nine.pair(), ["small-1", "small-2"]);
        assert!(is_variant("restored-9") && !is_variant("difference-bicubic") && !is_variant("restored"));
    }

    #[test]
    fn infinite_measures_are_left_out() {
        let read = numbers(&json!({ "restored_psnr": 39.5, "small_psnr": null, "note": "x" }));
        assert_eq!(read.into_iter().collect::<Vec<_>>(), [("restored_psnr".to_owned(), 39.5)]);
        assert!(numbers(&Value::Null).is_empty());
    }

    #[test]
    fn formats_are_known_by_their_first_bytes() {
        assert!(is_read_by_model(b"\x89PNG\r\n\x1a\n\0"));
        assert!(is_read_by_model(b"\xff\xd8\xff\xe1"));
        assert!(is_read_by_model(b"RIFF\0\0\0\0WEBPVP8 "));
        assert!(!is_read_by_model(b"\0\0\0\x20ftypavif"));
        assert!(!is_read_by_model(b"RIFF") && !is_read_by_model(b""));
    }

    #[test]
    fn what_is_too_large_is_refused_with_the_limit() {
        assert_eq!(refusal("a.png", [6000, 4000]), None);
        let refused = |size| refusal("a.png", size).unwrap_or_default();
        assert_eq!(refused([6001, 4000]), "a.png has 6001 × 4000 pixels: a picture may have 24 million.");
        assert_eq!(refused([30_000, 10]), "a.png has 30000 × 10 pixels: an edge may have 16384.");
        assert!(refused([0, 0]).ends_with("it is empty."));
    }
}

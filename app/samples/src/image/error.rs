//! Why bytes are not a picture, or pictures do not fit together.

use std::fmt;

use thiserror::Error;

/// The picture files that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ImageFormat {
    /// Windows bitmap.
    Bmp,
    /// Graphics Interchange Format.
    Gif,
    /// JPEG, also written.
    Jpeg,
    /// Portable Network Graphics, also written.
    Png,
    /// Tagged Image File Format.
    Tiff,
    /// WebP, also written (lossless).
    WebP,
}

impl fmt::Display for ImageFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bmp => "BMP",
            Self::Gif => "GIF",
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::Tiff => "TIFF",
            Self::WebP => "WebP",
        })
    }
}

/// Why there is no picture, or no measure of two. Each message is a sentence for a person and says what to do.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum ImageError {
    /// A side is zero.
    #[error("a picture of {0} × {1} pixels has none")]
    NoPixels(usize, usize),
    /// The bytes do not fill the sides.
    #[error("a picture of {width} × {height} pixels needs {expected} values, {found} came")]
    Length {
        /// Pixels in a row.
        width: usize,
        /// Rows.
        height: usize,
        /// Values that the sides ask for.
        expected: usize,
        /// Values that came.
        found: usize,
    },
    /// Nothing came.
    #[error("the file is empty")]
    NoBytes,
    /// More bytes than the limit.
    #[error("the file has {found} bytes; at most {limit} are read: save the picture smaller, or as JPEG")]
    FileSize {
        /// Bytes of the file.
        found: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// A side above the limit.
    #[error("the picture has {0} × {1} pixels; sides of at most {2} are read: crop it or make it smaller first", found[0], found[1], limit)]
    Side {
        /// Width and height in pixels.
        found: [u32; 2],
        /// Pixels allowed along a side.
        limit: u32,
    },
    /// More pixels than the limit.
    #[error(
        "the picture has {0} × {1} = {2:.1} megapixels; at most {3:.1} are read: crop it or make it smaller first",
        found[0], found[1], f64::from(found[0]) * f64::from(found[1]) / 1e6, *limit as f64 / 1e6
    )]
    Pixels {
        /// Width and height in pixels.
        found: [u32; 2],
        /// Pixels allowed.
        limit: u64,
    },
    /// The first bytes belong to no format that is read.
    #[error("the file is no picture of a kind that is read here: PNG, JPEG, WebP, GIF, BMP, TIFF")]
    Unrecognised,
    /// A known format that is not read.
    #[error("{0} is not read here: save the picture as PNG, JPEG or WebP")]
    NotRead(&'static str),
    /// The format is read, but not everything that it can do.
    #[error("{format}: {what} is not read here: save the picture as an ordinary PNG or JPEG")]
    Unsupported {
        /// The format.
        format: ImageFormat,
        /// What the file asks for.
        what: String,
    },
    /// The bytes end early.
    #[error("the {0} file ends before its picture does: it did not arrive whole; fetch or copy it again")]
    Truncated(ImageFormat),
    /// The bytes break the format's rules.
    #[error("the {format} file is damaged: {reason}")]
    Malformed {
        /// The format.
        format: ImageFormat,
        /// What was found.
        reason: String,
    },
    /// The picture or its text has no place in the format.
    #[error("{format} cannot carry the picture: {reason}")]
    CannotCarry {
        /// The format.
        format: ImageFormat,
        /// What it has no place for.
        reason: String,
    },
    /// Two pictures that are compared have different sides.
    #[error("a picture of {0} × {1} pixels is not compared with one of {2} × {3}", first[0], first[1], second[0], second[1])]
    Sides {
        /// Width and height of the first.
        first: [usize; 2],
        /// Width and height of the second.
        second: [usize; 2],
    },
    /// Nothing is left to measure.
    #[error("a picture of {0} × {1} pixels without {border} at each edge leaves no window of {window} × {window}", sides[0], sides[1])]
    Border {
        /// Width and height.
        sides: [usize; 2],
        /// Pixels cut off at each edge.
        border: usize,
        /// Side of the smallest part that the measure needs.
        window: usize,
    },
}

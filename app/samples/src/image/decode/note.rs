//! What a person should know about how a file became a picture.

use std::fmt;

/// One difference between the file and the picture. Displayed as a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Note {
    /// The first picture of an animation.
    FirstFrame,
    /// The first page of several.
    FirstPage,
    /// Inks became colours without a profile.
    Inks,
    /// The embedded profile was applied.
    ProfileConverted,
    /// The embedded profile was not understood or belongs to another kind of picture.
    ProfileIgnored,
    /// 16 bits became 8.
    SixteenBits,
    /// See-through parts were laid on white.
    Transparency,
    /// The picture was turned or mirrored as its orientation tag (EXIF) asks.
    Turned,
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::FirstFrame => "The file is an animation; only its first frame is used.",
            Self::FirstPage => "The file has several pages; only the first is used.",
            Self::Inks => "The picture is stored in printing inks (CMYK); its colours are an approximation.",
            Self::ProfileConverted => "The picture's colours were converted from its own colour profile to sRGB.",
            Self::ProfileIgnored => "The picture's colour profile could not be used; its colours were taken for sRGB.",
            Self::SixteenBits => "The picture has 16 bits a colour; they were rounded to 8.",
            Self::Transparency => "Transparent parts of the picture were laid on white.",
            Self::Turned => "The picture was turned upright, as its camera noted.",
        })
    }
}

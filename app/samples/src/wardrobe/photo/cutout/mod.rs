//! A garment cut out of a picture in which it lies flat on one ground.
//!
//! The ground is what can be reached from the picture's edges without a step of colour: it may be shaded, not patterned.
//! What is left is the garment: its largest piece, small holes filled, its edge drawn where a pixel is half cloth.

mod edge;
mod ground;
mod pieces;
mod wearer;

pub use wearer::is_worn;

use thiserror::Error;

use crate::{image::Image, wardrobe::Mask};

/// A garment is at least this part of the picture.
const SMALLEST: f64 = 0.02;
/// Holes that are filled are at most this part of the garment.
const LARGEST_HOLE: f64 = 0.05;
/// At most this part of the pixels at the picture's edge may be something else than ground.
const EDGE: f64 = 0.2;
/// Opaque enough to be garment.
const OPAQUE: u8 = 128;

/// Why a garment cannot be cut out. Each message is a sentence for a person and says what to do.
#[derive(Clone, Copy, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum CutoutProblem {
    /// Nothing but ground.
    #[error("no garment is found in the picture: lay it flat on a plain ground of another colour")]
    Empty,
    /// Very little that is not ground.
    #[error("only {:.1} % of the picture is garment; 2 % are needed: crop the picture closer", 100.0 * .0)]
    Tiny(f64),
    /// The ground is patterned, or the garment reaches out of the picture.
    #[error(
        "the garment cannot be told from its ground: it must lie flat on one plain colour with a margin all around; crop the picture less, or cut the garment out and save it with transparency"
    )]
    NoGround,
    /// Somebody has it on.
    #[error("somebody is wearing it: choose a picture of the garment alone, lying flat on one plain colour")]
    Worn,
    /// Another number of values than pixels.
    #[error("{found} values of transparency do not fit a picture of {expected} pixels")]
    Alpha {
        /// Pixels of the picture.
        expected: usize,
        /// Values that came.
        found: usize,
    },
}

/// The pixels of the garment in `image`. `alpha` is how opaque each pixel is, if the file knows: if some are see-through,
/// the garment is what is not; otherwise, and without, colours decide.
///
/// # Errors
/// Nothing found, less than 2 % of the picture, or no plain ground around.
pub fn garment(image: &Image, alpha: Option<&[u8]>) -> Result<Mask, CutoutProblem> {
    let (width, height) = (image.width(), image.height());
    let by_alpha = match alpha {
        Some(alpha) if alpha.len() != width * height => {
            return Err(CutoutProblem::Alpha { expected: width * height, found: alpha.len() });
        }
        Some(alpha) => alpha.iter().any(|&alpha| alpha < OPAQUE).then(|| Mask {
            width,
            height,
            values: alpha.iter().map(|&alpha| alpha >= OPAQUE).collect(),
        }),
        None => None,
    };
    let transparent = by_alpha.is_some();
    let candidates = match by_alpha {
        Some(mask) => mask,
        None => {
            let ground = ground::flood(image);
            let border = || (0..width * height).filter(|&i| is_border(i, width, height));
            let other = border().filter(|&i| !ground.values[i]).count();
            if other as f64 > EDGE * border().count() as f64 {
                return Err(CutoutProblem::NoGround);
            }
            ground.inverted()
        }
    };
    let largest = pieces::largest(&candidates).ok_or(CutoutProblem::Empty)?;
    let holes = (LARGEST_HOLE * largest.count() as f64) as usize;
    let mut mask = pieces::without_holes(&largest, holes);
    if !transparent {
        mask = edge::at_half(image, &mask);
    }
    check(&mask).map(|()| mask)
}

/// Whether a cut-out is large enough.
///
/// # Errors
/// Nothing, or less than 2 % of the picture.
pub fn check(mask: &Mask) -> Result<(), CutoutProblem> {
    let part = mask.count() as f64 / mask.values.len().max(1) as f64;
    if part == 0.0 {
        return Err(CutoutProblem::Empty);
    }
    if part < SMALLEST { Err(CutoutProblem::Tiny(part)) } else { Ok(()) }
}

fn is_border(pixel: usize, width: usize, height: usize) -> bool {
    let (x, y) = (pixel % width, pixel / width);
    x == 0 || y == 0 || x + 1 == width || y + 1 == height
}

//! A picture set into another without a visible seam.
//!
//! [`feather()`] mixes along the seam: a few pixels of it are right for a garment. [`poisson()`] keeps the steps of what is
//! set in and takes its colours at the seam from what is around (Pérez, Gangnet, Blake 2003): right where both sides are
//! the same thing in another light. A garment it turns into the colour of what is beside it, black before a black wall; with
//! a finite reach of some pixels only its rim, like a shadow.

mod conjugate;
mod feather;
mod levels;
mod poisson;

pub use feather::feather;
pub use poisson::poisson;

use crate::image::Image;
use crate::wardrobe::{Mask, WardrobeError};

/// That two pictures and a mask have the same sides.
fn same(target: &Image, source: &Image, mask: &Mask) -> Result<[usize; 2], WardrobeError> {
    let first = [target.width(), target.height()];
    for second in [[source.width(), source.height()], [mask.width, mask.height]] {
        if first != second {
            return Err(WardrobeError::Different { first, second });
        }
    }
    Ok(first)
}

/// The nearest of 0 … 255, halves upwards.
fn rounded(value: f32) -> u8 {
    // The conversion saturates and cuts towards zero.
    (value + 0.5) as u8
}

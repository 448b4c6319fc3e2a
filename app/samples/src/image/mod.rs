//! Pictures: [`Image`], the files that carry it, and the measures by which one picture is held against another.
//!
//! Pixels are 8-bit sRGB, row-major `[height, width, 3]`. Widths come before heights in arguments, as in `crop` and
//! `new`; the memory order is that of the rows.

pub mod decode;
pub mod difference;
pub mod encode;
mod error;
mod gaussian;
pub mod metrics;
mod planar;
mod raster;
pub mod resize;
mod sharpen;
mod ssim;
mod taps;

pub use decode::{Decoded, Limits, Note, decode};
pub use difference::difference;
pub use error::{ImageError, ImageFormat};
pub use raster::Image;
pub use sharpen::sharpen;

//! Draws samples on a canvas through wgpu: WebGPU in the browser, WebGL2 where WebGPU is missing, Vulkan
//! natively for image tests.
//!
//! * [`VolumeView`] (browser) owns a canvas; [`Renderer`] draws into any texture and is what it and the tests
//!   share. Both live long: device, pipelines, uploaded volumes.
//! * [`OrbitCamera`] and [`VolumeStyle`] are plain data that a page keeps, changes and puts into a permalink;
//!   everything that a frame needs is derived from them.
//! * [`AdaptiveQuality`] turns measured frame times into the two knobs of [`VolumeStyle`] that cost time.
//!
//! One primitive is one `.rs` with its `.wgsl` beside it: `volume` (the ray-marcher), `lines` (outline and
//! axes), `present` (resampling onto the canvas).
//!
//! Axis order is `[z, y, x]` for everything that comes from a volume; world space is `(x, y, z)` with z up, and
//! the longest side of the largest volume has length 1.

mod adaptive;
mod camera;
#[cfg(target_arch = "wasm32")]
mod canvas;
mod data;
mod error;
mod gpu;
mod layout;
mod lines;
mod outline;
mod present;
mod read_back;
mod renderer;
pub mod structure;
mod style;
#[cfg(target_arch = "wasm32")]
mod view;
mod volume;

pub use adaptive::AdaptiveQuality;
pub use camera::{CameraParseError, OrbitCamera};
#[cfg(target_arch = "wasm32")]
pub use canvas::Backend;
pub use data::VolumeData;
pub use error::ViewError;
pub use layout::{Rect, side_by_side};
pub use renderer::Renderer;
pub use style::{Axis, ClipPlane, Mode, Surface, Transfer, VolumeStyle};
#[cfg(target_arch = "wasm32")]
pub use view::VolumeView;

#[cfg(test)]
mod wgsl_tests;

//! What can go wrong between a volume or a structure and the screen, each in one sentence for the person in front of it.

use thiserror::Error;

/// Why nothing could be drawn.
#[derive(Clone, Debug, Error, PartialEq)]
#[non_exhaustive]
pub enum ViewError {
    /// Neither WebGPU nor WebGL2 (natively: no Vulkan driver).
    #[error("This browser offers neither WebGPU nor WebGL2, so nothing can be drawn in three dimensions ({0}).")]
    NoAdapter(String),
    /// An adapter exists but gives no device.
    #[error("The graphics adapter refused to start ({0}).")]
    Device(String),
    /// The canvas gives no drawing context, for instance because it already has one of another kind.
    #[error("The canvas cannot be drawn on ({0}).")]
    Canvas(String),
    /// A side of a volume is above what the adapter's 3-D textures hold.
    #[error(
        "The volume of {shape:?} voxels (z, y, x) is larger than this graphics adapter can hold: {limit} voxels a side."
    )]
    TooLarge {
        /// `[z, y, x]` sides in voxels.
        shape: [usize; 3],
        /// The adapter's limit per side.
        limit: u32,
    },
    /// Values that do not fill the shape, an empty side, or a number of volumes other than 1 or 2.
    #[error("The volume cannot be shown: {0}.")]
    Volume(String),
    /// Bonds between atoms that are not there, lists that do not fit, or more atoms than can be drawn.
    #[error("The structure cannot be shown: {0}.")]
    Structure(String),
    /// The device was lost: driver reset, GPU removed, tab too long in the background. Make a new view.
    #[error("The graphics device was lost ({0}); the view has to be rebuilt.")]
    Lost(String),
    /// The device reported an error while drawing; out of memory is the usual one.
    #[error("The graphics device reported an error ({0}).")]
    Gpu(String),
    /// An image could not be read back.
    #[error("The picture could not be read back ({0}).")]
    ReadBack(String),
}

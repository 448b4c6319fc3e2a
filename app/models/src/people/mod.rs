//! People in photographs: where their joints are, and which pixels show them.
//!
//! Two small published networks (see `assets/weights/dci-vton/people.md`, which also says how the weights file is
//! made): MoveNet for the joints, MediaPipe's Selfie Segmentation for the silhouette, both under the Apache License 2.0.
//! They look at one [`Window`] of a picture. Nothing here reads a tensor back: the caller does, waiting as its device
//! wants it, and hands the values to [`decode_pose`] and [`decode_silhouette`].
//!
//! ```
//! # use burn::tensor::{Device, Tensor};
//! # use models::{ModelError, people::*};
//! # use samples::{Image, wardrobe::{Mask, photo::Sighting}};
//! # fn read(tensor: Tensor<4>) -> Vec<f32> { tensor.into_data().try_into_vec().expect("floats") }
//! fn look(people: &People, photo: &Image) -> Result<(Sighting, Mask), ModelError> {
//!     let mut window = Window::square(photo);
//!     let mut sighting = decode_pose(&read(people.pose(photo, &window)), &window)?;
//!     let closer = window.closer(&sighting, photo);
//!     if let Some(closer) = closer {
//!         sighting = sighting.refined(decode_pose(&read(people.pose(photo, &closer)), &closer)?);
//!     }
//!     window = closer.unwrap_or(Window::whole(photo));
//!     let silhouette = read(people.silhouette(photo, &window));
//!     Ok((sighting, decode_silhouette(&silhouette, &window, photo.width(), photo.height())?))
//! }
//! ```

mod arrays;
mod blocks;
mod decode;
mod layers;
mod pose_net;
mod silhouette_net;
mod window;

#[cfg(test)]
mod tests;

pub use decode::{decode_pose, decode_silhouette};
pub use pose_net::POSE_SIDE;
pub use silhouette_net::SILHOUETTE_SIDE;
pub use window::Window;

use burn::tensor::{Device, Tensor};
use samples::Image;

use crate::ModelError;
use arrays::Arrays;
use pose_net::PoseNet;
use silhouette_net::SilhouetteNet;

/// Both networks with their weights.
#[derive(Clone, Debug)]
pub struct People {
    pose: PoseNet,
    silhouette: SilhouetteNet,
    device: Device,
}

impl People {
    /// Both networks from the bytes of `people.safetensors`.
    ///
    /// # Errors
    /// If the file does not decode, or an array is missing, left over or of another shape.
    pub fn load(bytes: &[u8], device: &Device) -> Result<Self, ModelError> {
        let mut arrays = Arrays::read(bytes, device)?;
        let pose = PoseNet::take(&mut arrays)?;
        let silhouette = SilhouetteNet::take(&mut arrays)?;
        arrays.finish()?;
        Ok(Self { pose, silhouette, device: device.clone() })
    }

    /// The pose network's maps for a window, `[1, 86, 48, 48]`: see [`decode_pose`].
    pub fn pose(&self, image: &Image, window: &Window) -> Tensor<4> {
        self.pose.forward(window.show(image, POSE_SIDE, &self.device))
    }

    /// How surely each part of a window shows a person, `[1, 1, 256, 256]`, 0 to 1: see [`decode_silhouette`].
    pub fn silhouette(&self, image: &Image, window: &Window) -> Tensor<4> {
        self.silhouette.forward(window.show(image, SILHOUETTE_SIDE, &self.device))
    }
}

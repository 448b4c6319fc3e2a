//! Volumes as the view takes them: 8-bit grey in C order.

use std::borrow::Cow;

use samples::{GreyVolume, Volume};

/// One volume to show: `[z, y, x]`, C order, 0 = pore-like, 255 = grain-like.
#[derive(Clone, Debug)]
pub struct VolumeData<'a> {
    /// `[z, y, x]` sides in voxels.
    pub shape: [usize; 3],
    /// Grey values, x fastest.
    pub values: Cow<'a, [u8]>,
}

impl<'a> From<&'a GreyVolume> for VolumeData<'a> {
    fn from(volume: &'a GreyVolume) -> Self {
        Self { shape: volume.shape(), values: Cow::Borrowed(volume.values()) }
    }
}

impl From<&Volume> for VolumeData<'_> {
    fn from(volume: &Volume) -> Self {
        let values =
            volume.voxels().iter().map(|&voxel| if voxel == samples::volume::PORE { 0 } else { 255 }).collect();
        Self { shape: volume.shape(), values: Cow::Owned(values) }
    }
}

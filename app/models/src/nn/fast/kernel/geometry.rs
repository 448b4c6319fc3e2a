//! The geometry that a strided convolution, its transpose and their gradients share.

use std::ops::Range;

/// A convolution maps a *big* grid to a *small* one, its transpose the small grid to the big one. Voxel `o` of the
/// small grid meets voxel `stride·o − padding + tap` of the big grid, for `tap` in `0..kernel`, on each axis.
/// The weight is `[small_channels, big_channels, kz, ky, kx]` in both cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Geometry {
    /// Samples.
    pub batch: usize,
    /// Channels of the small grid.
    pub small_channels: usize,
    /// Channels of the big grid.
    pub big_channels: usize,
    /// Extent of the small grid, z y x.
    pub small: [usize; 3],
    /// Extent of the big grid, z y x.
    pub big: [usize; 3],
    /// Extent of the kernel.
    pub kernel: [usize; 3],
    /// Step of the small grid in voxels of the big one.
    pub stride: [usize; 3],
    /// Voxels by which the first window hangs over the big grid's border.
    pub padding: [usize; 3],
}

impl Geometry {
    /// Voxels of the small grid.
    pub fn small_voxels(&self) -> usize {
        self.small.iter().product()
    }

    /// Taps of the kernel.
    pub fn taps(&self) -> usize {
        self.kernel.iter().product()
    }

    /// Taps that one residue of the big grid modulo the stride can see.
    pub fn phase_taps(&self, axis: usize) -> usize {
        self.kernel[axis].div_ceil(self.stride[axis])
    }

    /// Cells of `stride` voxels that cover the padded big grid.
    pub fn cells(&self, axis: usize) -> usize {
        (self.big[axis] + self.padding[axis]).div_ceil(self.stride[axis])
    }

    /// Voxels of the small grid whose window holds, at `tap`, a voxel inside the big grid.
    pub fn valid(&self, axis: usize, tap: usize) -> Range<usize> {
        let (stride, padding) = (self.stride[axis], self.padding[axis]);
        let start = padding.saturating_sub(tap).div_ceil(stride);
        // stride·o + tap − padding < big
        let end = (self.big[axis] + padding).saturating_sub(tap).div_ceil(stride);
        start..end.min(self.small[axis]).max(start)
    }
}

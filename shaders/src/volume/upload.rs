//! A volume on the GPU.

use super::field::{Level, brick_ranges, mips, smoothed};
use crate::gpu::Gpu;
use crate::{ViewError, VolumeData};

/// Bytes given to the queue at a time, so that a large volume does not double in memory on its way.
const CHUNK: usize = 16 << 20;

/// The textures of one volume; see frame.wgsl for what each holds.
pub struct VolumeTextures {
    /// `[z, y, x]` sides in voxels.
    pub shape: [usize; 3],
    pub(super) raw: wgpu::TextureView,
    pub(super) field: wgpu::TextureView,
    pub(super) bricks: wgpu::TextureView,
}

impl VolumeTextures {
    /// Checks a volume and uploads it.
    pub fn new(gpu: &Gpu, volume: &VolumeData<'_>) -> Result<Self, ViewError> {
        let shape = volume.shape;
        check(shape, volume.values.len(), gpu.device.limits().max_texture_dimension_3d)?;
        let field = smoothed(shape, &volume.values);
        let levels = mips(shape, &field);
        let bricks = brick_ranges(shape, &field, &volume.values);
        let grey = wgpu::TextureFormat::R8Unorm;
        let raw_texture = texture(gpu, "voxels", shape, 1, grey);
        write(gpu, &raw_texture, 0, shape, &volume.values);
        let field_texture = texture(gpu, "field", shape, 1 + levels.len() as u32, grey);
        write(gpu, &field_texture, 0, shape, &field);
        for (i, Level { shape, values }) in levels.iter().enumerate() {
            write(gpu, &field_texture, i as u32 + 1, *shape, values);
        }
        let brick_texture = texture(gpu, "bricks", bricks.shape, 1, wgpu::TextureFormat::Rgba8Unorm);
        write(gpu, &brick_texture, 0, bricks.shape, &bricks.values);
        let view = |texture: wgpu::Texture| texture.create_view(&wgpu::TextureViewDescriptor::default());
        Ok(Self { shape, raw: view(raw_texture), field: view(field_texture), bricks: view(brick_texture) })
    }
}

fn check(shape: [usize; 3], values: usize, limit: u32) -> Result<(), ViewError> {
    if shape.iter().any(|&side| side > limit as usize) {
        return Err(ViewError::TooLarge { shape, limit });
    }
    let voxels = shape.iter().try_fold(1usize, |product, &side| product.checked_mul(side));
    match voxels {
        Some(0) => Err(ViewError::Volume(format!("a side of {shape:?} is empty"))),
        Some(n) if n == values => Ok(()),
        _ => Err(ViewError::Volume(format!("{shape:?} voxels need as many values, not {values}"))),
    }
}

fn extent(shape: [usize; 3]) -> wgpu::Extent3d {
    let [depth, height, width] = shape.map(|side| side as u32);
    wgpu::Extent3d { width, height, depth_or_array_layers: depth }
}

fn texture(gpu: &Gpu, label: &str, shape: [usize; 3], levels: u32, format: wgpu::TextureFormat) -> wgpu::Texture {
    gpu.device.create_texture(&wgpu::TextureDescriptor {
        label: Some(label),
        size: extent(shape),
        mip_level_count: levels,
        sample_count: 1,
        dimension: wgpu::TextureDimension::D3,
        format,
        usage: wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::COPY_DST,
        view_formats: &[],
    })
}

/// Writes one mip level, a group of z-planes at a time.
fn write(gpu: &Gpu, texture: &wgpu::Texture, level: u32, shape: [usize; 3], values: &[u8]) {
    let plane = values.len() / shape[0];
    let planes = (CHUNK / plane).clamp(1, shape[0]);
    for (i, chunk) in values.chunks(plane * planes).enumerate() {
        let depth = chunk.len() / plane;
        gpu.queue.write_texture(
            wgpu::TexelCopyTextureInfo {
                texture,
                mip_level: level,
                origin: wgpu::Origin3d { x: 0, y: 0, z: (i * planes) as u32 },
                aspect: wgpu::TextureAspect::All,
            },
            chunk,
            wgpu::TexelCopyBufferLayout {
                offset: 0,
                bytes_per_row: Some((plane / shape[1]) as u32),
                rows_per_image: Some(shape[1] as u32),
            },
            extent([depth, shape[1], shape[2]]),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_volumes_are_refused_before_anything_is_allocated() {
        assert_eq!(check([4, 4, 4], 64, 256), Ok(()));
        assert!(matches!(check([0, 4, 4], 0, 256), Err(ViewError::Volume(_))));
        assert!(matches!(check([4, 4, 4], 63, 256), Err(ViewError::Volume(_))));
        let too_large = check([4, 300, 4], 4800, 256).expect_err("above the limit");
        assert!(too_large.to_string().contains("256 voxels a side"), "{too_large}");
    }
}

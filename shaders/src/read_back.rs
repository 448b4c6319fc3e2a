//! From a texture to bytes.

use std::sync::{Arc, Mutex, PoisonError};

use crate::ViewError;
use crate::gpu::Gpu;

/// The format that screenshots are drawn in: encoded by us, not by the hardware.
pub const FORMAT: wgpu::TextureFormat = wgpu::TextureFormat::Rgba8Unorm;

/// A texture to draw into and then read.
pub fn target(gpu: &Gpu, width: u32, height: u32) -> wgpu::Texture {
    gpu.device.create_texture(&wgpu::TextureDescriptor {
        label: Some("screenshot"),
        size: wgpu::Extent3d { width, height, depth_or_array_layers: 1 },
        mip_level_count: 1,
        sample_count: 1,
        dimension: wgpu::TextureDimension::D2,
        format: FORMAT,
        usage: wgpu::TextureUsages::RENDER_ATTACHMENT | wgpu::TextureUsages::COPY_SRC,
        view_formats: &[],
    })
}

/// The texture's pixels, RGBA, top row first.
pub async fn pixels(gpu: &Gpu, texture: &wgpu::Texture) -> Result<Vec<u8>, ViewError> {
    let size = texture.size();
    let row = 4 * size.width as usize;
    let padded = row.next_multiple_of(wgpu::COPY_BYTES_PER_ROW_ALIGNMENT as usize);
    let buffer = gpu.device.create_buffer(&wgpu::BufferDescriptor {
        label: Some("screenshot"),
        size: (padded * size.height as usize) as u64,
        usage: wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::MAP_READ,
        mapped_at_creation: false,
    });
    let mut encoder = gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("screenshot") });
    encoder.copy_texture_to_buffer(
        texture.as_image_copy(),
        wgpu::TexelCopyBufferInfo {
            buffer: &buffer,
            layout: wgpu::TexelCopyBufferLayout {
                offset: 0,
                bytes_per_row: Some(padded as u32),
                rows_per_image: Some(size.height),
            },
        },
        size,
    );
    gpu.queue.submit([encoder.finish()]);
    let answer = Arc::new(Mutex::new(None));
    let slot = Arc::clone(&answer);
    buffer.map_async(wgpu::MapMode::Read, .., move |result| {
        *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
    });
    let mapped = loop {
        if let Some(result) = answer.lock().unwrap_or_else(PoisonError::into_inner).take() {
            break result;
        }
        gpu.breathe().await?;
    };
    let failed = |error: &dyn std::fmt::Display| ViewError::ReadBack(error.to_string());
    mapped.map_err(|error| failed(&error))?;
    let view = buffer.get_mapped_range(..).map_err(|error| failed(&error))?;
    let mut out = Vec::with_capacity(row * size.height as usize);
    for line in view.chunks_exact(padded) {
        out.extend_from_slice(&line[..row]);
    }
    Ok(out)
}

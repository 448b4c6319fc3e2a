//! The ray-marcher: one pipeline per mode, one bind group per volume.

mod field;
mod uniform;
mod upload;

pub use uniform::{FrameUniform, clip_plane, linear, xyz};
pub use upload::VolumeTextures;

use crate::gpu::Gpu;
use crate::style::Mode;

const FRAME: &str = include_str!("frame.wgsl");
const SLICES: &str = include_str!("slices.wgsl");
const FIELD: &str = include_str!("field.wgsl");
const LIGHT: &str = include_str!("light.wgsl");
const SURFACE: &str = include_str!("surface.wgsl");
const DENSITY: &str = include_str!("density.wgsl");

/// The shaders by fragment entry point, each whole.
pub fn sources() -> [(&'static str, String); 3] {
    [
        ("fs_surface", [FRAME, SLICES, FIELD, LIGHT, SURFACE].concat()),
        ("fs_density", [FRAME, SLICES, DENSITY].concat()),
        ("fs_slices", [FRAME, SLICES].concat()),
    ]
}

/// Long-lived: pipelines and what they share.
pub struct VolumePipelines {
    surface: wgpu::RenderPipeline,
    density: wgpu::RenderPipeline,
    slices: wgpu::RenderPipeline,
    layout: wgpu::BindGroupLayout,
    sampler: wgpu::Sampler,
}

/// What one volume needs per frame.
pub struct VolumeDraw {
    uniform: wgpu::Buffer,
    bind_group: wgpu::BindGroup,
}

impl VolumePipelines {
    /// Compiles the pipelines for targets of one format.
    pub fn new(gpu: &Gpu, format: wgpu::TextureFormat) -> Self {
        let device = &gpu.device;
        let layout = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
            label: Some("volume"),
            entries: &[
                entry(
                    0,
                    wgpu::BindingType::Buffer {
                        ty: wgpu::BufferBindingType::Uniform,
                        has_dynamic_offset: false,
                        min_binding_size: None,
                    },
                ),
                entry(1, volume_binding()),
                entry(2, volume_binding()),
                entry(3, volume_binding()),
                entry(4, wgpu::BindingType::Sampler(wgpu::SamplerBindingType::Filtering)),
            ],
        });
        let pipeline_layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: Some("volume"),
            bind_group_layouts: &[Some(&layout)],
            immediate_size: 0,
        });
        let blend = Some(wgpu::BlendState::PREMULTIPLIED_ALPHA_BLENDING);
        let [surface, density, slices] = sources().map(|(entry, source)| {
            gpu.render_pipeline(entry, &source, "vs_view", entry, &pipeline_layout, &[], format, blend)
        });
        let sampler = device.create_sampler(&wgpu::SamplerDescriptor {
            label: Some("volume"),
            mag_filter: wgpu::FilterMode::Linear,
            min_filter: wgpu::FilterMode::Linear,
            mipmap_filter: wgpu::MipmapFilterMode::Linear,
            ..Default::default()
        });
        Self { surface, density, slices, layout, sampler }
    }

    /// Buffers and bindings of one volume.
    pub fn bind(&self, gpu: &Gpu, volume: &VolumeTextures) -> VolumeDraw {
        let uniform = gpu.uniform_buffer("volume", size_of::<FrameUniform>());
        let texture =
            |binding, view| wgpu::BindGroupEntry { binding, resource: wgpu::BindingResource::TextureView(view) };
        let bind_group = gpu.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("volume"),
            layout: &self.layout,
            entries: &[
                wgpu::BindGroupEntry { binding: 0, resource: uniform.as_entire_binding() },
                texture(1, &volume.raw),
                texture(2, &volume.field),
                texture(3, &volume.bricks),
                wgpu::BindGroupEntry { binding: 4, resource: wgpu::BindingResource::Sampler(&self.sampler) },
            ],
        });
        VolumeDraw { uniform, bind_group }
    }

    /// Draws one volume into the pass's current viewport.
    pub fn draw(&self, pass: &mut wgpu::RenderPass<'_>, mode: Mode, volume: &VolumeDraw) {
        pass.set_pipeline(match mode {
            Mode::Surface(_) => &self.surface,
            Mode::Density => &self.density,
            Mode::Slices => &self.slices,
        });
        pass.set_bind_group(0, &volume.bind_group, &[]);
        pass.draw(0..3, 0..1);
    }
}

impl VolumeDraw {
    /// Sets the frame to draw next.
    pub fn write(&self, gpu: &Gpu, frame: &FrameUniform) {
        gpu.queue.write_buffer(&self.uniform, 0, bytemuck::bytes_of(frame));
    }
}

fn entry(binding: u32, ty: wgpu::BindingType) -> wgpu::BindGroupLayoutEntry {
    wgpu::BindGroupLayoutEntry { binding, visibility: wgpu::ShaderStages::FRAGMENT, ty, count: None }
}

fn volume_binding() -> wgpu::BindingType {
    wgpu::BindingType::Texture {
        sample_type: wgpu::TextureSampleType::Float { filterable: true },
        view_dimension: wgpu::TextureViewDimension::D3,
        multisampled: false,
    }
}

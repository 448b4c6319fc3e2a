//! Textures that a frame is drawn into before it reaches its target, the effects for figures, and the resampling
//! onto the target.

use super::pipelines::{DEPTH_FORMAT, RESOLVE_SOURCE, SHAPE_FORMAT, figure_source, layout_of, uniform_entry};
use crate::gpu::Gpu;

/// Pipelines over the whole picture; long-lived.
pub struct WholePicture {
    figure: wgpu::RenderPipeline,
    figure_layout: wgpu::BindGroupLayout,
    to_canvas: wgpu::RenderPipeline,
    to_screenshot: wgpu::RenderPipeline,
    resolve_layout: wgpu::BindGroupLayout,
    sampler: wgpu::Sampler,
    format: wgpu::TextureFormat,
}

/// Textures of one size.
pub struct Targets {
    pub size: [u32; 2],
    pub depth: wgpu::TextureView,
    /// The finished picture; missing where the target itself is drawn into.
    pub picture: Option<Picture>,
    /// What the effects start from.
    pub figure: Option<FigureTargets>,
}

/// A picture that is resampled onto its target.
pub struct Picture {
    pub view: wgpu::TextureView,
    resolve: wgpu::BindGroup,
}

/// What the effects start from.
pub struct FigureTargets {
    pub colour: wgpu::TextureView,
    pub shape: wgpu::TextureView,
    bind_group: wgpu::BindGroup,
}

impl WholePicture {
    /// `format`: of pictures and the canvas; `screenshot`: of screenshots.
    pub fn new(gpu: &Gpu, format: wgpu::TextureFormat, screenshot: wgpu::TextureFormat) -> Self {
        let device = &gpu.device;
        let texture = |binding, sample_type| wgpu::BindGroupLayoutEntry {
            binding,
            visibility: wgpu::ShaderStages::FRAGMENT,
            ty: wgpu::BindingType::Texture {
                sample_type,
                view_dimension: wgpu::TextureViewDimension::D2,
                multisampled: false,
            },
            count: None,
        };
        let figure_layout = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
            label: Some("figure"),
            entries: &[
                uniform_entry(0),
                texture(1, wgpu::TextureSampleType::Float { filterable: false }),
                texture(2, wgpu::TextureSampleType::Uint),
            ],
        });
        let resolve_layout = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
            label: Some("resolve"),
            entries: &[
                texture(0, wgpu::TextureSampleType::Float { filterable: true }),
                wgpu::BindGroupLayoutEntry {
                    binding: 1,
                    visibility: wgpu::ShaderStages::FRAGMENT,
                    ty: wgpu::BindingType::Sampler(wgpu::SamplerBindingType::Filtering),
                    count: None,
                },
            ],
        });
        let pipeline = |label, source: &str, entries: [&str; 2], layout, format| {
            let layout = layout_of(gpu, layout);
            gpu.render_pipeline(label, source, entries[0], entries[1], &layout, &[], format, None)
        };
        let resolve =
            |format| pipeline("resolve", RESOLVE_SOURCE, ["vs_resolve", "fs_resolve"], &resolve_layout, format);
        let sampler = device.create_sampler(&wgpu::SamplerDescriptor {
            label: Some("resolve"),
            mag_filter: wgpu::FilterMode::Linear,
            min_filter: wgpu::FilterMode::Linear,
            ..Default::default()
        });
        Self {
            figure: pipeline("figure", &figure_source(), ["vs_figure", "fs_figure"], &figure_layout, format),
            to_canvas: resolve(format),
            to_screenshot: resolve(screenshot),
            figure_layout,
            resolve_layout,
            sampler,
            format,
        }
    }

    /// Textures for a frame. `uniform` is the frame's.
    pub fn targets(&self, gpu: &Gpu, size: [u32; 2], resampled: bool, figure: bool, uniform: &wgpu::Buffer) -> Targets {
        let texture = |label, format| {
            let texture = gpu.device.create_texture(&wgpu::TextureDescriptor {
                label: Some(label),
                size: wgpu::Extent3d { width: size[0], height: size[1], depth_or_array_layers: 1 },
                mip_level_count: 1,
                sample_count: 1,
                dimension: wgpu::TextureDimension::D2,
                format,
                usage: wgpu::TextureUsages::RENDER_ATTACHMENT
                    | if format == DEPTH_FORMAT {
                        wgpu::TextureUsages::empty()
                    } else {
                        wgpu::TextureUsages::TEXTURE_BINDING
                    },
                view_formats: &[],
            });
            texture.create_view(&wgpu::TextureViewDescriptor::default())
        };
        let picture = resampled.then(|| {
            let picture = texture("picture", self.format);
            let resolve = gpu.device.create_bind_group(&wgpu::BindGroupDescriptor {
                label: Some("resolve"),
                layout: &self.resolve_layout,
                entries: &[
                    view_entry(0, &picture),
                    wgpu::BindGroupEntry { binding: 1, resource: wgpu::BindingResource::Sampler(&self.sampler) },
                ],
            });
            Picture { view: picture, resolve }
        });
        let figure = figure.then(|| {
            let (colour, shape) = (texture("colour", self.format), texture("shape", SHAPE_FORMAT));
            let bind_group = gpu.device.create_bind_group(&wgpu::BindGroupDescriptor {
                label: Some("figure"),
                layout: &self.figure_layout,
                entries: &[
                    wgpu::BindGroupEntry { binding: 0, resource: uniform.as_entire_binding() },
                    view_entry(1, &colour),
                    view_entry(2, &shape),
                ],
            });
            FigureTargets { colour, shape, bind_group }
        });
        Targets { size, depth: texture("depth", DEPTH_FORMAT), picture, figure }
    }

    /// Applies the effects to the whole target.
    pub fn draw_figure(&self, pass: &mut wgpu::RenderPass<'_>, from: &FigureTargets) {
        pass.set_pipeline(&self.figure);
        pass.set_bind_group(0, &from.bind_group, &[]);
        pass.draw(0..3, 0..1);
    }

    /// Fills the whole target with a picture.
    pub fn resolve(&self, pass: &mut wgpu::RenderPass<'_>, picture: &Picture, screenshot: bool) {
        pass.set_pipeline(if screenshot { &self.to_screenshot } else { &self.to_canvas });
        pass.set_bind_group(0, &picture.resolve, &[]);
        pass.draw(0..3, 0..1);
    }
}

fn view_entry(binding: u32, view: &wgpu::TextureView) -> wgpu::BindGroupEntry<'_> {
    wgpu::BindGroupEntry { binding, resource: wgpu::BindingResource::TextureView(view) }
}

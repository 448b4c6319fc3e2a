//! Lines of a width in pixels.

use bytemuck::{Pod, Zeroable};
use glam::Mat4;

use crate::gpu::Gpu;

pub const SOURCE: &str = include_str!("lines.wgsl");
/// Room for the twelve edges, the outline of a cut and three letters, twice over.
const MOST_SEGMENTS: usize = 64;

/// One segment: two points in the world, each moved on the screen (x right, y up, in units of the line style).
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
pub struct Segment {
    /// World.
    pub begin: [f32; 3],
    /// Screen.
    pub begin_pixels: [f32; 2],
    /// World.
    pub end: [f32; 3],
    /// Screen.
    pub end_pixels: [f32; 2],
    /// Linear, not premultiplied.
    pub colour: [f32; 4],
}

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct ViewUniform {
    matrix: Mat4,
    pixels: [f32; 4],
}

/// Long-lived.
pub struct LinePipeline {
    pipeline: wgpu::RenderPipeline,
    layout: wgpu::BindGroupLayout,
}

/// The lines of one view: those behind the body first, then those before it.
pub struct LineDraw {
    uniform: wgpu::Buffer,
    segments: wgpu::Buffer,
    bind_group: wgpu::BindGroup,
    behind: u32,
    count: u32,
}

impl LinePipeline {
    /// Compiles the pipeline for targets of one format.
    pub fn new(gpu: &Gpu, format: wgpu::TextureFormat) -> Self {
        let layout = gpu.device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
            label: Some("lines"),
            entries: &[wgpu::BindGroupLayoutEntry {
                binding: 0,
                visibility: wgpu::ShaderStages::VERTEX_FRAGMENT,
                ty: wgpu::BindingType::Buffer {
                    ty: wgpu::BufferBindingType::Uniform,
                    has_dynamic_offset: false,
                    min_binding_size: None,
                },
                count: None,
            }],
        });
        let pipeline_layout = gpu.device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: Some("lines"),
            bind_group_layouts: &[Some(&layout)],
            immediate_size: 0,
        });
        let attributes =
            wgpu::vertex_attr_array![0 => Float32x3, 1 => Float32x2, 2 => Float32x3, 3 => Float32x2, 4 => Float32x4];
        let buffer = wgpu::VertexBufferLayout {
            array_stride: size_of::<Segment>() as u64,
            step_mode: wgpu::VertexStepMode::Instance,
            attributes: &attributes,
        };
        let blend = Some(wgpu::BlendState::PREMULTIPLIED_ALPHA_BLENDING);
        let buffers = [Some(buffer)];
        let pipeline =
            gpu.render_pipeline("lines", SOURCE, "vs_line", "fs_line", &pipeline_layout, &buffers, format, blend);
        Self { pipeline, layout }
    }

    /// Buffers of one view.
    pub fn bind(&self, gpu: &Gpu) -> LineDraw {
        let uniform = gpu.uniform_buffer("lines", size_of::<ViewUniform>());
        let segments = gpu.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("segments"),
            size: (MOST_SEGMENTS * size_of::<Segment>()) as u64,
            usage: wgpu::BufferUsages::VERTEX | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        let bind_group = gpu.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("lines"),
            layout: &self.layout,
            entries: &[wgpu::BindGroupEntry { binding: 0, resource: uniform.as_entire_binding() }],
        });
        LineDraw { uniform, segments, bind_group, behind: 0, count: 0 }
    }

    /// Draws the lines behind the body, or those before it.
    pub fn draw(&self, pass: &mut wgpu::RenderPass<'_>, lines: &LineDraw, behind: bool) {
        let range = if behind { 0..lines.behind } else { lines.behind..lines.count };
        if !range.is_empty() {
            pass.set_pipeline(&self.pipeline);
            pass.set_bind_group(0, &lines.bind_group, &[]);
            pass.set_vertex_buffer(0, lines.segments.slice(..));
            pass.draw(0..4, range);
        }
    }
}

impl LineDraw {
    /// Sets the lines to draw next, in a viewport of `pixels`, `width` pixels wide.
    pub fn write(
        &mut self,
        gpu: &Gpu,
        matrix: Mat4,
        pixels: [f32; 2],
        width: f32,
        behind: &[Segment],
        before: &[Segment],
    ) {
        let uniform = ViewUniform { matrix, pixels: [pixels[0], pixels[1], width, width] };
        gpu.queue.write_buffer(&self.uniform, 0, bytemuck::bytes_of(&uniform));
        let segments: Vec<Segment> = behind.iter().chain(before).copied().take(MOST_SEGMENTS).collect();
        gpu.queue.write_buffer(&self.segments, 0, bytemuck::cast_slice(&segments));
        self.count = segments.len() as u32;
        self.behind = self.count.min(behind.len() as u32);
    }
}

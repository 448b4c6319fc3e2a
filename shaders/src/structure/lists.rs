//! The scene on the device: uniforms, instances, and how they are drawn.

use bytemuck::{Pod, Zeroable};
use glam::{Mat4, Vec3};

use super::buffers::ListBuffer;
use super::cull::Visible;
use super::frame::FrameUniform;
use super::instances::{Cone, Corner, Cylinder, Sphere};
use super::pipelines::{Kind, Pass, Pipelines};
use super::scene::Scene;
use crate::gpu::Gpu;
use crate::lines::Segment;

/// The uniforms of one view of the scene.
pub struct Uniforms {
    pub frame: wgpu::Buffer,
    pub frame_group: wgpu::BindGroup,
    lines: wgpu::Buffer,
    pub lines_group: wgpu::BindGroup,
}

/// `View` of lines.wgsl.
#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct LinesUniform {
    matrix: Mat4,
    pixels: [f32; 4],
}

impl Uniforms {
    pub fn new(gpu: &Gpu, layout: &wgpu::BindGroupLayout) -> Self {
        let make = |bytes| {
            let buffer = gpu.uniform_buffer("structure", bytes);
            let group = gpu.device.create_bind_group(&wgpu::BindGroupDescriptor {
                label: Some("structure"),
                layout,
                entries: &[wgpu::BindGroupEntry { binding: 0, resource: buffer.as_entire_binding() }],
            });
            (buffer, group)
        };
        let (frame, frame_group) = make(size_of::<FrameUniform>());
        let (lines, lines_group) = make(size_of::<LinesUniform>());
        Self { frame, frame_group, lines, lines_group }
    }

    pub fn write(&self, gpu: &Gpu, frame: &FrameUniform, matrix: Mat4, size: [f32; 2], line_width: f32) {
        gpu.queue.write_buffer(&self.frame, 0, bytemuck::bytes_of(frame));
        let lines = LinesUniform { matrix, pixels: [size[0], size[1], line_width, line_width] };
        gpu.queue.write_buffer(&self.lines, 0, bytemuck::bytes_of(&lines));
    }
}

/// The instances of one scene on the device.
pub struct Lists {
    pub spheres: ListBuffer<Sphere>,
    pub clear_spheres: ListBuffer<Sphere>,
    pub sticks: ListBuffer<Cylinder>,
    pub clear_sticks: ListBuffer<Cylinder>,
    pub cones: ListBuffer<Cone>,
    pub corners: ListBuffer<Corner>,
    pub order: ListBuffer<u32>,
    pub segments: ListBuffer<Segment>,
    /// Whether all opaque balls and sticks of the scene are there.
    whole: bool,
}

impl Lists {
    pub fn new(gpu: &Gpu) -> Self {
        let vertex = wgpu::BufferUsages::VERTEX;
        let copies = copies(gpu);
        Self {
            spheres: ListBuffer::with_copies(gpu, vertex, copies),
            clear_spheres: ListBuffer::with_copies(gpu, vertex, copies),
            sticks: ListBuffer::with_copies(gpu, vertex, copies),
            clear_sticks: ListBuffer::with_copies(gpu, vertex, copies),
            cones: ListBuffer::new(gpu, vertex),
            corners: ListBuffer::new(gpu, vertex),
            order: ListBuffer::new(gpu, wgpu::BufferUsages::INDEX),
            segments: ListBuffer::with_copies(gpu, vertex, copies),
            whole: false,
        }
    }

    pub fn write(&mut self, gpu: &Gpu, scene: &Scene) {
        self.write_opaque(gpu, &scene.spheres, &scene.sticks);
        self.whole = true;
        self.cones.write(gpu, &scene.cones);
        self.corners.write(gpu, &scene.corners);
        self.segments.write(gpu, &scene.segments);
        self.clear_spheres.write(gpu, &scene.clear_spheres);
        self.clear_sticks.write(gpu, &scene.clear_sticks);
    }

    /// Replaces the opaque balls and sticks alone.
    pub fn write_opaque(&mut self, gpu: &Gpu, spheres: &[Sphere], sticks: &[Cylinder]) {
        self.spheres.write(gpu, spheres);
        self.sticks.write(gpu, sticks);
        self.whole = false;
    }

    /// Leaves of the opaque balls and sticks those that are seen; all of them without `seen`.
    pub fn write_visible(&mut self, gpu: &Gpu, scene: &Scene, seen: Option<&Visible>) {
        if let Some(seen) = seen {
            self.write_opaque(gpu, &seen.spheres, &seen.sticks);
        } else if !self.whole {
            self.write_opaque(gpu, &scene.spheres, &scene.sticks);
            self.whole = true;
        }
    }

    /// Puts translucent things in order, the farthest first.
    pub fn sort(&mut self, gpu: &Gpu, scene: &Scene, view: Mat4) {
        let row = view.row(2);
        let height = |p: Vec3| row.truncate().dot(p);
        if !scene.clear_spheres.is_empty() {
            let mut spheres = scene.clear_spheres.clone();
            spheres.sort_by(|a, b| height(a.centre).total_cmp(&height(b.centre)));
            self.clear_spheres.write(gpu, &spheres);
        }
        if !scene.clear_sticks.is_empty() {
            let mut sticks = scene.clear_sticks.clone();
            let middle = |stick: &Cylinder| height(stick.begin + stick.end);
            sticks.sort_by(|a, b| middle(a).total_cmp(&middle(b)));
            self.clear_sticks.write(gpu, &sticks);
        }
        if !scene.polyhedra.is_empty() {
            let mut polyhedra: Vec<_> = scene.polyhedra.iter().map(|(middle, part)| (height(*middle), part)).collect();
            polyhedra.sort_by(|a, b| a.0.total_cmp(&b.0));
            let mut order = Vec::with_capacity(scene.corners.len());
            for (_, part) in polyhedra {
                // Within a convex body its far faces come first.
                let (mut far, mut near) = (Vec::new(), Vec::new());
                for first in part.clone().step_by(3) {
                    let corner = &scene.corners[first as usize];
                    let list = if height(corner.normal) < 0.0 { &mut far } else { &mut near };
                    list.extend([first, first + 1, first + 2]);
                }
                order.extend(far);
                order.extend(near);
            }
            self.order.write(gpu, &order);
        }
    }
}

/// How often an item of a list of quads stands in it.
pub fn copies(gpu: &Gpu) -> usize {
    if gpu.software { 4 } else { 1 }
}

/// Draws a list, if there is anything in it.
pub fn draw<T: Pod>(
    gpu: &Gpu,
    pipelines: &mut Pipelines,
    pass: &mut wgpu::RenderPass<'_>,
    (kind, which): (Kind, Pass),
    group: &wgpu::BindGroup,
    list: &ListBuffer<T>,
) {
    if list.len() > 0 {
        pass.set_pipeline(pipelines.get(gpu, kind, which));
        pass.set_bind_group(0, group, &[]);
        pass.set_vertex_buffer(0, list.slice());
        if pipelines.unrolled && kind != Kind::Cone {
            pass.set_index_buffer(pipelines.quads(gpu, list.len()).slice(), wgpu::IndexFormat::Uint32);
            pass.draw_indexed(0..6 * list.len(), 0, 0..1);
        } else {
            pass.draw(0..kind.vertices(), 0..list.len());
        }
    }
}

/// Draws the faces of polyhedra in their order.
pub fn draw_faces(
    gpu: &Gpu,
    pipelines: &mut Pipelines,
    pass: &mut wgpu::RenderPass<'_>,
    which: Pass,
    group: &wgpu::BindGroup,
    lists: &Lists,
) {
    if lists.corners.len() > 0 {
        pass.set_pipeline(pipelines.get(gpu, Kind::Face, which));
        pass.set_bind_group(0, group, &[]);
        pass.set_vertex_buffer(0, lists.corners.slice());
        pass.set_index_buffer(lists.order.slice(), wgpu::IndexFormat::Uint32);
        pass.draw_indexed(0..lists.order.len(), 0, 0..1);
    }
}

/// A colour to draw onto.
pub fn attachment<'a>(
    view: &'a wgpu::TextureView,
    load: wgpu::LoadOp<wgpu::Color>,
) -> Option<wgpu::RenderPassColorAttachment<'a>> {
    let ops = wgpu::Operations { load, store: wgpu::StoreOp::Store };
    Some(wgpu::RenderPassColorAttachment { view, depth_slice: None, resolve_target: None, ops })
}

/// A pass onto colours and, with `Some((depth, cleared))`, a depth.
pub fn begin<'a>(
    encoder: &'a mut wgpu::CommandEncoder,
    colours: &[Option<wgpu::RenderPassColorAttachment<'_>>],
    depth: Option<(&wgpu::TextureView, bool)>,
) -> wgpu::RenderPass<'a> {
    encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
        color_attachments: colours,
        depth_stencil_attachment: depth.map(|(view, cleared)| wgpu::RenderPassDepthStencilAttachment {
            view,
            depth_ops: Some(wgpu::Operations {
                load: if cleared { wgpu::LoadOp::Clear(1.0) } else { wgpu::LoadOp::Load },
                store: wgpu::StoreOp::Store,
            }),
            stencil_ops: None,
        }),
        ..Default::default()
    })
}

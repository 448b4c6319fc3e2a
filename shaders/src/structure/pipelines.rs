//! The pipelines: each kind of thing in each pass. They are made when first needed and then kept.

use std::collections::HashMap;

use super::buffers::ListBuffer;
use super::instances::{Cone, Corner, Cylinder, Sphere};
use crate::gpu::Gpu;
use crate::lines::{self, Segment};

const FRAME: &str = include_str!("frame.wgsl");
const SPHERE: &str = include_str!("sphere.wgsl");
const CYLINDER: &str = include_str!("cylinder.wgsl");
const SOLID: &str = include_str!("solid.wgsl");
const PASSES: &str = include_str!("passes.wgsl");
const FIGURE: &str = include_str!("figure.wgsl");
const RESOLVE: &str = include_str!("resolve.wgsl");

/// Sides of an arrow's head; `SIDES` in solid.wgsl.
const CONE_SIDES: u32 = 16;

pub const DEPTH_FORMAT: wgpu::TextureFormat = wgpu::TextureFormat::Depth32Float;
/// Depth and id of every pixel.
pub const SHAPE_FORMAT: wgpu::TextureFormat = wgpu::TextureFormat::Rg32Uint;
pub const ID_FORMAT: wgpu::TextureFormat = wgpu::TextureFormat::R32Uint;

/// What is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    Sphere,
    Cylinder,
    Face,
    Cone,
    Line,
}

/// What is written of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Pass {
    /// Opaque colours.
    Picture,
    /// Opaque colours, and depth and id for the effects.
    PictureAndShape,
    /// Translucent colours over what lies behind.
    Blend,
    /// Only the depth: of translucent things of which just the nearest is to show.
    Depth,
    /// Only the id.
    Id,
}

/// The shaders by entry points, each whole.
#[cfg(test)]
pub fn sources() -> Vec<(&'static str, &'static str, String)> {
    let mut all = Vec::new();
    for kind in [Kind::Sphere, Kind::Cylinder, Kind::Face, Kind::Cone] {
        for pass in [Pass::Picture, Pass::PictureAndShape, Pass::Id] {
            all.push((kind.vertex(), kind.fragment(pass), kind.source()));
        }
    }
    all.push(("vs_figure", "fs_figure", [FRAME, FIGURE].concat()));
    all.push(("vs_resolve", "fs_resolve", RESOLVE.to_owned()));
    all
}

impl Kind {
    fn source(self) -> String {
        match self {
            Self::Sphere => [FRAME, SPHERE, PASSES].concat(),
            Self::Cylinder => [FRAME, CYLINDER, PASSES].concat(),
            Self::Face | Self::Cone => [FRAME, SOLID, PASSES].concat(),
            Self::Line => lines::SOURCE.to_owned(),
        }
    }

    fn vertex(self) -> &'static str {
        match self {
            Self::Sphere => "vs_sphere",
            Self::Cylinder => "vs_cylinder",
            Self::Face => "vs_face",
            Self::Cone => "vs_cone",
            Self::Line => "vs_line",
        }
    }

    fn fragment(self, pass: Pass) -> &'static str {
        match (self, pass) {
            (Self::Line, _) => "fs_line",
            (_, Pass::Picture | Pass::Blend | Pass::Depth) => "fs_picture",
            (_, Pass::PictureAndShape) => "fs_shape",
            (_, Pass::Id) => "fs_id",
        }
    }

    /// Vertices of one instance; faces have none, they are drawn by vertex.
    pub fn vertices(self) -> u32 {
        match self {
            Self::Cone => 6 * CONE_SIDES,
            _ => 4,
        }
    }
}

/// Long-lived.
pub struct Pipelines {
    /// The format of pictures, not an sRGB one.
    pub format: wgpu::TextureFormat,
    /// One uniform.
    pub uniform: wgpu::BindGroupLayout,
    uniform_only: wgpu::PipelineLayout,
    made: HashMap<(Kind, Pass), wgpu::RenderPipeline>,
    /// Draws quads by vertex, not by instance: a software adapter takes as long for an instance of four vertices as
    /// for a draw of its own.
    pub unrolled: bool,
    /// Two triangles of four vertices each.
    quads: ListBuffer<u32>,
}

impl Pipelines {
    pub fn new(gpu: &Gpu, format: wgpu::TextureFormat) -> Self {
        let uniform = gpu.device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
            label: Some("structure"),
            entries: &[uniform_entry(0)],
        });
        let uniform_only = layout_of(gpu, &uniform);
        let quads = ListBuffer::new(gpu, wgpu::BufferUsages::INDEX);
        Self { format, uniform, uniform_only, made: HashMap::new(), unrolled: gpu.software, quads }
    }

    /// How many were made so far.
    #[cfg(test)]
    pub fn count(&self) -> usize {
        self.made.len()
    }

    /// A pipeline, made if this is the first time.
    pub fn get(&mut self, gpu: &Gpu, kind: Kind, pass: Pass) -> &wgpu::RenderPipeline {
        let (format, layout, unrolled) = (self.format, &self.uniform_only, self.unrolled);
        self.made.entry((kind, pass)).or_insert_with(|| make(gpu, kind, pass, format, layout, unrolled))
    }

    /// The order of the vertices of so many quads.
    pub fn quads(&mut self, gpu: &Gpu, count: u32) -> &ListBuffer<u32> {
        if self.quads.len() < 6 * count {
            let count = count + count / 2;
            let order: Vec<u32> =
                (0..count).flat_map(|quad| [0, 1, 2, 2, 1, 3].map(|corner| 4 * quad + corner)).collect();
            self.quads.write(gpu, &order);
        }
        &self.quads
    }
}

fn make(
    gpu: &Gpu,
    kind: Kind,
    pass: Pass,
    format: wgpu::TextureFormat,
    layout: &wgpu::PipelineLayout,
    unrolled: bool,
) -> wgpu::RenderPipeline {
    let module = gpu.device.create_shader_module(wgpu::ShaderModuleDescriptor {
        label: Some(kind.vertex()),
        source: wgpu::ShaderSource::Wgsl(kind.source().into()),
    });
    let plain = |format| Some(wgpu::ColorTargetState { format, blend: None, write_mask: wgpu::ColorWrites::ALL });
    let targets = match pass {
        Pass::Picture => vec![plain(format)],
        Pass::PictureAndShape => vec![plain(format), plain(SHAPE_FORMAT)],
        Pass::Id => vec![plain(ID_FORMAT)],
        Pass::Blend => vec![Some(wgpu::ColorTargetState {
            format,
            blend: Some(wgpu::BlendState::PREMULTIPLIED_ALPHA_BLENDING),
            write_mask: wgpu::ColorWrites::ALL,
        })],
        Pass::Depth => {
            vec![Some(wgpu::ColorTargetState { format, blend: None, write_mask: wgpu::ColorWrites::empty() })]
        }
    };
    let spheres = wgpu::vertex_attr_array![0 => Float32x3, 1 => Float32, 2 => Unorm8x4, 3 => Uint32];
    let cylinders = wgpu::vertex_attr_array![
        0 => Float32x3, 1 => Float32, 2 => Float32x3, 3 => Uint32, 4 => Unorm8x4, 5 => Unorm8x4
    ];
    let corners = wgpu::vertex_attr_array![0 => Float32x3, 1 => Float32x3, 2 => Unorm8x4, 3 => Uint32];
    let cones = wgpu::vertex_attr_array![0 => Float32x3, 1 => Float32, 2 => Float32x3, 3 => Unorm8x4];
    let segments =
        wgpu::vertex_attr_array![0 => Float32x3, 1 => Float32x2, 2 => Float32x3, 3 => Float32x2, 4 => Float32x4];
    let (stride, attributes): (usize, &[wgpu::VertexAttribute]) = match kind {
        Kind::Sphere => (size_of::<Sphere>(), &spheres),
        Kind::Cylinder => (size_of::<Cylinder>(), &cylinders),
        Kind::Face => (size_of::<Corner>(), &corners),
        Kind::Cone => (size_of::<Cone>(), &cones),
        Kind::Line => (size_of::<Segment>(), &segments),
    };
    let (step_mode, topology) = match kind {
        Kind::Face => (wgpu::VertexStepMode::Vertex, wgpu::PrimitiveTopology::TriangleList),
        Kind::Cone => (wgpu::VertexStepMode::Instance, wgpu::PrimitiveTopology::TriangleList),
        _ if unrolled => (wgpu::VertexStepMode::Vertex, wgpu::PrimitiveTopology::TriangleList),
        _ => (wgpu::VertexStepMode::Instance, wgpu::PrimitiveTopology::TriangleStrip),
    };
    gpu.device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
        label: Some(kind.vertex()),
        layout: Some(layout),
        vertex: wgpu::VertexState {
            module: &module,
            entry_point: Some(kind.vertex()),
            compilation_options: Default::default(),
            buffers: &[Some(wgpu::VertexBufferLayout { array_stride: stride as u64, step_mode, attributes })],
        },
        primitive: wgpu::PrimitiveState { topology, ..Default::default() },
        depth_stencil: Some(wgpu::DepthStencilState {
            format: DEPTH_FORMAT,
            depth_write_enabled: Some(pass != Pass::Blend),
            depth_compare: Some(if pass == Pass::Blend {
                wgpu::CompareFunction::LessEqual
            } else {
                wgpu::CompareFunction::Less
            }),
            stencil: Default::default(),
            bias: Default::default(),
        }),
        multisample: wgpu::MultisampleState::default(),
        fragment: Some(wgpu::FragmentState {
            module: &module,
            entry_point: Some(kind.fragment(pass)),
            compilation_options: Default::default(),
            targets: &targets,
        }),
        multiview_mask: None,
        cache: None,
    })
}

/// Binds one uniform.
pub fn uniform_entry(binding: u32) -> wgpu::BindGroupLayoutEntry {
    wgpu::BindGroupLayoutEntry {
        binding,
        visibility: wgpu::ShaderStages::VERTEX_FRAGMENT,
        ty: wgpu::BindingType::Buffer {
            ty: wgpu::BufferBindingType::Uniform,
            has_dynamic_offset: false,
            min_binding_size: None,
        },
        count: None,
    }
}

/// A pipeline layout of one group.
pub fn layout_of(gpu: &Gpu, group: &wgpu::BindGroupLayout) -> wgpu::PipelineLayout {
    gpu.device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
        label: Some("structure"),
        bind_group_layouts: &[Some(group)],
        immediate_size: 0,
    })
}

/// The source of the effects, and of the last pass.
pub fn figure_source() -> String {
    [FRAME, FIGURE].concat()
}

pub const RESOLVE_SOURCE: &str = RESOLVE;

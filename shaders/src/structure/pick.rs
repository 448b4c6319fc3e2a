//! What lies under a point of the picture.

use std::sync::Arc;

use glam::Vec2;

use super::StructureRenderer;
use super::bonds::StructureBond;
use super::cull::under;
use super::frame::{FrameUniform, Look, Tile};
use super::lists::{attachment, begin, draw, draw_faces};
use super::pipelines::{DEPTH_FORMAT, ID_FORMAT, Kind, Pass};
use super::scene::{AtomSite, Scene};
use crate::{ViewError, read_back};

/// Ids in the picture: 0 is nothing, then atoms from 1, with these bits polyhedra and bonds.
pub const POLYHEDRON: u32 = 0x4000_0000;
pub const BOND: u32 = 0x8000_0000;

/// What was hit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Picked {
    /// An atom.
    Atom(AtomSite),
    /// A bond.
    Bond {
        /// As given.
        bond: StructureBond,
        /// Cell of its first atom.
        cell: [i32; 3],
    },
    /// The coordination polyhedron of this atom.
    Polyhedron(AtomSite),
}

impl Scene {
    /// What an id stands for.
    pub fn named(&self, id: u32) -> Option<Picked> {
        if id & BOND != 0 {
            let site = self.bond_sites.get((id & !BOND) as usize)?;
            Some(Picked::Bond { bond: *self.bonds.get(site.bond as usize)?, cell: site.cell })
        } else if id & POLYHEDRON != 0 {
            self.polyhedron_sites.get((id & !POLYHEDRON) as usize).copied().map(Picked::Polyhedron)
        } else {
            self.sites.list.get((id as usize).checked_sub(1)?).copied().map(Picked::Atom)
        }
    }
}

impl StructureRenderer {
    /// What lies under a point of the canvas, CSS pixels. The question is asked at once; the answer comes when the
    /// adapter has it, and the renderer may be used meanwhile. Atoms and bonds are found through translucent
    /// polyhedra.
    pub fn pick(&mut self, x: f32, y: f32) -> impl Future<Output = Result<Option<Picked>, ViewError>> + use<> {
        let target = self.viewport.filter(|(size, _)| (0.0..size.x).contains(&x) && (0.0..size.y).contains(&y));
        let texture = target.map(|(size, ratio)| self.draw_id(Vec2::new(x, y), size, ratio));
        let (gpu, scene) = (self.gpu.clone(), Arc::clone(&self.scene));
        async move {
            let Some(texture) = texture else { return Ok(None) };
            let bytes = read_back::pixels(&gpu, &texture).await?;
            gpu.check()?;
            let id = bytes.first_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes));
            Ok(scene.named(id))
        }
    }

    /// The id under a point, as a texture of one pixel: only that pixel of the picture is drawn.
    fn draw_id(&mut self, at: Vec2, css: Vec2, ratio: f32) -> wgpu::Texture {
        let size = wgpu::Extent3d { width: 1, height: 1, depth_or_array_layers: 1 };
        let texture = |format, usage| {
            self.gpu.device.create_texture(&wgpu::TextureDescriptor {
                label: Some("id"),
                size,
                mip_level_count: 1,
                sample_count: 1,
                dimension: wgpu::TextureDimension::D2,
                format,
                usage: wgpu::TextureUsages::RENDER_ATTACHMENT | usage,
                view_formats: &[],
            })
        };
        let ids = texture(ID_FORMAT, wgpu::TextureUsages::COPY_SRC);
        let depth = texture(DEPTH_FORMAT, wgpu::TextureUsages::empty());
        let [ids_view, depth_view] = [&ids, &depth].map(|texture| texture.create_view(&Default::default()));
        let eye = self.eye(css.x / css.y);
        let pixel = 1.0 / ratio;
        // The middle of the canvas pixel that the point is in.
        let middle = ((at * ratio).floor() + 0.5) * pixel / css * Vec2::new(2.0, -2.0) + Vec2::new(-1.0, 1.0);
        let look = Look { background: [0.0; 3], depth_cue: 0.0, ambient_occlusion: false, outline: 0.0 };
        let frame = FrameUniform::new(&eye, Tile { middle, half: Vec2::splat(pixel) / css }, &look);
        self.gpu.queue.write_buffer(&self.picking.frame, 0, bytemuck::bytes_of(&frame));
        let scene = Arc::clone(&self.scene);
        self.lists.sort(&self.gpu, &scene, eye.view);
        if self.culls {
            // The next frame puts the others back.
            let pixels = (css * ratio).to_array();
            let seen = under(&scene.spheres, &scene.sticks, &eye, pixels, middle);
            self.lists.write_opaque(&self.gpu, &seen.spheres, &seen.sticks);
        }
        let group = &self.picking.frame_group;
        let (gpu, pipelines, lists) = (&self.gpu, &mut self.pipelines, &self.lists);
        let mut encoder = gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: None });
        {
            let nothing = wgpu::LoadOp::Clear(wgpu::Color::TRANSPARENT);
            let colours = [attachment(&ids_view, nothing)];
            let mut pass = begin(&mut encoder, &colours, Some((&depth_view, true)));
            draw_faces(gpu, pipelines, &mut pass, Pass::Id, group, lists);
        }
        {
            let colours = [attachment(&ids_view, wgpu::LoadOp::Load)];
            // Opaque polyhedra hide what lies behind them, translucent ones do not.
            let keep_depth = scene.polyhedra_are_opaque;
            let mut pass = begin(&mut encoder, &colours, Some((&depth_view, !keep_depth)));
            for sticks in [&lists.sticks, &lists.clear_sticks] {
                draw(gpu, pipelines, &mut pass, (Kind::Cylinder, Pass::Id), group, sticks);
            }
            for spheres in [&lists.spheres, &lists.clear_spheres] {
                draw(gpu, pipelines, &mut pass, (Kind::Sphere, Pass::Id), group, spheres);
            }
        }
        gpu.queue.submit([encoder.finish()]);
        ids
    }
}

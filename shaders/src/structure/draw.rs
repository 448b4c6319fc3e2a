//! From the scene to textures: frames, screenshots, and the id under a point.

use std::sync::Arc;

use glam::{DVec3, Mat3, Vec2};

use super::StructureRenderer;
use super::cull::visible;
use super::figure::{Picture, Targets};
use super::frame::{Eye, FrameUniform, Look, Tile};
use super::lists::{attachment, begin, draw, draw_faces};
use super::options::within;
use super::pipelines::{Kind, Pass};
use super::scene::line_colour;
use super::triad::{Triad, directions};
use crate::{ViewError, read_back};

/// Largest screenshot side, pixels.
const MOST_PIXELS: u32 = 8192;

impl StructureRenderer {
    /// Draws one frame into a texture of `size` pixels, in the format of [`Self::new`]; alpha is 1 everywhere.
    #[cfg(target_arch = "wasm32")]
    pub(crate) fn draw(&mut self, target: &wgpu::TextureView, size: [u32; 2]) -> Result<(), ViewError> {
        let scale = self.pixel_scale(size);
        let scale = if self.gpu.software { scale.min(1.0) } else { scale };
        let mut targets = self.take_targets(size, scale, scale != 1.0);
        self.draw_frame(&mut targets, Some(target), scale, 1.0, true);
        if let Some(picture) = &targets.picture {
            self.present(picture, target, false);
        }
        self.targets = Some(targets);
        self.gpu.check()
    }

    /// A picture of `width` × `height` pixels, RGBA (not premultiplied), top row first. It is drawn at once; the
    /// answer comes when the adapter has it. Lines grow with the picture's shorter side against that of the
    /// viewport, so a larger picture looks like the canvas.
    ///
    /// # Errors
    /// A size of zero or above 8192, a lost device, or a failed read-back.
    pub fn screenshot(&mut self, width: u32, height: u32) -> impl Future<Output = Result<Vec<u8>, ViewError>> + use<> {
        self.screenshot_with(width, height, 2.0)
    }

    /// As [`Self::screenshot`] with at most so many rendered pixels per pixel, along a side.
    pub(crate) fn screenshot_with(
        &mut self,
        width: u32,
        height: u32,
        most_scale: f32,
    ) -> impl Future<Output = Result<Vec<u8>, ViewError>> + use<> {
        let most = MOST_PIXELS.min(self.gpu.device.limits().max_texture_dimension_2d);
        let fits = (1..=most).contains(&width) && (1..=most).contains(&height);
        let texture = fits.then(|| self.draw_screenshot([width, height], most_scale));
        let gpu = self.gpu.clone();
        async move {
            let Some(texture) = texture else {
                let reason = format!("{width} × {height} pixels are outside 1 to {most} a side");
                return Err(ViewError::ReadBack(reason));
            };
            let pixels = read_back::pixels(&gpu, &texture).await?;
            gpu.check()?;
            Ok(pixels)
        }
    }

    pub(super) fn eye(&self, aspect: f32) -> Eye {
        Eye::new(&self.camera, aspect, self.scene.reach.max(self.second.reach))
    }

    fn draw_screenshot(&mut self, size: [u32; 2], most_scale: f32) -> wgpu::Texture {
        let texture = read_back::target(&self.gpu, size[0], size[1]);
        let scale = self.pixel_scale(size).min(most_scale);
        let shorter = |size: Vec2| size.min_element().max(1.0);
        let line_scale = self
            .viewport
            .map_or(1.0, |(css, ratio)| shorter(Vec2::new(size[0] as f32, size[1] as f32)) / shorter(css * ratio));
        // Always by way of a picture: its alpha is premultiplied, a screenshot's is not.
        let mut targets = self.take_targets(size, scale, true);
        self.draw_frame(&mut targets, None, scale, line_scale, false);
        if let Some(picture) = &targets.picture {
            self.present(picture, &texture.create_view(&Default::default()), true);
        }
        texture
    }

    /// Rendered pixels per target pixel: as the options say, within what the adapter holds.
    fn pixel_scale(&self, size: [u32; 2]) -> f32 {
        let most = self.gpu.device.limits().max_texture_dimension_2d as f32;
        within(self.options.pixel_scale, (0.1, 2.0), 1.0).min(most / size[0].max(size[1]).max(1) as f32)
    }

    /// The last frame's textures if they fit.
    fn take_targets(&mut self, size: [u32; 2], scale: f32, resampled: bool) -> Targets {
        let size = size.map(|side| ((side as f32 * scale).round() as u32).max(1));
        let figure = self.options.ambient_occlusion || self.options.outline;
        match self.targets.take() {
            Some(targets)
                if targets.size == size
                    && targets.picture.is_some() == resampled
                    && targets.figure.is_some() == figure =>
            {
                targets
            }
            _ => self.whole.targets(&self.gpu, size, resampled, figure, &self.main.frame),
        }
    }

    /// Draws into the picture of `targets`, or into `target` if there is none.
    fn draw_frame(
        &mut self,
        targets: &mut Targets,
        target: Option<&wgpu::TextureView>,
        scale: f32,
        line_scale: f32,
        opaque: bool,
    ) {
        let picture = targets.picture.as_ref().map(|picture| &picture.view);
        let Some(colour) = picture.or(target) else { return };
        let size = targets.size.map(|side| side as f32);
        let eye = self.eye(size[0] / size[1]);
        let width = within(self.options.line_width, (0.2, 20.0), 1.25) * scale * line_scale;
        let [r, g, b, a] = self.options.background.map(|channel| within(channel, (0.0, 1.0), 1.0));
        let alpha = if opaque { 1.0 } else { a };
        let look = Look {
            background: [r, g, b],
            depth_cue: within(self.options.depth_cue, (0.0, 1.0), 0.35),
            ambient_occlusion: self.options.ambient_occlusion,
            outline: if self.options.outline { width.max(1.0) } else { 0.0 },
        };
        let frame = FrameUniform::new(&eye, Tile::WHOLE, &look);
        self.main.write(&self.gpu, &frame, eye.matrix(), size, width);
        let scene = Arc::clone(&self.scene);
        self.lists.sort(&self.gpu, &scene, eye.view);
        if self.culls {
            let seen = visible(&scene.spheres, &scene.sticks, &eye, size);
            self.lists.write_visible(&self.gpu, &scene, seen.as_ref());
        }
        let [r, g, b, a] = [r * alpha, g * alpha, b * alpha, alpha].map(f64::from);
        let background = wgpu::LoadOp::Clear(wgpu::Color { r, g, b, a });
        let mut encoder = self.gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: None });
        if let Some(figure) = &targets.figure {
            {
                let nothing = wgpu::LoadOp::Clear(wgpu::Color::TRANSPARENT);
                let colours = [attachment(&figure.colour, background), attachment(&figure.shape, nothing)];
                let mut pass = begin(&mut encoder, &colours, Some((&targets.depth, true)));
                self.draw_opaque(&mut pass, Pass::PictureAndShape);
            }
            {
                let colours = [attachment(colour, background)];
                self.whole.draw_figure(&mut begin(&mut encoder, &colours, None), figure);
            }
            let colours = [attachment(colour, wgpu::LoadOp::Load)];
            let mut pass = begin(&mut encoder, &colours, Some((&targets.depth, false)));
            self.draw_clear(&mut pass);
        } else {
            let colours = [attachment(colour, background)];
            let mut pass = begin(&mut encoder, &colours, Some((&targets.depth, true)));
            self.draw_opaque(&mut pass, Pass::Picture);
            self.draw_clear(&mut pass);
        }
        if self.options.axes && self.content.is_some() {
            self.draw_triad(&mut encoder, colour, targets, width, look);
        }
        self.gpu.queue.submit([encoder.finish()]);
    }

    fn draw_opaque(&mut self, pass: &mut wgpu::RenderPass<'_>, which: Pass) {
        let opaque_polyhedra = self.scene.polyhedra_are_opaque;
        let group = &self.main.frame_group;
        let (gpu, pipelines, lists) = (&self.gpu, &mut self.pipelines, &self.lists);
        draw(gpu, pipelines, pass, (Kind::Cylinder, which), group, &lists.sticks);
        draw(gpu, pipelines, pass, (Kind::Cone, which), group, &lists.cones);
        draw(gpu, pipelines, pass, (Kind::Sphere, which), group, &lists.spheres);
        if opaque_polyhedra {
            draw_faces(gpu, pipelines, pass, which, group, lists);
        }
    }

    fn draw_clear(&mut self, pass: &mut wgpu::RenderPass<'_>) {
        let opaque_polyhedra = self.scene.polyhedra_are_opaque;
        let (group, lines) = (&self.main.frame_group, &self.main.lines_group);
        let (gpu, pipelines, lists, second) = (&self.gpu, &mut self.pipelines, &self.lists, &self.second_lists);
        draw(gpu, pipelines, pass, (Kind::Line, Pass::Blend), lines, &lists.segments);
        draw(gpu, pipelines, pass, (Kind::Cylinder, Pass::Blend), group, &lists.clear_sticks);
        draw(gpu, pipelines, pass, (Kind::Sphere, Pass::Blend), group, &lists.clear_spheres);
        if !opaque_polyhedra {
            draw_faces(gpu, pipelines, pass, Pass::Blend, group, lists);
        }
        draw(gpu, pipelines, pass, (Kind::Cylinder, Pass::Blend), group, &self.highlighted_sticks);
        draw(gpu, pipelines, pass, (Kind::Sphere, Pass::Blend), group, &self.highlights);
        draw(gpu, pipelines, pass, (Kind::Line, Pass::Blend), lines, &self.measured);
        // Of the second structure only what is nearest shows, as of one body: depth first, then colour.
        for which in [Pass::Depth, Pass::Blend] {
            draw(gpu, pipelines, pass, (Kind::Cylinder, which), group, &second.sticks);
            draw(gpu, pipelines, pass, (Kind::Sphere, which), group, &second.spheres);
        }
    }

    fn draw_triad(
        &mut self,
        encoder: &mut wgpu::CommandEncoder,
        colour: &wgpu::TextureView,
        targets: &Targets,
        line_width: f32,
        look: Look,
    ) {
        let lattice = self.content.as_ref().and_then(|content| content.atoms.lattice);
        let cell = lattice.map(|lattice| {
            let [a, b, c] = lattice.rows().map(|row| DVec3::from(row).as_vec3());
            Mat3::from_cols(a, b, c)
        });
        let line = line_colour(self.options.line);
        let triad = Triad::new(directions(cell), cell.is_some(), self.camera.rotation, targets.size, line_width, line);
        let look = Look { depth_cue: 0.0, ..look };
        let frame = FrameUniform::new(&triad.eye, Tile::WHOLE, &look);
        self.corner.write(&self.gpu, &frame, triad.matrix, [triad.side; 2], line_width);
        self.corner_lists.sticks.write(&self.gpu, &triad.sticks);
        self.corner_lists.cones.write(&self.gpu, &triad.cones);
        self.corner_lists.segments.write(&self.gpu, &triad.letters);
        let colours = [attachment(colour, wgpu::LoadOp::Load)];
        let mut pass = begin(encoder, &colours, Some((&targets.depth, true)));
        pass.set_viewport(0.0, targets.size[1] as f32 - triad.side, triad.side, triad.side, 0.0, 1.0);
        let (gpu, pipelines, lists) = (&self.gpu, &mut self.pipelines, &self.corner_lists);
        draw(gpu, pipelines, &mut pass, (Kind::Cylinder, Pass::Picture), &self.corner.frame_group, &lists.sticks);
        draw(gpu, pipelines, &mut pass, (Kind::Cone, Pass::Picture), &self.corner.frame_group, &lists.cones);
        draw(gpu, pipelines, &mut pass, (Kind::Line, Pass::Blend), &self.corner.lines_group, &lists.segments);
    }

    fn present(&self, picture: &Picture, target: &wgpu::TextureView, screenshot: bool) {
        let mut encoder = self.gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: None });
        let nothing = wgpu::LoadOp::Clear(wgpu::Color::TRANSPARENT);
        let colours = [attachment(target, nothing)];
        self.whole.resolve(&mut begin(&mut encoder, &colours, None), picture, screenshot);
        self.gpu.queue.submit([encoder.finish()]);
    }
}

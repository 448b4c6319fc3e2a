//! Draws volumes into any texture: what a canvas and the image tests share.

use glam::Vec4;

use crate::gpu::Gpu;
use crate::layout::{Rect, side_by_side};
use crate::lines::{LineDraw, LinePipeline};
use crate::outline::Outline;
use crate::present::{PICTURE_FORMAT, Picture, PresentPipeline};
use crate::volume::{FrameUniform, VolumeDraw, VolumePipelines, VolumeTextures, clip_plane, linear, xyz};
use crate::{Axis, ClipPlane, OrbitCamera, ViewError, VolumeData, VolumeStyle, read_back};

/// Largest screenshot side, pixels.
const MOST_PIXELS: u32 = 8192;

/// A device with pipelines and up to two volumes; lives as long as the page or the test.
pub struct Renderer {
    gpu: Gpu,
    volumes: VolumePipelines,
    lines: LinePipeline,
    to_target: PresentPipeline,
    to_screenshot: PresentPipeline,
    scenes: Vec<Scene>,
    picture: Option<Picture>,
    /// Edge of a voxel in the world.
    voxel: f32,
}

/// One uploaded volume.
struct Scene {
    textures: VolumeTextures,
    volume: VolumeDraw,
    lines: LineDraw,
}

impl Renderer {
    /// A renderer without a canvas on the first Vulkan adapter, a software one included.
    ///
    /// # Errors
    /// No adapter or no device.
    #[cfg(not(target_arch = "wasm32"))]
    pub async fn headless() -> Result<Self, ViewError> {
        Ok(Self::new(Gpu::headless().await?, read_back::FORMAT))
    }

    /// Pipelines on a device, for targets of one (not sRGB) format.
    pub(crate) fn new(gpu: Gpu, format: wgpu::TextureFormat) -> Self {
        let volumes = VolumePipelines::new(&gpu, PICTURE_FORMAT);
        let lines = LinePipeline::new(&gpu, PICTURE_FORMAT);
        let to_target = PresentPipeline::new(&gpu, format);
        let to_screenshot = PresentPipeline::new(&gpu, read_back::FORMAT);
        Self { gpu, volumes, lines, to_target, to_screenshot, scenes: Vec::new(), picture: None, voxel: 1.0 }
    }

    #[cfg(target_arch = "wasm32")]
    pub(crate) fn gpu(&self) -> &Gpu {
        &self.gpu
    }

    /// Ends when the device is lost, with the reason; for pages that do not draw all the time.
    pub fn when_lost(&self) -> impl Future<Output = String> + use<> {
        self.gpu.when_lost()
    }

    /// Interface and adapter, for people.
    pub fn backend(&self) -> &str {
        &self.gpu.name
    }

    /// The largest side of a volume that the adapter holds, voxels.
    pub fn largest_side(&self) -> u32 {
        self.gpu.device.limits().max_texture_dimension_3d
    }

    /// Takes one volume, or two to stand side by side with voxels of one size; nothing clears the view.
    ///
    /// # Errors
    /// Values that do not fill the shape, a side above [`Self::largest_side`], or more than two volumes. The
    /// volumes shown before stay.
    pub fn set_volumes(&mut self, volumes: &[VolumeData<'_>]) -> Result<(), ViewError> {
        if volumes.len() > 2 {
            return Err(ViewError::Volume(format!("{} volumes are more than two", volumes.len())));
        }
        let textures = volumes.iter().map(|v| VolumeTextures::new(&self.gpu, v)).collect::<Result<Vec<_>, _>>()?;
        let longest = textures.iter().flat_map(|t| t.shape).max().unwrap_or(1);
        self.voxel = 1.0 / longest as f32;
        self.scenes = textures
            .into_iter()
            .map(|textures| Scene {
                volume: self.volumes.bind(&self.gpu, &textures),
                lines: self.lines.bind(&self.gpu),
                textures,
            })
            .collect();
        Ok(())
    }

    /// Draws one frame into a texture of `width` × `height` pixels, in the format of [`Self::new`]. The target's
    /// alpha is 1 everywhere.
    #[cfg(target_arch = "wasm32")]
    pub(crate) fn draw(
        &mut self,
        target: &wgpu::TextureView,
        [width, height]: [u32; 2],
        camera: &OrbitCamera,
        style: &VolumeStyle,
    ) -> Result<(), ViewError> {
        let mut opaque = style.clone();
        opaque.background[3] = 1.0;
        if self.gpu.software {
            // A page must stay usable: four samples a pixel would take seconds.
            opaque.pixel_scale = opaque.pixel_scale.min(1.0);
        }
        let picture = self.draw_picture([width, height], camera, &opaque);
        self.present(&self.to_target, &picture, target);
        self.picture = Some(picture);
        self.gpu.check()
    }

    /// A picture of `width` × `height` pixels, RGBA (not premultiplied), top row first.
    ///
    /// # Errors
    /// A size of zero or above 8192, a lost device, or a failed read-back.
    pub async fn screenshot(
        &mut self,
        camera: &OrbitCamera,
        style: &VolumeStyle,
        width: u32,
        height: u32,
    ) -> Result<Vec<u8>, ViewError> {
        let most = MOST_PIXELS.min(self.gpu.device.limits().max_texture_dimension_2d);
        if width == 0 || height == 0 || width > most || height > most {
            return Err(ViewError::ReadBack(format!("{width} × {height} pixels are outside 1 to {most} a side")));
        }
        let target = read_back::target(&self.gpu, width, height);
        let picture = self.draw_picture([width, height], camera, style);
        self.present(&self.to_screenshot, &picture, &target.create_view(&Default::default()));
        let pixels = read_back::pixels(&self.gpu, &target).await?;
        self.gpu.check()?;
        Ok(pixels)
    }

    /// Ends when the adapter has finished everything asked so far.
    pub async fn finished(&self) -> Result<(), ViewError> {
        self.gpu.finished().await
    }

    /// Draws into a picture of its own resolution; the last frame's is used again if it fits.
    fn draw_picture(&mut self, target: [u32; 2], camera: &OrbitCamera, style: &VolumeStyle) -> Picture {
        let most = self.gpu.device.limits().max_texture_dimension_2d as f32;
        let longer = target[0].max(target[1]).max(1) as f32;
        let wanted = if style.pixel_scale.is_finite() { style.pixel_scale.clamp(0.1, 2.0) } else { 1.0 };
        let scale = wanted.min(most / longer);
        let size = target.map(|side| ((side as f32 * scale).round() as u32).max(1));
        let picture = match self.picture.take() {
            Some(picture) if picture.size == size => picture,
            _ => self.to_target.picture(&self.gpu, size),
        };
        let rects = side_by_side(self.scenes.len(), size[0], size[1]);
        for (scene, rect) in self.scenes.iter_mut().zip(&rects) {
            scene.prepare(&self.gpu, camera, style, self.voxel, *rect, scale);
        }
        let mut encoder = self.gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: None });
        {
            let [r, g, b, a] = style.background;
            let background = linear([r, g, b]) * a;
            let mut pass = begin_pass(&mut encoder, &picture.view, background.extend(a));
            for (scene, rect) in self.scenes.iter().zip(&rects) {
                pass.set_viewport(rect.x, rect.y, rect.width, rect.height, 0.0, 1.0);
                self.lines.draw(&mut pass, &scene.lines, true);
                self.volumes.draw(&mut pass, style.mode, &scene.volume);
                self.lines.draw(&mut pass, &scene.lines, false);
            }
        }
        self.gpu.queue.submit([encoder.finish()]);
        picture
    }

    fn present(&self, pipeline: &PresentPipeline, picture: &Picture, target: &wgpu::TextureView) {
        let mut encoder = self.gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: None });
        pipeline.draw(&mut begin_pass(&mut encoder, target, Vec4::ZERO), picture);
        self.gpu.queue.submit([encoder.finish()]);
    }
}

impl Scene {
    /// Writes the frame's uniforms and lines.
    fn prepare(
        &mut self,
        gpu: &Gpu,
        camera: &OrbitCamera,
        style: &VolumeStyle,
        voxel: f32,
        rect: Rect,
        pixel_scale: f32,
    ) {
        let shape = self.textures.shape;
        let aspect = rect.aspect();
        self.volume.write(gpu, &FrameUniform::new(camera, aspect, style, shape, voxel));
        let half = 0.5 * voxel * xyz(shape);
        let eye = camera.eye();
        let matrix = camera.projection(aspect) * camera.view();
        let colour = linear(style.line);
        let mut outline = Outline::default();
        if style.outline {
            outline.add_box(eye, half, colour.extend(0.75));
            let plane = clip_plane(style.clip, xyz(shape));
            let in_world = plane.truncate().extend((plane.w - plane.truncate().dot(0.5 * xyz(shape))) * voxel);
            outline.add_cut(eye, half, in_world, colour.extend(1.0));
            if let Some(positions) = style.slice_positions() {
                for axis in [Axis::Z, Axis::Y, Axis::X] {
                    let plane = clip_plane(Some(ClipPlane::across(axis, positions[axis.index()])), 2.0 * half);
                    let at = plane.w - plane.truncate().dot(half);
                    outline.add_cut(eye, half, plane.truncate().extend(at), colour.extend(1.0));
                }
            }
        }
        if style.axes {
            outline.add_letters(eye, half, matrix, aspect, colour.extend(1.0));
        }
        let width = if style.line_width.is_finite() { style.line_width.clamp(0.2, 20.0) } else { 1.0 } * pixel_scale;
        self.lines.write(gpu, matrix, [rect.width, rect.height], width, &outline.behind, &outline.before);
    }
}

fn begin_pass<'a>(
    encoder: &'a mut wgpu::CommandEncoder,
    target: &wgpu::TextureView,
    clear: Vec4,
) -> wgpu::RenderPass<'a> {
    let [r, g, b, a] = clear.to_array().map(f64::from);
    encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
        color_attachments: &[Some(wgpu::RenderPassColorAttachment {
            view: target,
            depth_slice: None,
            resolve_target: None,
            ops: wgpu::Operations {
                load: wgpu::LoadOp::Clear(wgpu::Color { r, g, b, a }),
                store: wgpu::StoreOp::Store,
            },
        })],
        ..Default::default()
    })
}

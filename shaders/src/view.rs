//! Volumes on the canvas of a page.

use web_sys::HtmlCanvasElement;

use crate::canvas::{Backend, Canvas, now};
use crate::{OrbitCamera, Renderer, ViewError, VolumeData, VolumeStyle};

/// Volumes on a canvas.
pub struct VolumeView {
    renderer: Renderer,
    canvas: Canvas,
}

impl VolumeView {
    /// A view on a canvas that has no drawing context yet: WebGPU, else WebGL2.
    ///
    /// # Errors
    /// No adapter, no device, or a canvas in use.
    pub async fn new(canvas: HtmlCanvasElement) -> Result<Self, ViewError> {
        Self::with_backend(canvas, Backend::Auto).await
    }

    /// As [`Self::new`] with a chosen interface.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub async fn with_backend(canvas: HtmlCanvasElement, backend: Backend) -> Result<Self, ViewError> {
        let (canvas, gpu) = Canvas::open(canvas, backend).await?;
        let renderer = Renderer::new(gpu, canvas.format());
        renderer.gpu().check()?;
        Ok(Self { renderer, canvas })
    }

    /// "WebGPU" or "WebGL2" and the adapter's name.
    pub fn backend(&self) -> &str {
        self.renderer.backend()
    }

    /// Whether the adapter is a program on the processor: then frames are drawn with one sample a pixel at most, and
    /// a page had better not turn the volume by itself.
    pub fn is_software(&self) -> bool {
        self.renderer.gpu().software
    }

    /// The largest side of a volume that the adapter holds, voxels.
    pub fn largest_side(&self) -> u32 {
        self.renderer.largest_side()
    }

    /// Takes one volume, or two to stand side by side with voxels of one size; nothing clears the view.
    ///
    /// # Errors
    /// Values that do not fill the shape, or a volume above the adapter's limit. What was shown before stays.
    pub fn set_volumes(&mut self, volumes: &[VolumeData<'_>]) -> Result<(), ViewError> {
        self.renderer.set_volumes(volumes)
    }

    /// Size of the drawing buffer in device pixels; it is limited to what the adapter can draw.
    pub fn resize(&mut self, width_px: u32, height_px: u32) {
        self.canvas.resize(self.renderer.gpu(), width_px, height_px);
    }

    /// Draws one frame. A canvas that is out of sight may refuse; that frame is left out.
    ///
    /// # Errors
    /// A lost device or one that reported an error.
    pub fn render(&mut self, camera: &OrbitCamera, style: &VolumeStyle) -> Result<(), ViewError> {
        let Some(frame) = self.canvas.frame(self.renderer.gpu())? else { return Ok(()) };
        let target = frame.texture.create_view(&wgpu::TextureViewDescriptor::default());
        self.renderer.draw(&target, self.canvas.size(), camera, style)?;
        self.renderer.gpu().queue.present(frame);
        Ok(())
    }

    /// A picture of `width` × `height` pixels, RGBA (not premultiplied), top row first. A software adapter takes one
    /// sample a pixel, or a picture for print would take minutes.
    ///
    /// # Errors
    /// As [`Self::render`], a size of zero or above 8192, or a failed read-back.
    pub async fn screenshot(
        &mut self,
        camera: &OrbitCamera,
        style: &VolumeStyle,
        width: u32,
        height: u32,
    ) -> Result<Vec<u8>, ViewError> {
        let mut style = style.clone();
        if self.is_software() {
            style.pixel_scale = style.pixel_scale.min(1.0);
        }
        self.renderer.screenshot(camera, &style, width, height).await
    }

    /// Draws `frames` frames, the camera turned a little for each, and answers with the milliseconds that one took:
    /// those until the adapter has finished all of them, shared among them. For measurements: the browser's own pace
    /// does not enter, and its timer (about 4 ms) only once.
    ///
    /// # Errors
    /// As [`Self::render`].
    pub async fn frame_milliseconds(
        &mut self,
        camera: &mut OrbitCamera,
        style: &VolumeStyle,
        frames: u32,
    ) -> Result<f64, ViewError> {
        self.renderer.finished().await?;
        let start = now();
        for _ in 0..frames.max(1) {
            camera.orbit(0.02, 0.0);
            self.render(camera, style)?;
        }
        self.renderer.finished().await?;
        Ok((now() - start) / f64::from(frames.max(1)))
    }

    /// Why the device was lost, once it is: drop this view and make a new one on a new canvas.
    pub fn lost(&self) -> Option<String> {
        self.renderer.gpu().lost()
    }

    /// Ends when the device is lost, with the reason; for pages that do not draw all the time.
    pub fn when_lost(&self) -> impl Future<Output = String> + use<> {
        self.renderer.when_lost()
    }
}

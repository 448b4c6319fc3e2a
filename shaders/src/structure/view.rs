//! A structure on the canvas of a page.

use web_sys::HtmlCanvasElement;

use super::StructureRenderer;
use crate::ViewError;
use crate::canvas::{Backend, Canvas, now};

/// A structure on a canvas. Everything about the structure, the camera, labels and the selection is the renderer's
/// and is reached through `Deref`: `view.camera_mut().orbit(…)`, `view.anchor(…)`.
pub struct StructureView {
    renderer: StructureRenderer,
    canvas: Canvas,
}

impl std::ops::Deref for StructureView {
    type Target = StructureRenderer;

    fn deref(&self) -> &StructureRenderer {
        &self.renderer
    }
}

impl std::ops::DerefMut for StructureView {
    fn deref_mut(&mut self) -> &mut StructureRenderer {
        &mut self.renderer
    }
}

impl StructureView {
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
        let renderer = StructureRenderer::new(gpu, canvas.format());
        renderer.gpu().check()?;
        Ok(Self { renderer, canvas })
    }

    /// Whether the adapter is a program on the processor: then frames are drawn with one sample a pixel at most, and
    /// a page had better not turn the structure by itself.
    pub fn is_software(&self) -> bool {
        self.renderer.gpu().software
    }

    /// Size of the canvas in CSS pixels, and device pixels per CSS pixel. Also sets the canvas's drawing buffer.
    pub fn resize(&mut self, width: f32, height: f32, ratio: f32) {
        let pixels = |length: f32| (length * ratio).round().clamp(1.0, 16_384.0) as u32;
        self.canvas.resize(self.renderer.gpu(), pixels(width), pixels(height));
        self.renderer.set_viewport(width, height, ratio);
    }

    /// Draws one frame. A canvas that is out of sight may refuse; that frame is left out.
    ///
    /// # Errors
    /// A lost device or one that reported an error.
    pub fn render(&mut self) -> Result<(), ViewError> {
        let Some(frame) = self.canvas.frame(self.renderer.gpu())? else { return Ok(()) };
        let target = frame.texture.create_view(&wgpu::TextureViewDescriptor::default());
        self.renderer.draw(&target, self.canvas.size())?;
        self.renderer.gpu().queue.present(frame);
        Ok(())
    }

    /// A picture of the canvas enlarged `scale` times (1 to 4), with its width and height: RGBA, not premultiplied,
    /// top row first; transparent where the background's alpha is below 1. It is drawn at once, and the view may be
    /// used while the answer is on its way. A software adapter takes one sample a pixel.
    ///
    /// # Errors
    /// As [`Self::render`], or a failed read-back.
    pub fn picture(&mut self, scale: f32) -> impl Future<Output = Result<(Vec<u8>, u32, u32), ViewError>> + use<> {
        let scale = if scale.is_finite() { scale.clamp(1.0, 4.0) } else { 1.0 };
        let most = self.renderer.gpu().device.limits().max_texture_dimension_2d.min(8192) as f32;
        let [width, height] = self.canvas.size().map(|side| side as f32);
        let scale = scale.min(most / width.max(height));
        let [width, height] = [width, height].map(|side| ((side * scale).round() as u32).max(1));
        let pixels = self.screenshot(width, height);
        async move { Ok((pixels.await?, width, height)) }
    }

    /// As [`StructureRenderer::screenshot`]; a software adapter takes one sample a pixel.
    pub fn screenshot(&mut self, width: u32, height: u32) -> impl Future<Output = Result<Vec<u8>, ViewError>> + use<> {
        let most = if self.is_software() { 1.0 } else { 2.0 };
        self.renderer.screenshot_with(width, height, most)
    }

    /// Draws `frames` frames, the camera turned a little for each, and answers with the milliseconds that one took:
    /// those until the adapter has finished all of them, shared among them. For measurements: the browser's own pace
    /// does not enter, and its timer (about 4 ms) only once.
    ///
    /// # Errors
    /// As [`Self::render`].
    pub async fn frame_milliseconds(&mut self, frames: u32) -> Result<f64, ViewError> {
        self.renderer.finished().await?;
        let start = now();
        for _ in 0..frames.max(1) {
            self.renderer.camera_mut().orbit(0.02, 0.0);
            self.render()?;
        }
        self.renderer.finished().await?;
        Ok((now() - start) / f64::from(frames.max(1)))
    }

    /// Why the device was lost, once it is: drop this view and make a new one on a new canvas.
    pub fn lost(&self) -> Option<String> {
        self.renderer.gpu().lost()
    }
}

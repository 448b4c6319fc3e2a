//! The canvas of a page.

use web_sys::HtmlCanvasElement;

use crate::{OrbitCamera, ViewError, VolumeData, VolumeStyle};

/// Which browser interface a view uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Backend {
    /// WebGPU, and WebGL2 where that is missing.
    #[default]
    Auto,
    /// WebGPU or an error.
    WebGpu,
    /// WebGL2 or an error.
    WebGl2,
}

/// Volumes on a canvas.
pub struct VolumeView {
    canvas: HtmlCanvasElement,
    backend: String,
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
    pub async fn with_backend(canvas: HtmlCanvasElement, _backend: Backend) -> Result<Self, ViewError> {
        Ok(Self { canvas, backend: String::new() })
    }

    /// "WebGPU" or "WebGL2" and the adapter's name.
    pub fn backend(&self) -> &str {
        &self.backend
    }

    /// Takes one volume, or two to stand side by side.
    ///
    /// # Errors
    /// Values that do not fill the shape, or a volume above the adapter's limit.
    pub fn set_volumes(&mut self, _volumes: &[VolumeData<'_>]) -> Result<(), ViewError> {
        Ok(())
    }

    /// Size of the drawing buffer in device pixels.
    pub fn resize(&mut self, width_px: u32, height_px: u32) {
        self.canvas.set_width(width_px);
        self.canvas.set_height(height_px);
    }

    /// Draws one frame.
    ///
    /// # Errors
    /// A lost device or one that reported an error.
    pub fn render(&mut self, _camera: &OrbitCamera, _style: &VolumeStyle) -> Result<(), ViewError> {
        Ok(())
    }

    /// A picture of `width` × `height` pixels, RGBA, top row first.
    ///
    /// # Errors
    /// As [`Self::render`], or a failed read-back.
    pub async fn screenshot(
        &mut self,
        _camera: &OrbitCamera,
        _style: &VolumeStyle,
        _width: u32,
        _height: u32,
    ) -> Result<Vec<u8>, ViewError> {
        Ok(Vec::new())
    }

    /// Draws one frame, waits until the adapter has finished it and answers with the milliseconds it took.
    ///
    /// # Errors
    /// As [`Self::render`].
    pub async fn frame_milliseconds(&mut self, _camera: &OrbitCamera, _style: &VolumeStyle) -> Result<f64, ViewError> {
        Ok(0.0)
    }

    /// Why the device was lost, once it is: drop this view and make a new one on a new canvas.
    pub fn lost(&self) -> Option<String> {
        None
    }
}

//! A volume view driven from JavaScript, for measurements in a browser:
//!
//! ```text
//! cargo build --target wasm32-unknown-unknown --profile web -p shaders --example bench_page
//! wasm-bindgen --target web --out-dir OUT target/wasm32-unknown-unknown/web/examples/bench_page.wasm
//! ```
//!
//! Then `page = await Page.open(canvas, "webgl2")`, `page.show(side, bytes)`, `await page.frames(20)`.
#![cfg(target_arch = "wasm32")]

use shaders::{Backend, Mode, OrbitCamera, Surface, VolumeData, VolumeStyle, VolumeView};
use wasm_bindgen::JsError;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::HtmlCanvasElement;

/// One canvas with its volume.
#[wasm_bindgen]
pub struct Page {
    view: VolumeView,
    camera: OrbitCamera,
    style: VolumeStyle,
}

#[wasm_bindgen]
impl Page {
    /// `backend`: `auto`, `webgpu` or `webgl2`.
    pub async fn open(canvas: HtmlCanvasElement, backend: String) -> Result<Page, JsError> {
        let backend = match backend.as_str() {
            "webgpu" => Backend::WebGpu,
            "webgl2" => Backend::WebGl2,
            _ => Backend::Auto,
        };
        let mut view = VolumeView::with_backend(canvas.clone(), backend).await?;
        view.resize(canvas.width(), canvas.height());
        Ok(Self { view, camera: OrbitCamera::default(), style: VolumeStyle::default() })
    }

    /// Interface and adapter.
    pub fn backend(&self) -> String {
        self.view.backend().to_owned()
    }

    /// Shows a cube of grey values.
    pub fn show(&mut self, side: usize, values: Vec<u8>) -> Result<(), JsError> {
        Ok(self.view.set_volumes(&[VolumeData { shape: [side; 3], values: values.into() }])?)
    }

    /// `mode`: `grain`, `pore`, `density` or `slices`; `plain` leaves occlusion, shadows and lines out.
    pub fn style(&mut self, mode: &str, plain: bool, step_scale: f32, pixel_scale: f32) {
        self.style.mode = match mode {
            "pore" => Mode::Surface(Surface::Pore),
            "density" => Mode::Density,
            "slices" => Mode::Slices,
            _ => Mode::Surface(Surface::Grain),
        };
        self.style.ambient_occlusion = !plain;
        self.style.outline = !plain;
        self.style.axes = !plain;
        (self.style.step_scale, self.style.pixel_scale) = (step_scale, pixel_scale);
    }

    /// Draws `count` frames, each turned a little further, and answers with the milliseconds of each.
    pub async fn frames(&mut self, count: usize) -> Result<Vec<f64>, JsError> {
        let mut times = Vec::with_capacity(count);
        for _ in 0..count {
            self.camera.orbit(0.02, 0.0);
            times.extend(self.view.frame_milliseconds(&self.camera, &self.style, 1).await?);
        }
        Ok(times)
    }

    /// A picture, RGBA.
    pub async fn picture(&mut self, width: u32, height: u32) -> Result<Vec<u8>, JsError> {
        Ok(self.view.screenshot(&self.camera, &self.style, width, height).await?)
    }
}

//! A volume view and a structure view driven from JavaScript, for measurements in a browser: `cargo xtask bench-page`
//! builds it.
//!
//! Then `page = await Page.open(canvas, "webgl2")`, `page.show(side, bytes)`, `await page.frames(20)`; and the same
//! with `Atoms`. e2e/bench/volume-view.mjs and e2e/bench/structure-view.mjs do so.
#![cfg(target_arch = "wasm32")]

use samples::structure::{BondOrder, Element, Molecule, Structure};
use shaders::structure::{AtomData, StructureBond, StructureOptions, StructureView, Style};
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
        let mut view = VolumeView::with_backend(canvas.clone(), named(&backend)).await?;
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

    /// Draws `count` frames, each turned a little further, and answers with the milliseconds that one took.
    pub async fn frames(&mut self, count: u32) -> Result<f64, JsError> {
        Ok(self.view.frame_milliseconds(&mut self.camera, &self.style, count).await?)
    }

    /// A picture, RGBA.
    pub async fn picture(&mut self, width: u32, height: u32) -> Result<Vec<u8>, JsError> {
        Ok(self.view.screenshot(&self.camera, &self.style, width, height).await?)
    }
}

fn named(backend: &str) -> Backend {
    match backend {
        "webgpu" => Backend::WebGpu,
        "webgl2" => Backend::WebGl2,
        _ => Backend::Auto,
    }
}

/// One canvas with its atoms.
#[wasm_bindgen]
pub struct Atoms {
    view: StructureView,
}

#[wasm_bindgen]
impl Atoms {
    /// `backend`: `auto`, `webgpu` or `webgl2`.
    pub async fn open(canvas: HtmlCanvasElement, backend: String) -> Result<Atoms, JsError> {
        let mut view = StructureView::with_backend(canvas.clone(), named(&backend)).await?;
        view.resize(canvas.width() as f32, canvas.height() as f32, 1.0);
        Ok(Self { view })
    }

    /// Interface and adapter.
    pub fn backend(&self) -> String {
        self.view.backend().to_owned()
    }

    /// Shows a molecule: atomic numbers, positions (x, y, z of each, Å), bonds (pairs of indices). `style`:
    /// `spacefill` or `ball-and-stick`.
    pub fn show(&mut self, numbers: &[u8], positions: &[f64], bonds: &[u32], style: &str) -> Result<(), JsError> {
        let structure = molecule(numbers, positions)?;
        let bonds: Vec<StructureBond> = bonds
            .chunks_exact(2)
            .map(|pair| StructureBond { atoms: [pair[0], pair[1]], image: [0; 3], order: BondOrder::Single })
            .collect();
        let style = if style == "spacefill" { Style::Spacefill } else { Style::BallAndStick };
        let options = StructureOptions { style, axes: false, ..StructureOptions::default() };
        self.view.set_options(options)?;
        Ok(self.view.set_structure(&structure, &bonds)?)
    }

    /// Shows another frame of the same atoms, without bonds.
    pub fn frame(&mut self, numbers: &[u8], positions: &[f64]) -> Result<(), JsError> {
        Ok(self.view.set_frame(&molecule(numbers, positions)?, &[], AtomData::default())?)
    }

    /// Draws `count` frames, each turned a little further, and answers with the milliseconds that one took.
    pub async fn frames(&mut self, count: u32) -> Result<f64, JsError> {
        Ok(self.view.frame_milliseconds(count).await?)
    }

    /// Draws one frame.
    pub fn draw(&mut self) -> Result<(), JsError> {
        Ok(self.view.render()?)
    }

    /// What lies under a point of the canvas, in words.
    pub async fn pick(&mut self, x: f32, y: f32) -> Result<String, JsError> {
        Ok(format!("{:?}", self.view.pick(x, y).await?))
    }

    /// A picture with occlusion and contours, RGBA, as large as the canvas.
    pub async fn figure(&mut self) -> Result<Vec<u8>, JsError> {
        let options = self.view.options().clone();
        let figure = StructureOptions { ambient_occlusion: true, outline: true, background: [0.0; 4], ..options };
        self.view.set_options(figure)?;
        Ok(self.view.picture(1.0).await?.0)
    }
}

fn molecule(numbers: &[u8], positions: &[f64]) -> Result<Structure, JsError> {
    let elements: Option<Vec<Element>> = numbers.iter().map(|&number| Element::new(number)).collect();
    let elements = elements.ok_or_else(|| JsError::new("an atomic number is outside 1 to 103"))?;
    let positions = positions.chunks_exact(3).map(|at| [at[0], at[1], at[2]]).collect();
    Ok(Structure::Molecule(Molecule::new(elements, positions)?))
}

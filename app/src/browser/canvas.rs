//! Drawing on a 2-D canvas.
//!
//! Bound here and not through web-sys: another feature there would rebuild wgpu and burn for everyone.

use js_sys::{Object, Reflect, Uint8ClampedArray};
use wasm_bindgen::{Clamped, JsCast, JsValue, prelude::wasm_bindgen};
use web_sys::HtmlCanvasElement;

#[wasm_bindgen]
extern "C" {
    /// `CanvasRenderingContext2D`.
    pub type Context2d;

    #[wasm_bindgen(method, setter, js_name = fillStyle)]
    pub fn set_fill_style(this: &Context2d, style: &str);
    #[wasm_bindgen(method, setter, js_name = strokeStyle)]
    pub fn set_stroke_style(this: &Context2d, style: &str);
    #[wasm_bindgen(method, setter, js_name = lineWidth)]
    pub fn set_line_width(this: &Context2d, width: f64);
    #[wasm_bindgen(method, setter, js_name = globalAlpha)]
    pub fn set_global_alpha(this: &Context2d, alpha: f64);

    #[wasm_bindgen(method, js_name = clearRect)]
    pub fn clear_rect(this: &Context2d, x: f64, y: f64, width: f64, height: f64);
    #[wasm_bindgen(method, js_name = fillRect)]
    pub fn fill_rect(this: &Context2d, x: f64, y: f64, width: f64, height: f64);
    #[wasm_bindgen(method, js_name = strokeRect)]
    pub fn stroke_rect(this: &Context2d, x: f64, y: f64, width: f64, height: f64);
    #[wasm_bindgen(method, js_name = beginPath)]
    pub fn begin_path(this: &Context2d);
    #[wasm_bindgen(method, js_name = moveTo)]
    pub fn move_to(this: &Context2d, x: f64, y: f64);
    #[wasm_bindgen(method, js_name = lineTo)]
    pub fn line_to(this: &Context2d, x: f64, y: f64);
    #[wasm_bindgen(method, catch)]
    pub fn arc(this: &Context2d, x: f64, y: f64, radius: f64, from: f64, to: f64) -> Result<(), JsValue>;
    #[wasm_bindgen(method)]
    pub fn fill(this: &Context2d);
    #[wasm_bindgen(method)]
    pub fn stroke(this: &Context2d);
    #[wasm_bindgen(method, catch, js_name = drawImage)]
    pub fn draw_image(
        this: &Context2d,
        image: &JsValue,
        x: f64,
        y: f64,
        width: f64,
        height: f64,
    ) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch, js_name = putImageData)]
    pub fn put_image_data(this: &Context2d, data: &ImageData, x: i32, y: i32) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch, js_name = getImageData)]
    pub fn image_data(this: &Context2d, x: u32, y: u32, width: u32, height: u32) -> Result<ImageData, JsValue>;

    /// RGBA, 8 bit, rows from the top.
    pub type ImageData;
    #[wasm_bindgen(constructor, catch)]
    pub fn of_bytes(data: Clamped<&[u8]>, width: u32, height: u32) -> Result<ImageData, JsValue>;
    /// Without a copy.
    #[wasm_bindgen(constructor, catch)]
    pub fn of_array(data: &Uint8ClampedArray, width: u32, height: u32) -> Result<ImageData, JsValue>;
    #[wasm_bindgen(method, getter)]
    pub fn data(this: &ImageData) -> Uint8ClampedArray;
}

/// The context of a canvas; `None` where the browser gives none.
pub fn context(canvas: &HtmlCanvasElement) -> Option<Context2d> {
    canvas.get_context("2d").ok().flatten().map(JsCast::unchecked_into)
}

/// The context of a canvas whose pixels are read back; `None` where the browser gives none.
pub fn readable_context(canvas: &HtmlCanvasElement) -> Option<Context2d> {
    let options = Object::new();
    Reflect::set(&options, &"willReadFrequently".into(), &JsValue::TRUE).ok()?;
    let context = canvas.get_context_with_context_options("2d", &options);
    context.ok().flatten().map(JsCast::unchecked_into)
}

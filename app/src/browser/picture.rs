//! Pictures out of pixels.

use js_sys::Function;
use leptos::prelude::document;
use wasm_bindgen::{Clamped, JsCast, JsValue, closure::Closure, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, HtmlCanvasElement};

// Bound here and not through web-sys: two more features there would rebuild wgpu and burn for everyone.
#[wasm_bindgen]
extern "C" {
    type ImageData;
    #[wasm_bindgen(constructor, catch)]
    fn new(data: Clamped<&[u8]>, width: u32, height: u32) -> Result<ImageData, JsValue>;

    type CanvasRenderingContext2D;
    #[wasm_bindgen(method, catch, js_name = putImageData)]
    fn put_image_data(this: &CanvasRenderingContext2D, data: &ImageData, x: i32, y: i32) -> Result<(), JsValue>;
}

/// A PNG of RGBA pixels, `width` × `height`, top row first.
///
/// # Errors
/// What the browser threw.
pub async fn png(rgba: &[u8], width: u32, height: u32) -> Result<Blob, JsValue> {
    let canvas: HtmlCanvasElement = document().create_element("canvas")?.unchecked_into();
    canvas.set_width(width);
    canvas.set_height(height);
    let context = canvas.get_context("2d")?.ok_or("no 2-D canvas")?;
    let image = ImageData::new(Clamped(rgba), width, height)?;
    context.unchecked_into::<CanvasRenderingContext2D>().put_image_data(&image, 0, 0)?;
    let blob = js_sys::Promise::new(&mut |resolve: Function, _| {
        let done = Closure::once_into_js(move |blob: JsValue| drop(resolve.call1(&JsValue::NULL, &blob)));
        drop(canvas.to_blob(done.unchecked_ref()));
    });
    let blob = JsFuture::from(blob).await?;
    blob.dyn_into().map_err(|_| "the picture could not be encoded".into())
}

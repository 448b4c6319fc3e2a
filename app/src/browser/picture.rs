//! Pictures out of pixels.

use js_sys::Function;
use leptos::prelude::document;
use wasm_bindgen::{Clamped, JsCast, JsValue, closure::Closure, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, HtmlCanvasElement, HtmlElement, Url};

use super::canvas;

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
    encoded(&canvas).await
}

/// A PNG of an SVG document that loads nothing, in `width` × `height` pixels.
///
/// # Errors
/// What the browser threw.
pub async fn png_of_svg(svg: &str, width: u32, height: u32) -> Result<Blob, JsValue> {
    let options = BlobPropertyBag::new();
    options.set_type("image/svg+xml");
    let parts = js_sys::Array::of1(&svg.into());
    let url = Url::create_object_url_with_blob(&Blob::new_with_str_sequence_and_options(&parts, &options)?)?;
    let drawn = draw(&url, width, height).await;
    drop(Url::revoke_object_url(&url));
    encoded(&drawn?).await
}

async fn draw(url: &str, width: u32, height: u32) -> Result<HtmlCanvasElement, JsValue> {
    let image: HtmlElement = document().create_element("img")?.unchecked_into();
    image.set_attribute("src", url)?;
    let decode: Function = js_sys::Reflect::get(&image, &"decode".into())?.dyn_into()?;
    let decoded: js_sys::Promise = decode.call0(&image)?.dyn_into()?;
    JsFuture::from(decoded).await?;
    let canvas: HtmlCanvasElement = document().create_element("canvas")?.unchecked_into();
    canvas.set_width(width);
    canvas.set_height(height);
    let context = canvas::context(&canvas).ok_or("no 2-D canvas")?;
    context.draw_image(&image, 0.0, 0.0, f64::from(width), f64::from(height))?;
    Ok(canvas)
}

async fn encoded(canvas: &HtmlCanvasElement) -> Result<Blob, JsValue> {
    let blob = js_sys::Promise::new(&mut |resolve: Function, _| {
        let done = Closure::once_into_js(move |blob: JsValue| drop(resolve.call1(&JsValue::NULL, &blob)));
        drop(canvas.to_blob(done.unchecked_ref()));
    });
    let blob = JsFuture::from(blob).await?;
    blob.dyn_into().map_err(|_| "the picture could not be encoded".into())
}

//! Pictures out of pixels.

use js_sys::{Function, Promise};
use leptos::prelude::document;
use wasm_bindgen::{Clamped, JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, HtmlCanvasElement, HtmlElement, Url};

use super::canvas::{self, ImageData};

/// A PNG of RGBA pixels, `width` × `height`, top row first.
///
/// # Errors
/// What the browser threw.
pub async fn png(rgba: &[u8], width: u32, height: u32) -> Result<Blob, JsValue> {
    let canvas = blank(width, height)?;
    let context = canvas::context(&canvas).ok_or("no 2-D canvas")?;
    context.put_image_data(&ImageData::of_bytes(Clamped(rgba), width, height)?, 0, 0)?;
    encoded(&canvas, "image/png", 1.0).await
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
    let drawn = async { drawn(&load(&url).await?, width, height) }.await;
    drop(Url::revoke_object_url(&url));
    encoded(&drawn?, "image/png", 1.0).await
}

/// The picture at an address, loaded.
///
/// # Errors
/// What the browser threw: there is nothing, or nothing that it can show.
pub async fn load(url: &str) -> Result<HtmlElement, JsValue> {
    let image: HtmlElement = document().create_element("img")?.unchecked_into();
    let loaded = Promise::new(&mut |resolve: Function, reject: Function| {
        image.set_onload(Some(&resolve));
        image.set_onerror(Some(&reject));
    });
    image.set_attribute("src", url)?;
    JsFuture::from(loaded).await?;
    Ok(image)
}

/// Width and height of a picture that has loaded, upright.
pub fn size(image: &HtmlElement) -> [u32; 2] {
    ["naturalWidth", "naturalHeight"].map(|name| {
        let length = js_sys::Reflect::get(image, &name.into()).ok().and_then(|length| length.as_f64());
        length.unwrap_or_default() as u32
    })
}

/// A canvas with the picture in that size.
///
/// # Errors
/// What the browser threw.
pub fn drawn(image: &HtmlElement, width: u32, height: u32) -> Result<HtmlCanvasElement, JsValue> {
    let canvas = blank(width, height)?;
    let context = canvas::context(&canvas).ok_or("no 2-D canvas")?;
    context.draw_image(image, 0.0, 0.0, f64::from(width), f64::from(height))?;
    Ok(canvas)
}

/// A canvas with nothing on it.
///
/// # Errors
/// What the browser threw.
pub fn blank(width: u32, height: u32) -> Result<HtmlCanvasElement, JsValue> {
    let canvas: HtmlCanvasElement = document().create_element("canvas")?.unchecked_into();
    canvas.set_width(width);
    canvas.set_height(height);
    Ok(canvas)
}

/// The canvas as a file. A browser that lacks the format makes a PNG: the blob's type tells. `quality`: 0 to 1, for
/// formats that have one.
///
/// # Errors
/// What the browser threw, or that it makes no file of this canvas.
pub async fn encoded(canvas: &HtmlCanvasElement, media_type: &str, quality: f64) -> Result<Blob, JsValue> {
    let blob = Promise::new(&mut |resolve: Function, _| {
        let done = Closure::once_into_js(move |blob: JsValue| drop(resolve.call1(&JsValue::NULL, &blob)));
        drop(canvas.to_blob_with_type_and_encoder_options(done.unchecked_ref(), media_type, &quality.into()));
    });
    let blob = JsFuture::from(blob).await?;
    blob.dyn_into().map_err(|_| "the picture could not be encoded".into())
}

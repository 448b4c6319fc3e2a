//! The camera, as a stream that a video element shows.
//!
//! Bound here and not through web-sys: another feature there would rebuild wgpu and burn for everyone.

use js_sys::{Array, Object, Promise, Reflect};
use leptos::prelude::window;
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, HtmlElement};

use super::picture;

#[wasm_bindgen]
extern "C" {
    type MediaDevices;
    #[wasm_bindgen(method, catch, js_name = getUserMedia)]
    fn user_media(this: &MediaDevices, constraints: &Object) -> Result<Promise, JsValue>;

    /// `MediaStream`.
    pub type Stream;
    #[wasm_bindgen(method, js_name = getTracks)]
    fn tracks(this: &Stream) -> Array;

    type Track;
    #[wasm_bindgen(method)]
    fn stop(this: &Track);
}

fn devices() -> Option<MediaDevices> {
    let devices = Reflect::get(&window().navigator(), &"mediaDevices".into()).ok()?;
    devices.is_object().then(|| devices.unchecked_into())
}

/// Whether this browser lets pages ask for a camera.
pub fn exists() -> bool {
    devices().is_some()
}

/// Asks for the camera; the visitor decides.
///
/// # Errors
/// What the browser threw: there is none, or the visitor said no.
pub async fn open() -> Result<Stream, JsValue> {
    let devices = devices().ok_or("this browser offers none")?;
    let constraints = Object::new();
    Reflect::set(&constraints, &"video".into(), &JsValue::TRUE)?;
    Ok(JsFuture::from(devices.user_media(&constraints)?).await?.unchecked_into())
}

/// Switches it off.
pub fn close(stream: &Stream) {
    for track in stream.tracks() {
        track.unchecked_into::<Track>().stop();
    }
}

/// Shows the stream in a video element.
///
/// # Errors
/// What the browser threw.
pub fn show(stream: &Stream, video: &HtmlElement) -> Result<(), JsValue> {
    Reflect::set(video, &"srcObject".into(), stream).map(drop)
}

/// What a video element shows, as a PNG.
///
/// # Errors
/// What the browser threw.
pub async fn still(video: &HtmlElement) -> Result<Blob, JsValue> {
    let [width, height] = ["videoWidth", "videoHeight"].map(|name| {
        Reflect::get(video, &name.into()).ok().and_then(|length| length.as_f64()).unwrap_or_default() as u32
    });
    picture::encoded(&picture::drawn(video, width, height)?, "image/png", 1.0).await
}

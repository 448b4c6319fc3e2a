//! Text to the clipboard, and pictures from it.

use js_sys::{Array, Promise, Reflect};
use leptos::prelude::window;
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, File};

use super::files;

// Bound here and not through web-sys: another feature there would rebuild wgpu and burn for everyone.
#[wasm_bindgen]
extern "C" {
    type ReadableClipboard;
    #[wasm_bindgen(method, catch)]
    fn read(this: &ReadableClipboard) -> Result<Promise, JsValue>;

    type ClipboardItem;
    #[wasm_bindgen(method, getter)]
    fn types(this: &ClipboardItem) -> Array;
    #[wasm_bindgen(method, catch, js_name = getType)]
    fn of_type(this: &ClipboardItem, media_type: &str) -> Result<Promise, JsValue>;
}

fn readable() -> Option<ReadableClipboard> {
    // Outside secure contexts `navigator.clipboard` is undefined, and some browsers cannot read it.
    let clipboard = Reflect::get(&window().navigator(), &"clipboard".into()).ok()?;
    let can_read =
        clipboard.is_object() && Reflect::get(&clipboard, &"read".into()).is_ok_and(|read| read.is_function());
    can_read.then(|| clipboard.unchecked_into())
}

/// Whether this browser lets pages ask for what is on the clipboard.
pub fn is_readable() -> bool {
    readable().is_some()
}

/// The first picture on the clipboard, if there is one; the visitor may be asked.
///
/// # Errors
/// What the browser threw: the visitor said no, say.
pub async fn picture() -> Result<Option<File>, JsValue> {
    let clipboard = readable().ok_or("this browser offers none")?;
    let items: Array = JsFuture::from(clipboard.read()?).await?.unchecked_into();
    for item in items {
        let item: ClipboardItem = item.unchecked_into();
        let types: Vec<_> = item.types().iter().filter_map(|media_type| media_type.as_string()).collect();
        let Some(media_type) = types.into_iter().find(|media_type| media_type.starts_with("image/")) else { continue };
        let blob: Blob = JsFuture::from(item.of_type(&media_type)?).await?.unchecked_into();
        let ending = media_type.trim_start_matches("image/").split('+').next().unwrap_or("png");
        return files::named(&blob, &format!("pasted.{ending}"), &media_type).map(Some);
    }
    Ok(None)
}

/// Copies `text`; answers whether the browser allowed it.
pub async fn copy(text: &str) -> bool {
    // Outside secure contexts `navigator.clipboard` is undefined, whatever the bindings' type says.
    let clipboard = js_sys::Reflect::get(&window().navigator(), &"clipboard".into());
    if !clipboard.is_ok_and(|c| c.is_object()) {
        return false;
    }
    JsFuture::from(window().navigator().clipboard().write_text(text)).await.is_ok()
}

//! Files of the visitor, which stay with the browser until their bytes are wanted.

use js_sys::{Array, ArrayBuffer, Object, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, File, Url};

// Bound here and not through web-sys: another feature there would rebuild wgpu and burn for everyone.
#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = File)]
    type NamedFile;
    #[wasm_bindgen(constructor, catch, js_class = "File")]
    fn new(parts: &Array, name: &str, options: &JsValue) -> Result<NamedFile, JsValue>;
}

/// The content of a blob as a file with a name.
///
/// # Errors
/// What the browser threw.
pub fn named(content: &Blob, name: &str, media_type: &str) -> Result<File, JsValue> {
    let options = Object::new();
    Reflect::set(&options, &"type".into(), &media_type.into())?;
    Ok(NamedFile::new(&Array::of1(content), name, &options)?.unchecked_into())
}

/// The bytes of a file, in JavaScript's memory.
///
/// # Errors
/// What the browser threw: the file is gone, say.
pub async fn buffer(file: &Blob) -> Result<ArrayBuffer, JsValue> {
    Ok(JsFuture::from(file.array_buffer()).await?.unchecked_into())
}

/// The bytes of a file.
///
/// # Errors
/// As [`buffer`].
pub async fn bytes(file: &Blob) -> Result<Vec<u8>, JsValue> {
    Ok(Uint8Array::new(&buffer(file).await?.into()).to_vec())
}

/// A file of these bytes.
///
/// # Errors
/// What the browser threw.
pub fn of_buffer(bytes: &ArrayBuffer, media_type: &str) -> Result<Blob, JsValue> {
    let options = BlobPropertyBag::new();
    options.set_type(media_type);
    Blob::new_with_buffer_source_sequence_and_options(&Array::of1(bytes), &options)
}

/// Files one after the other.
///
/// # Errors
/// What the browser threw.
pub fn joined<'a>(files: impl Iterator<Item = &'a Blob>) -> Result<Blob, JsValue> {
    Blob::new_with_blob_sequence(&files.collect::<Array>())
}

/// An address of the file on this page, valid until it is given back.
///
/// # Errors
/// What the browser threw.
pub fn address(file: &Blob) -> Result<String, JsValue> {
    Url::create_object_url_with_blob(file)
}

/// Gives an address back.
pub fn forget(url: &str) {
    // Fails for no address.
    drop(Url::revoke_object_url(url));
}

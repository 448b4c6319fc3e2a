//! Files of the visitor, which stay with the browser until their bytes are wanted.

use js_sys::{Array, ArrayBuffer, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, Url};

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

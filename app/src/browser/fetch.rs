//! Files of the site.

use js_sys::Uint8Array;
use leptos::prelude::window;
use serde::de::DeserializeOwned;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;

use super::sentence;

/// The bytes at an address of this site.
///
/// # Errors
/// One sentence: no connection, or an answer other than 200.
pub async fn bytes(url: &str) -> Result<Vec<u8>, String> {
    let failed = |reason: String| format!("{url} could not be loaded: {reason}");
    let response = JsFuture::from(window().fetch_with_str(url)).await.map_err(|e| failed(sentence(&e)))?;
    let response: Response = response.dyn_into().map_err(|_| failed("no response".to_owned()))?;
    if !response.ok() {
        return Err(failed(format!("the server answered {}", response.status())));
    }
    let buffer = response.array_buffer().map_err(|e| failed(sentence(&e)))?;
    let buffer = JsFuture::from(buffer).await.map_err(|e| failed(sentence(&e)))?;
    Ok(Uint8Array::new(&buffer).to_vec())
}

/// The JSON document at an address of this site.
///
/// # Errors
/// As [`bytes`], or a document that is not what was expected.
pub async fn json<T: DeserializeOwned>(url: &str) -> Result<T, String> {
    serde_json::from_slice(&bytes(url).await?).map_err(|e| format!("{url} cannot be read: {e}"))
}

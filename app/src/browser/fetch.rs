//! Files of the site.

use js_sys::{Promise, Uint8Array};
use leptos::prelude::window;
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, Response};

use super::sentence;

/// The bytes at an address of this site.
///
/// # Errors
/// One sentence: no connection, or an answer other than 200.
pub async fn bytes(url: &str) -> Result<Vec<u8>, String> {
    let buffer = body(url, Response::array_buffer).await?;
    Ok(Uint8Array::new(&buffer).to_vec())
}

/// The file at an address of this site, which stays with the browser.
///
/// # Errors
/// As [`bytes`].
pub async fn file(url: &str) -> Result<Blob, String> {
    body(url, Response::blob).await.map(JsCast::unchecked_into)
}

async fn body(url: &str, read: fn(&Response) -> Result<Promise, JsValue>) -> Result<JsValue, String> {
    let failed = |reason: String| format!("{url} could not be loaded: {reason}");
    let response = JsFuture::from(window().fetch_with_str(url)).await.map_err(|e| failed(sentence(&e)))?;
    let response: Response = response.dyn_into().map_err(|_| failed("no response".to_owned()))?;
    if !response.ok() {
        return Err(failed(format!("the server answered {}", response.status())));
    }
    let body = read(&response).map_err(|e| failed(sentence(&e)))?;
    JsFuture::from(body).await.map_err(|e| failed(sentence(&e)))
}

/// The JSON document at an address of this site.
///
/// # Errors
/// As [`bytes`], or a document that is not what was expected.
pub async fn json<T: DeserializeOwned>(url: &str) -> Result<T, String> {
    serde_json::from_slice(&bytes(url).await?).map_err(|e| format!("{url} cannot be read: {e}"))
}

//! Weights: from the Cache API by their address, which holds the content hash, else from the network.

use js_sys::{Function, Promise, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Cache, CacheStorage, DedicatedWorkerGlobalScope, ReadableStreamDefaultReader, RequestInit, Response};

use catalog::messages::WeightsSource;

use super::console;
use crate::{
    host::OnBytes,
    weights::{Incoming, WeightsError},
};

/// The cache's name, the same for all systems: an address is never reused for other content.
const CACHE: &str = "vitrine-weights";

/// The bytes that `source` describes. A bad cache entry is dropped and fetched again, once.
pub(super) async fn weights(
    scope: &DedicatedWorkerGlobalScope,
    source: &WeightsSource,
    on_bytes: OnBytes<'_>,
) -> Result<Vec<u8>, WeightsError> {
    let cache = open(scope).await;
    let mut entry_was_bad = false;
    if let Some(cache) = &cache
        && let Some(response) = lookup(cache, &source.url).await
    {
        match receive(&response, source, true, &mut *on_bytes).await {
            Ok(bytes) => return Ok(bytes),
            Err(WeightsError::Cancelled) => return Err(WeightsError::Cancelled),
            Err(error) => {
                console::warn("cached weights are dropped", &error.to_string().into());
                settle(cache.delete_with_str(&source.url)).await;
                entry_was_bad = true;
            }
        }
    }
    let response = fetch(scope, &source.url, entry_was_bad).await?;
    let bytes = receive(&response, source, false, on_bytes).await?;
    if let Some(cache) = &cache {
        keep(cache, &source.url, &bytes).await;
    }
    Ok(bytes)
}

/// `None` where pages have no cache, as on plain HTTP from another machine.
async fn open(scope: &DedicatedWorkerGlobalScope) -> Option<Cache> {
    let storage: CacheStorage = Reflect::get(scope, &"caches".into()).ok()?.dyn_into().ok()?;
    JsFuture::from(storage.open(CACHE)).await.ok()?.dyn_into().ok()
}

async fn lookup(cache: &Cache, url: &str) -> Option<Response> {
    JsFuture::from(cache.match_with_str(url)).await.ok()?.dyn_into().ok()
}

async fn keep(cache: &Cache, url: &str, bytes: &[u8]) {
    let body = Uint8Array::from(bytes);
    match Response::new_with_opt_buffer_source(Some(&body)) {
        Ok(response) => settle(cache.put_with_str(url, &response)).await,
        Err(error) => console::warn("weights cannot be kept", &error),
    }
}

/// Waits for an operation on the cache. A full disk must not stop a sample: it is only said.
async fn settle(promise: Promise) {
    if let Err(error) = JsFuture::from(promise).await {
        console::warn("the weights cache does not work", &error);
    }
}

async fn fetch(scope: &DedicatedWorkerGlobalScope, url: &str, anew: bool) -> Result<Response, WeightsError> {
    let network = |error: JsValue| WeightsError::Network(describe(&error));
    let init = RequestInit::new();
    if anew {
        // The browser's own cache may hold the same bad bytes.
        Reflect::set(&init, &"cache".into(), &"reload".into()).map_err(network)?;
    }
    let promise = scope.fetch_with_str_and_init(url, &init);
    let response: Response = JsFuture::from(promise).await.map_err(network)?.unchecked_into();
    if !response.ok() {
        return Err(WeightsError::Status { status: response.status(), url: url.to_owned() });
    }
    Ok(response)
}

async fn receive(
    response: &Response,
    source: &WeightsSource,
    from_cache: bool,
    on_bytes: OnBytes<'_>,
) -> Result<Vec<u8>, WeightsError> {
    let network = |error: JsValue| WeightsError::Network(describe(&error));
    let mut incoming = Incoming::new(source)?;
    let Some(body) = response.body() else { return incoming.finish() };
    let reader: ReadableStreamDefaultReader = body.get_reader().unchecked_into();
    loop {
        let chunk: JsValue = JsFuture::from(reader.read()).await.map_err(network)?;
        if Reflect::get(&chunk, &"done".into()).map_err(network)?.is_truthy() {
            return incoming.finish();
        }
        let bytes: Uint8Array = Reflect::get(&chunk, &"value".into()).map_err(network)?.unchecked_into();
        let received = incoming.push(&bytes.to_vec());
        let go_on = match &received {
            Ok(received) => on_bytes(*received, from_cache).is_continue(),
            Err(_) => false,
        };
        if !go_on {
            settle(reader.cancel()).await;
            received?;
            return Err(WeightsError::Cancelled);
        }
    }
}

fn describe(error: &JsValue) -> String {
    let method = Reflect::get(error, &"toString".into()).ok().and_then(|f| f.dyn_into::<Function>().ok());
    method
        .and_then(|f| f.call0(error).ok())
        .and_then(|text| text.as_string())
        .unwrap_or_else(|| "no reason given".into())
}

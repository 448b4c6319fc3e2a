//! Which WebGPU adapter the browser offers, asked before anything is set up on it.

use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::DedicatedWorkerGlobalScope;

use crate::backend::Adapter;

/// The adapter for a demanding page, as the engine will ask for it; `None` where there is no WebGPU.
///
/// Goes through plain property access: web-sys has these types only behind an unstable flag.
pub(super) async fn request(scope: &DedicatedWorkerGlobalScope) -> Option<Adapter> {
    let gpu = property(&scope.navigator(), "gpu")?;
    let options = Object::new();
    Reflect::set(&options, &"powerPreference".into(), &"high-performance".into()).ok()?;
    let ask: Function = property(&gpu, "requestAdapter")?.dyn_into().ok()?;
    let promise: Promise = ask.call1(&gpu, &options).ok()?.dyn_into().ok()?;
    let adapter = JsFuture::from(promise).await.ok().filter(|a| !a.is_null() && !a.is_undefined())?;
    let info = property(&adapter, "info").unwrap_or_else(|| Object::new().into());
    let text = |name| property(&info, name).and_then(|value| value.as_string()).unwrap_or_default();
    // The mark moved from the adapter to its description; browsers differ.
    let is_fallback =
        [&info, &adapter].into_iter().any(|o| property(o, "isFallbackAdapter").is_some_and(|v| v.is_truthy()));
    let description = if text("description").is_empty() { text("device") } else { text("description") };
    Some(Adapter { vendor: text("vendor"), architecture: text("architecture"), description, is_fallback })
}

fn property(of: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(of, &name.into()).ok().filter(|value| !value.is_undefined() && !value.is_null())
}

//! The part that knows JavaScript: messages in and out, and the surroundings of a job.

mod adapter;
mod console;
mod fetch;
mod helpers;
mod time;

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
};

use burn::tensor::Device;
use catalog::{
    SampleRequest,
    messages::{FromWorker, InputFile, Share, ToWorker, WeightsSource},
};
use js_sys::{Array, ArrayBuffer, Object, Reflect, Uint8Array};
use models::{Model, ModelError};
use serde::Serialize;
use wasm_bindgen::{JsCast, JsValue, closure::Closure, prelude::wasm_bindgen};
use wasm_bindgen_futures::spawn_local;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

use crate::{
    backend::Adapter,
    host::{Host, OnBytes},
    job::Jobs,
    weights::WeightsError,
};

/// The browser as the surroundings of jobs.
#[derive(Clone)]
struct Browser {
    scope: DedicatedWorkerGlobalScope,
    pauses: Rc<time::Pauses>,
    cancelled: Rc<Cell<Option<u32>>>,
    gpu: Rc<RefCell<Option<Device>>>,
    helpers: Rc<helpers::Helpers>,
}

unsafe extern "C" {
    /// Runs what crates have to do before anything else, such as registering their kernels. In a module where nobody
    /// calls it, the linker has every call from JavaScript begin with it, and there are hundreds a step.
    fn __wasm_call_ctors();
}

/// Starts the message loop. `broken_gpu` says why the GPU must not be used, if it has brought down the worker
/// before this one.
///
/// # Errors
/// If this is not a dedicated worker.
#[wasm_bindgen]
pub fn start(broken_gpu: Option<String>) -> Result<(), JsValue> {
    // SAFETY: the linker makes it, without arguments; nothing has run that needs it, and it runs once.
    unsafe { __wasm_call_ctors() };
    let scope: DedicatedWorkerGlobalScope = js_sys::global().dyn_into()?;
    report_panics();
    let host = Browser {
        scope: scope.clone(),
        pauses: Rc::new(time::Pauses::new()?),
        cancelled: Rc::default(),
        gpu: Rc::default(),
        helpers: Rc::new(helpers::Helpers::new(scope.clone())),
    };
    // Taken out while a job runs.
    let jobs = Rc::new(Cell::new(Some(Jobs::new(host.clone(), broken_gpu))));
    let listener = {
        let host = host.clone();
        Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| receive(&host, &jobs, &event))
    };
    scope.set_onmessage(Some(listener.as_ref().unchecked_ref()));
    // The loop lives as long as the worker.
    listener.forget();
    host.post(&FromWorker::Ready, None);
    Ok(())
}

/// Leaves the reason of the first panic where the bootstrap finds it: after a panic, no code of this module
/// runs any more. What timers still stir up in the ruins is not news.
fn report_panics() {
    static REPORTED: AtomicBool = AtomicBool::new(false);
    std::panic::set_hook(Box::new(|info| {
        console_error_panic_hook::hook(info);
        if !REPORTED.swap(true, Relaxed) {
            let reason: String = info.payload_as_str().unwrap_or("no reason given").chars().take(300).collect();
            // Only fails on frozen objects, which the global scope is not.
            let _ = Reflect::set(&js_sys::global(), &"vitrinePanic".into(), &reason.into());
        }
    }));
}

fn receive(host: &Browser, jobs: &Rc<Cell<Option<Jobs<Browser>>>>, event: &MessageEvent) {
    let text = Reflect::get(&event.data(), &"json".into()).ok().and_then(|json| json.as_string());
    match text.as_deref().map(serde_json::from_str::<ToWorker>) {
        Some(Ok(ToWorker::Cancel { job })) => {
            host.cancelled.set(Some(job));
            host.helpers.cancel(job);
        }
        Some(Ok(ToWorker::Sample { job, request, weights, inputs, share })) => {
            let files = files(inputs, &event.data());
            sample(host, jobs, job, request, weights, files, share);
        }
        Some(Err(error)) => console::error("a message that is none of ours", &error.to_string().into()),
        None => console::error("a message without text", &event.data()),
    }
}

/// Cuts the bytes of a message into its files; bytes that are missing leave empty files, which no decoder takes.
fn files(inputs: Vec<InputFile>, message: &JsValue) -> Vec<(InputFile, Vec<u8>)> {
    let bytes = Reflect::get(message, &"bytes".into()).ok().and_then(|bytes| bytes.dyn_into::<ArrayBuffer>().ok());
    let bytes = bytes.map(|buffer| Uint8Array::new(&buffer));
    let mut start = 0;
    let cut = |input: InputFile| {
        let end = start + input.bytes as u32;
        let part = bytes.as_ref().map(|bytes| bytes.subarray(start, end).to_vec());
        start = end;
        (input, part.unwrap_or_default())
    };
    inputs.into_iter().map(cut).collect()
}

fn sample(
    host: &Browser,
    jobs: &Rc<Cell<Option<Jobs<Browser>>>>,
    job: u32,
    request: SampleRequest,
    weights: Vec<WeightsSource>,
    files: Vec<(InputFile, Vec<u8>)>,
    share: Option<Share>,
) {
    let Some(mut at_work) = jobs.take() else {
        let message = "Another sample is still being made.".to_owned();
        return host.post(&FromWorker::Failed { job, message, fields: vec![] }, None);
    };
    host.cancelled.set(None);
    let jobs = Rc::clone(jobs);
    spawn_local(async move {
        at_work.sample(job, request, weights, files, share).await;
        jobs.set(Some(at_work));
    });
}

impl Host for Browser {
    fn post(&self, message: &FromWorker, bytes: Option<Vec<u8>>) {
        if let Err(error) = self.try_post(message, bytes) {
            console::error("a message could not be sent", &error);
        }
    }

    fn now(&self) -> f64 {
        self.scope.performance().map_or_else(js_sys::Date::now, |clock| clock.now())
    }

    fn is_cancelled(&self, job: u32) -> bool {
        self.cancelled.get() == Some(job)
    }

    async fn pause(&self) {
        self.pauses.pause().await;
    }

    async fn within<T>(&self, milliseconds: u32, future: impl Future<Output = T>) -> Option<T> {
        time::within(&self.scope, milliseconds, future).await
    }

    async fn adapter(&self) -> Option<Adapter> {
        adapter::request(&self.scope).await
    }

    async fn gpu(&self) -> Result<Device, String> {
        if let Some(device) = self.gpu.borrow().clone() {
            return Ok(device);
        }
        let device = Device::wgpu_options().init_async().await.map_err(|e| format!("it could not be opened: {e}"))?;
        self.gpu.replace(Some(device.clone()));
        Ok(device)
    }

    async fn weights(&self, source: &WeightsSource, on_bytes: OnBytes<'_>) -> Result<Vec<u8>, WeightsError> {
        fetch::weights(&self.scope, source, on_bytes).await
    }

    fn helpers(&self, wanted: usize) -> usize {
        self.helpers.waiting(wanted)
    }

    fn share(&self, share: &ToWorker) {
        self.helpers.give(share);
    }

    async fn shared(&self) -> Result<(), String> {
        self.helpers.ended().await
    }

    fn stop_shares(&self, job: u32) {
        self.helpers.cancel(job);
    }

    fn load(
        &self,
        system: &str,
        preset: &str,
        weights: Vec<u8>,
        device: &Device,
    ) -> Result<Box<dyn Model>, ModelError> {
        models::load(system, preset, weights, device)
    }
}

impl Browser {
    fn try_post(&self, message: &FromWorker, bytes: Option<Vec<u8>>) -> Result<(), JsValue> {
        let object = envelope(message)?;
        let transfer = Array::new();
        if let Some(bytes) = bytes {
            let buffer: ArrayBuffer = Uint8Array::from(bytes.as_slice()).buffer();
            Reflect::set(&object, &"bytes".into(), &buffer)?;
            transfer.push(&buffer);
        }
        self.scope.post_message_with_transfer(&object, &transfer)
    }
}

/// A message as it travels, yet without bytes.
fn envelope(message: &impl Serialize) -> Result<Object, JsValue> {
    let json = serde_json::to_string(message).map_err(|e| JsValue::from_str(&e.to_string()))?;
    let object = Object::new();
    Reflect::set(&object, &"json".into(), &json.into())?;
    Ok(object)
}

//! The page's end of the wire to the model worker: a module worker with its own wasm, started when it is first
//! wanted and again after a crash.

use std::{cell::RefCell, rc::Rc};

use catalog::messages::{FromWorker, ToWorker};
use js_sys::{Array, ArrayBuffer, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{ErrorEvent, MessageEvent, Worker, WorkerOptions, WorkerType};

use crate::browser::sentence;

/// What the worker said, or that it died.
pub enum Event {
    /// A message, with its bulk data if it carries any.
    Message(FromWorker, Option<ArrayBuffer>),
    /// The worker ended by itself, and has been cleared away: one sentence.
    Crashed(String),
}

type Handler = Rc<dyn Fn(Event)>;

/// A handle on the worker; clones are the same worker.
#[derive(Clone)]
pub struct WorkerClient {
    handler: Handler,
    state: Rc<RefCell<State>>,
}

#[derive(Default)]
struct State {
    running: Option<Running>,
    /// Sent before the worker's code ran. A module worker loses messages that arrive while it still loads.
    waiting: Vec<(ToWorker, Option<ArrayBuffer>)>,
    ready: bool,
}

struct Running {
    worker: Worker,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut(ErrorEvent)>,
}

impl WorkerClient {
    /// A client without a worker yet.
    pub fn new(handler: impl Fn(Event) + 'static) -> Self {
        Self { handler: Rc::new(handler), state: Rc::default() }
    }

    /// Starts the worker at `url` unless it runs.
    ///
    /// # Errors
    /// One sentence: the browser does not allow workers here.
    pub fn start(&self, url: &str) -> Result<(), String> {
        if self.state.borrow().running.is_some() {
            return Ok(());
        }
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = Worker::new_with_options(url, &options)
            .map_err(|e| format!("the model code could not be started: {}", sentence(&e)))?;
        let client = self.clone();
        let on_message = Closure::new(move |event: MessageEvent| client.receive(&event.data()));
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        let client = self.clone();
        let on_error = Closure::new(move |event: ErrorEvent| {
            event.prevent_default();
            let reason = Some(event.message()).filter(|m| !m.is_empty() && m != "undefined");
            client.crash(&reason.unwrap_or_else(|| "its code could not be loaded".to_owned()));
        });
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        self.state.borrow_mut().running = Some(Running { worker, _on_message: on_message, _on_error: on_error });
        Ok(())
    }

    /// Sends a message with its bulk data, which it gives away, now or as soon as the worker's code runs.
    pub fn send(&self, message: ToWorker, bytes: Option<ArrayBuffer>) {
        let mut state = self.state.borrow_mut();
        match &state.running {
            Some(running) if state.ready => post(&running.worker, &message, bytes),
            _ => state.waiting.push((message, bytes)),
        }
    }

    /// Ends the worker at once, whatever it does.
    pub fn stop(&self) {
        let running = {
            let mut state = self.state.borrow_mut();
            state.ready = false;
            state.waiting.clear();
            state.running.take()
        };
        if let Some(running) = running {
            running.worker.set_onmessage(None);
            running.worker.set_onerror(None);
            running.worker.terminate();
            // The closures may be the ones that called us: they are dropped in a later task.
            leptos::prelude::queue_microtask(move || drop(running));
        }
    }

    fn receive(&self, data: &JsValue) {
        let decoded = decode(data);
        if let Ok((FromWorker::Ready, _)) = decoded {
            let mut state = self.state.borrow_mut();
            state.ready = true;
            let waiting = std::mem::take(&mut state.waiting);
            if let Some(running) = &state.running {
                waiting.into_iter().for_each(|(message, bytes)| post(&running.worker, &message, bytes));
            }
        }
        match decoded {
            Ok((message, bytes)) => (self.handler)(Event::Message(message, bytes)),
            Err(reason) => self.crash(&reason),
        }
    }

    fn crash(&self, reason: &str) {
        self.stop();
        (self.handler)(Event::Crashed(format!("The model code stopped: {reason}.")));
    }
}

fn post(worker: &Worker, message: &ToWorker, bytes: Option<ArrayBuffer>) {
    let json = serde_json::to_string(message).expect("messages serialise");
    let envelope = Object::new();
    let transfer = Array::new();
    // Setting a property of a fresh plain object, and posting text and a buffer that is nobody else's, cannot fail.
    drop(Reflect::set(&envelope, &"json".into(), &json.into()));
    if let Some(bytes) = bytes {
        drop(Reflect::set(&envelope, &"bytes".into(), &bytes));
        transfer.push(&bytes);
    }
    drop(worker.post_message_with_transfer(&envelope, &transfer));
}

fn decode(data: &JsValue) -> Result<(FromWorker, Option<ArrayBuffer>), String> {
    let json = Reflect::get(data, &"json".into()).ok().and_then(|j| j.as_string()).ok_or("it sent no message")?;
    let message = serde_json::from_str(&json).map_err(|e| format!("its message cannot be read: {e}"))?;
    let bytes = Reflect::get(data, &"bytes".into()).ok().and_then(|b| b.dyn_into::<ArrayBuffer>().ok());
    Ok((message, bytes))
}

//! Drawings of molecules: SMILES go to a worker of their own, SVG and plane coordinates come back.

use std::{cell::RefCell, collections::HashMap, rc::Rc};

use js_sys::{Function, Promise};
use serde::Deserialize;
use serde_json::json;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{ErrorEvent, MessageEvent, Worker, WorkerOptions, WorkerType};

use super::sentence;

/// A molecule on the plane.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Depiction {
    /// What was drawn.
    Drawn {
        /// The picture, in the colours of paper.
        svg: String,
        /// An MDL molfile (V2000) with plane coordinates.
        molfile: String,
    },
    /// Why it cannot be drawn.
    Refused {
        /// One sentence.
        error: String,
    },
}

/// What the worker says.
#[derive(Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
enum Message {
    Ready,
    Drawn { id: u32, drawn: Vec<Depiction> },
}

/// A handle on the drawing worker, started when it is first wanted; clones are the same worker.
#[derive(Clone, Default)]
pub struct Draughtsman(Rc<RefCell<State>>);

#[derive(Default)]
struct State {
    running: Option<Running>,
    ready: bool,
    /// Sent before the worker's code ran: a worker that still loads may lose them.
    waiting: Vec<String>,
    asked: u32,
    /// Who waits for an answer, by the number of the question.
    open: HashMap<u32, Function>,
    answers: HashMap<u32, Result<Vec<Depiction>, String>>,
}

struct Running {
    worker: Worker,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut(ErrorEvent)>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.worker.terminate();
    }
}

impl Draughtsman {
    /// Draws molecules with the worker at `url`: an answer for each, in their order.
    ///
    /// # Errors
    /// One sentence: the worker cannot be loaded, or stopped.
    pub async fn draw(&self, url: &str, smiles: &[String]) -> Result<Vec<Depiction>, String> {
        self.start(url)?;
        let id = {
            let mut state = self.0.borrow_mut();
            state.asked += 1;
            state.asked
        };
        let answered = Promise::new(&mut |resolve, _| drop(self.0.borrow_mut().open.insert(id, resolve)));
        let text = json!({ "id": id, "smiles": smiles }).to_string();
        {
            let mut state = self.0.borrow_mut();
            match &state.running {
                // Posting a text cannot fail.
                Some(running) if state.ready => drop(running.worker.post_message(&text.into())),
                _ => state.waiting.push(text),
            }
        }
        drop(JsFuture::from(answered).await);
        let answer = self.0.borrow_mut().answers.remove(&id);
        answer.unwrap_or_else(|| Err("the drawing was given up".to_owned()))
    }

    fn start(&self, url: &str) -> Result<(), String> {
        if self.0.borrow().running.is_some() {
            return Ok(());
        }
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = Worker::new_with_options(url, &options)
            .map_err(|error| format!("molecules cannot be drawn here: {}", sentence(&error)))?;
        let client = self.clone();
        let on_message = Closure::new(move |event: MessageEvent| {
            let text = event.data().as_string().unwrap_or_default();
            match serde_json::from_str(&text) {
                Ok(message) => client.receive(message),
                Err(error) => client.stop(&format!("the drawing library answered nonsense: {error}")),
            }
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        let client = self.clone();
        let on_error = Closure::new(move |event: ErrorEvent| {
            event.prevent_default();
            client.stop("the drawing library could not be loaded, or stopped");
        });
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        self.0.borrow_mut().running = Some(Running { worker, _on_message: on_message, _on_error: on_error });
        Ok(())
    }

    fn receive(&self, message: Message) {
        let mut state = self.0.borrow_mut();
        match message {
            Message::Ready => {
                state.ready = true;
                let waiting = std::mem::take(&mut state.waiting);
                if let Some(running) = &state.running {
                    waiting.into_iter().for_each(|text| drop(running.worker.post_message(&text.into())));
                }
            }
            Message::Drawn { id, drawn } => state.answer(id, Ok(drawn)),
        }
    }

    /// Ends the worker; whoever waits is told why. The next question starts another.
    fn stop(&self, reason: &str) {
        let mut state = self.0.borrow_mut();
        let waiting: Vec<u32> = state.open.keys().copied().collect();
        waiting.into_iter().for_each(|id| state.answer(id, Err(reason.to_owned())));
        state.ready = false;
        state.waiting.clear();
        if let Some(running) = state.running.take() {
            running.worker.set_onmessage(None);
            running.worker.set_onerror(None);
            // The closures may be the ones that called us: they are dropped in a later task.
            leptos::prelude::queue_microtask(move || drop(running));
        }
    }
}

impl State {
    fn answer(&mut self, id: u32, answer: Result<Vec<Depiction>, String>) {
        if let Some(resolve) = self.open.remove(&id) {
            self.answers.insert(id, answer);
            drop(resolve.call0(&JsValue::NULL));
        }
    }
}

/// A picture as an address that an image can have.
pub fn data_url(svg: &str) -> String {
    format!("data:image/svg+xml,{}", String::from(js_sys::encode_uri_component(svg)))
}

//! Workers beside this one: the same code on the other cores. They make shares of its batches, and what they say goes to
//! the page as if it were said here.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use catalog::messages::{FromWorker, ToWorker};
use futures::{
    StreamExt,
    channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded},
};
use js_sys::{Array, JsString, Reflect};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{DedicatedWorkerGlobalScope, ErrorEvent, MessageEvent, Worker, WorkerOptions, WorkerType};

use super::{console, envelope};

/// The most, whatever the number of cores: each has a memory of its own.
const MOST: usize = 7;

/// Starts them, and has them work.
pub(super) struct Helpers {
    scope: DedicatedWorkerGlobalScope,
    all: RefCell<Vec<Helper>>,
    working: Cell<usize>,
    ends: RefCell<UnboundedReceiver<Result<(), String>>>,
    end: UnboundedSender<Result<(), String>>,
}

struct Helper {
    worker: Worker,
    state: Rc<Cell<State>>,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut(ErrorEvent)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Starting,
    Waiting,
    Working,
    /// It did not start, or died.
    Gone,
}

impl Helpers {
    /// None yet.
    pub fn new(scope: DedicatedWorkerGlobalScope) -> Self {
        let (end, ends) = unbounded();
        Self { scope, all: RefCell::default(), working: Cell::default(), ends: RefCell::new(ends), end }
    }

    /// How many wait for work. If there were never `wanted` of them, more are started, as long as there is a core for each.
    pub fn waiting(&self, wanted: usize) -> usize {
        let mut all = self.all.borrow_mut();
        let others = (self.scope.navigator().hardware_concurrency() as usize).saturating_sub(1).min(MOST);
        while all.len() < wanted.min(others) {
            match self.start() {
                Ok(helper) => all.push(helper),
                Err(error) => {
                    console::error("no other core can be used", &error);
                    break;
                }
            }
        }
        all.iter().filter(|helper| helper.state.get() == State::Waiting).count()
    }

    /// Gives work to one that waits.
    pub fn give(&self, message: &ToWorker) {
        let all = self.all.borrow();
        let helper = all.iter().find(|helper| helper.state.get() == State::Waiting);
        let sent = match helper {
            Some(helper) => envelope(message).and_then(|envelope| {
                helper.worker.post_message(&envelope)?;
                helper.state.set(State::Working);
                Ok(())
            }),
            None => Err("nobody waits".into()),
        };
        self.working.set(self.working.get() + 1);
        if let Err(error) = sent {
            console::error("a share could not be sent", &error);
            self.end.unbounded_send(Err("Work could not be given to another core.".to_owned())).ok();
        }
    }

    /// Stops a job of those at work between two steps.
    pub fn cancel(&self, job: u32) {
        let at_work = |helper: &&Helper| helper.state.get() == State::Working;
        for helper in self.all.borrow().iter().filter(at_work) {
            if let Err(error) = envelope(&ToWorker::Cancel { job }).and_then(|e| helper.worker.post_message(&e)) {
                console::error("a helper could not be stopped", &error);
            }
        }
    }

    /// Waits until none is at work; the message of one that failed.
    #[allow(clippy::await_holding_refcell_ref, reason = "only one job waits at a time")]
    pub async fn ended(&self) -> Result<(), String> {
        let mut all = Ok(());
        let mut ends = self.ends.borrow_mut();
        while self.working.get() > 0 {
            // The sender lives as long as the receiver.
            let end = ends.next().await.unwrap_or(Ok(()));
            self.working.set(self.working.get() - 1);
            all = all.and(end);
        }
        all
    }

    fn start(&self) -> Result<Helper, JsValue> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = Worker::new_with_options(&self.scope.location().href(), &options)?;
        let state = Rc::new(Cell::new(State::Starting));
        let on_message = {
            let (scope, state, end) = (self.scope.clone(), Rc::clone(&state), self.end.clone());
            Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
                let ended = match said(&event.data()) {
                    Said::Ready => return state.set(State::Waiting),
                    Said::End(result) => result,
                    Said::ForPage => {
                        let transfer: Array = bytes(&event.data()).into_iter().collect();
                        if let Err(error) = scope.post_message_with_transfer(&event.data(), &transfer) {
                            console::error("a helper's message could not be passed on", &error);
                        }
                        return;
                    }
                };
                state.set(State::Waiting);
                end.unbounded_send(ended).ok();
            })
        };
        let on_error = {
            let (state, end) = (Rc::clone(&state), self.end.clone());
            Closure::<dyn FnMut(ErrorEvent)>::new(move |event: ErrorEvent| {
                // Who does not start is not missed.
                event.prevent_default();
                if state.replace(State::Gone) == State::Working {
                    let message = format!("The model code on another core stopped: {}.", event.message());
                    end.unbounded_send(Err(message)).ok();
                }
            })
        };
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        Ok(Helper { worker, state, _on_message: on_message, _on_error: on_error })
    }
}

enum Said {
    Ready,
    ForPage,
    End(Result<(), String>),
}

fn said(data: &JsValue) -> Said {
    let text: JsString =
        Reflect::get(data, &"json".into()).ok().and_then(|json| json.dyn_into().ok()).unwrap_or_default();
    // What it is stands at the beginning; most messages are long, and only passed on.
    let start = String::from(text.substring(0, 20));
    match start.split('"').nth(3) {
        Some("ready") => Said::Ready,
        Some("done" | "cancelled") => Said::End(Ok(())),
        Some("failed") => match serde_json::from_str(&String::from(text)) {
            Ok(FromWorker::Failed { message, .. }) => Said::End(Err(message)),
            _ => Said::End(Err("a part of the batch failed, and its reason cannot be read".to_owned())),
        },
        _ => Said::ForPage,
    }
}

fn bytes(data: &JsValue) -> Option<JsValue> {
    Reflect::get(data, &"bytes".into()).ok().filter(|bytes| !bytes.is_undefined())
}

//! Waiting: for waiting messages, and not for ever.

use std::{cell::RefCell, future::poll_fn, pin::pin, task::Poll};

use js_sys::{Function, Promise};
use wasm_bindgen::{JsCast, JsValue, closure::Closure, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;
use web_sys::DedicatedWorkerGlobalScope;

#[wasm_bindgen]
extern "C" {
    type MessageChannel;
    #[wasm_bindgen(constructor, catch)]
    fn new() -> Result<MessageChannel, JsValue>;
    #[wasm_bindgen(method, getter)]
    fn port1(this: &MessageChannel) -> MessagePort;
    #[wasm_bindgen(method, getter)]
    fn port2(this: &MessageChannel) -> MessagePort;

    type MessagePort;
    #[wasm_bindgen(method, setter)]
    fn set_onmessage(this: &MessagePort, listener: Option<&Function>);
    #[wasm_bindgen(method, js_name = postMessage)]
    fn post_message(this: &MessagePort, message: &JsValue);
}

/// Pauses that let waiting messages in, without the 4 ms that browsers put between nested timers.
pub(super) struct Pauses {
    channel: MessageChannel,
    waiting: std::rc::Rc<RefCell<Vec<Function>>>,
    _listener: Closure<dyn FnMut()>,
}

impl Pauses {
    /// A channel to oneself.
    pub fn new() -> Result<Self, JsValue> {
        let channel = MessageChannel::new()?;
        let waiting = std::rc::Rc::new(RefCell::new(Vec::<Function>::new()));
        let listener = {
            let waiting = std::rc::Rc::clone(&waiting);
            Closure::<dyn FnMut()>::new(move || {
                for resolve in waiting.take() {
                    // Resolving a promise runs nothing now, so it cannot fail.
                    let _ = resolve.call0(&JsValue::UNDEFINED);
                }
            })
        };
        channel.port1().set_onmessage(Some(listener.as_ref().unchecked_ref()));
        Ok(Self { channel, waiting, _listener: listener })
    }

    /// Comes back after the tasks that were waiting.
    pub async fn pause(&self) {
        let promise = Promise::new(&mut |resolve, _| self.waiting.borrow_mut().push(resolve.unchecked_into()));
        self.channel.port2().post_message(&JsValue::NULL);
        // This promise is never rejected.
        let _ = JsFuture::from(promise).await;
    }
}

/// The future's answer, or `None` if it takes longer.
pub(super) async fn within<T>(
    scope: &DedicatedWorkerGlobalScope,
    milliseconds: u32,
    future: impl Future<Output = T>,
) -> Option<T> {
    let mut handle = None;
    let promise = Promise::new(&mut |resolve, _| {
        let milliseconds = i32::try_from(milliseconds).unwrap_or(i32::MAX);
        handle =
            scope.set_timeout_with_callback_and_timeout_and_arguments_0(resolve.unchecked_ref(), milliseconds).ok();
    });
    let (mut timer, mut future) = (JsFuture::from(promise), pin!(future));
    let answer = poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(answer) => Poll::Ready(Some(answer)),
        Poll::Pending => pin!(&mut timer).poll(context).map(|_| None),
    })
    .await;
    if let Some(handle) = handle {
        scope.clear_timeout_with_handle(handle);
    }
    answer
}

//! A stage: one canvas with its controller, what is written over it, and a sentence instead of a black rectangle when
//! nothing can be drawn. What is drawn is the [`Picture`]'s affair.

mod canvas;
mod controller;
pub mod input;
pub mod save;

use std::rc::Rc;

use leptos::{prelude::*, task::spawn_local};
use shaders::ViewError;
use web_sys::HtmlCanvasElement;

use crate::state::shown::Source;
use canvas::Canvas;
use input::Pointing;

pub use canvas::with;
pub use controller::{CanvasSize, Controller, Pace, Picture, may_rotate};

/// A lost device is replaced this often before the page gives up.
const MOST_RESTARTS: u32 = 2;

/// Where the page finds the controller of the canvas that is on it now.
pub type ControllerHandle<P> = StoredValue<Option<Rc<Controller<P>>>, LocalStorage>;

/// What the stage can say.
#[derive(Clone, Debug, PartialEq)]
enum State {
    Starting,
    Ready,
    Failed(String),
}

/// The stage. `ready` counts the controllers that have started: what feeds them follows it.
#[component]
pub fn Stage<P: Picture>(
    testid: &'static str,
    /// What is shown and which keys steer, for those who do not see it.
    label: &'static str,
    handle: ControllerHandle<P>,
    ready: RwSignal<u32>,
    /// Where the content comes from; `None` while there is none.
    source: Signal<Option<Source>>,
    /// The content's size in numbers, for tests.
    shape: Signal<Option<String>>,
    /// Whether two things stand side by side.
    two: Signal<bool>,
    /// What stands there until there is something to see.
    #[prop(into)]
    placeholder: Signal<String>,
    /// Told of every movement of the visitor's.
    on_interaction: impl Fn() + Copy + Send + 'static,
    #[prop(optional)] on_pointing: Option<Callback<Pointing>>,
    children: Children,
) -> impl IntoView {
    let state = RwSignal::new(State::Starting);
    let restarts = RwSignal::new(0u32);
    let drawn_by = RwSignal::new(None::<String>);

    let on_error = move |error: ViewError| {
        handle.update_value(|slot| {
            if let Some(controller) = slot.take() {
                controller.close();
            }
        });
        if matches!(error, ViewError::Lost(_)) && restarts.get_untracked() < MOST_RESTARTS {
            restarts.update(|n| *n += 1);
        } else {
            state.set(State::Failed(message(&error)));
        }
    };
    let start = move |canvas: HtmlCanvasElement| {
        state.set(State::Starting);
        spawn_local(async move {
            match Controller::<P>::new(canvas, on_error, on_interaction).await {
                Ok(controller) => {
                    // The visitor may have left the page meanwhile.
                    if handle.try_set_value(Some(Rc::clone(&controller))).is_some() {
                        controller.close();
                        return;
                    }
                    controller.fit();
                    drawn_by.set(Some(controller.backend()));
                    state.set(State::Ready);
                    ready.update(|n| *n += 1);
                }
                Err(error) => state.set(State::Failed(message(&error))),
            }
        });
    };
    on_cleanup(move || {
        handle.try_update_value(|slot| {
            if let Some(controller) = slot.take() {
                controller.close();
            }
        });
    });

    view! {
        <div
            class="stage"
            class:two=two
            data-testid=testid
            data-shown=move || source.get().map(Source::name)
            data-shape=shape
            data-state=move || match state.get() {
                State::Starting => "loading",
                State::Ready => "ready",
                State::Failed(_) => "unsupported",
            }
            data-drawn-by=drawn_by
        >
            {move || {
                restarts.track();
                view! { <Canvas start handle label on_pointing /> }
            }}
            <Show when=move || matches!(state.get(), State::Failed(_))>
                <p class="stage-message" role="alert" data-testid="view-message">
                    {move || match state.get() { State::Failed(message) => message, _ => String::new() }}
                </p>
            </Show>
            <Show when=move || source.get().is_none() && !matches!(state.get(), State::Failed(_))>
                <p class="stage-message quiet">{placeholder}</p>
            </Show>
            {children()}
        </div>
    }
}

/// The place of a stage whose code is on its way.
#[component]
pub fn EmptyStage() -> impl IntoView {
    view! {
        <div class="stage">
            <p class="stage-message quiet">"Opening…"</p>
        </div>
    }
}

/// One sentence for the visitor, and what still works.
fn message(error: &ViewError) -> String {
    match error {
        ViewError::NoAdapter(_) => "This browser offers neither WebGPU nor WebGL2, so nothing can be drawn here. \
                                    Hardware acceleration may be off. Sampling, measures and files work all the same."
            .to_owned(),
        other => other.to_string(),
    }
}

/// The stage's ground, sRGB: `--stage` of `main.css`.
pub fn background(dark: bool) -> [f32; 4] {
    if dark { [0.075, 0.086, 0.098, 1.0] } else { [0.929, 0.925, 0.910, 1.0] }
}

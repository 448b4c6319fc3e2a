//! The volume on its stage: one canvas, one or two volumes with one camera, captions, and a sentence instead of
//! a black rectangle when nothing can be drawn.

pub mod controller;
pub mod controls;
mod input;

use std::{rc::Rc, sync::Arc};

use leptos::{html, prelude::*, task::spawn_local};
use shaders::{Axis, ClipPlane, Mode, Surface, ViewError, VolumeStyle};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{HtmlCanvasElement, PointerEvent, ResizeObserver};

use crate::{
    browser::preferences::Theme,
    state::shown::{Look, Shown, Source, ViewOptions, Voxels},
};
use controller::Controller;
use input::Pointers;

/// A lost device is replaced this often before the page gives up.
const MOST_RESTARTS: u32 = 2;

/// Where the page finds the controller of the canvas that is on it now.
pub type ControllerHandle = StoredValue<Option<Rc<Controller>>, LocalStorage>;

/// What the stage can say.
#[derive(Clone, Debug, PartialEq)]
enum State {
    Starting,
    Ready,
    Failed(String),
}

/// The stage. `beside` is the real rock, drawn at the right when `options.compare` asks for it.
#[component]
pub fn VolumeStage(
    shown: Signal<Option<Shown>>,
    beside: Signal<Option<Arc<Voxels>>>,
    options: RwSignal<ViewOptions>,
    handle: ControllerHandle,
    /// What stands there until there is a volume.
    #[prop(into)]
    placeholder: Signal<String>,
) -> impl IntoView {
    let theme = expect_context::<RwSignal<Theme>>();
    let state = RwSignal::new(State::Starting);
    let restarts = RwSignal::new(0u32);
    let ready = RwSignal::new(0u32);
    let drawn_by = RwSignal::new(None::<String>);
    let two = Memo::new(move |_| options.with(|o| o.compare) && beside.with(Option::is_some));

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
            let on_interaction = move || {
                if options.with_untracked(|o| o.rotating) {
                    options.update(|o| o.rotating = false);
                }
            };
            match Controller::new(canvas, on_error, on_interaction).await {
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

    Effect::new(move |_| {
        ready.track();
        let Some(shown) = shown.get() else { return };
        let mut volumes = vec![shown.voxels];
        if two.get() {
            volumes.extend(beside.get());
        }
        if let State::Failed(_) = state.get_untracked() {
            return;
        }
        handle.with_value(|slot| {
            if let Some(controller) = slot {
                controller.set_volumes(volumes.clone());
            }
        });
    });
    let is_preview = Memo::new(move |_| shown.with(|s| s.as_ref().is_some_and(|s| s.source == Source::Preview)));
    Effect::new(move |_| {
        ready.track();
        let (options, preview, theme) = (options.get(), is_preview.get(), theme.get());
        handle.with_value(|slot| {
            if let Some(controller) = slot {
                controller.set_style(style(&options, preview, theme));
                controller.set_rotating(options.rotating);
            }
        });
    });

    let shape = move || shown.with(|s| s.as_ref().map(|s| s.voxels.shape().map(|n| n.to_string()).join(",")));
    view! {
        <div
            class="stage"
            class:two=two
            data-testid="volume-view"
            data-shown=move || shown.with(|s| s.as_ref().map(|s| s.source.name()))
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
                view! { <Canvas start=start handle /> }
            }}
            <Show when=move || matches!(state.get(), State::Failed(_))>
                <p class="stage-message" role="alert" data-testid="view-message">
                    {move || match state.get() { State::Failed(message) => message, _ => String::new() }}
                </p>
            </Show>
            <Show when=move || shown.with(Option::is_none) && !matches!(state.get(), State::Failed(_))>
                <p class="stage-message quiet">{placeholder}</p>
            </Show>
            <div class="captions">
                <p class="caption" data-testid="caption">
                    {move || shown.with(|s| s.as_ref().map(|s| s.title.clone()))}
                </p>
                <Show when=move || two.get()>
                    <p class="caption">"The real rock, a block of the scan"</p>
                </Show>
            </div>
        </div>
    }
}

/// The canvas with its input; made anew after a lost device, because a canvas keeps its first context.
#[component]
fn Canvas(start: impl Fn(HtmlCanvasElement) + Copy + 'static, handle: ControllerHandle) -> impl IntoView {
    let canvas = NodeRef::<html::Canvas>::new();
    let observer = StoredValue::new_local(None::<(ResizeObserver, Closure<dyn FnMut()>)>);
    canvas.on_load(move |canvas| {
        let fit = Closure::new(move || with(handle, Controller::fit));
        if let Ok(new) = ResizeObserver::new(fit.as_ref().unchecked_ref()) {
            new.observe(&canvas);
            observer.set_value(Some((new, fit)));
        }
        start(canvas);
    });
    on_cleanup(move || {
        observer.try_update_value(|observer| {
            if let Some((observer, _)) = observer.take() {
                observer.disconnect();
            }
        });
    });

    let pointers = StoredValue::new_local(Pointers::default());
    let height = move || canvas.get_untracked().map_or(1.0, |c| c.client_height() as f32);
    let down = move |event: PointerEvent| {
        if let Some(canvas) = canvas.get_untracked() {
            // Capture fails for a pointer that is gone again: then there is nothing to capture.
            drop(canvas.set_pointer_capture(event.pointer_id()));
        }
        pointers.with_value(|p| p.down(&event, height()));
    };
    let moved = move |event: PointerEvent| {
        pointers.with_value(|p| with(handle, |controller| p.moved(&event, height(), controller)));
    };
    let up = move |event: PointerEvent| pointers.with_value(|p| p.up(&event));
    let key = move |event: web_sys::KeyboardEvent| {
        if let Some(movement) = input::key_movement(&event) {
            event.prevent_default();
            with(handle, |controller| controller.steer(movement));
        }
    };
    let wheel = move |event: web_sys::WheelEvent| {
        // Scrolling past the stage must go on: the wheel zooms only a stage that was chosen by a click or Tab,
        // and a pinch on a touchpad (reported as Ctrl + wheel) always.
        let chosen = canvas
            .get_untracked()
            .is_some_and(|canvas| document().active_element().is_some_and(|active| active.is_same_node(Some(&canvas))));
        if chosen || event.ctrl_key() {
            event.prevent_default();
            with(handle, |controller| controller.steer(|camera| camera.zoom(input::wheel_factor(&event))));
        }
    };
    view! {
        <canvas
            node_ref=canvas
            data-testid="view-canvas"
            tabindex="0"
            role="application"
            aria-roledescription="three-dimensional view"
            aria-label="Volume. Arrow keys turn it, with Shift they move it, plus and minus zoom, 0 resets."
            on:pointerdown=down
            on:pointermove=moved
            on:pointerup=up
            on:pointercancel=up
            on:contextmenu=|event| event.prevent_default()
            on:keydown=key
            on:wheel=wheel
            on:dblclick=move |_| with(handle, |controller| controller.steer(shaders::OrbitCamera::reset))
        ></canvas>
    }
}

fn with(handle: ControllerHandle, act: impl FnOnce(&Rc<Controller>)) {
    let controller = handle.try_with_value(Option::clone).flatten();
    if let Some(controller) = controller {
        act(&controller);
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

/// The shader's style for the visitor's options. Backgrounds are those of `--stage` in `main.css`.
fn style(options: &ViewOptions, preview: bool, theme: Theme) -> VolumeStyle {
    let dark = theme == Theme::Dark;
    let mode = match options.look {
        _ if preview => Mode::Density,
        Look::Grain => Mode::Surface(Surface::Grain),
        Look::Pore => Mode::Surface(Surface::Pore),
        Look::Density => Mode::Density,
        Look::Slices => Mode::Slices,
    };
    let axes = [Axis::Z, Axis::Y, Axis::X];
    VolumeStyle {
        mode,
        slices: (mode == Mode::Slices).then_some(options.slices),
        clip: options.clip.map(|(axis, offset)| ClipPlane::across(axes[axis.min(2)], offset)),
        ambient_occlusion: options.ambient_occlusion,
        background: if dark { [0.075, 0.086, 0.098, 1.0] } else { [0.929, 0.925, 0.910, 1.0] },
        ..VolumeStyle::themed(dark)
    }
}

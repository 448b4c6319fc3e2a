//! The canvas with its input; made anew after a lost device, because a canvas keeps its first context.

use std::rc::Rc;

use leptos::{html, prelude::*};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{HtmlCanvasElement, PointerEvent, ResizeObserver};

use super::{
    ControllerHandle,
    controller::{Controller, Picture},
    input::{self, Movement, Pointers, Pointing},
};

/// The canvas. `start` is given the element once it is in the document.
#[component]
pub fn Canvas<P: Picture>(
    start: impl Fn(HtmlCanvasElement) + Copy + 'static,
    handle: ControllerHandle<P>,
    /// What is shown and which keys steer, for those who do not see it.
    label: &'static str,
    on_pointing: Option<Callback<Pointing>>,
) -> impl IntoView {
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
    let point = move |pointing: Pointing| {
        if let Some(on_pointing) = on_pointing {
            on_pointing.run(pointing);
        }
    };
    let down = move |event: PointerEvent| {
        if let Some(canvas) = canvas.get_untracked() {
            // Capture fails for a pointer that is gone again: then there is nothing to capture.
            drop(canvas.set_pointer_capture(event.pointer_id()));
        }
        pointers.with_value(|p| p.down(&event, height()));
    };
    let moved = move |event: PointerEvent| {
        let movements = pointers.with_value(|p| p.moved(&event, height()));
        for movement in movements {
            with(handle, |controller| controller.steer(movement));
        }
        if !pointers.with_value(Pointers::any) {
            point(Pointing::At(event.offset_x() as f32, event.offset_y() as f32));
        }
    };
    let up = move |event: PointerEvent| {
        if let Some(click) = pointers.with_value(|p| p.up(&event)) {
            point(click);
        }
    };
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
            with(handle, |controller| controller.steer(input::wheel_movement(&event)));
        }
    };
    view! {
        <canvas
            node_ref=canvas
            data-testid="view-canvas"
            tabindex="0"
            role="application"
            aria-roledescription="three-dimensional view"
            aria-label=label
            on:pointerdown=down
            on:pointermove=moved
            on:pointerup=up
            on:pointercancel=move |event| pointers.with_value(|p| p.cancel(&event))
            on:pointerleave=move |_| point(Pointing::Away)
            on:contextmenu=|event| event.prevent_default()
            on:keydown=key
            on:wheel=wheel
            on:dblclick=move |_| with(handle, |controller| controller.steer(Movement::Reset))
        ></canvas>
    }
}

/// Acts on the controller of the canvas that is on the page now, if there is one.
pub fn with<P: Picture>(handle: ControllerHandle<P>, act: impl FnOnce(&Rc<Controller<P>>)) {
    let controller = handle.try_with_value(Option::clone).flatten();
    if let Some(controller) = controller {
        act(&controller);
    }
}

//! A picture of the visitor's, what was made of it, and both compared.

mod controls;
mod export;
mod handle;
mod input;
mod loupe;
mod numbers;
mod variants;

use leptos::{html, prelude::*};
use web_sys::{HtmlElement, KeyboardEvent, PointerEvent, WheelEvent};

use crate::{
    components::stage::input::{self as steering, Movement, Pointers},
    session::{PicturesCase, Session},
    state::{job::Job, pictures::Picture, pictures::sight::Sight, shown::Source},
};

use handle::Handle;
use loupe::Loupe;

pub use controls::CompareControls;
pub use export::{PicturesExport, RESCALED, Saved};
pub use input::PictureInput;
pub use numbers::Numbers;
pub use variants::Variants;

/// Pixels of the picture by which an arrow key moves the loupe.
const KEY_PIXELS: f64 = 8.0;

/// What the stage and its controls share.
#[derive(Clone, Copy)]
pub struct Compare {
    case: PicturesCase,
    /// The sides are swapped, as long as a key or button is held.
    swapped: RwSignal<bool>,
    /// Magnification of the loupe; 0 without.
    magnification: RwSignal<u32>,
    /// What is steered.
    port: NodeRef<html::Div>,
}

impl Compare {
    /// Nothing swapped, the loupe at four times.
    pub fn new(case: PicturesCase) -> Self {
        Self { case, swapped: RwSignal::new(false), magnification: RwSignal::new(4), port: NodeRef::new() }
    }

    /// The picture on a side, 0 for the left.
    fn side(self, side: usize) -> Option<Picture> {
        let side = if self.swapped.get() { 1 - side } else { side };
        self.case.shown.with(|shown| {
            let made = &shown.as_ref()?.content;
            self.case.pair.with(|pair| made.find(&pair[side]).cloned())
        })
    }

    /// Width and height of what is compared.
    fn frame(self) -> [u32; 2] {
        self.case.shown.with(|shown| shown.as_ref().map_or([1, 1], |shown| shown.content.frame()))
    }

    /// The zoom at which a pixel of the picture is one of the screen.
    fn one_to_one(self) -> f64 {
        let width = self.port.get_untracked().map_or(1, |port| port.client_width()).max(1);
        f64::from(untrack(move || self.frame())[0]) / (f64::from(width) * window().device_pixel_ratio())
    }

    fn zoom(self, factor: f64, at: [f64; 2]) {
        let least = self.one_to_one();
        self.case.sight.update(|sight| sight.zoom_by(factor, at, least));
    }

    /// The place of an event on the view.
    fn place(self, x: i32, y: i32) -> [f64; 2] {
        let Some(port) = self.port.get_untracked() else { return [0.5; 2] };
        let bounds = port.get_bounding_client_rect();
        [
            (f64::from(x) - bounds.left()) / bounds.width().max(1.0),
            (f64::from(y) - bounds.top()) / bounds.height().max(1.0),
        ]
    }

    /// Moves by lengths in units of the view's height.
    fn steer(self, movement: Movement, at: [f64; 2]) {
        let of_view = |x: f32, y: f32| {
            let [width, height] = untrack(move || self.frame()).map(f64::from);
            [f64::from(x) * height / width.max(1.0), f64::from(y)]
        };
        match movement {
            Movement::Zoom(factor) => self.zoom(f64::from(factor), at),
            Movement::Reset => self.case.sight.update(Sight::fit),
            Movement::Pan(x, y) => self.case.sight.update(|sight| sight.pan(of_view(x, y))),
            // What is whole in view need not be moved: then the border is.
            Movement::Orbit(x, y) => self
                .case
                .sight
                .update(|sight| if sight.zoom > 1.0 { sight.pan(of_view(x, y)) } else { sight.set_split(at[0]) }),
        }
    }

    /// Writes the point of view where the style sheet reads it.
    fn style(self, root: &HtmlElement) {
        let ([width, height], sight) = (self.frame().map(f64::from), self.case.sight.get());
        let values = [
            ("--width", width),
            ("--height", height),
            ("--zoom", sight.zoom),
            ("--centre-x", sight.centre[0]),
            ("--centre-y", sight.centre[1]),
            ("--split", sight.split),
            ("--spot-x", sight.spot[0]),
            ("--spot-y", sight.spot[1]),
            ("--magnification", f64::from(self.magnification.get())),
        ];
        let style = root.style();
        for (name, value) in values {
            // Fails for values that are no CSS, which numbers are.
            drop(style.set_property(name, &value.to_string()));
        }
    }
}

/// The pictures over each other, with what is being made over both.
#[component]
pub fn PicturesStage(session: Session, compare: Compare, #[prop(into)] placeholder: Signal<String>) -> impl IntoView {
    let case = compare.case;
    let root = NodeRef::<html::Div>::new();
    Effect::new(move |_| {
        if let Some(root) = root.get() {
            compare.style(&root);
        }
    });
    let source = Memo::new(move |_| case.shown.with(|shown| shown.as_ref().map(|shown| shown.source)));
    let growing = Memo::new(move |_| case.patches.get() > 0 && session.job.with(Job::is_running));
    let caption = move || case.shown.with(|shown| shown.as_ref().map(|shown| shown.title.clone()));
    let shape = move || {
        let [width, height] = compare.frame();
        format!("{width}x{height}")
    };
    view! {
        <div
            class="stage pictures-stage"
            data-testid="pictures-view"
            data-shown=move || source.get().map(Source::name)
            data-state="ready"
            data-shape=shape
            data-patches=move || case.patches.get().to_string()
            node_ref=root
        >
            <p class="caption" data-testid="caption">
                {caption}
            </p>
            <Port compare growing />
            <Show when=move || source.get().is_none()>
                <p class="stage-message quiet">{placeholder}</p>
            </Show>
            <Loupe compare />
        </div>
    }
    .into_any()
}

#[component]
fn Port(compare: Compare, growing: Memo<bool>) -> impl IntoView {
    let Compare { case, swapped, port, .. } = compare;
    let pointers = StoredValue::new_local(Pointers::default());
    let height = move || port.get_untracked().map_or(1.0, |port| port.client_height() as f32);
    let down = move |event: PointerEvent| {
        if let Some(port) = port.get_untracked() {
            // Capture fails for a pointer that is gone again: then there is nothing to capture.
            drop(port.set_pointer_capture(event.pointer_id()));
        }
        pointers.with_value(|p| p.down(&event, height()));
    };
    let moved = move |event: PointerEvent| {
        let at = compare.place(event.client_x(), event.client_y());
        for movement in pointers.with_value(|p| p.moved(&event, height())) {
            compare.steer(movement, at);
        }
        if !pointers.with_value(Pointers::any) {
            case.sight.update(|sight| sight.look(at));
        }
    };
    let up = move |event: PointerEvent| {
        if pointers.with_value(|p| p.up(&event)).is_some() {
            // A finger has no other way to show where the loupe belongs.
            let at = compare.place(event.client_x(), event.client_y());
            case.sight.update(|sight| sight.look(at));
        }
    };
    let wheel = move |event: WheelEvent| {
        // Scrolling past the stage must go on: the wheel zooms only a view that was chosen by a click or Tab, and a
        // pinch on a touchpad (reported as Ctrl + wheel) always.
        let chosen = port.get_untracked().is_some_and(|port| port.contains(document().active_element().as_deref()));
        if chosen || event.ctrl_key() {
            event.prevent_default();
            compare.steer(steering::wheel_movement(&event), compare.place(event.client_x(), event.client_y()));
        }
    };
    let key = move |event: KeyboardEvent| {
        if is_swap(&event) {
            swapped.set(true);
        } else if let Some(movement) = steering::key_movement(&event) {
            event.prevent_default();
            match movement {
                Movement::Orbit(x, y) | Movement::Pan(x, y) => {
                    let pixels = if event.shift_key() { 10.0 * KEY_PIXELS } else { KEY_PIXELS };
                    let [width, height] = untrack(move || compare.frame()).map(f64::from);
                    let step = |along: f32, length: f64| f64::from(along).signum() * pixels / length;
                    let by =
                        [if x == 0.0 { 0.0 } else { step(x, width) }, if y == 0.0 { 0.0 } else { step(y, height) }];
                    case.sight.update(|sight| sight.shift_spot(by));
                }
                other => compare.steer(other, [0.5; 2]),
            }
        }
    };
    let layer = move |side: usize| {
        let picture = Memo::new(move |_| compare.side(side));
        let coarse = move || picture.with(|p| p.as_ref().is_some_and(|p| p.size[0] < compare.frame()[0]));
        let name = if side == 0 { "left" } else { "right" };
        view! {
            <Show when=move || picture.with(Option::is_some)>
                <img
                    class=format!("layer {name}")
                    class:pixelated=coarse
                    data-testid=format!("layer-{name}")
                    draggable="false"
                    src=move || picture.with(|p| p.as_ref().map(|p| p.url.clone()))
                    alt=move || picture.with(|p| p.as_ref().map(|p| p.title.clone()))
                />
            </Show>
        }
    };
    view! {
        <div
            class="port"
            class:near=move || case.sight.with(|sight| sight.zoom > 1.0)
            class:pixelated=move || case.sight.with(|sight| sight.zoom >= 2.0 * compare.one_to_one())
            class:growing=growing
            data-testid="port"
            node_ref=port
            tabindex="0"
            role="group"
            aria-label="The pictures over each other. Arrow keys move the loupe, plus and minus zoom, 0 shows all, holding B swaps the sides."
            on:pointerdown=down
            on:pointermove=moved
            on:pointerup=up
            on:pointercancel=move |event| pointers.with_value(|p| p.cancel(&event))
            on:wheel=wheel
            on:keydown=key
            on:keyup=move |event: KeyboardEvent| {
                if is_swap(&event) {
                    swapped.set(false);
                }
            }
            on:blur=move |_| swapped.set(false)
        >
            <div class="plane">
                {layer(0)}
                {layer(1)}
                <canvas class="layer unfinished" aria-hidden="true" node_ref=case.canvas></canvas>
                <span class="spot" aria-hidden="true"></span>
            </div>
            <Handle compare />
        </div>
    }
    .into_any()
}

fn is_swap(event: &KeyboardEvent) -> bool {
    event.key().eq_ignore_ascii_case("b") && !event.ctrl_key() && !event.alt_key() && !event.meta_key()
}

//! A reward to paint: a brush for mouse, finger and keyboard; what it leaves is text in the form, and so in the link.

use catalog::{Field, systems::oc_gfn};
use leptos::{html, prelude::*};
use web_sys::{HtmlCanvasElement, KeyboardEvent, PointerEvent};

use crate::{
    browser::{canvas::context, preferences::Theme},
    components::field::FieldErrorText,
    metrics::objects::colour::css,
    session::{ObjectsCase, Session},
    state::painting::{MOST_LEVEL, Painting, Stamp},
};

/// Pixels of the canvas along an edge.
const SIZE: f64 = 512.0;
/// The reward that is painted, as the catalogue names it.
const PAINTED: &str = "painted";

/// Whether a field is a painting.
pub fn is_painting(field: &Field) -> bool {
    field.name == PAINTED
}

/// The control; nothing while another reward is chosen.
#[component]
pub fn PainterField(session: Session, case: ObjectsCase, field: Field) -> impl IntoView {
    let is_chosen = Memo::new(move |_| session.settings.with(|s| s.text("reward") == PAINTED));
    let side = Memo::new(move |_| {
        let preset = session.settings.with(|s| s.preset.clone());
        case.side_of(&preset).or_else(|| oc_gfn::side(&preset))
    });
    let field = StoredValue::new(field);
    move || {
        let side = side.get().filter(|_| is_chosen.get())?;
        Some(field.with_value(|field| view! { <Painter session side field=field.clone() /> }))
    }
}

#[component]
fn Painter(session: Session, side: usize, field: Field) -> impl IntoView {
    let theme = expect_context::<RwSignal<Theme>>();
    let canvas = NodeRef::<html::Canvas>::new();
    let text = Memo::new(move |_| session.settings.with(|s| s.text(PAINTED).to_owned()));
    let painting = RwSignal::new(Painting::empty(side));
    let size = RwSignal::new(1.0 + side as f64 / 10.0);
    let level = RwSignal::new(MOST_LEVEL);
    let at_once = RwSignal::new(false);
    let stroke_from = StoredValue::new(None::<[f64; 2]>);
    let cursor = RwSignal::new([side / 2, side / 2]);
    let focused = RwSignal::new(false);

    let write = move |painting: &Painting| {
        let text = painting.to_text();
        session.change(|s| s.set(PAINTED, &text));
    };
    // What the form holds, a link's painting too, is what the canvas shows; an empty one begins with a stamp.
    Effect::new(move |_| {
        let text = text.get();
        if painting.with_untracked(|painting| painting.to_text() == text) {
            return;
        }
        match Painting::from_text(side, &text) {
            Some(own) => painting.set(own),
            None => {
                let begun = Painting::fitted(side, &text)
                    .or_else(|| text.trim().is_empty().then(|| Painting::stamped(side, Stamp::Moons)));
                if let Some(begun) = begun {
                    write(&begun);
                }
            }
        }
    });
    let finish = move || {
        painting.with_untracked(write);
        if at_once.get_untracked() && !painting.with_untracked(Painting::is_empty) {
            session.sample_again();
        }
    };
    Effect::new(move |_| {
        let (Some(element), dark) = (canvas.get(), theme.get() == Theme::Dark) else { return };
        let cursor = focused.get().then(|| cursor.get());
        painting.with(|painting| draw(&element, painting, dark, cursor));
    });

    let place = move |event: &PointerEvent| {
        let element = canvas.get_untracked()?;
        let scale = |offset: i32, length: i32| f64::from(offset) / f64::from(length.max(1)) * side as f64;
        Some([scale(event.offset_x(), element.client_width()), scale(event.offset_y(), element.client_height())])
    };
    let paint = move |event: &PointerEvent| {
        if let (Some(from), Some(to)) = (stroke_from.get_value(), place(event)) {
            painting.update(|painting| painting.stroke(from, to, size.get_untracked(), level.get_untracked()));
            stroke_from.set_value(Some(to));
        }
    };
    let down = move |event: PointerEvent| {
        if event.button() == 0 && event.is_primary() {
            if let Some(element) = canvas.get_untracked() {
                // Capture fails for a pointer that is gone again: then there is nothing to capture.
                drop(element.set_pointer_capture(event.pointer_id()));
            }
            stroke_from.set_value(place(&event));
            paint(&event);
        }
    };
    let up = move |_: PointerEvent| {
        if stroke_from.get_value().is_some() {
            stroke_from.set_value(None);
            finish();
        }
    };
    let key = move |event: KeyboardEvent| {
        if event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        let [x, y] = cursor.get_untracked();
        let name = event.key();
        let moved = match name.as_str() {
            "ArrowLeft" => Some([x.saturating_sub(1), y]),
            "ArrowRight" => Some([(x + 1).min(side - 1), y]),
            "ArrowUp" => Some([x, y.saturating_sub(1)]),
            "ArrowDown" => Some([x, (y + 1).min(side - 1)]),
            _ => None,
        };
        let painted = match name.as_str() {
            " " | "Enter" => {
                let level = level.get_untracked();
                // Pressed again, the cell is emptied.
                Some(if painting.with_untracked(|p| p.level(x, y)) == level { 0 } else { level })
            }
            "Delete" | "Backspace" => Some(0),
            digit if digit.chars().count() == 1 => {
                digit.chars().next().and_then(|c| c.to_digit(16)).map(|level| level as u8)
            }
            _ => None,
        };
        if let Some(to) = moved {
            cursor.set(to);
        } else if let Some(level) = painted {
            painting.update(|painting| painting.set(x, y, level));
            finish();
        }
        if moved.is_some() || painted.is_some() {
            event.prevent_default();
        }
    };
    let stamp = move |(stamp, name, title): (Stamp, &'static str, &'static str)| {
        view! {
            <button
                type="button"
                class="small-button"
                data-testid=format!("stamp-{name}")
                on:click=move |_| {
                    painting.set(Painting::stamped(side, stamp));
                    finish();
                }
            >
                {title}
            </button>
        }
    };
    let words = move || {
        let painted = painting.with(Painting::painted);
        format!(
            "Reward on {side} × {side} cells, {painted} painted. Arrow keys move, digits 0 to 9 and a to f set a level, Space \
             paints with the brush's strength."
        )
    };
    let readout = move || {
        let [x, y] = cursor.get();
        focused.get().then(|| format!("Cell ({x}, {y}): level {} of {MOST_LEVEL}", painting.with(|p| p.level(x, y))))
    };
    let error = Signal::derive(move || session.error_of(PAINTED));
    view! {
        <div class="field painter" data-testid="painter">
            <p class="field-label" id="painter-title">{field.title.clone()}</p>
            <canvas
                node_ref=canvas
                width=SIZE.to_string()
                height=SIZE.to_string()
                tabindex="0"
                role="application"
                aria-roledescription="painting"
                aria-label=words
                aria-describedby="painter-help painter-error"
                data-testid="painter-canvas"
                on:pointerdown=down
                on:pointermove=move |event| paint(&event)
                on:pointerup=up
                on:pointercancel=up
                on:keydown=key
                on:focus=move |_| focused.set(true)
                on:blur=move |_| focused.set(false)
            ></canvas>
            <p class="readout" role="status">{readout}</p>
            <div class="sliders">
                <label class="slider">
                    <span>"Brush"</span>
                    <input
                        type="range"
                        min="1"
                        max=(side as f64 / 2.0).to_string()
                        step="0.5"
                        data-testid="brush-size"
                        prop:value=move || size.get().to_string()
                        on:input=move |event| size.set(event_target_value(&event).parse().unwrap_or(1.0))
                    />
                    <output aria-live="off">{move || format!("{:.1}", size.get())}</output>
                </label>
                <label class="slider">
                    <span>"Strength (0 erases)"</span>
                    <input
                        type="range"
                        min="0"
                        max=MOST_LEVEL.to_string()
                        step="1"
                        data-testid="brush-level"
                        prop:value=move || level.get().to_string()
                        on:input=move |event| level.set(event_target_value(&event).parse().unwrap_or(MOST_LEVEL))
                    />
                    <output aria-live="off">{move || level.get().to_string()}</output>
                </label>
            </div>
            <div class="control-line" role="group" aria-label="Stamps">
                {Stamp::ALL.map(stamp).collect_view()}
                <button
                    type="button"
                    class="small-button"
                    data-testid="stamp-clear"
                    on:click=move |_| {
                        painting.set(Painting::empty(side));
                        finish();
                    }
                >
                    "Clear"
                </button>
            </div>
            <label class="check">
                <input
                    type="checkbox"
                    data-testid="sample-at-once"
                    prop:checked=at_once
                    on:change=move |event| at_once.set(event_target_checked(&event))
                />
                <span>"Sample on every stroke"</span>
            </label>
            <p class="help" id="painter-help">{field.description.clone()}</p>
            <FieldErrorText name=PAINTED.to_owned() id="painter-error".to_owned() error />
        </div>
    }
}

fn draw(canvas: &HtmlCanvasElement, painting: &Painting, dark: bool, cursor: Option<[usize; 2]>) {
    let Some(context) = context(canvas) else { return };
    let side = painting.side();
    let unit = SIZE / side as f64;
    let cells = (0..side * side).map(|cell| [cell % side, cell / side]);
    for [x, y] in cells {
        context.set_fill_style(&css(f64::from(painting.level(x, y)) / f64::from(MOST_LEVEL), dark));
        context.fill_rect(x as f64 * unit, y as f64 * unit, unit - 0.5, unit - 0.5);
    }
    if let Some([x, y]) = cursor {
        context.set_stroke_style(if dark { "#e9e7e2" } else { "#1c1f23" });
        context.set_line_width((unit * 0.1).max(3.0));
        context.stroke_rect(x as f64 * unit + 1.5, y as f64 * unit + 1.5, unit - 3.0, unit - 3.0);
    }
}

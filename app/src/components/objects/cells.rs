//! A law over the cells of a grid: colours, arrows of flow, sand that falls along the drawn paths.

use std::{rc::Rc, time::Duration};

use leptos::{html, prelude::*};
use samples::objects::Picture;
use web_sys::{HtmlCanvasElement, KeyboardEvent, PointerEvent};

use crate::{
    browser::{
        canvas::{Context2d, context},
        now,
        preferences::Theme,
    },
    metrics::objects::{
        boards::most,
        colour::{css, place},
        grid::{arrows, at, summary},
    },
    session::ObjectsCase,
    state::sand::{Grain, Sand, settled},
};

/// Pixels of a canvas along an edge; the style sheet scales it.
const SIZE: f64 = 512.0;
/// Between two looks whether a grid has come into the window, milliseconds.
const LOOK_MS: u64 = 400;

/// Two canvases on each other: the law below, the sand above.
#[component]
pub(super) fn CellsBoard(case: ObjectsCase, learner: Option<usize>, title: String) -> impl IntoView {
    let theme = expect_context::<RwSignal<Theme>>();
    let (law, sand) = (NodeRef::<html::Canvas>::new(), NodeRef::<html::Canvas>::new());
    let dark = move || theme.get() == Theme::Dark;
    Effect::new(move |_| {
        let (Some(canvas), dark, cell, shows_arrows) = (law.get(), dark(), case.cell.get(), case.arrows.get()) else {
            return;
        };
        let scale = case.contest.with(|contest| contest.latest.as_ref().map_or(0.0, |latest| most(latest)));
        if let Some(context) = context(&canvas) {
            case.with_picture(learner, |picture| draw_law(&context, picture, scale, dark, shows_arrows, cell));
        }
    });
    fall(case, learner, sand, theme);

    let side = move || {
        case.with_picture(learner, |picture| match picture {
            Picture::Cells { side, .. } => (*side as usize).max(1),
            _ => 1,
        })
        .unwrap_or(1)
    };
    let pointed = move |event: PointerEvent| {
        if let Some(canvas) = sand.get_untracked() {
            let side = untrack(side);
            let cell = |offset: i32, length: i32| {
                let place = f64::from(offset.max(0)) / f64::from(length.max(1)) * side as f64;
                (place as usize).min(side - 1)
            };
            let x = cell(event.offset_x(), canvas.client_width());
            let y = cell(event.offset_y(), canvas.client_height());
            case.cell.set(Some(y * side + x));
        }
    };
    let key = move |event: KeyboardEvent| {
        let side = untrack(side);
        let cell = case.cell.get_untracked().unwrap_or(0).min(side * side - 1);
        let (x, y) = (cell % side, cell / side);
        let moved = match event.key().as_str() {
            "ArrowLeft" => Some((x.saturating_sub(1), y)),
            "ArrowRight" => Some(((x + 1).min(side - 1), y)),
            "ArrowUp" => Some((x, y.saturating_sub(1))),
            "ArrowDown" => Some((x, (y + 1).min(side - 1))),
            "Home" => Some((0, 0)),
            "End" => Some((side - 1, side - 1)),
            _ => None,
        };
        if let Some((x, y)) = moved {
            event.prevent_default();
            case.cell.set(Some(y * side + x));
        }
    };
    let words = Memo::new(move |_| {
        let target = case.contest.with(|contest| contest.latest.as_ref().and_then(|latest| latest.target.clone()));
        let target = target.filter(|_| learner.is_some());
        case.with_picture(learner, |picture| summary(&title, picture, target.as_ref())).unwrap_or_default()
    });
    view! {
        <div class="grid-axis">
            <span aria-hidden="true">"x →"</span>
            <span aria-hidden="true">"y ↓"</span>
        </div>
        <div class="grid-canvases">
            <canvas node_ref=law width=SIZE.to_string() height=SIZE.to_string() aria-hidden="true"></canvas>
            <canvas
                node_ref=sand
                width=SIZE.to_string()
                height=SIZE.to_string()
                tabindex="0"
                role="application"
                aria-roledescription="grid; arrow keys read out its cells"
                aria-label=words
                data-testid=format!("cells-{}", learner.map_or_else(|| "target".to_owned(), |n| n.to_string()))
                on:pointermove=pointed
                on:pointerdown=pointed
                on:pointerleave=move |_| case.cell.set(None)
                on:keydown=key
                on:focus=move |_| {
                    if case.cell.get_untracked().is_none() {
                        case.cell.set(Some(0));
                    }
                }
                on:blur=move |_| case.cell.set(None)
            ></canvas>
        </div>
    }
}

fn draw_law(context: &Context2d, picture: &Picture, scale: f64, dark: bool, shows_arrows: bool, cell: Option<usize>) {
    let Picture::Cells { side, probability, flow, .. } = picture else { return };
    let sides = (*side as usize).clamp(1, 256);
    let unit = SIZE / sides as f64;
    for cell in 0..sides * sides {
        let (x, y) = ((cell % sides) as f64 * unit, (cell / sides) as f64 * unit);
        context.set_fill_style(&css(place(at(probability, cell), scale), dark));
        // Half a pixel more, so that no ground shines through between cells.
        context.fill_rect(x, y, unit + 0.5, unit + 0.5);
    }
    let ink = if dark { "#e9e7e2" } else { "#1c1f23" };
    context.set_stroke_style(ink);
    if shows_arrows {
        context.set_line_width((unit * 0.06).max(1.0));
        for arrow in arrows(*side, flow) {
            context.set_global_alpha(0.2 + 0.6 * arrow.strength);
            let [from, to] = [arrow.from, arrow.to].map(|at| at.map(|v| v * unit));
            let along = [(to[0] - from[0]).signum(), (to[1] - from[1]).signum()];
            let along = if to[0] == from[0] { [0.0, along[1]] } else { [along[0], 0.0] };
            let head = unit * 0.16;
            let corner = |aside: f64| {
                [to[0] - head * along[0] + aside * head * along[1], to[1] - head * along[1] + aside * head * along[0]]
            };
            let (left, right) = (corner(0.6), corner(-0.6));
            context.begin_path();
            context.move_to(from[0], from[1]);
            context.line_to(to[0], to[1]);
            context.move_to(left[0], left[1]);
            context.line_to(to[0], to[1]);
            context.line_to(right[0], right[1]);
            context.stroke();
        }
        context.set_global_alpha(1.0);
    }
    if let Some(cell) = cell.filter(|&cell| cell < sides * sides) {
        let (x, y) = ((cell % sides) as f64 * unit, (cell / sides) as f64 * unit);
        context.set_line_width((unit * 0.1).max(3.0));
        context.stroke_rect(x + 1.5, y + 1.5, unit - 3.0, unit - 3.0);
    }
}

/// Lets the sand fall while the grid is seen and may move; else grains lie where they arrived.
fn fall(case: ObjectsCase, learner: Option<usize>, canvas: NodeRef<html::Canvas>, theme: RwSignal<Theme>) {
    let grains = StoredValue::new(Sand::default());
    let runs = StoredValue::new(false);
    let gone = StoredValue::new(());
    let paths = move || {
        case.with_picture(learner, |picture| match picture {
            Picture::Cells { side, paths, .. } => Some((*side, paths.clone())),
            _ => None,
        })
        .flatten()
    };
    Effect::new(move |_| {
        let (Some(element), moves, colour) = (canvas.get(), case.may_move(), sand_colour(theme.get())) else { return };
        let rests = !moves && case.sand.get();
        if !moves {
            let lying = paths().filter(|_| rests).map(|(side, paths)| (side, settled(&paths, side)));
            draw_grains(&element, lying.as_ref().map(|(side, grains)| (*side, grains.as_slice())), colour);
        } else if !runs.get_value() {
            runs.set_value(true);
            let frame = move || {
                // The page or this grid may be gone.
                gone.try_get_value()?;
                let element = canvas.try_get_untracked().flatten()?;
                if !untrack(|| case.may_move()) {
                    runs.set_value(false);
                    return None;
                }
                if !is_seen(&element) {
                    return Some(false);
                }
                let (side, paths) = untrack(paths).unwrap_or_default();
                let seconds = now() / 1000.0;
                grains.update_value(|sand| sand.advance(seconds, &paths));
                let seen = grains.with_value(|sand| sand.grains(side, seconds));
                draw_grains(&element, Some((side, &seen)), sand_colour(theme.get_untracked()));
                Some(true)
            };
            animate(Rc::new(frame));
        }
    });
}

fn sand_colour(theme: Theme) -> &'static str {
    if theme == Theme::Dark { "#f0c489" } else { "#7a4d12" }
}

/// Calls `frame` for every picture of the screen; where it answers false, only now and then; where none, no more.
fn animate(frame: Rc<dyn Fn() -> Option<bool>>) {
    request_animation_frame(move || match frame() {
        Some(true) => animate(frame),
        Some(false) => set_timeout(move || animate(frame), Duration::from_millis(LOOK_MS)),
        None => {}
    });
}

fn is_seen(element: &HtmlCanvasElement) -> bool {
    let place = element.get_bounding_client_rect();
    let height = window().inner_height().ok().and_then(|height| height.as_f64()).unwrap_or(f64::INFINITY);
    place.bottom() > 0.0 && place.top() < height && place.width() > 0.0
}

fn draw_grains(canvas: &HtmlCanvasElement, grains: Option<(u32, &[Grain])>, colour: &str) {
    let Some(context) = context(canvas) else { return };
    context.clear_rect(0.0, 0.0, SIZE, SIZE);
    let Some((side, grains)) = grains else { return };
    let unit = SIZE / f64::from(side.max(1));
    context.set_fill_style(colour);
    for grain in grains {
        context.set_global_alpha(grain.opacity);
        context.begin_path();
        let radius = (unit * 0.11).clamp(2.0, 7.0);
        if context.arc(grain.at[0] * unit, grain.at[1] * unit, radius, 0.0, std::f64::consts::TAU).is_ok() {
            context.fill();
        }
    }
    context.set_global_alpha(1.0);
}

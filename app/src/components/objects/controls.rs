//! What is read out of the pictures, their scale, and how they are shown.

use leptos::prelude::*;
use samples::objects::Picture;

use crate::{
    browser::preferences::Theme,
    components::segments::Toggle,
    metrics::objects::{
        boards::{boards, most},
        colour::css,
        grid::{at, percent},
        points::View,
    },
    session::ObjectsCase,
};

/// Steps of the drawn scale.
const STEPS: u32 = 32;

/// The controls that fit the pictures.
#[component]
pub fn ObjectsControls(case: ObjectsCase) -> impl IntoView {
    let has_cells = Memo::new(move |_| case.contest.with(|contest| contest.side().is_some()));
    let objectives = Memo::new(move |_| {
        case.with_picture(Some(0), |picture| match picture {
            Picture::Points { objectives, .. } => objectives.clone(),
            _ => vec![],
        })
        .unwrap_or_default()
    });
    view! {
        <Show when=move || has_cells.get()>
            <CellsControls case />
        </Show>
        <Show when=move || objectives.with(|objectives| objectives.len() > 2)>
            <AxesControls case objectives />
        </Show>
        <Show when=move || objectives.with(|objectives| objectives.len() > 1)>
            <p class="help">
                "Bright points are dominated by no other drawn point; rings are the exact front. Larger is better in every \
                 direction."
            </p>
        </Show>
    }
}

#[component]
fn CellsControls(case: ObjectsCase) -> impl IntoView {
    let theme = expect_context::<RwSignal<Theme>>();
    let scale = Memo::new(move |_| case.contest.with(|contest| contest.latest.as_ref().map_or(0.0, |l| most(l))));
    let strip = move || {
        let dark = theme.get() == Theme::Dark;
        let step = |i: u32| view! { <rect x=i y="0" width="1.1" height="1" fill=css((f64::from(i) + 0.5) / f64::from(STEPS), dark) /> };
        (0..STEPS).map(step).collect_view()
    };
    let readout = move || {
        let cell = case.cell.get()?;
        case.contest.with(|contest| {
            let latest = contest.latest.as_ref()?;
            let side = contest.side()?.max(1);
            let one = |board: crate::metrics::objects::boards::Board| match board.picture {
                Picture::Cells { probability, .. } => {
                    Some(format!("{} {}", board.title, percent(at(probability, cell))))
                }
                _ => None,
            };
            let values: Vec<String> = boards(latest).into_iter().filter_map(one).collect();
            Some(format!("Cell ({}, {}): {}", cell % side, cell / side, values.join(" · ")))
        })
    };
    view! {
        <p class="readout" role="status" data-testid="cell-readout">
            {move || readout().unwrap_or_else(|| "Point at a cell, or choose a grid with Tab and go by arrow keys.".to_owned())}
        </p>
        <div class="control-line" role="group" aria-label="Grids">
            <Toggle
                title="Flow"
                testid="toggle-arrows"
                pressed=case.arrows
                on_press=move || case.arrows.update(|on| *on = !*on)
            />
            <Toggle title="Sand" testid="toggle-sand" pressed=case.sand on_press=move || case.sand.update(|on| *on = !*on) />
            <span class="scale" role="img" aria-label=move || format!("Colours from 0 to {}, by the square root", percent(scale.get()))>
                <span aria-hidden="true">"0"</span>
                <svg viewBox=format!("0 0 {STEPS} 1") preserveAspectRatio="none" aria-hidden="true">
                    {strip}
                </svg>
                <span aria-hidden="true">{move || percent(scale.get())}</span>
            </span>
        </div>
        <p class="help">
            "Probability of each cell, coloured by its square root. Arrows are flows, long where much flows; grains are drawn \
             paths, from the corner (0, 0) down to their cell."
        </p>
    }
}

#[component]
fn AxesControls(case: ObjectsCase, objectives: Memo<Vec<String>>) -> impl IntoView {
    let turned = Memo::new(move |_| matches!(case.view.get(), View::Turned(_)));
    let axis = move |label: &'static str,
                     test: &'static str,
                     read: fn(View) -> usize,
                     write: fn(View, usize) -> View| {
        let options = move || {
            let option = |(number, name): (usize, String)| {
                view! {
                    <option value=number.to_string() selected=move || read(case.view.get()) == number>{name}</option>
                }
            };
            objectives.get().into_iter().enumerate().map(option).collect_view()
        };
        view! {
            <label class="inline-field">
                {label}
                <select
                    class="small-select"
                    data-testid=test
                    on:change=move |event| {
                        if let Ok(number) = event_target_value(&event).parse() {
                            case.view.update(|view| *view = write(*view, number));
                        }
                    }
                >
                    {options}
                </select>
            </label>
        }
    };
    const ACROSS: fn(View) -> usize = |view| if let View::Axes(x, _) = view { x } else { 0 };
    const UP: fn(View) -> usize = |view| if let View::Axes(_, y) = view { y } else { 1 };
    view! {
        <div class="control-line" role="group" aria-label="Objectives">
            <Show when=move || objectives.with(Vec::len) == 3>
                <Toggle
                    title="Three axes"
                    testid="toggle-turned"
                    pressed=turned
                    on_press=move || {
                        case.view.update(|view| *view = if turned.get_untracked() { View::Axes(0, 1) } else { View::Turned(30.0) });
                    }
                />
            </Show>
            <Show
                when=move || turned.get()
                fallback=move || {
                    view! {
                        {axis("Across", "axis-x", ACROSS, |view, x| View::Axes(x, UP(view)))}
                        {axis("Up", "axis-y", UP, |view, y| View::Axes(ACROSS(view), y))}
                    }
                }
            >
                <label class="inline-field">
                    "Turn"
                    <input
                        type="range"
                        min="0"
                        max="360"
                        step="5"
                        data-testid="turn"
                        aria-valuetext=move || format!("{} degrees", degrees(case.view.get()))
                        prop:value=move || degrees(case.view.get()).to_string()
                        on:input=move |event| {
                            if let Ok(degrees) = event_target_value(&event).parse() {
                                case.view.set(View::Turned(degrees));
                            }
                        }
                    />
                </label>
            </Show>
        </div>
    }
}

fn degrees(view: View) -> f64 {
    if let View::Turned(degrees) = view { degrees } else { 0.0 }
}

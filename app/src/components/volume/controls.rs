//! The controls of the stage: look, slices, cut, comparison.

use std::sync::Arc;

use leptos::prelude::*;

use crate::state::shown::{Look, ViewOptions, Voxels};

const AXES: [&str; 3] = ["z", "y", "x"];

/// All controls under the stage.
#[component]
pub fn VolumeControls(options: RwSignal<ViewOptions>, beside: Signal<Option<Arc<Voxels>>>) -> impl IntoView {
    let can_compare = move || beside.with(Option::is_some);
    view! {
        <div class="controls">
            <LookChoice options />
            <div class="toggles">
                <button
                    type="button"
                    class="toggle"
                    aria-pressed=move || options.with(|o| o.rotating).to_string()
                    on:click=move |_| options.update(|o| o.rotating = !o.rotating)
                >
                    "Turning"
                </button>
                <button
                    type="button"
                    class="toggle"
                    aria-pressed=move || options.with(|o| o.ambient_occlusion).to_string()
                    on:click=move |_| options.update(|o| o.ambient_occlusion = !o.ambient_occlusion)
                >
                    "Soft shadows"
                </button>
                <button
                    type="button"
                    class="toggle"
                    aria-pressed=move || options.with(|o| o.clip.is_some()).to_string()
                    on:click=move |_| {
                        options.update(|o| o.clip = if o.clip.is_some() { None } else { Some((2, 0.5)) });
                    }
                >
                    "Cut open"
                </button>
                <Show when=can_compare>
                    <button
                        type="button"
                        class="toggle"
                        data-testid="compare"
                        aria-pressed=move || options.with(|o| o.compare).to_string()
                        on:click=move |_| options.update(|o| o.compare = !o.compare)
                    >
                        "Compare with the real rock"
                    </button>
                </Show>
            </div>
            <Show when=move || options.with(|o| o.look == Look::Slices)>
                <Slices options />
            </Show>
            <Show when=move || options.with(|o| o.clip.is_some())>
                <Clip options />
            </Show>
        </div>
    }
}

#[component]
fn LookChoice(options: RwSignal<ViewOptions>) -> impl IntoView {
    let choice = move |(look, name, title): (Look, &'static str, &'static str)| {
        view! {
            <label class="segment">
                <input
                    type="radio"
                    name="look"
                    value=name
                    data-testid=format!("mode-{name}")
                    prop:checked=move || options.with(|o| o.look == look)
                    on:change=move |_| options.update(|o| o.look = look)
                />
                <span>{title}</span>
            </label>
        }
    };
    view! {
        <fieldset class="segments" data-testid="mode">
            <legend class="visually-hidden">"Look"</legend>
            {Look::ALL.map(choice).collect_view()}
        </fieldset>
    }
}

#[component]
fn Slices(options: RwSignal<ViewOptions>) -> impl IntoView {
    let slider = move |axis: usize| {
        view! {
            <PositionSlider
                label=format!("Slice across {}", AXES[axis])
                testid=format!("slice-{}", AXES[axis])
                value=Signal::derive(move || options.with(|o| o.slices[axis]))
                set=move |position| options.update(|o| o.slices[axis] = position)
            />
        }
    };
    view! { <div class="sliders">{(0..3).map(slider).collect_view()}</div> }
}

#[component]
fn Clip(options: RwSignal<ViewOptions>) -> impl IntoView {
    let axis = move || options.with(|o| o.clip.map_or(2, |(axis, _)| axis));
    let choice = move |index: usize| {
        view! { <option value=index.to_string() selected=move || axis() == index>{AXES[index]}</option> }
    };
    view! {
        <div class="sliders">
            <label class="inline-field">
                "Cut across"
                <select on:change=move |event| {
                    let index = event_target_value(&event).parse().unwrap_or(2);
                    options.update(|o| o.clip = o.clip.map(|(_, offset)| (index, offset)));
                }>{(0..3).map(choice).collect_view()}</select>
            </label>
            <PositionSlider
                label="Position of the cut".to_owned()
                testid="clip".to_owned()
                value=Signal::derive(move || options.with(|o| o.clip.map_or(0.5, |(_, offset)| offset)))
                set=move |position| options.update(|o| o.clip = o.clip.map(|(axis, _)| (axis, position)))
            />
        </div>
    }
}

/// A slider from 0 to 1, shown in percent.
#[component]
fn PositionSlider(label: String, testid: String, value: Signal<f32>, set: impl Fn(f32) + 'static) -> impl IntoView {
    view! {
        <label class="slider">
            <span>{label}</span>
            <input
                type="range"
                min="0"
                max="1"
                step="0.005"
                data-testid=testid
                prop:value=move || value.get().to_string()
                aria-valuetext=move || format!("{:.0} %", value.get() * 100.0)
                on:input=move |event| {
                    if let Ok(position) = event_target_value(&event).parse() {
                        set(position);
                    }
                }
            />
            <output>{move || format!("{:.0} %", value.get() * 100.0)}</output>
        </label>
    }
}

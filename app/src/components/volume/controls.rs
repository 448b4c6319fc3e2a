//! The controls of the stage: look, slices, cut, comparison.

use std::sync::Arc;

use leptos::prelude::*;

use crate::{
    components::segments::{Segments, Toggle},
    state::volume::{Look, ViewOptions, Voxels},
};

const AXES: [&str; 3] = ["z", "y", "x"];

/// All controls under the stage.
#[component]
pub fn VolumeControls(options: RwSignal<ViewOptions>, beside: Signal<Option<Arc<Voxels>>>) -> impl IntoView {
    let can_compare = move || beside.with(Option::is_some);
    view! {
        <div class="controls">
            <Segments
                legend="Look"
                test="mode"
                choices=&Look::ALL
                value=Signal::derive(move || options.with(|o| o.look))
                set=move |look| options.update(|o| o.look = look)
            />
            <div class="toggles">
                <Toggle
                    title="Turning"
                    pressed=Signal::derive(move || options.with(|o| o.rotating))
                    on_press=move || options.update(|o| o.rotating = !o.rotating)
                />
                <Toggle
                    title="Soft shadows"
                    pressed=Signal::derive(move || options.with(|o| o.ambient_occlusion))
                    on_press=move || options.update(|o| o.ambient_occlusion = !o.ambient_occlusion)
                />
                <Toggle
                    title="Cut open"
                    pressed=Signal::derive(move || options.with(|o| o.clip.is_some()))
                    on_press=move || {
                        options.update(|o| o.clip = if o.clip.is_some() { None } else { Some((2, 0.5)) });
                    }
                />
                <Show when=can_compare>
                    <Toggle
                        title="Compare with the real rock"
                        testid="compare"
                        pressed=Signal::derive(move || options.with(|o| o.compare))
                        on_press=move || options.update(|o| o.compare = !o.compare)
                    />
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
            <output aria-live="off">{move || format!("{:.0} %", value.get() * 100.0)}</output>
        </label>
    }
}

//! The player: how the specimen came to be, moment by moment.

use std::time::Duration;

use leptos::prelude::*;

use crate::{
    components::{figure::Figure, segments::Toggle},
    metrics::crystals::plots,
    session::CrystalCase,
    state::playback::SPEEDS,
};

/// Play, scrub, speed, loop, and how certain the model was. Hidden where there is only one moment.
#[component]
pub fn TrajectoryBar(case: CrystalCase) -> impl IntoView {
    let moments = Memo::new(move |_| case.specimen.with(|s| s.as_ref().map_or(0, |s| s.moments.len())));
    let playing = Memo::new(move |_| case.playback.with(|p| (p.playing, p.speed)));
    Effect::new(move |before: Option<Option<IntervalHandle>>| {
        if let Some(handle) = before.flatten() {
            handle.clear();
        }
        let (playing, speed) = playing.get();
        if !playing {
            return None;
        }
        let tick = move || {
            case.playback.try_update(|playback| playback.tick(moments.get_untracked()));
        };
        let period = Duration::from_millis(u64::from(1000 / speed.max(1)));
        let handle = set_interval_with_handle(tick, period).ok();
        if let Some(handle) = handle {
            on_cleanup(move || handle.clear());
        }
        handle
    });
    let at = move || case.playback.with(|p| p.at.min(moments.get().saturating_sub(1)));
    let label = move || {
        let text = case.moment.with(|m| m.as_ref().map(|m| m.frame().label.clone())).unwrap_or_default();
        let place = format!("{} of {}", at() + 1, moments.get());
        if text.is_empty() { place } else { format!("{place}, {text}") }
    };
    let speed = move |speed: u32| {
        view! {
            <option value=speed.to_string() selected=move || case.playback.with(|p| p.speed == speed)>
                {format!("{speed} per second")}
            </option>
        }
    };
    view! {
        <Show when=move || { moments.get() > 1 }>
            <div class="player" role="group" aria-label="Steps" data-testid="player" data-moments=move || moments.get().to_string()>
                <button
                    type="button"
                    class="small-button"
                    data-testid="play"
                    on:click=move |_| case.playback.update(|p| p.toggle(moments.get_untracked()))
                >
                    {move || if playing.get().0 { "Pause" } else { "Play" }}
                </button>
                <input
                    type="range"
                    min="0"
                    max=move || moments.get().saturating_sub(1).to_string()
                    step="1"
                    aria-label="Step shown"
                    aria-valuetext=label
                    data-testid="scrub"
                    prop:value=move || at().to_string()
                    on:input=move |event| {
                        if let Ok(at) = event_target_value(&event).parse() {
                            case.playback.update(|p| p.seek(at, moments.get_untracked()));
                        }
                    }
                />
                <output aria-live="off" data-testid="moment">{label}</output>
                <select
                    class="small-select"
                    aria-label="Speed"
                    data-testid="speed"
                    on:change=move |event| {
                        if let Ok(speed) = event_target_value(&event).parse() {
                            case.playback.update(|p| p.speed = speed);
                        }
                    }
                >
                    {SPEEDS.map(speed).collect_view()}
                </select>
                <Toggle
                    title="Loop"
                    pressed=Signal::derive(move || case.playback.with(|p| p.looped))
                    on_press=move || case.playback.update(|p| p.looped = !p.looped)
                />
            </div>
            <Certainty case />
        </Show>
    }
}

/// The certainty over the steps, where the model tells it.
#[component]
fn Certainty(case: CrystalCase) -> impl IntoView {
    let knows = Memo::new(move |_| {
        case.specimen
            .with(|s| s.as_ref().is_some_and(|s| s.moments.iter().filter(|m| m.certainty().is_some()).count() > 1))
    });
    let svg = move || {
        let at = case.playback.with(|p| p.at);
        case.specimen.with(|s| plots::certainty(&s.as_ref()?.moments, at))
    };
    let keys = || {
        vec![
            ("sample line", "mean over the coordinates".to_owned()),
            ("real dashed", "the least certain one".to_owned()),
            ("ink line", "shown".to_owned()),
        ]
    };
    view! {
        <Show when=move || knows.get()>
            <details class="certainty" open data-testid="certainty">
                <summary>"How certain the model was"</summary>
                <Figure
                    svg=Signal::derive(svg)
                    title="Certainty of the coordinates"
                    explanation="The share of what will be known of each, from 0 (anywhere in the cell) to 1 (settled)."
                    keys=Signal::derive(keys)
                />
            </details>
        </Show>
    }
}

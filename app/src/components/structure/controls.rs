//! The controls of the stage: style, colours, cells, point of view.

use leptos::prelude::*;
use shaders::structure::CellDirection;

use super::picture::StructurePicture;
use crate::{
    components::{
        segments::{Segments, Toggle},
        stage::{ControllerHandle, with},
    },
    metrics::crystals::arrows::Arrows,
    session::{CrystalCase, Nearest},
    state::crystal::{Labels, MOST_CELLS, Palette, StructureLook, Style},
    text::structure::unlabelled,
};

/// Directions of view, with their name in the document and what is said of them.
const DIRECTIONS: [(CellDirection, &str, &str); 3] = [
    (CellDirection::A, "a", "Look along a"),
    (CellDirection::B, "b", "Look along b"),
    (CellDirection::C, "c", "Look along c"),
];

/// All controls under the stage.
#[component]
pub fn StructureControls(case: CrystalCase, handle: ControllerHandle<StructurePicture>) -> impl IntoView {
    let CrystalCase { look, arrows, .. } = case;
    let is_crystal = Signal::derive(move || case.moment.with(|m| m.as_ref().is_some_and(|m| m.crystal().is_some())));
    let unlabelled =
        Memo::new(move |_| case.moment.with(|m| look.with(|look| unlabelled(m.as_ref()?.structure(), look))));
    view! {
        <div class="controls">
            <Segments
                legend="Style"
                test="style"
                choices=&Style::ALL
                value=Signal::derive(move || look.with(|l| l.style))
                set=move |style| look.update(|l| l.style = style)
            />
            <div class="control-line">
                <span class="control-name" aria-hidden="true">"Colours"</span>
                <Segments
                    legend="Colours"
                    test="palette"
                    choices=&Palette::ALL
                    value=Signal::derive(move || look.with(|l| l.palette))
                    set=move |palette| look.update(|l| l.palette = palette)
                />
                <span class="control-name" aria-hidden="true">"Labels"</span>
                <Segments
                    legend="Labels"
                    test="labels"
                    choices=&Labels::ALL
                    value=Signal::derive(move || look.with(|l| l.labels))
                    set=move |labels| look.update(|l| l.labels = labels)
                />
            </div>
            {move || unlabelled.get().map(|text| view! { <p class="help" data-testid="labels-note">{text}</p> })}
            <Views case handle is_crystal />
            <Show when=move || is_crystal.get()>
                <Supercell look />
            </Show>
            <div class="toggles">
                <Flag look title="Turning" part=|l| &mut l.rotating />
                <Show when=move || is_crystal.get()>
                    <Flag look title="Unit cell" testid="toggle-cell" part=|l| &mut l.cell />
                    <Flag look title="Image atoms" testid="toggle-images" part=|l| &mut l.image_atoms />
                </Show>
                <Flag look title="Axes" part=|l| &mut l.axes />
                <Flag look title="Certainty" testid="toggle-certainty" part=|l| &mut l.certainty />
                <Show when=move || arrows.with(Option::is_some)>
                    <button
                        type="button"
                        class="toggle"
                        data-testid="toggle-arrows"
                        aria-pressed=move || look.with(|l| l.arrows).to_string()
                        on:click=move |_| look.update(|l| l.arrows = !l.arrows)
                    >
                        {move || arrows.with(|arrows| arrows.as_ref().map(Arrows::title))}
                    </button>
                </Show>
                <Flag look title="Soft shadows" testid="toggle-shadows" part=|l| &mut l.ambient_occlusion />
                <Flag look title="Contours" testid="toggle-contours" part=|l| &mut l.outline />
                <Flag look title="Parallel projection" testid="toggle-parallel" part=|l| &mut l.orthographic />
                <Toggle
                    title="Compare with the nearest"
                    testid="compare"
                    pressed=Signal::derive(move || look.with(|l| l.compare))
                    on_press=move || {
                        look.update(|l| l.compare = !l.compare);
                        if look.with_untracked(|l| l.compare) {
                            case.ask_for_nearest();
                        }
                    }
                />
            </div>
            <p class="help" data-testid="arrows-note">
                {move || look.with(|l| l.arrows).then(|| arrows.with(|a| a.as_ref().map(Arrows::explanation)))}
            </p>
            <p class="help" data-testid="compare-note">{move || note(case)}</p>
        </div>
    }
}

/// What lies over the picture, while something does.
fn note(case: CrystalCase) -> Option<String> {
    if !case.look.with(|look| look.compare) {
        return None;
    }
    Some(case.nearest.with(|nearest| match nearest {
        Nearest::Unasked => "The nearest training crystal is shown once the sample is finished.".to_owned(),
        Nearest::Working => "Looking for the nearest training crystal…".to_owned(),
        Nearest::Failed(reason) => reason.clone(),
        Nearest::Found(found) => {
            let how = if found.laid_over.is_some() {
                "laid over the sample and stretched to its cell"
            } else {
                "in its own cell, for it has another number of atoms"
            };
            format!("In grey: training crystal {}, {how}.", found.name)
        }
    }))
}

/// One yes or no of the look.
#[component]
fn Flag(
    look: RwSignal<StructureLook>,
    title: &'static str,
    #[prop(optional)] testid: Option<&'static str>,
    part: fn(&mut StructureLook) -> &mut bool,
) -> impl IntoView {
    let pressed = Memo::new(move |_| look.with(|l| *part(&mut l.clone())));
    view! {
        <button
            type="button"
            class="toggle"
            data-testid=testid
            aria-pressed=move || pressed.get().to_string()
            on:click=move |_| {
                look.update(|l| {
                    let flag = part(l);
                    *flag = !*flag;
                });
            }
        >
            {title}
        </button>
    }
}

#[component]
fn Views(case: CrystalCase, handle: ControllerHandle<StructurePicture>, is_crystal: Signal<bool>) -> impl IntoView {
    let button = move |(direction, name, words): (CellDirection, &'static str, &'static str)| {
        let look = move |_| {
            let Some(structure) = case.structure() else { return };
            case.look.update(|look| look.rotating = false);
            with(handle, |controller| {
                controller.change(move |picture| picture.look_along(&structure, direction));
            });
        };
        view! {
            <button
                type="button"
                class="small-button"
                aria-label=words
                data-testid=format!("view-{name}")
                disabled=move || !is_crystal.get()
                on:click=look
            >
                {name}
            </button>
        }
    };
    view! {
        <div class="control-line">
            <span class="control-name" aria-hidden="true">"View along"</span>
            {DIRECTIONS.map(button).collect_view()}
            <button
                type="button"
                class="small-button"
                data-testid="view-fit"
                on:click=move |_| with(handle, |controller| controller.change(StructurePicture::fit))
            >
                "Fit"
            </button>
        </div>
    }
}

#[component]
fn Supercell(look: RwSignal<StructureLook>) -> impl IntoView {
    let input = move |axis: usize| {
        let letter = ["a", "b", "c"][axis];
        view! {
            <label class="inline-field">
                {letter}
                <input
                    type="number"
                    min="1"
                    max=MOST_CELLS.to_string()
                    data-testid=format!("cells-{letter}")
                    aria-label=format!("Cells along {letter}")
                    prop:value=move || look.with(|l| l.supercell[axis]).to_string()
                    on:change=move |event| {
                        let cells: u32 = event_target_value(&event).trim().parse().unwrap_or(1);
                        look.update(|l| l.supercell[axis] = cells.clamp(1, MOST_CELLS));
                    }
                />
            </label>
        }
    };
    view! {
        <div class="control-line" role="group" aria-label="Cells shown">
            <span class="control-name" aria-hidden="true">"Cells"</span>
            {(0..3).map(input).collect_view()}
        </div>
    }
}

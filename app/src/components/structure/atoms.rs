//! The atoms as a table: for the keyboard, for screen readers, and to read coordinates off. What is selected here is
//! selected in the picture.

use leptos::prelude::*;
use samples::structure::Structure;
use shaders::structure::AtomSite;

use super::pointing;
use crate::{
    session::CrystalCase,
    text::structure::{cell, coordinates, shares},
};

/// Rows of the table at most.
const MOST_ROWS: usize = 200;

/// The drawer with the table, and the measures of the selected atoms above it.
#[component]
pub fn AtomTable(case: CrystalCase) -> impl IntoView {
    let open = RwSignal::new(false);
    let atoms = Memo::new(move |_| case.moment.with(|m| m.as_ref().map_or(0, |m| m.structure().elements().len())));
    let rows = move || open.get().then(|| (0..atoms.get().min(MOST_ROWS)).map(|atom| row(case, atom)).collect_view());
    view! {
        <Selection case />
        <details
            class="atoms"
            data-testid="atoms"
            on:toggle=move |event| {
                open.set(event_target::<web_sys::Element>(&event).has_attribute("open"));
            }
        >
            <summary>{move || format!("Cell and atoms ({})", atoms.get())}</summary>
            <p class="help">
                {move || case.moment.with(|m| m.as_ref().and_then(|m| m.crystal().map(cell)))}
            </p>
            <div class="table-scroll tall" tabindex="0" role="region" aria-label="Table of atoms">
                <table>
                    <thead>
                        <tr>
                            <th scope="col">"Atom"</th>
                            <th scope="col">"Fractional"</th>
                            <th scope="col">"Cartesian / Å"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            <Show when=move || { atoms.get() > MOST_ROWS }>
                <p class="help">{format!("The first {MOST_ROWS} are listed; a file has them all.")}</p>
            </Show>
        </details>
    }
}

fn row(case: CrystalCase, atom: usize) -> impl IntoView {
    let site = AtomSite { atom: atom as u32, cell: [0; 3] };
    let of = move |text: fn(&Structure, usize) -> Option<String>| {
        move || case.moment.with(|m| m.as_ref().and_then(|m| text(m.structure(), atom))).unwrap_or_default()
    };
    let fractional = of(|structure, atom| match structure {
        Structure::Crystal(crystal) => crystal.fractional_coordinates().get(atom).map(|&f| coordinates(f, 4)),
        Structure::Molecule(_) => None,
    });
    let cartesian = of(|structure, atom| {
        let site = AtomSite { atom: atom as u32, cell: [0; 3] };
        pointing::position(structure, site).map(|at| coordinates(at, 3))
    });
    let symbol = of(|structure, atom| structure.elements().get(atom).map(|element| element.to_string()));
    let mixed = of(|structure, atom| match structure {
        Structure::Crystal(crystal) => crystal.mixed_site(atom).map(shares),
        Structure::Molecule(_) => None,
    });
    view! {
        <tr>
            <th scope="row">
                <label class="check">
                    <input
                        type="checkbox"
                        data-testid=format!("atom-{}", atom + 1)
                        prop:checked=move || case.selection.with(|s| s.contains(&site))
                        on:change=move |_| case.select(Some(site), true)
                    />
                    <span>{symbol} " " {atom + 1}</span>
                </label>
                <span class="unit">{mixed}</span>
            </th>
            <td class="number">{fractional}</td>
            <td class="number">{cartesian}</td>
        </tr>
    }
}

/// What is selected and what it measures, said aloud when it changes.
#[component]
fn Selection(case: CrystalCase) -> impl IntoView {
    let lines = move || {
        let selection = case.selection.get();
        case.moment.with(|moment| {
            let Some(structure) = moment.as_ref().map(|moment| moment.structure()) else { return Vec::new() };
            let mut lines: Vec<String> = match selection.as_slice() {
                [] => Vec::new(),
                [one] => vec![pointing::describe_atom(structure, *one).join(", ")],
                several => {
                    let names = several.iter().enumerate();
                    vec![
                        names
                            .map(|(i, &site)| format!("({}) {}", i + 1, pointing::name(structure, site)))
                            .collect::<Vec<_>>()
                            .join(", "),
                    ]
                }
            };
            lines.extend(pointing::measures(structure, &selection));
            lines
        })
    };
    let any = Memo::new(move |_| case.selection.with(|s| !s.is_empty()));
    view! {
        <div class="selection" role="status" data-testid="selection">
            {move || lines().into_iter().map(|line| view! { <p>{line}</p> }).collect_view()}
        </div>
        <Show when=move || any.get()>
            <button type="button" class="quiet-button" on:click=move |_| case.select(None, false)>"Clear the selection"</button>
        </Show>
    }
}

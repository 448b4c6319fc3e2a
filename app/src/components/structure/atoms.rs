//! The atoms as a table: for the keyboard, for screen readers, and to read coordinates off. What is selected here is
//! selected in the picture.

use leptos::prelude::*;
use shaders::structure::{AtomSite, measure};

use super::pointing;
use crate::{
    session::CrystalCase,
    state::specimen::Moment,
    text::structure::{cell, certainty, coordinates, shares},
};

/// Rows of the table at most.
const MOST_ROWS: usize = 200;

/// The drawer with the table, and the measures of the selected atoms above it.
#[component]
pub fn AtomTable(case: CrystalCase) -> impl IntoView {
    let open = RwSignal::new(false);
    let atoms = Memo::new(move |_| case.moment.with(|m| m.as_ref().map_or(0, |m| m.structure().elements().len())));
    let sure = Memo::new(move |_| case.moment.with(|m| m.as_ref().is_some_and(|m| !m.frame().certainty.is_empty())));
    let rows =
        move || open.get().then(|| (0..atoms.get().min(MOST_ROWS)).map(|atom| row(case, sure, atom)).collect_view());
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
                            {move || sure.get().then(|| view! { <th scope="col">"Certainty"</th> })}
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

/// A row; with the certainties of its coordinates where the moment is `sure` of any.
fn row(case: CrystalCase, sure: Memo<bool>, atom: usize) -> impl IntoView {
    let site = AtomSite { atom: atom as u32, cell: [0; 3] };
    let of = move |text: fn(&Moment, usize) -> Option<String>| {
        move || case.moment.with(|m| m.as_ref().and_then(|m| text(m, atom))).unwrap_or_default()
    };
    let fractional =
        of(|moment, atom| moment.crystal()?.fractional_coordinates().get(atom).map(|&f| coordinates(f, 4)));
    let cartesian = of(|moment, atom| {
        let site = AtomSite { atom: atom as u32, cell: [0; 3] };
        measure::position(moment.structure(), site).map(|at| coordinates(at, 3))
    });
    let symbol = of(|moment, atom| moment.structure().elements().get(atom).map(|element| element.to_string()));
    let mixed = of(|moment, atom| moment.crystal()?.mixed_site(atom).map(shares));
    let certainty = of(|moment, atom| certainty(&moment.frame().certainty, atom));
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
            {move || sure.get().then(|| view! { <td class="number">{certainty}</td> })}
        </tr>
    }
}

/// What is selected and what it measures, said aloud when it changes.
#[component]
fn Selection(case: CrystalCase) -> impl IntoView {
    let lines = move || {
        let selection = case.selection.get();
        case.moment.with(|moment| {
            let Some(moment) = moment else { return Vec::new() };
            let mut lines: Vec<String> = match selection.as_slice() {
                [] => Vec::new(),
                [one] => vec![pointing::describe_atom(moment, *one).join(", ")],
                several => {
                    let names = several.iter().enumerate();
                    vec![
                        names
                            .map(|(i, &site)| format!("({}) {}", i + 1, pointing::name(moment.structure(), site)))
                            .collect::<Vec<_>>()
                            .join(", "),
                    ]
                }
            };
            lines.extend(pointing::measures(moment.structure(), &selection));
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

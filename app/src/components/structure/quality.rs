//! Quality without energies: validity, symmetry, density, the nearest training crystal, the powder pattern.

use leptos::prelude::*;
use samples::structure::metrics::NearestCrystal;

use crate::{
    components::figure::Figure,
    metrics::crystals::{
        plots,
        quality::{Row, rows},
    },
    session::{CrystalCase, Nearest, Session},
    state::{crystal::MEASURED_ON_PAGE, job::Phase},
    text::format,
};

/// Larger cells are not diffracted on the page: it would stand still for seconds.
const MOST_DIFFRACTING: usize = 200;

/// The panel.
#[component]
pub fn Quality(session: Session, case: CrystalCase) -> impl IntoView {
    let pattern = Memo::new(move |_| {
        case.result.with(|result| {
            let crystal = result.as_ref()?.crystal()?;
            if crystal.elements().len() > MOST_DIFFRACTING {
                return Some(Err(format!("Powder patterns are computed here up to {MOST_DIFFRACTING} atoms.")));
            }
            Some(plots::pattern(crystal).map_err(|error| format!("There is no powder pattern: {error}.")))
        })
    });
    let nearest_pattern = Memo::new(move |_| {
        case.nearest.with(|nearest| {
            let crystal = &nearest.found()?.crystal;
            (crystal.elements().len() <= MOST_DIFFRACTING).then(|| plots::pattern(crystal).ok()).flatten()
        })
    });
    let svg = move || {
        pattern.with(|shown| {
            let shown = shown.as_ref().and_then(|p| p.as_ref().ok());
            nearest_pattern.with(|nearest| plots::diffraction(shown.map(Vec::as_slice), nearest.as_deref()))
        })
    };
    let keys = move || {
        let mut keys = vec![("sample line", "shown".to_owned())];
        if nearest_pattern.with(Option::is_some) {
            keys.push(("real dashed", "nearest training crystal".to_owned()));
        }
        keys
    };
    let empty = move || match pattern.get() {
        Some(Err(reason)) => reason,
        _ => "Nothing measured yet.".to_owned(),
    };
    view! {
        <section class="panel" aria-labelledby="metrics-title" data-testid="metrics">
            <h2 id="metrics-title">"Is it a good crystal?"</h2>
            <p class="help">{move || subject(session, case)}</p>
            <QualityTable case />
            <NearestLine case />
            <div class="plots">
                <Figure
                    svg=Signal::derive(svg)
                    title="Powder X-ray diffraction"
                    explanation="What a diffractometer would see of a powder of it: Cu Kα, peaks 0.3° wide, scattering \
                                 factors of Doyle and Turner as in pymatgen."
                    keys=Signal::derive(keys)
                    empty=Signal::derive(empty)
                />
            </div>
        </section>
    }
}

/// What is being measured, or why not.
fn subject(session: Session, case: CrystalCase) -> String {
    let atoms = case.moment.with(|m| m.as_ref().map(|m| (m.structure().elements().len(), m.crystal().is_some())));
    let measured = case.specimen.with(|s| s.as_ref().is_some_and(|s| s.measures.is_some()));
    let finished = case.result.with(Option::is_some);
    let measuring = session.job.with(|job| job.phase == Phase::Measuring);
    let state = match atoms {
        None => "",
        Some((_, false)) => " Molecules are shown, not measured.",
        Some(_) if measured => "",
        Some(_) if !finished => " The sample is still condensing.",
        Some((atoms, true)) if atoms > MEASURED_ON_PAGE => " This cell is too large to be measured here.",
        Some(_) if measuring => " The sample is being measured.",
        Some(_) => "",
    };
    format!("No energy enters: these are the tests of the crystal generation literature, and symmetry to 0.1 Å.{state}")
}

#[component]
fn QualityTable(case: CrystalCase) -> impl IntoView {
    let all = move || {
        case.specimen.with(|specimen| {
            case.nearest.with(|nearest| {
                let shown = specimen.as_ref().and_then(|s| s.measures.as_deref());
                rows(shown, nearest.found().and_then(|found| found.measures.as_ref()))
            })
        })
    };
    let line = |row: Row| {
        let class = match row.verdict {
            Some(true) => "band inside",
            Some(false) => "band outside",
            None => "",
        };
        view! {
            <tr data-key=row.key>
                <th scope="row">
                    {row.name}
                    <span class="unit">{row.unit}</span>
                </th>
                <td class=class>{row.shown}</td>
                <td>{row.nearest}</td>
            </tr>
        }
    };
    view! {
        <div class="table-scroll" tabindex="0" role="region" aria-label="Table of quality">
            <table>
                <thead>
                    <tr>
                        <th scope="col">"Quantity"</th>
                        <th scope="col">"Shown"</th>
                        <th scope="col">"Nearest in training"</th>
                    </tr>
                </thead>
                <tbody>{move || all().into_iter().map(line).collect_view()}</tbody>
            </table>
        </div>
    }
}

/// The nearest training crystal in a sentence, or the button that looks for it.
#[component]
fn NearestLine(case: CrystalCase) -> impl IntoView {
    let unasked = move || case.nearest.with(|nearest| *nearest == Nearest::Unasked);
    let sentence = move || {
        case.nearest.with(|nearest| match nearest {
            Nearest::Unasked => String::new(),
            Nearest::Working => "Looking through the training crystals…".to_owned(),
            Nearest::Failed(reason) => reason.clone(),
            Nearest::Found(found) => {
                let NearestCrystal { same_composition, fingerprint_distance, matched, .. } = found.nearest;
                let distance = format::number(fingerprint_distance, 2);
                let how = match (same_composition, matched) {
                    (true, Some(found)) => format!(
                        "It is the same structure by the structure matcher, displaced by {} (V/N)^⅓ on average.",
                        format::number(found.rms, 2)
                    ),
                    (true, None) => "It has the same composition but another structure.".to_owned(),
                    (false, _) => "No training crystal has this composition; this one's is the nearest.".to_owned(),
                };
                format!(
                    "Nearest of {} training crystals: {} (fingerprint distance {distance}). {how}",
                    found.among, found.name
                )
            }
        })
    };
    view! {
        <div class="nearest-line">
            <p role="status" data-testid="nearest">{sentence}</p>
            <Show when=unasked>
                <button
                    type="button"
                    data-testid="find-nearest"
                    disabled=move || case.result.with(Option::is_none)
                    on:click=move |_| case.ask_for_nearest()
                >
                    "Find the nearest training crystal"
                </button>
            </Show>
        </div>
    }
}

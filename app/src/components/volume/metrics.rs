//! The measures of what stands in the view, beside those of the real rock.

use leptos::prelude::*;

use crate::{
    components::figure::Figure,
    metrics::{
        plots,
        table::{Mark, Row, rows},
    },
    session::{Session, VolumeCase},
    state::{job::Phase, shown::Source, volume::MEASURED_ON_PAGE},
    text::format,
};

/// Plots and table.
#[component]
pub fn PoreMetrics(session: Session, case: VolumeCase) -> impl IntoView {
    view! {
        <section class="panel" aria-labelledby="metrics-title" data-testid="metrics">
            <h2 id="metrics-title">"Measured against the real rock"</h2>
            <p class="help">{move || subject(session, case)}</p>
            <MetricTable session case />
            <div class="plots">
                <Correlation case />
                <Chords case />
            </div>
        </section>
    }
}

/// What is being compared, or why not.
fn subject(session: Session, case: VolumeCase) -> String {
    let reference = case.reference.with(|r| r.as_ref().map(|r| (r.side, r.blocks, r.voxel_um)));
    let real = match reference {
        Some((side, blocks, um)) => {
            let scale = if um > 0.0 { format!(", {um} µm a voxel") } else { String::new() };
            format!(
                "The band is the mean ± 2 standard deviations over {blocks} blocks of {side}³ voxels of the real rock{scale}."
            )
        }
        None => "No measures of the real rock are shipped for this model.".to_owned(),
    };
    let shown = case.shown.with(|shown| {
        let shown = shown.as_ref()?;
        let shape = shown.content.shape();
        let size = reference.filter(|(side, ..)| shape != [*side; 3]).map(|(side, ..)| {
            format!(" The volume shown is of another size than {side}³, so its own scatter is different.")
        });
        let measured = case.measures.with(Option::is_some);
        let measuring = session.job.with(|job| job.phase == Phase::Measuring);
        let state = match shown.source {
            _ if measured => "",
            Source::Preview => " The sample is still growing.",
            Source::Sample if measuring => " The sample is being measured.",
            Source::File if shown.content.segmented().is_none() => " Grey volumes are shown, not measured.",
            Source::File if shape.iter().product::<usize>() > MEASURED_ON_PAGE => {
                " This file is too large to be measured here."
            }
            _ => "",
        };
        Some(format!("{}{state}", size.unwrap_or_default()))
    });
    real + &shown.unwrap_or_default()
}

#[component]
fn MetricTable(session: Session, case: VolumeCase) -> impl IntoView {
    let all = move || case.measures.with(|m| case.reference.with(|r| rows(m.as_deref(), r.as_deref())));
    let line = |row: Row| {
        let mark = row.mark();
        let class = match mark {
            Some(Mark::Inside) => "band inside",
            Some(_) => "band outside",
            None => "band",
        };
        view! {
            <tr data-key=row.key>
                <th scope="row">
                    {row.name}
                    <span class="symbol">{row.symbol}</span>
                    <span class="unit">{row.unit}</span>
                </th>
                <td class="number">{row.value_text()}</td>
                <td class="number">{row.real_text()}</td>
                <td class=class>{mark.map_or("", Mark::text)}</td>
            </tr>
        }
    };
    let percolates = move || {
        case.measures.with(|m| {
            m.as_ref().map(|m| {
                let axes: Vec<_> =
                    ["z", "y", "x"].iter().zip(m.percolates).filter(|(_, p)| *p).map(|(a, _)| *a).collect();
                match axes.as_slice() {
                    [] => "The pores do not connect opposite faces.".to_owned(),
                    [_, _, _] => "The pores connect opposite faces along all three axes.".to_owned(),
                    some => format!("The pores connect opposite faces along {}.", some.join(" and ")),
                }
            })
        })
    };
    let pending = move || {
        let without = case.measures.with(|m| m.as_ref().is_some_and(|m| m.permeability.is_none()));
        let solving = session.job.with(|job| job.phase == Phase::Measuring);
        match case.flow_error.get() {
            _ if !without => String::new(),
            Some(error) => format!("There is no permeability: {error}."),
            None if solving => "The flow through the pores is being solved for the permeability.".to_owned(),
            None => "Permeability takes seconds to solve: it is computed with each sample, in the worker.".to_owned(),
        }
    };
    // Hydraulics is done in µm² and darcys. A file of the visitor has voxels of a size that is not known.
    let converted = move || {
        let own = case.shown.with(|shown| shown.as_ref().is_some_and(|shown| shown.source == Source::File));
        let um = case.reference.with(|r| r.as_ref().map(|r| r.voxel_um)).filter(|um| *um > 0.0 && !own)?;
        let k = case.measures.with(|m| m.as_ref().and_then(|m| m.permeability))?;
        Some(in_square_micrometres(k.iter().sum::<f64>() / 3.0, um))
    };
    view! {
        // Scrolls by itself on narrow screens, and so must be reachable by keyboard.
        <div class="table-scroll" tabindex="0" role="region" aria-label="Table of measures">
            <table>
                <thead>
                    <tr>
                        <th scope="col">"Quantity"</th>
                        <th scope="col" class="number">"Shown"</th>
                        <th scope="col" class="number">"Real rock"</th>
                        <th scope="col">"Band"</th>
                    </tr>
                </thead>
                <tbody>{move || all().into_iter().map(line).collect_view()}</tbody>
            </table>
        </div>
        <p class="help">{percolates} " " {pending} {converted}</p>
    }
}

#[component]
fn Correlation(case: VolumeCase) -> impl IntoView {
    let svg = move || {
        case.measures.with(|m| {
            case.reference.with(|r| {
                plots::correlation(m.as_ref().map(|m| m.s2.radial.as_slice()), r.as_ref().map(|r| &r.s2_radial))
            })
        })
    };
    view! {
        <Figure
            svg=Signal::derive(svg)
            title="Two-point correlation"
            explanation="The chance that two points a distance r apart both lie in a pore."
            keys=keys("sample line", "real dashed band", "real rock: mean, and mean ± 2 sd")
        />
    }
}

#[component]
fn Chords(case: VolumeCase) -> impl IntoView {
    let svg = move || {
        case.measures.with(|m| {
            case.reference.with(|r| {
                plots::chords(
                    m.as_ref().map(|m| m.chord_histogram_pore.as_slice()),
                    r.as_ref().map(|r| r.chord_histogram_pore.as_slice()),
                )
            })
        })
    };
    view! {
        <Figure
            svg=Signal::derive(svg)
            title="Pore chords"
            explanation="How long straight lines stay inside one pore."
            keys=keys("sample bar", "real line", "real rock: mean over its blocks")
        />
    }
}

/// How the volume shown and the real rock are drawn, and what of the rock.
fn keys(shown: &'static str, real: &'static str, what: &str) -> Vec<(&'static str, String)> {
    vec![(shown, "shown".to_owned()), (real, what.to_owned())]
}

/// Permeability k, voxel², of voxels of `um` micrometres.
fn in_square_micrometres(k: f64, um: f64) -> String {
    /// µm² in a darcy.
    const DARCY: f64 = 0.986_923_3;
    let k = k * um * um;
    let darcys = format::number(k / DARCY, 3);
    format!("With voxels of {um} µm the permeability is {} µm², {darcys} darcy.", format::number(k, 3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permeability_is_converted_by_the_voxels_size() {
        let text = in_square_micrometres(0.0136, 6.0);
        assert_eq!(text, "With voxels of 6 µm the permeability is 0.490 µm², 0.496 darcy.");
    }
}

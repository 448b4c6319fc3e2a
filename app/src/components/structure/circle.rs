//! "Why a circle needs its own flow": experiment A, for the visitor to turn over.

use std::sync::Arc;

use leptos::prelude::*;

use crate::{
    components::figure::Figure,
    metrics::crystals::circle::{Experiment, KEYS, plot},
    session::CrystalCase,
    text::format,
};

/// The panel; absent where the experiment is not shipped.
#[component]
pub fn CircleFigure(case: CrystalCase) -> impl IntoView {
    move || case.circle.get().map(|experiment| view! { <Panel experiment /> })
}

#[component]
fn Panel(experiment: Arc<Experiment>) -> impl IntoView {
    let samplers = experiment.samplers();
    let sampler = RwSignal::new(samplers.first().cloned().unwrap_or_default());
    let steps = RwSignal::new(experiment.n.last().copied().unwrap_or_default());
    let experiment = StoredValue::new(experiment);
    let svg = move || experiment.with_value(|e| sampler.with(|sampler| plot(e, sampler, steps.get())));
    let keys = move || {
        experiment.with_value(|e| {
            sampler.with(|sampler| {
                e.of(sampler).zip(KEYS.iter().cycle()).map(|(row, key)| (*key, row.name.clone())).collect()
            })
        })
    };
    let sampler_choice = move |name: String| {
        let (this, picked) = (name.clone(), name.clone());
        view! {
            <label class="segment">
                <input
                    type="radio"
                    name="circle-sampler"
                    data-testid=format!("circle-{name}")
                    prop:checked=move || sampler.with(|s| *s == this)
                    on:change=move |_| sampler.set(picked.clone())
                />
                <span>{name.replace('_', " ")}</span>
            </label>
        }
    };
    let steps_choice = move |n: u32| {
        view! {
            <label class="segment">
                <input
                    type="radio"
                    name="circle-steps"
                    data-testid=format!("circle-n-{n}")
                    prop:checked=move || steps.get() == n
                    on:change=move |_| steps.set(n)
                />
                <span>{n}</span>
            </label>
        }
    };
    let rows = move || {
        experiment.with_value(|e| {
            let column = e.n.iter().position(|n| *n == steps.get());
            let row = |row: &crate::metrics::crystals::circle::Row| {
                let value = column.map(|i| format::mean_sd(row.tv_mean[i], row.tv_sd[i])).unwrap_or_default();
                view! {
                    <tr>
                        <th scope="row">{row.name.clone()}</th>
                        <td>{row.sampler.replace('_', " ")}</td>
                        <td class="number">{value}</td>
                    </tr>
                }
            };
            e.rows.iter().map(row).collect_view()
        })
    };
    let finding = move || {
        experiment.with_value(|e| {
            e.nearest(steps.get()).map(|(row, distance)| {
                let (name, sampler) = (&row.name, row.sampler.replace('_', " "));
                let distance = format::number(distance, 3);
                format!(
                    "Nearest to the data in {} steps: {name} with the {sampler} sampler, {distance} away.",
                    steps.get()
                )
            })
        })
    };
    let effort = experiment.with_value(|e| {
        format!("Mean over {} trainings of {} steps each, with one standard deviation.", e.seeds, e.iterations)
    });
    let numbers = experiment.with_value(|e| e.n.clone());
    view! {
        <section class="panel" aria-labelledby="circle-title" data-testid="circle">
            <h2 id="circle-title">"Why a circle needs its own flow"</h2>
            <p class="help">
                "Fractional coordinates live on a circle. Here the flow learns one: three von Mises peaks on a ring. Total \
                 variation says how far its samples are from the data: 0 is the same, 1 has nothing in common."
            </p>
            <div class="control-line">
                <span class="control-name" aria-hidden="true">"Sampler"</span>
                <fieldset class="segments">
                    <legend class="visually-hidden">"Sampler"</legend>
                    {samplers.into_iter().map(sampler_choice).collect_view()}
                </fieldset>
                <span class="control-name" aria-hidden="true">"Steps"</span>
                <fieldset class="segments">
                    <legend class="visually-hidden">"Number of steps"</legend>
                    {numbers.into_iter().map(steps_choice).collect_view()}
                </fieldset>
            </div>
            <p data-testid="circle-finding">{finding}</p>
            <div class="plots">
                <Figure
                    svg=Signal::derive(svg)
                    title="Distance to the data"
                    explanation=effort
                    keys=Signal::derive(keys)
                />
                <div class="table-scroll" tabindex="0" role="region" aria-label="Distances at the chosen number of steps">
                    <table>
                        <thead>
                            <tr>
                                <th scope="col">"Model"</th>
                                <th scope="col">"Sampler"</th>
                                <th scope="col" class="number">{move || format!("n = {}", steps.get())}</th>
                            </tr>
                        </thead>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
            </div>
        </section>
    }
}

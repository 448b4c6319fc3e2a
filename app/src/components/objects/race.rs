//! The race of the learners: a chart of one measure, and all measures in numbers.

use leptos::prelude::*;

use crate::{
    components::figure::Figure,
    metrics::objects::{KEYS, race},
    session::ObjectsCase,
    state::contest::Contest,
    text::format,
};

/// The panel; absent while there is nothing to compare.
#[component]
pub fn Race(case: ObjectsCase) -> impl IntoView {
    let measures = Memo::new(move |_| {
        case.contest
            .with(|contest| contest.measures().iter().map(|m| (m.name.clone(), m.title.clone())).collect::<Vec<_>>())
    });
    let learners =
        Memo::new(move |_| case.contest.with(|c| c.learners().iter().map(|l| l.name.clone()).collect::<Vec<_>>()));
    let chosen = Memo::new(move |_| case.measure.get().min(measures.with(Vec::len).saturating_sub(1)));
    let svg = move || case.contest.with(|contest| race::race(contest, chosen.get()));
    let keys = move || {
        let names = learners.get().into_iter().enumerate().map(|(number, name)| (KEYS[number % KEYS.len()], name));
        let exact = case.contest.with(|contest| contest.measures().get(chosen.get()).and_then(|measure| measure.exact));
        let line = exact.map(|exact| ("ink dashed", format!("exact: {}", format::number(exact, 5))));
        names.chain(line).collect::<Vec<_>>()
    };
    let choice = move |(number, (name, title)): (usize, (String, String))| {
        view! {
            <label class="segment">
                <input
                    type="radio"
                    name="race-measure"
                    data-testid=format!("measure-{name}")
                    prop:checked=move || chosen.get() == number
                    on:change=move |_| case.measure.set(number)
                />
                <span>{title}</span>
            </label>
        }
    };
    view! {
        <Show when=move || measures.with(|measures| !measures.is_empty())>
            <section class="panel" aria-labelledby="race-title" data-testid="race">
                <h2 id="race-title">"How well they learn"</h2>
                <div class="control-line">
                <fieldset class="segments">
                    <legend class="visually-hidden">"Measure"</legend>
                    {move || measures.get().into_iter().enumerate().map(choice).collect_view()}
                </fieldset>
                </div>
                <div class="plots">
                    <Figure
                        svg=Signal::derive(svg)
                        title="The race"
                        explanation="Measured while they learn; the dashed line is the exact value, where it is known. Of several seeds the \
                                     curve is the mean, and the band holds all."
                        keys=Signal::derive(keys)
                    />
                    <Standings case />
                </div>
            </section>
        </Show>
    }
}

/// Every learner's present numbers.
#[component]
fn Standings(case: ObjectsCase) -> impl IntoView {
    let value = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| format::number(value, 4));
    let head = move || {
        case.contest.with(|contest| {
            contest
                .measures()
                .iter()
                .map(|m| view! { <th scope="col" class="number">{m.title.clone()}</th> })
                .collect_view()
        })
    };
    let rows = move || {
        case.contest.with(|contest: &Contest| {
            let row = |learner: &samples::objects::Learner| {
                let values = (0..contest.measures().len()).map(|i| learner.values.get(i).copied().flatten());
                view! {
                    <tr>
                        <th scope="row">{learner.name.clone()}</th>
                        <td class="number">{learner.transitions.to_string()}</td>
                        {values.map(|v| view! { <td class="number">{value(v)}</td> }).collect_view()}
                    </tr>
                }
            };
            contest.learners().iter().map(row).collect_view()
        })
    };
    let exact = move || {
        case.contest.with(|contest| {
            let known = contest.measures().iter().any(|measure| measure.exact.is_some());
            known.then(|| {
                let cells = contest.measures().iter().map(|m| view! { <td class="number">{value(m.exact)}</td> });
                view! {
                    <tr class="exact">
                        <th scope="row">"Exact"</th>
                        <td class="number">"–"</td>
                        {cells.collect_view()}
                    </tr>
                }
            })
        })
    };
    view! {
        <div class="table-scroll" tabindex="0" role="region" aria-label="Measures of every learner">
            <table data-testid="standings">
                <thead>
                    <tr>
                        <th scope="col">"Learner"</th>
                        <th scope="col" class="number">"Transitions"</th>
                        {head}
                    </tr>
                </thead>
                <tbody>{rows} {exact}</tbody>
            </table>
        </div>
    }
}

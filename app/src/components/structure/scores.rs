//! What the model scores, beside what needs no learning.

use leptos::prelude::*;

use crate::{
    metrics::crystals::baselines::{Measure, PREDICTION, Score, scores},
    session::Session,
};

const PREDICTED: &str = "Structure prediction on compositions of the test split, one structure each: how many are physically \
                         possible, how often the structure matcher (0.3, 10°, 0.5) finds one right, and how far the atoms of \
                         those are off, in (V/N)^⅓. What needs no learning was scored on the same compositions: a model is \
                         judged by what it adds to that. How many there were is said with the model below. ± is the standard \
                         deviation over seeds of sampling, of one training.";
const GENERATED: &str = "Crystals made from nothing: how many are physically possible and have charges that can balance; of \
                         those, how far their densities and their numbers of elements are from the test split's \
                         (Wasserstein), how many differ from each other, and how many the training set does not hold. The \
                         training set's own row says what real crystals get; none of them is new, of course. How many there \
                         were is said with the model below.";

/// The table, for presets whose crystals were scored.
#[component]
pub fn Scores(session: Session) -> impl IntoView {
    type Table = (&'static [Measure], Vec<Score>);
    let table: Memo<Option<Table>> = Memo::new(move |_| {
        session.card.with(|card| card.as_ref().map(|card| scores(card))).filter(|(_, rows)| !rows.is_empty())
    });
    let row = |score: Score| {
        view! {
            <tr>
                <th scope="row">{score.name}</th>
                {score.values.into_iter().map(|value| view! { <td class="number">{value}</td> }).collect_view()}
                <td>{if score.baseline { "no learning" } else { "this model" }}</td>
            </tr>
        }
    };
    let panel = move |(columns, rows): Table| {
        let title = |column: &Measure| view! { <th scope="col" class="number">{column.title}</th> };
        view! {
            <section class="panel" aria-labelledby="scores-title" data-testid="scores">
                <h2 id="scores-title">"Scored against doing without"</h2>
                <p class="help">{if columns == PREDICTION { PREDICTED } else { GENERATED }}</p>
                <div class="table-scroll" tabindex="0" role="region" aria-label="Table of scores">
                    <table>
                        <thead>
                            <tr>
                                <th scope="col">"Method"</th>
                                {columns.iter().map(title).collect_view()}
                                <th scope="col">"Kind"</th>
                            </tr>
                        </thead>
                        <tbody>{rows.into_iter().map(row).collect_view()}</tbody>
                    </table>
                </div>
            </section>
        }
    };
    move || table.get().map(panel)
}

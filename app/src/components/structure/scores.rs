//! What the model scores, beside what needs no learning.

use leptos::prelude::*;

use crate::{
    metrics::crystals::baselines::{Score, scores},
    session::Session,
};

/// The table, for presets whose structure prediction was scored.
#[component]
pub fn Scores(session: Session) -> impl IntoView {
    let all = Memo::new(move |_| session.card.with(|card| card.as_ref().map(|card| scores(card)).unwrap_or_default()));
    let row = |score: Score| {
        let (matched, rmse) = (score.match_text(), score.rmse_text());
        view! {
            <tr>
                <th scope="row">{score.name}</th>
                <td class="number">{matched}</td>
                <td class="number">{rmse}</td>
                <td>{if score.baseline { "no learning" } else { "this model" }}</td>
            </tr>
        }
    };
    let rows = move || all.get().into_iter().map(row).collect_view();
    view! {
        <Show when=move || all.with(|scores| !scores.is_empty())>
            <section class="panel" aria-labelledby="scores-title" data-testid="scores">
                <h2 id="scores-title">"Scored against doing without"</h2>
                <p class="help">
                    "Structure prediction on compositions of the test split, one structure each: how often the structure \
                     matcher (0.3, 10°, 0.5) finds it right, and how far the atoms of those are off, in (V/N)^⅓. What \
                     needs no learning was scored on the same compositions: a model is judged by what it adds to that."
                </p>
                <div class="table-scroll" tabindex="0" role="region" aria-label="Table of scores">
                    <table>
                        <thead>
                            <tr>
                                <th scope="col">"Method"</th>
                                <th scope="col" class="number">"Match rate"</th>
                                <th scope="col" class="number">"RMSE"</th>
                                <th scope="col">"Kind"</th>
                            </tr>
                        </thead>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
            </section>
        </Show>
    }
}

//! What the model scores, beside what needs no learning.

use leptos::prelude::*;

use crate::{
    data::training_set,
    metrics::crystals::baselines::{Score, perov_5, scores},
    session::Session,
};

/// The table, for presets whose structure prediction was scored or has baselines.
#[component]
pub fn Scores(session: Session) -> impl IntoView {
    let all = Memo::new(move |_| {
        let is_perov = session.settings.with(|s| training_set::path(&s.preset).is_some_and(|p| p.contains("perov_5")));
        let own = session.card.with(|card| card.as_ref().map(|card| scores(&card.measures)).unwrap_or_default());
        let baselines = if is_perov { perov_5().to_vec() } else { Vec::new() };
        (own, baselines)
    });
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
    let rows = move || {
        let (own, baselines) = all.get();
        own.into_iter().chain(baselines).map(row).collect_view()
    };
    let absent = move || all.with(|(own, _)| own.is_empty());
    view! {
        <Show when=move || all.with(|(own, baselines)| !own.is_empty() || !baselines.is_empty())>
            <section class="panel" aria-labelledby="scores-title" data-testid="scores">
                <h2 id="scores-title">"Scored against doing without"</h2>
                <p class="help">
                    "Structure prediction on compositions of the test split, one structure each: how often the structure \
                     matcher (0.3, 10°, 0.5) finds it right, and how far the atoms of those are off, in (V/N)^⅓. The \
                     baselines were measured on 400 compositions of Perov-5: a model has to be judged by what it adds to them."
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
                <Show when=absent>
                    <p class="help">"The card of this model holds no scores of structure prediction."</p>
                </Show>
            </section>
        </Show>
    }
}

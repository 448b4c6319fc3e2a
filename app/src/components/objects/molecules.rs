//! Molecules: drawings of the best, then their numbers.

use std::sync::Arc;

use leptos::prelude::*;
use samples::objects::Picture;

use crate::{
    browser::depiction::{Depiction, data_url},
    metrics::objects::rewards,
    session::ObjectsCase,
    text::format,
};

/// Best molecules that are drawn.
const DRAWN: usize = 12;

/// The board.
#[component]
pub(super) fn MoleculesBoard(case: ObjectsCase, learner: Option<usize>, title: String) -> impl IntoView {
    let best = Memo::new(move |_| {
        case.with_picture(learner, |picture| match picture {
            Picture::Molecules { best, .. } => best.clone(),
            _ => vec![],
        })
        .unwrap_or_default()
    });
    let drawn = move || best.with(|best| best.iter().take(DRAWN).cloned().collect::<Vec<_>>());
    let svg = Memo::new(move |_| case.with_picture(learner, |picture| rewards::histogram(&title, picture)).flatten());
    let row = |(rank, (smiles, reward)): (usize, (String, f64))| {
        view! {
            <tr>
                <td class="number">{rank + 1}</td>
                <th scope="row">
                    <code class="object">{smiles}</code>
                </th>
                <td class="number">{format::number(reward, 4)}</td>
            </tr>
        }
    };
    view! {
        <Show when=move || best.with(Vec::is_empty)>
            <p class="plot-frame empty">"Nothing drawn yet."</p>
        </Show>
        <ul class="molecules" aria-label="The best molecules seen">
            <For each=drawn key=|(smiles, _)| smiles.clone() let:molecule>
                <Molecule case smiles=molecule.0 reward=molecule.1 />
            </For>
        </ul>
        {move || svg.get().map(|svg| view! { <div class="plot-frame" inner_html=svg></div> })}
        <Show when=move || best.with(|best| !best.is_empty())>
            <details class="best-seen">
                <summary>{move || format!("The best {} as SMILES", best.with(Vec::len))}</summary>
                <div class="table-scroll" tabindex="0" role="region" aria-label="The best molecules as SMILES">
                    <table>
                        <thead>
                            <tr>
                                <th scope="col" class="number">"Rank"</th>
                                <th scope="col">"SMILES"</th>
                                <th scope="col" class="number">"Reward"</th>
                            </tr>
                        </thead>
                        <tbody>{move || best.get().into_iter().enumerate().map(row).collect_view()}</tbody>
                    </table>
                </div>
            </details>
        </Show>
    }
}

/// One molecule with its reward; its SMILES until it is drawn, and where it cannot be.
#[component]
fn Molecule(case: ObjectsCase, smiles: String, reward: f64) -> impl IntoView {
    let text = smiles.clone();
    let depiction = Memo::new(move |_| case.depictions.get(&text));
    let asked = smiles.clone();
    Effect::new(move |_| {
        if depiction.with(Option::is_none) {
            case.depictions.ask(asked.clone());
        }
    });
    let name = StoredValue::new(smiles);
    let picture = move || match depiction.get().as_deref() {
        Some(Depiction::Drawn { svg, .. }) => {
            view! { <img class="depiction" src=data_url(svg) alt=format!("Structure of {}", name.get_value()) /> }
                .into_any()
        }
        Some(Depiction::Refused { error }) => {
            view! { <code class="object" title=error.clone()>{name.get_value()}</code> }.into_any()
        }
        None => view! { <code class="object">{name.get_value()}</code> }.into_any(),
    };
    view! {
        <li>
            <figure data-testid="molecule" data-state=move || state(depiction.get().as_ref())>
                {picture}
                <figcaption>{format!("reward {}", format::number(reward, 3))}</figcaption>
            </figure>
        </li>
    }
}

fn state(depiction: Option<&Arc<Depiction>>) -> &'static str {
    match depiction.map(Arc::as_ref) {
        None => "waiting",
        Some(Depiction::Drawn { .. }) => "drawn",
        Some(Depiction::Refused { .. }) => "refused",
    }
}

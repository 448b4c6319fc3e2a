//! The draws as a table: most probable, best, most drawn; searched; with the way to each.

use std::sync::Arc;

use leptos::prelude::*;

use crate::{
    components::segments::Segments,
    session::ObjectsCase,
    state::draws::{Distinct, Order, distinct, rows},
    text::format,
};

/// States of a path that are shown.
const MOST_STATES: usize = 200;

/// The panel; absent while nothing was drawn.
#[component]
pub fn DrawsTable(case: ObjectsCase) -> impl IntoView {
    let all = Memo::new(move |_| {
        case.shown
            .with(|shown| Arc::new(shown.as_ref().map(|shown| distinct(&shown.content.draws)).unwrap_or_default()))
    });
    let order = RwSignal::new(Order::default());
    let query = RwSignal::new(String::new());
    let chosen = RwSignal::new(None::<usize>);
    Effect::new(move |_| {
        all.track();
        chosen.set(None);
    });
    let found = Memo::new(move |_| all.with(|all| query.with(|query| rows(all, order.get(), query))));
    let drawn = move || all.with(|all| all.iter().map(|object| object.count).sum::<usize>());
    let count = move || {
        let (shown, beyond) = found.with(|(rows, beyond)| (rows.len(), *beyond));
        let objects = all.with(|all| all.len());
        let more = if beyond > 0 { format!(", {beyond} more match") } else { String::new() };
        format!("{} draws of {objects} different objects; {shown} shown{more}.", drawn())
    };
    let rewarded = Memo::new(move |_| all.with(|all| all.iter().any(|object| object.draw.log_reward.is_some())));
    let several = Memo::new(move |_| all.with(|all| all.iter().any(|object| !object.draw.objectives.is_empty())));
    let line = move |index: usize| {
        let object = all.with(|all| all.get(index).cloned())?;
        Some(row(object, index, chosen, rewarded.get(), several.get()))
    };
    view! {
        <Show when=move || all.with(|all| !all.is_empty())>
            <section class="panel" aria-labelledby="draws-title" data-testid="draws">
                <h2 id="draws-title">"What was drawn"</h2>
                <div class="control-line">
                    <Segments
                        legend="What stands first"
                        test="order"
                        choices=&Order::ALL
                        value=order.into()
                        set=move |chosen| order.set(chosen)
                    />
                    <label class="inline-field">
                        "Search"
                        <input
                            type="text"
                            autocomplete="off"
                            spellcheck="false"
                            data-testid="search"
                            prop:value=query
                            on:input=move |event| query.set(event_target_value(&event))
                        />
                    </label>
                </div>
                <p class="help" role="status" data-testid="draws-count">{count}</p>
                <div class="table-scroll tall" tabindex="0" role="region" aria-label="Table of draws">
                    <table>
                        <thead>
                            <tr>
                                <th scope="col">"Object"</th>
                                <th scope="col" class="number">"Drawn"</th>
                                <th scope="col" class="number">"log P"</th>
                                <Show when=move || rewarded.get()>
                                    <th scope="col" class="number">"Reward"</th>
                                </Show>
                                <Show when=move || several.get()>
                                    <th scope="col" class="number">"Objectives"</th>
                                </Show>
                                <th scope="col">"Way"</th>
                            </tr>
                        </thead>
                        <tbody>{move || found.with(|(rows, _)| rows.iter().map(|&index| line(index)).collect_view())}</tbody>
                    </table>
                </div>
                <Path all chosen />
            </section>
        </Show>
    }
}

fn row(
    object: Distinct,
    index: usize,
    chosen: RwSignal<Option<usize>>,
    rewarded: bool,
    several: bool,
) -> impl IntoView {
    let Distinct { draw, count } = object;
    let reward = rewarded.then(|| {
        let reward = draw.log_reward.map_or_else(|| "–".to_owned(), |log_reward| format::number(log_reward.exp(), 4));
        view! { <td class="number">{reward}</td> }
    });
    let objectives = several.then(|| {
        let values: Vec<String> = draw.objectives.iter().map(|value| format::number(*value, 3)).collect();
        view! { <td class="number">{values.join(", ")}</td> }
    });
    let way = (!draw.path.is_empty()).then(|| {
        let steps = draw.path.len() - 1;
        let steps = format!("{steps} {}", if steps == 1 { "step" } else { "steps" });
        view! {
            <button
                type="button"
                class="quiet-button small-button"
                aria-label=format!("{steps} to {}", draw.object)
                aria-expanded=move || (chosen.get() == Some(index)).to_string()
                data-testid=format!("way-{index}")
                on:click=move |_| chosen.update(|chosen| *chosen = if *chosen == Some(index) { None } else { Some(index) })
            >
                {steps.clone()}
            </button>
        }
    });
    view! {
        <tr>
            <th scope="row">
                <code class="object">{draw.object.clone()}</code>
            </th>
            <td class="number">{count.to_string()}</td>
            <td class="number">{format::number(draw.log_prob, 4)}</td>
            {reward}
            {objectives}
            <td>{way}</td>
        </tr>
    }
}

/// The states on the way to the chosen object.
#[component]
fn Path(all: Memo<Arc<Vec<Distinct>>>, chosen: RwSignal<Option<usize>>) -> impl IntoView {
    move || {
        let draw = chosen.get().and_then(|index| all.with(|all| all.get(index).map(|object| object.draw.clone())))?;
        let beyond = draw.path.len().saturating_sub(MOST_STATES);
        let state = |state: String| {
            let state = if state.is_empty() { "(nothing)".to_owned() } else { state };
            view! {
                <li>
                    <code class="object">{state}</code>
                </li>
            }
        };
        Some(view! {
            <div class="way" data-testid="way">
                <h3>{format!("The way to {}", draw.object)}</h3>
                <ol>{draw.path.into_iter().take(MOST_STATES).map(state).collect_view()}</ol>
                {(beyond > 0).then(|| format!("… and {beyond} more."))}
            </div>
        })
    }
}

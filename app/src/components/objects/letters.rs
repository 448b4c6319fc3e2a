//! Sequences: the logo, the best architecture where they are cells, and the best objects seen.

use leptos::prelude::*;
use samples::objects::Picture;

use crate::{
    metrics::objects::{cell, logo},
    session::ObjectsCase,
    text::format,
};

/// Best objects that are listed.
const MOST: usize = 10;

/// The board.
#[component]
pub(super) fn LettersBoard(case: ObjectsCase, learner: Option<usize>, title: String) -> impl IntoView {
    let svg = Memo::new(move |_| case.with_picture(learner, |picture| logo::logo(&title, picture)).flatten());
    // Words have no room in a bar: their colours are explained beside it.
    let words = Memo::new(move |_| {
        case.with_picture(learner, |picture| match picture {
            Picture::Letters { alphabet, .. } if alphabet.iter().any(|word| word.chars().count() > 1) => {
                alphabet.clone()
            }
            _ => vec![],
        })
        .unwrap_or_default()
    });
    let best = Memo::new(move |_| {
        case.with_picture(learner, |picture| match picture {
            Picture::Letters { best, .. } => best.iter().take(MOST).cloned().collect(),
            _ => vec![],
        })
        .unwrap_or_default()
    });
    let architecture = Memo::new(move |_| {
        case.with_picture(learner, |picture| {
            let Picture::Letters { alphabet, probability, best } = picture else { return None };
            let (object, reward) = best.first().filter(|_| cell::is_cell(alphabet, probability.len()))?;
            let drawing = cell::drawing(cell::operations(object, alphabet)?, alphabet);
            Some((drawing, *reward))
        })
        .flatten()
    });
    let key = |(number, word): (usize, String)| {
        view! {
            <span class="word-key">
                <svg class="swatch" viewBox="0 0 16 16" aria-hidden="true">
                    <rect width="16" height="16" rx="3" fill=logo::word_colour(number) />
                </svg>
                {word}
            </span>
        }
    };
    let row = |(rank, (object, reward)): (usize, (String, f64))| {
        view! {
            <tr>
                <td class="number">{rank + 1}</td>
                <th scope="row">
                    <code class="object">{object}</code>
                </th>
                <td class="number">{format::number(reward, 4)}</td>
            </tr>
        }
    };
    view! {
        {move || match svg.get() {
            Some(svg) => view! { <div class="plot-frame" inner_html=svg></div> }.into_any(),
            None => view! { <p class="plot-frame empty">"Nothing drawn yet."</p> }.into_any(),
        }}
        <p class="legend">{move || words.get().into_iter().enumerate().map(key).collect_view()}</p>
        {move || {
            architecture.get().map(|(drawing, reward)| {
                view! {
                    <figure data-testid="architecture">
                        <figcaption>{format!("Best architecture seen, reward {}", format::number(reward, 4))}</figcaption>
                        <div class="plot-frame" inner_html=drawing></div>
                    </figure>
                }
            })
        }}
        <Show when=move || best.with(|best| !best.is_empty())>
            <details class="best-seen">
                <summary>"Best seen"</summary>
                <table>
                    <thead>
                        <tr>
                            <th scope="col" class="number">"Rank"</th>
                            <th scope="col">"Object"</th>
                            <th scope="col" class="number">"Reward"</th>
                        </tr>
                    </thead>
                    <tbody>{move || best.get().into_iter().enumerate().map(row).collect_view()}</tbody>
                </table>
            </details>
        </Show>
    }
}

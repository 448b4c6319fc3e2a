//! What is honest here: data, licence, training, measured fractions, claims, and the paper's own numbers.

use std::collections::BTreeMap;

use leptos::prelude::*;
use serde_json::Value;

use crate::{
    data::card::{Card, rows},
    metrics::plots,
    session::Session,
    text::format,
};

/// The box, from the preset's model card.
#[component]
pub fn Provenance(session: Session) -> impl IntoView {
    let paper = &session.system.paper;
    let card = move || match session.card.get() {
        Some(card) => view! { <CardFacts card=(*card).clone() /> }.into_any(),
        None => view! { <p class="help">"No model card is shipped for this model."</p> }.into_any(),
    };
    view! {
        <section class="panel" aria-labelledby="provenance-title" data-testid="provenance">
            <h2 id="provenance-title">"Where this comes from"</h2>
            <p>
                "After "
                <cite>
                    <a href=paper.url rel="external noopener">{paper.title}</a>
                </cite>
                {format!(", {}, {} ({}).", paper.authors, paper.venue, paper.year)}
            </p>
            {card}
        </section>
    }
}

#[component]
fn CardFacts(card: Card) -> impl IntoView {
    let training = [
        card.training.minutes.map(|m| format!("{} minutes", format::number(m, 3))),
        card.training.iterations.map(|n| format!("{n} steps")),
        card.training.kept_iteration.map(|n| format!("weights of step {n} kept")),
        Some(card.training.machine.clone()).filter(|m| !m.is_empty()),
        Some(card.training.device.clone()).filter(|d| !d.is_empty()).map(|d| format!("on {d}")),
        card.training.seed.map(|s| format!("seed {s}")),
    ];
    let training: Vec<_> = training.into_iter().flatten().collect();
    let weights = card.weights.bytes.map(|bytes| format!("{}, {}", format::bytes(bytes), card.weights.format));
    let facts = [
        ("Trained on", card.data.name.clone()),
        ("Source", card.data.source.clone()),
        ("Licence", card.data.licence.clone()),
        ("Preparation", card.data.note.clone()),
        ("Training", training.join(", ")),
        ("Weights", weights.unwrap_or_default()),
    ];
    let fact = |(term, text): (&'static str, String)| {
        (!text.is_empty()).then(|| view! { <div><dt>{term}</dt><dd>{text}</dd></div> })
    };
    view! {
        <dl class="facts">{facts.map(fact).collect_view()}</dl>
        <div class="claims">
            <Claims title="What is claimed" claims=card.claims />
            <Claims title="What is not claimed" claims=card.not_claimed />
        </div>
        <Losses curves=card.curves />
        <Numbers title="Measured on samples of this model" values=card.measures />
        <Numbers title="The paper's numbers" values=card.paper />
        <Numbers title="The network" values=card.architecture />
    }
}

/// How the losses went, where the card keeps them: two networks of an adversarial training, or one of any other.
#[component]
fn Losses(curves: BTreeMap<String, Vec<(f64, f64)>>) -> impl IntoView {
    let mut named = curves.iter().filter(|(name, _)| name.contains("loss"));
    let (first, second) = (named.next(), named.next());
    let points =
        |curve: Option<(&String, &Vec<(f64, f64)>)>| curve.map(|(_, points)| points.clone()).unwrap_or_default();
    let key = |class: &'static str, curve: Option<(&String, &Vec<(f64, f64)>)>| {
        let (name, _) = curve?;
        let name = name.trim_end_matches("_loss").replace('_', " ");
        Some(view! { <span class=class>{name}</span> })
    };
    plots::losses(&points(first), &points(second)).map(|svg| {
        view! {
            <details class="numbers">
                <summary>"How the training went"</summary>
                <figure>
                    <div class="plot-frame narrow" inner_html=svg></div>
                    <p class="legend">{key("key sample line", first)} {key("key real dashed", second)}</p>
                </figure>
            </details>
        }
    })
}

#[component]
fn Claims(title: &'static str, claims: Vec<String>) -> impl IntoView {
    (!claims.is_empty()).then(|| {
        view! {
            <div>
                <h3>{title}</h3>
                <ul>{claims.into_iter().map(|claim| view! { <li>{claim}</li> }).collect_view()}</ul>
            </div>
        }
    })
}

#[component]
fn Numbers(title: &'static str, values: BTreeMap<String, Value>) -> impl IntoView {
    let rows = rows(&values);
    (!rows.is_empty()).then(|| {
        let row = |(name, value): (String, String)| view! { <div><dt>{name}</dt><dd>{value}</dd></div> };
        view! {
            <details class="numbers">
                <summary>{title}</summary>
                <dl class="facts">{rows.into_iter().map(row).collect_view()}</dl>
            </details>
        }
    })
}

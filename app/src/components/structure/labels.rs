//! What is written over the picture: labels that follow their atoms, and the tooltip. An SVG and not elements with
//! inline styles, which the page's policy forbids.

use leptos::prelude::*;
use samples::structure::Structure;
use shaders::structure::{AtomSite, StructureView};

use super::pointing::{Hovered, describe};
use crate::{
    session::CrystalCase,
    state::crystal::{Labels, MOST_LABELS},
};

/// A text beside an atom.
#[derive(Clone, Debug, PartialEq)]
pub struct Label {
    x: f32,
    y: f32,
    text: String,
}

/// The labels of a frame: what was asked for, and the numbers of the selected atoms.
pub fn labels_of(view: &StructureView, structure: &Structure, labels: Labels, selection: &[AtomSite]) -> Vec<Label> {
    let label = |site: AtomSite, text: String| {
        let anchor = view.anchor(site)?;
        Some(Label { x: anchor.x, y: anchor.y, text })
    };
    let element = |site: AtomSite| structure.elements().get(site.atom as usize).map_or("", |element| element.symbol());
    let mut all: Vec<Label> = match labels {
        Labels::None => Vec::new(),
        Labels::Elements => {
            view.sites().take(MOST_LABELS).filter_map(|site| label(site, element(site).to_owned())).collect()
        }
        Labels::Numbers => view
            .sites()
            .take(MOST_LABELS)
            .filter_map(|site| label(site, format!("{}{}", element(site), site.atom + 1)))
            .collect(),
    };
    for (i, &site) in selection.iter().enumerate() {
        if let Some(anchor) = view.anchor(site) {
            all.push(Label {
                x: anchor.x + anchor.radius + 4.0,
                y: anchor.y - anchor.radius,
                text: format!("({})", i + 1),
            });
        }
    }
    all
}

/// Labels and tooltip.
#[component]
pub fn Overlay(case: CrystalCase, labels: RwSignal<Vec<Label>>, hovered: RwSignal<Option<Hovered>>) -> impl IntoView {
    let tip = move || {
        let Hovered { x, y, what } = hovered.get()?;
        let lines = case.moment.with(|moment| moment.as_ref().map(|moment| describe(moment, what)))?;
        let lines = lines.into_iter().enumerate().map(|(i, line)| {
            view! { <tspan x=(x + 14.0).to_string() dy=if i == 0 { "0" } else { "1.35em" }>{line}</tspan> }
        });
        let lines = lines.collect_view();
        Some(
            view! { <text class="atom-tip" data-testid="atom-tip" x=(x + 14.0).to_string() y=(y + 18.0).to_string()>{lines}</text> },
        )
    };
    view! {
        <svg class="stage-overlay" aria-hidden="true">
            {move || {
                labels
                    .get()
                    .into_iter()
                    .map(|Label { x, y, text }| {
                        view! { <text class="atom-label" x=x.to_string() y=y.to_string()>{text}</text> }
                    })
                    .collect_view()
            }} {tip}
        </svg>
    }
}

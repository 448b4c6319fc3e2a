//! Learners at work and the objects that they draw.

mod cells;
mod controls;
mod export;
mod letters;
mod molecules;
pub mod painter;
mod race;
mod table;

use leptos::prelude::*;
use samples::objects::Picture;

use crate::{
    metrics::objects::{boards::boards, inclusion, points},
    session::ObjectsCase,
    state::shown::Source,
};

use cells::CellsBoard;
use letters::LettersBoard;
use molecules::MoleculesBoard;

pub use controls::ObjectsControls;
pub use export::ObjectsExport;
pub use race::Race;
pub use table::DrawsTable;

/// What a board shows: what must stay the same while the learners go on, so that nothing is built anew.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct BoardKey {
    title: String,
    learner: Option<usize>,
    kind: BoardKind,
    /// Of a grid: sand of another grid would fall along paths that are not there.
    side: Option<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum BoardKind {
    Cells,
    Inclusion,
    Points,
    Letters,
    Molecules,
}

impl BoardKind {
    fn of(picture: &Picture) -> Self {
        match picture {
            Picture::Cells { .. } => Self::Cells,
            Picture::Inclusion { .. } => Self::Inclusion,
            Picture::Points { .. } => Self::Points,
            Picture::Letters { .. } => Self::Letters,
            Picture::Molecules { .. } => Self::Molecules,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Cells => "cells",
            Self::Inclusion => "inclusion",
            Self::Points => "points",
            Self::Letters => "letters",
            Self::Molecules => "molecules",
        }
    }
}

/// The pictures side by side: the exact answer and every learner.
#[component]
pub fn ObjectsStage(
    case: ObjectsCase,
    /// What stands there until there is a picture.
    #[prop(into)]
    placeholder: Signal<String>,
) -> impl IntoView {
    let keys = Memo::new(move |_| {
        case.contest.with(|contest| {
            let Some(latest) = &contest.latest else { return Vec::new() };
            let key = |board: crate::metrics::objects::boards::Board| BoardKey {
                title: board.title.to_owned(),
                learner: board.learner,
                kind: BoardKind::of(board.picture),
                side: contest.side(),
            };
            boards(latest).into_iter().map(key).collect()
        })
    });
    let source = Memo::new(move |_| case.shown.with(|shown| shown.as_ref().map(|shown| shown.source)));
    let step = move || case.contest.with(|contest| contest.latest.as_ref().map(|latest| latest.step));
    let caption = move || {
        let title = case.shown.with(|shown| shown.as_ref().map(|shown| shown.title.clone()))?;
        Some(match step() {
            Some(step) => format!("{title}: step {step}"),
            None => title,
        })
    };
    let message = move || match source.get() {
        Some(Source::File) => "A file of draws holds no pictures of learners. Its objects are listed below.".to_owned(),
        Some(Source::Preview) => "The learners are getting ready…".to_owned(),
        Some(_) => "Nothing was learnt for these draws. They are listed below.".to_owned(),
        None => placeholder.get(),
    };
    view! {
        <div
            class="stage boards-stage"
            data-testid="objects-view"
            data-shown=move || source.get().map(Source::name)
            data-state="ready"
            data-shape=move || keys.with(Vec::len).to_string()
        >
            <p class="caption" data-testid="caption">
                {caption}
            </p>
            <Show when=move || keys.with(Vec::is_empty)>
                <p class="boards-message" data-testid="boards-message">
                    {message}
                </p>
            </Show>
            <div class="boards">
                <For each=move || keys.get() key=Clone::clone let:key>
                    <Board case key />
                </For>
            </div>
        </div>
    }
}

#[component]
fn Board(case: ObjectsCase, key: BoardKey) -> impl IntoView {
    let BoardKey { title, learner, kind, .. } = key;
    let name = title.clone();
    let body = match kind {
        BoardKind::Cells => view! { <CellsBoard case learner title=name /> }.into_any(),
        BoardKind::Letters => view! { <LettersBoard case learner title=name /> }.into_any(),
        BoardKind::Molecules => view! { <MoleculesBoard case learner title=name /> }.into_any(),
        BoardKind::Inclusion | BoardKind::Points => view! { <ChartBoard case learner title=name /> }.into_any(),
    };
    let testid = format!("board-{}", learner.map_or_else(|| "target".to_owned(), |number| number.to_string()));
    view! {
        <section class=format!("board {}", kind.name()) data-testid=testid aria-label=title.clone()>
            <h2>{title.clone()}</h2>
            {body}
            <p class="board-numbers">{move || numbers(case, learner)}</p>
        </section>
    }
}

/// The measures of a learner in a line.
fn numbers(case: ObjectsCase, learner: Option<usize>) -> Option<String> {
    let number = learner?;
    case.contest.with(|contest| {
        let values = &contest.learners().get(number)?.values;
        let known = contest.measures().iter().zip(values).filter_map(|(measure, value)| {
            Some(format!("{} {}", measure.title, crate::text::format::number((*value)?, 3)))
        });
        Some(known.take(3).collect::<Vec<_>>().join(" · "))
    })
}

/// Bars or points.
#[component]
fn ChartBoard(case: ObjectsCase, learner: Option<usize>, title: String) -> impl IntoView {
    let svg = Memo::new(move |_| {
        let view = case.view.get();
        let target = case.contest.with(|contest| contest.latest.as_ref().and_then(|latest| latest.target.clone()));
        case.with_picture(learner, |picture| match picture {
            Picture::Inclusion { .. } => inclusion::inclusion(&title, picture, target.as_ref()),
            _ => points::points(&title, picture, target.as_ref(), view),
        })
        .flatten()
    });
    move || match svg.get() {
        Some(svg) => view! { <div class="plot-frame" inner_html=svg></div> }.into_any(),
        None => view! { <p class="plot-frame empty">"Nothing drawn yet."</p> }.into_any(),
    }
}

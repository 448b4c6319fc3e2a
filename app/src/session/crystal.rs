//! Crystals and molecules: what is shown, which of a batch and which moment of it, and what it is compared with.

mod compare;
mod receive;

use std::sync::Arc;

use leptos::prelude::*;
use samples::structure::Structure;
use shaders::structure::AtomSite;

use super::Session;
use crate::{
    components::stage::may_rotate,
    metrics::crystals::{arrows::Arrows, circle::Experiment},
    state::{
        crystal::{MOST_SELECTED, StructureLook},
        playback::Playback,
        shown::{Shown, Source},
        specimen::{Moment, Specimen, Specimens},
    },
    text::structure,
};

pub use compare::Nearest;
use compare::Training;

/// The state of a page that shows structures.
#[derive(Clone, Copy)]
pub struct CrystalCase {
    /// All samples of the job, the example, or what the file held.
    pub shown: RwSignal<Option<Shown<Specimens>>>,
    /// Which of them stands in the view, from 0.
    pub chosen: RwSignal<usize>,
    /// Which moment of it.
    pub playback: RwSignal<Playback>,
    /// How it is shown.
    pub look: RwSignal<StructureLook>,
    /// Atoms that the visitor picked, in order.
    pub selection: RwSignal<Vec<AtomSite>>,
    /// What a file said that the structures do not show.
    pub notes: RwSignal<Vec<String>>,
    /// The nearest training crystal of the chosen specimen.
    pub nearest: RwSignal<Nearest>,
    /// Experiment A, where it is shipped.
    pub circle: RwSignal<Option<Arc<Experiment>>>,
    /// The specimen in the view.
    pub specimen: Memo<Option<Specimen>>,
    /// The moment in the view.
    pub moment: Memo<Option<Moment>>,
    /// The result of the chosen specimen, once it is finished.
    pub result: Memo<Option<Moment>>,
    /// What arrows at the atoms of the specimen in the view can show.
    pub arrows: Memo<Option<Arrows>>,
    /// The arrows of the moment in the view, Å, one per atom; none where there are none.
    pub arrows_now: Memo<Vec<[f32; 3]>>,
    /// The visitor asked for the nearest training crystal: later results are compared without being asked.
    asked: RwSignal<bool>,
    training: StoredValue<Training>,
    /// A job was sent and has shown nothing yet.
    waiting: StoredValue<bool>,
}

impl CrystalCase {
    pub(super) fn new() -> Self {
        let shown = RwSignal::new(None::<Shown<Specimens>>);
        let chosen = RwSignal::new(0usize);
        let playback = RwSignal::new(Playback::default());
        let specimen = Memo::new(move |_| shown.with(|shown| shown.as_ref()?.content.0.get(chosen.get()).cloned()));
        let at = Memo::new(move |_| playback.with(|playback| playback.at));
        let moment = Memo::new(move |_| {
            specimen.with(|specimen| {
                let moments = &specimen.as_ref()?.moments;
                moments.get(at.get().min(moments.len().saturating_sub(1))).cloned()
            })
        });
        let arrows = Memo::new(move |_| specimen.with(|specimen| Arrows::of(specimen.as_ref()?)));
        let arrows_now = Memo::new(move |_| {
            let drawn = |specimen: &Specimen| {
                let last = specimen.moments.len().checked_sub(1)?;
                arrows.with(|arrows| Some(arrows.as_ref()?.at(specimen, at.get().min(last))))
            };
            specimen.with(|specimen| specimen.as_ref().and_then(drawn)).unwrap_or_default()
        });
        let result = Memo::new(move |_| {
            specimen.with(|specimen| specimen.as_ref().filter(|s| s.finished).and_then(|s| s.last().cloned()))
        });
        Self {
            shown,
            chosen,
            playback,
            look: RwSignal::new(StructureLook { rotating: may_rotate(), ..StructureLook::default() }),
            selection: RwSignal::new(Vec::new()),
            notes: RwSignal::new(Vec::new()),
            nearest: RwSignal::new(Nearest::Unasked),
            circle: RwSignal::new(None),
            specimen,
            moment,
            result,
            arrows,
            arrows_now,
            asked: RwSignal::new(false),
            training: StoredValue::new(Training::default()),
            waiting: StoredValue::new(false),
        }
    }

    pub(super) fn open(self, session: Session) {
        self.measure_results();
        self.compare_results(session);
        self.load_circle(session);
    }

    /// Where the specimen in the view comes from; unfinished ones are previews.
    pub fn source(self) -> Option<Source> {
        let source = self.shown.with(|shown| shown.as_ref().map(|shown| shown.source))?;
        self.moment.with(Option::is_some).then_some(())?;
        let finished = self.specimen.with(|s| s.as_ref().is_some_and(|s| s.finished));
        Some(if source == Source::Sample && !finished { Source::Preview } else { source })
    }

    /// The caption of what is in the view.
    pub fn title(self) -> String {
        let Some(what) = self.moment.with(|m| m.as_ref().map(|m| structure::caption(m.structure()))) else {
            return String::new();
        };
        self.shown.with(|shown| {
            let Some(shown) = shown else { return String::new() };
            let count = shown.content.0.len();
            let number = if count > 1 { format!(" {} of {count}", self.chosen.get() + 1) } else { String::new() };
            let finished = self.specimen.with(|s| s.as_ref().is_some_and(|s| s.finished));
            match shown.source {
                Source::Sample if !finished => format!("Condensing{number}, {what}"),
                Source::Sample if count > 1 => format!("{},{number}, {what}", shown.title),
                Source::Sample => format!("{}, {what}", shown.title),
                _ => format!("{}{number}: {what}", shown.title),
            }
        })
    }

    /// Stem for the names of files of the chosen specimen.
    pub fn file_stem(self) -> String {
        let chosen = self.chosen.get_untracked();
        self.shown.with_untracked(|shown| {
            let Some(shown) = shown else { return "structure".to_owned() };
            if shown.content.0.len() > 1 {
                format!("{}-{}", shown.file_stem, chosen + 1)
            } else {
                shown.file_stem.clone()
            }
        })
    }

    /// The structure in the view.
    pub fn structure(self) -> Option<Structure> {
        self.moment.with_untracked(|moment| moment.as_ref().map(|m| m.structure().clone()))
    }

    /// Shows another specimen of the batch, at its end.
    pub fn choose(self, index: usize) {
        self.playback.update(|playback| playback.following = false);
        self.show_number(index);
    }

    /// Selects an atom, or lets it go. `adds`: the others stay selected.
    pub fn select(self, site: Option<AtomSite>, adds: bool) {
        self.selection.update(|selection| match site {
            None if !adds => selection.clear(),
            None => {}
            Some(site) => match selection.iter().position(|s| *s == site) {
                Some(index) => drop(selection.remove(index)),
                None => {
                    // A fifth atom begins anew: four make a dihedral.
                    if selection.len() >= MOST_SELECTED {
                        selection.clear();
                    }
                    selection.push(site);
                }
            },
        });
    }

    fn show_number(self, index: usize) {
        if self.chosen.get_untracked() != index {
            self.selection.set(Vec::new());
            self.chosen.set(index);
        }
        let moments = self.specimen.with_untracked(|s| s.as_ref().map_or(0, |s| s.moments.len()));
        self.playback.update(|playback| playback.show_end(moments));
    }

    /// Puts other specimens into the view.
    fn show(self, shown: Shown<Specimens>, notes: Vec<String>) {
        self.selection.set(Vec::new());
        self.look.update(|look| look.hidden.clear());
        self.notes.set(notes);
        self.chosen.set(0);
        self.shown.set(Some(shown));
        self.show_number(0);
    }
}

//! The structure on its stage, and everything around it that crystals need.

mod ablation;
mod atoms;
mod batch;
mod circle;
pub mod composition;
mod controls;
mod export;
mod labels;
mod legend;
mod notes;
mod periodic_table;
pub mod picture;
mod pointing;
mod quality;
mod scores;
mod trajectory;

use leptos::prelude::*;

use super::stage::{ControllerHandle, Stage, with};
use crate::{
    browser::preferences::Theme,
    metrics::crystals::align::LaidOver,
    session::{CrystalCase, Session},
    text::structure::summary,
};
use picture::StructurePicture;

pub use ablation::Ablation;
pub use atoms::AtomTable;
pub use batch::Batch;
pub use circle::CircleFigure;
pub use controls::StructureControls;
pub use export::StructureExport;
pub use legend::Legend;
pub use notes::Notes;
pub use quality::Quality;
pub use scores::Scores;
pub use trajectory::TrajectoryBar;

/// The stage with labels, tooltip and a summary for those who do not see the picture.
#[component]
pub fn StructureStage(
    session: Session,
    case: CrystalCase,
    handle: ControllerHandle<StructurePicture>,
    /// What stands there until there is a structure.
    #[prop(into)]
    placeholder: Signal<String>,
) -> impl IntoView {
    let theme = expect_context::<RwSignal<Theme>>();
    let ready = RwSignal::new(0u32);
    let labels = RwSignal::new(Vec::new());
    let hovered = RwSignal::new(None);
    let on_pointing = pointing::follow(case, handle, hovered);

    Effect::new(move |_| {
        ready.track();
        let watch = move |view: &shaders::structure::StructureView| {
            let now = case.moment.try_with_untracked(|moment| {
                let Some(moment) = moment else { return Vec::new() };
                let look = case.look.with_untracked(|look| look.labels);
                case.selection.with_untracked(|selection| labels::labels_of(view, moment.structure(), look, selection))
            });
            let (Some(now), Some(true)) =
                (now.clone(), now.and_then(|now| labels.try_with_untracked(|old| *old != now)))
            else {
                return;
            };
            labels.set(now);
        };
        with(handle, |controller| {
            let refused = move |why: String| session.problem.set(Some(why));
            controller.change(move |picture| picture.set_watcher(watch, refused));
            // A program on the processor has better things to do than to turn a crystal all day.
            if controller.ask(|picture| picture.view().is_software()) == Some(true) {
                case.look.update(|look| look.rotating = false);
            }
        });
    });
    Effect::new(move |_| {
        ready.track();
        let (look, theme) = (case.look.get(), theme.get());
        with(handle, |controller| {
            controller.set_rotating(look.rotating);
            controller.change(move |picture| picture.set_look(&look, theme));
        });
    });
    // Another specimen, another controller: the camera has to find it. The same one: it stays where it is.
    let identity = Memo::new(move |_| {
        let first = case.specimen.with(|s| s.as_ref().and_then(|s| s.moments.first().cloned()));
        (ready.get(), first)
    });
    let has_arrows = Memo::new(move |_| case.look.with(|look| look.arrows));
    Effect::new(move |before: Option<(u32, Option<crate::state::specimen::Moment>)>| {
        let identity = identity.get();
        let other = before.as_ref() != Some(&identity);
        if let Some(moment) = case.moment.get() {
            hovered.set(None);
            let arrows = if has_arrows.get() { case.arrows_now.get() } else { Vec::new() };
            with(handle, |controller| controller.change(move |picture| picture.set_moment(moment, arrows, other)));
        }
        identity
    });
    Effect::new(move |_| {
        ready.track();
        let over = case.look.with(|look| look.compare).then(|| case.nearest.get()).and_then(|nearest| {
            let found = nearest.found()?;
            Some(found.laid_over.clone().unwrap_or_else(|| LaidOver::in_its_cell(found.crystal.clone())))
        });
        with(handle, |controller| controller.change(move |picture| picture.set_over(over)));
    });
    Effect::new(move |_| {
        ready.track();
        let selection = case.selection.get();
        with(handle, |controller| controller.change(move |picture| picture.set_selection(selection)));
    });

    let shape = move || {
        let atoms = case.moment.with(|m| m.as_ref().map(|m| m.structure().elements().len()))?;
        Some(atoms.to_string())
    };
    let words = move || case.moment.with(|m| m.as_ref().map(|m| summary(m.structure())));
    view! {
        <Stage
            testid="structure-view"
            label="Atomic structure. Arrow keys turn it, with Shift they move it, plus and minus zoom, 0 resets. The atoms are listed below."
            handle
            ready
            source=Signal::derive(move || case.source())
            shape=Signal::derive(shape)
            two=Signal::derive(|| false)
            placeholder
            on_interaction=move || {
                if case.look.with_untracked(|look| look.rotating) {
                    case.look.update(|look| look.rotating = false);
                }
            }
            on_pointing
        >
            <labels::Overlay case labels hovered />
            <div class="captions">
                <p class="caption" data-testid="caption">
                    {move || case.title()}
                </p>
            </div>
        </Stage>
        <p class="visually-hidden" data-testid="structure-summary">
            {words}
        </p>
    }
}

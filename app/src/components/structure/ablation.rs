//! The method with one of its parts taken out.

use leptos::prelude::*;

use crate::{components::segments::Segments, session::Session, state::job::Job};

/// Models of the perovskites: preset, name in the document, what it does without.
const WITHOUT: [(&str, &str, &str); 4] = [
    ("perov-small", "nothing", "Nothing"),
    ("perov-time-only", "certainty", "Certainty"),
    ("perov-exponential", "schedule", "Schedule"),
    ("perov-gaussian", "torus", "Torus"),
];

/// The switch, where the chosen model is one of them.
#[component]
pub fn Ablation(session: Session) -> impl IntoView {
    let chosen = Memo::new(move |_| {
        session.settings.with(|s| WITHOUT.iter().map(|(preset, ..)| *preset).find(|preset| *preset == s.preset))
    });
    let running = Memo::new(move |_| session.job.with(Job::is_running));
    view! {
        <Show when=move || chosen.get().is_some()>
            <section class="panel" aria-labelledby="ablation-title">
                <h2 id="ablation-title">"Take a part out"</h2>
                <p class="help">
                    "The method rests on three things: beliefs that live on a torus, a network that is told how certain each \
                     coordinate is, and a schedule under which uncertainty falls evenly. Each of the other models was \
                     trained without one of them, on the same crystals for as many steps; without the torus, certainty is \
                     the same for all coordinates too. Formula and seed stay as they are: sample again to compare. The \
                     scores below are those of the model that is chosen; at this size they differ little."
                </p>
                <Segments
                    legend="Part that is taken out"
                    test="ablation"
                    choices=&WITHOUT
                    value=Signal::derive(move || chosen.get().unwrap_or_default())
                    set=move |preset| session.change(|s| s.choose(session.system, preset))
                    disabled=running
                />
            </section>
        </Show>
    }
}

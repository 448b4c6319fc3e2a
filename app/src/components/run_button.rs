//! Sample, Cancel, progress, and which backend really computes.

use catalog::Device;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::copy_button::CopyButton;
use crate::{
    browser::now,
    session::Session,
    state::job::{Job, Phase},
    text::format,
};

/// Least time between two changes of the status text, so that a screen reader can follow.
const STATUS_MS: f64 = 700.0;

/// The panel that starts, follows and stops a job.
#[component]
pub fn RunPanel(session: Session) -> impl IntoView {
    let running = Memo::new(move |_| session.job.with(Job::is_running));
    let repeats = session.repeats();
    let link = Signal::derive(move || {
        let query = session.settings.with(|s| s.to_query(repeats.get()));
        let location = window().location();
        format!("{}{}?{query}", location.origin().unwrap_or_default(), location.pathname().unwrap_or_default())
    });
    view! {
        <section class="run" aria-label="Sampling">
            <div class="run-buttons">
                <button
                    type="button"
                    class="primary"
                    data-testid="sample-button"
                    disabled=running
                    on:click=move |_| sample(session)
                    on:pointerenter=move |_| session.warm_up()
                    on:focus=move |_| session.warm_up()
                >
                    "Sample"
                </button>
                <Show when=move || running.get()>
                    <button type="button" data-testid="cancel-button" on:click=move |_| session.cancel()>"Cancel"</button>
                </Show>
                <CopyButton text=link label="Copy link" testid="permalink" />
            </div>
            <Show when=move || running.get()>
                <progress
                    data-testid="progress"
                    aria-label="Progress"
                    max="1"
                    value=move || session.job.with(Job::fraction).map(|f| f.to_string())
                ></progress>
            </Show>
            <Status session />
            <BackendLine session />
            <p class="problem" role="alert" data-testid="problem">{move || session.problem.get()}</p>
        </section>
    }
}

/// The status line: polite, and no faster than a person can hear.
#[component]
fn Status(session: Session) -> impl IntoView {
    let status = RwSignal::new(String::new());
    let said = StoredValue::new((f64::NEG_INFINITY, None::<std::mem::Discriminant<Phase>>));
    Effect::new(move |_| {
        let (text, phase) = session.job.with(|job| (job.sentence(), std::mem::discriminant(&job.phase)));
        let refused = session.refused.get();
        let (at, last) = said.get_value();
        if refused {
            status.set("Nothing was sampled: correct the marked fields first.".to_owned());
        } else if last != Some(phase) || now() - at >= STATUS_MS {
            said.set_value((now(), Some(phase)));
            status.set(text);
        }
    });
    let size = move || {
        session.manifest.with(|manifest| {
            let preset = session.settings.with(|s| session.system.preset(&s.preset))?;
            let bytes = manifest.as_ref()?.weights(session.system.slug, preset)?.bytes;
            Some(format!("The model is {}, loaded once and kept for later visits.", format::bytes(bytes)))
        })
    };
    view! {
        <p class="status" role="status" data-testid="status" class:failed=move || session.job.with(|j| matches!(j.phase, Phase::Failed(_)))>
            {status}
        </p>
        <Show when=move || session.job.with(|j| j.phase == Phase::Idle)>
            <p class="help">{size}</p>
        </Show>
    }
}

/// Which backend, which adapter, how fast, and why it is not what was asked for.
#[component]
fn BackendLine(session: Session) -> impl IntoView {
    let line = move || {
        session.job.with(|job| {
            let backend = job.backend.as_ref()?;
            let name = if backend.device == Device::Webgpu { "WebGPU" } else { "CPU" };
            let speed = job.milliseconds_per_step().map(|ms| format!(" · {} per step", format::milliseconds(ms)));
            let note = backend.note.as_ref().map(|note| view! { <span class="backend-note">{note.clone()}</span> });
            Some(view! {
                <span class="backend-name">{name}</span>
                {format!(" · {}", backend.adapter)}
                {speed}
                {note}
            })
        })
    };
    view! { <p class="backend" data-testid="backend">{line}</p> }
}

/// Asks for a sample; if the form is refused, goes to the first field that is to be corrected.
pub(super) fn sample(session: Session) {
    session.sample();
    if session.refused.get_untracked() {
        focus_first_invalid();
    }
}

fn focus_first_invalid() {
    // After the error texts are in the document.
    request_animation_frame(|| {
        if let Ok(Some(control)) = document().query_selector("[aria-invalid=true]") {
            drop(control.unchecked_into::<HtmlElement>().focus());
        }
    });
}

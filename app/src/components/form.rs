//! The form of a system: preset, seed, device, and one control per parameter of the catalogue.

use catalog::{Device, Field, Preset};
use leptos::prelude::*;

use super::{
    field::{FieldControl, FieldErrorText},
    file_field::{FileField, owner},
    run_button::sample,
};
use crate::{
    session::Session,
    state::{
        job::Job,
        settings::{BROWSER_DEVICES, browser_maximum, most_samples},
    },
};

/// All settings.
#[component]
pub fn SettingsForm(session: Session) -> impl IntoView {
    let control = move |field: Field| {
        if let Some(control) = session.kind.case().and_then(|case| case.control(session, &field)) {
            return control;
        }
        if let Some(owner) = owner(session.system, &field) {
            return view! { <FileField session owner field /> }.into_any();
        }
        let (read, wrong, bound, written) =
            (field.name.clone(), field.name.clone(), field.clone(), StoredValue::new(field.name.clone()));
        view! {
            <FieldControl
                field
                text=Signal::derive(move || session.settings.with(|s| s.text(&read).to_owned()))
                error=Signal::derive(move || session.error_of(&wrong))
                maximum=Signal::derive(move || {
                    session.settings.with(|s| browser_maximum(session.system, &s.preset, &bound))
                })
                set=move |text| session.change(|s| written.with_value(|name| s.set(name, &text)))
            />
        }
        .into_any()
    };
    let parameter = move |field: Field| {
        let presets = field.presets.clone();
        let control = control(field);
        if presets.is_empty() {
            return control;
        }
        // What means nothing to this model is not asked.
        let display = move || session.settings.with(|s| if presets.contains(&s.preset) { "contents" } else { "none" });
        view! { <div style:display=display>{control}</div> }.into_any()
    };
    view! {
        <form
            class="settings"
            aria-label="Settings of the sample"
            novalidate
            on:submit=move |event| {
                event.prevent_default();
                sample(session);
            }
        >
            <PresetPicker session />
            <SeedField session />
            {session.system.parameters.iter().cloned().map(parameter).collect_view()}
            {(most_samples(session.system) > 1).then(|| view! { <CountField session /> })}
            {(!session.system.cpu_only).then(|| view! { <DeviceField session /> })}
            // Enter in any field asks for a sample; the visible button stands with the progress.
            <button type="submit" class="visually-hidden" tabindex="-1" aria-hidden="true"></button>
        </form>
    }
}

#[component]
fn PresetPicker(session: Session) -> impl IntoView {
    let option = move |preset: &'static Preset| {
        let note = if preset.browser && preset.shipped { "" } else { " (server only)" };
        view! {
            <option
                value=preset.name
                disabled=!preset.browser
                selected=move || session.settings.with(|s| s.preset == preset.name)
            >
                {preset.title}
                {note}
            </option>
        }
    };
    let running = Memo::new(move |_| session.job.with(Job::is_running));
    let description = move || match running.get() {
        true => Some("Cancel the job to change the model."),
        false => session.settings.with(|s| session.system.preset(&s.preset).map(|p| p.description)),
    };
    view! {
        <div class="field">
            <label class="field-label" for="preset">"Model"</label>
            <select
                id="preset"
                data-testid="preset"
                aria-describedby="preset-help preset-error"
                aria-invalid=move || session.error_of("preset").is_some().then_some("true")
                // A sample would be compared with the files of another model.
                disabled=running
                on:change=move |event| {
                    let name = event_target_value(&event);
                    session.change(|s| s.choose(session.system, &name));
                }
            >
                {session.system.presets.iter().map(option).collect_view()}
            </select>
            <p class="help" id="preset-help">{description}</p>
            <FieldErrorText
                name="preset".to_owned()
                id="preset-error".to_owned()
                error=Signal::derive(move || session.error_of("preset"))
            />
        </div>
    }
}

#[component]
fn SeedField(session: Session) -> impl IntoView {
    let error = Signal::derive(move || session.error_of("seed"));
    view! {
        <div class="field">
            <label class="field-label" for="seed">"Seed"</label>
            <div class="with-button">
                <input
                    id="seed"
                    data-testid="seed"
                    type="text"
                    inputmode="numeric"
                    autocomplete="off"
                    aria-describedby="seed-help seed-error"
                    aria-invalid=move || error.with(Option::is_some).then_some("true")
                    prop:value=move || session.settings.with(|s| s.seed.clone())
                    on:input=move |event| {
                        let seed = event_target_value(&event);
                        session.change(|s| {
                            s.seed = seed;
                            s.seed_chosen = true;
                        });
                    }
                />
                <button type="button" class="quiet-button" data-testid="new-seed" on:click=move |_| session.new_seed()>
                    "New seed"
                </button>
            </div>
            <p class="help" id="seed-help">"The same seed and settings give the same sample."</p>
            <FieldErrorText name="seed".to_owned() id="seed-error".to_owned() error />
        </div>
    }
}

#[component]
fn CountField(session: Session) -> impl IntoView {
    let most = most_samples(session.system);
    let gathered = session.system.makes.is_gathered();
    let (name, how) = if gathered { ("Draws", "when the learning is over") } else { ("Samples", "each drawn anew") };
    let error = Signal::derive(move || session.error_of("count"));
    view! {
        <div class="field">
            <label class="field-label" for="count">{name}</label>
            <input
                id="count"
                data-testid="count"
                type="number"
                inputmode="numeric"
                min="1"
                max=most.to_string()
                aria-describedby="count-help count-error"
                aria-invalid=move || error.with(Option::is_some).then_some("true")
                prop:value=move || session.settings.with(|s| s.count.clone())
                on:input=move |event| {
                    let count = event_target_value(&event);
                    session.change(|s| s.count = count);
                }
            />
            <p class="help" id="count-help">{format!("1 to {most}, {how}.")}</p>
            <FieldErrorText name="count".to_owned() id="count-error".to_owned() error />
        </div>
    }
}

#[component]
fn DeviceField(session: Session) -> impl IntoView {
    let option = move |device: Device| {
        let label = match device {
            Device::Auto => "Automatic",
            Device::Webgpu => "WebGPU",
            _ => "CPU",
        };
        view! {
            <option value=device.name() selected=move || session.settings.with(|s| s.device == device)>{label}</option>
        }
    };
    view! {
        <div class="field">
            <label class="field-label" for="device">"Compute on"</label>
            <select
                id="device"
                data-testid="device"
                aria-describedby="device-help device-error"
                aria-invalid=move || session.error_of("device").is_some().then_some("true")
                on:change=move |event| {
                    let device = Device::from_name(&event_target_value(&event)).unwrap_or_default();
                    session.change(|s| s.device = device);
                }
            >
                {BROWSER_DEVICES.map(option).collect_view()}
            </select>
            <p class="help" id="device-help">"Automatic takes the GPU if there is one, else the CPU. The two differ in the last digits."</p>
            <FieldErrorText
                name="device".to_owned()
                id="device-error".to_owned()
                error=Signal::derive(move || session.error_of("device"))
            />
        </div>
    }
}

//! Starting samplings: JSON, or a form with pictures.

use axum::{
    extract::{FromRequest as _, Request, State},
    response::Response,
};
use catalog::{
    FieldError, Input, SampleRequest, System, input,
    request::{Checked, Venue},
    run::Work,
};
use serde_json::Value;

use super::{
    AppState,
    body::{self, JsonBody},
    error::ApiError,
    form::{self, Form, REQUEST},
    runs::submit,
};
use crate::{
    device,
    runs::inputs,
    store::{StoreError, Uploads, runs as stored, uploads::Arriving},
};

/// Predictions of a network that one request for stepwise samples may ask for.
const MOST_PREDICTIONS: u64 = 100_000;

/// Trajectories that one request may make learners learn from: 250 000 steps, as long as the longest experiment of the
/// forward-looking authors, of 16 trajectories each.
const MOST_TRAJECTORIES: u64 = 4_000_000;

/// Draw samples on the server
///
/// Open to everyone, within the bounds the operator set. The same request gives the same samples.
///
/// Systems that work on pictures (see their `inputs` in /api/systems) take a form: the JSON as its part `request`, and
/// the file of each input under its name. Uploads are kept only as long as the run needs them: they are deleted when it
/// ends, and never part of an answer.
#[utoipa::path(
    post, path = "/api/samples", operation_id = "startSampling", tag = "runs",
    request_body(content = ref("#/components/schemas/SampleRequest"), content_type = "application/json"),
    responses(
        (status = 202, description = "Queued", body = ref("#/components/schemas/Run"),
         headers(("location" = String, description = "Address of the run"))),
        (status = 400, description = "Neither JSON nor a whole form", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 408, description = "Too slow", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 413, description = "Too large; a file that is to blame is named in `errors`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 415, description = "Neither `application/json` nor `multipart/form-data`", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 422, description = "Bad fields, each named in `errors`; an uploaded file is `inputs.` and its name", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
        (status = 503, description = "Too many runs or uploads wait", body = ref("#/components/schemas/Problem"), content_type = "application/problem+json"),
    )
)]
pub async fn start(State(state): State<AppState>, request: Request) -> Result<Response, ApiError> {
    let form = match form::is_form(request.headers()) {
        true => form::read(request, &state.runs.uploads, state.limits.uploads).await?,
        false => {
            let JsonBody(request) = JsonBody::from_request(request, &()).await?;
            Form { request, names: vec![], arrived: None, errors: vec![] }
        }
    };
    let Form { request, names, arrived, mut errors } = form;
    // Also where the rest of the request is wrong: everything is told at once.
    if let Some(system) = request["system"].as_str().and_then(catalog::systems::find) {
        errors.extend(system.check_inputs(&names, missing));
    }
    let checked = body::check(request, |request: SampleRequest| {
        let device = device::check(request.device);
        let checked = body::also(request.check(Venue::Server), device.err().into_iter().collect())?;
        match over_budget(&checked, state.limits.voxels) {
            Some(error) => Err(vec![error]),
            None => Ok(checked),
        }
    });
    let checked = body::also(checked, errors)?;
    if !has_weights(&state, &checked).await? {
        return Err(vec![FieldError::new("preset", "has no weights on this server; train it first")].into());
    }
    let arrived = match arrived {
        Some(arrived) => Some(looked_at(&state, &checked, names, arrived).await?),
        None => None,
    };
    submit(&state, Work::Sample(checked.request), arrived).await
}

fn missing(input: &Input) -> String {
    format!("is missing: send a form with the JSON as `{REQUEST}` and the picture as `{}`", input.name)
}

async fn has_weights(state: &AppState, checked: &Checked<SampleRequest>) -> Result<bool, StoreError> {
    let (System { slug, .. }, preset) = (checked.system, checked.preset);
    let shipped = !preset.weights || state.assets.find(&preset.path(slug, catalog::ModelFile::Weights)).is_some();
    Ok(shipped || stored::newest_training(&state.runs.pool, slug, preset.name).await?.is_some())
}

/// Decodes what has arrived, so that a file that is no picture is refused here and not by the run.
async fn looked_at(
    state: &AppState,
    checked: &Checked<SampleRequest>,
    names: Vec<&'static str>,
    arrived: Arriving,
) -> Result<Arriving, ApiError> {
    let permit = state.decoding.clone().acquire_owned().await;
    let permit = permit.map_err(|_| ApiError::Busy("The server stops.".to_owned()))?;
    let most = state.limits.uploads.file;
    let look = move |_: &Uploads| {
        // Held to the end of the work, even if nobody waits for it any more.
        let _permit = permit;
        let (mut sizes, mut errors) = (Vec::new(), Vec::new());
        for name in names {
            match inputs::decode(name, &arrived.read(name, most)?) {
                Ok(picture) => sizes.push((name, picture.image.width() as u64 * picture.image.height() as u64)),
                Err(error) => errors.push(error),
            }
        }
        Ok((sizes, errors, arrived))
    };
    let (sizes, errors, arrived) = state.runs.uploads.blocking(look).await?;
    body::also(Ok(()), errors)?;
    match over_pixels(&sizes, checked.request.count, state.limits.pixels) {
        Some(error) => Err(vec![error].into()),
        None => Ok(arrived),
    }
}

/// A sampling is open to everyone, so what one request may ask for is bounded.
fn over_budget(checked: &Checked<SampleRequest>, voxels: u64) -> Option<FieldError> {
    let parameters = &checked.request.parameters;
    let number = |name: &str| parameters.get(name).and_then(Value::as_u64);
    if let (Some(trajectories), Some(parameters)) = (checked.system.trajectories, parameters.as_object()) {
        let (all, steps) = (trajectories(parameters), number("steps")?);
        let most = MOST_TRAJECTORIES / (all / steps.max(1)).max(1);
        return (steps > most).then(|| {
            let each = all / steps;
            let message = format!(
                "must be at most {most}: all learners together take {each} trajectories a step, and at most \
                 {MOST_TRAJECTORIES} in all"
            );
            FieldError::new("parameters.steps", message)
        });
    }
    if let Some(steps) = number("steps") {
        let most = MOST_PREDICTIONS / steps.max(1);
        return (u64::from(checked.request.count) > most)
            .then(|| FieldError::new("count", format!("must be at most {most} at {steps} steps")));
    }
    let side = number("size")?;
    let each = side.saturating_pow(3);
    let most = voxels / each.max(1);
    (u64::from(checked.request.count) > most).then(|| match most {
        0 => FieldError::new("parameters.size", format!("is too large: this server draws at most {voxels} voxels")),
        _ => FieldError::new("count", format!("must be at most {most} at this size: {voxels} voxels in all")),
    })
}

/// The same for pictures, each with its pixels.
fn over_pixels(sizes: &[(&str, u64)], count: u32, pixels: u64) -> Option<FieldError> {
    let all: u64 = sizes.iter().map(|(_, size)| size).sum();
    let (largest, size) = sizes.iter().max_by_key(|(_, size)| *size)?;
    let most = pixels / all.max(1);
    (u64::from(count) > most).then(|| match most {
        0 => FieldError::new(
            input::field(largest),
            format!("has {size} pixels: this server works on at most {pixels}, all pictures together"),
        ),
        _ => FieldError::new("count", format!("must be at most {most} for these pictures: {pixels} pixels in all")),
    })
}

#[cfg(test)]
mod tests {
    use catalog::Preset;
    use serde_json::json;

    use super::*;

    fn checked(system: &System, preset: &Preset, parameters: Value, count: u32) -> Checked<SampleRequest> {
        let (system, preset) = (system.slug.to_owned(), preset.name.to_owned());
        SampleRequest { system, preset, parameters, seed: 0, count, device: Default::default() }
            .check(Venue::Server)
            .unwrap()
    }

    #[test]
    fn a_sampling_as_the_page_asks_for_it_is_within_the_budget() {
        for system in catalog::systems::all() {
            let count = if system.makes.is_gathered() { 1000 } else { 1 };
            assert_eq!(system.makes.is_gathered(), system.trajectories.is_some(), "{}", system.slug);
            for preset in system.presets.iter().filter(|preset| preset.browser) {
                let checked = checked(system, preset, json!({}), count);
                assert_eq!(over_budget(&checked, 1 << 24), None, "{}/{}", system.slug, preset.name);
            }
        }
    }

    #[test]
    fn learning_is_bounded_by_its_trajectories() {
        let system = catalog::systems::find("fl-gfn").unwrap();
        let refused = |parameters: Value| {
            over_budget(&checked(system, &system.presets[0], parameters, 1), 1 << 24).map(|error| error.field)
        };
        let steps = Some("parameters.steps".to_owned());
        assert_eq!(refused(json!({ "steps": 250_000, "learners": "trajectory-balance" })), None);
        assert_eq!(refused(json!({ "steps": 250_000 })), steps);
        assert_eq!(refused(json!({ "steps": 391, "batch_size": 512, "seeds": 5 })), steps);
        assert_eq!(refused(json!({ "steps": 390, "batch_size": 512, "seeds": 5 })), None);
    }
}

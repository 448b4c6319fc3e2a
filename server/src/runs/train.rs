//! What a run's thread does: train a model, or draw samples.

use std::{collections::BTreeMap, fs, path::Path, time::Duration};

use anyhow::{Context as _, Result, anyhow};
use catalog::{
    FieldError, SampleRequest, TrainRequest,
    request::{Checked, Venue},
    run::RunEvent,
};
use samples::{Inputs, SampleKind, image::Limits};

use super::{
    control::StopReason,
    executor::Ended,
    inputs,
    keep::Measuring,
    report::Reporter,
    sample::{self, Drawn, Output as _},
};
use crate::{
    device,
    store::{Assets, assets::Weights, runs as stored},
    training::{self, Checkpoints, Outcome, Policy, Trainer, checkpoint},
};

/// Time between two progress events.
const REPORT_EVERY: Duration = Duration::from_millis(500);
const CHECKPOINT_EVERY: Duration = Duration::from_secs(60);

/// A training that is ready to go on.
pub struct Prepared {
    /// The training.
    pub trainer: Box<dyn Trainer>,
    /// Its rhythm.
    pub policy: Policy,
    /// What the operator should know: where it goes on, which checkpoints were broken.
    pub notes: Vec<String>,
}

/// Takes a training up from its newest valid checkpoint, or starts it.
///
/// # Errors
/// If the device or the data are not there; a [`FieldError`] if the checkpoints are another training's.
pub fn prepare(request: &TrainRequest, assets: &Assets, checkpoints: &Path) -> Result<Prepared> {
    let (device, _) = device::open(request.device)?;
    let (resume, mut notes) = checkpoint::newest(checkpoints)?;
    if let Some(resume) = &resume {
        resume.check(request)?;
    }
    checkpoint::sweep(checkpoints);
    let folder = resume.as_ref().map(|checkpoint| checkpoint.folder.as_path());
    let trainer = training::start(request, folder, assets.folder(), &device)?;
    if resume.is_some() {
        notes.push(format!("Goes on from the checkpoint of step {}.", trainer.step()));
    }
    let seconds = request.parameters.get("checkpoint_seconds").and_then(serde_json::Value::as_u64);
    let checkpoint_every = seconds.map_or(CHECKPOINT_EVERY, Duration::from_secs);
    Ok(Prepared { trainer, policy: Policy { checkpoint_every, report_every: REPORT_EVERY }, notes })
}

/// Writes what a training made and hands each file to `keep`, in order of name.
///
/// # Errors
/// If the model cannot be written or a file not be kept.
pub fn publish(trainer: &mut dyn Trainer, mut keep: impl FnMut(&str, Vec<u8>) -> Result<()>) -> Result<()> {
    let folder = tempfile::tempdir().context("no temporary folder")?;
    trainer.publish(folder.path())?;
    let entries = fs::read_dir(folder.path())?.collect::<Result<Vec<_>, _>>()?;
    let mut files: Vec<_> = entries.into_iter().map(|entry| entry.path()).filter(|path| path.is_file()).collect();
    files.sort();
    for path in files {
        let name = path.file_name().and_then(|name| name.to_str()).context("a file without a name")?;
        keep(name, fs::read(&path)?)?;
    }
    Ok(())
}

/// Said between the last step and the files, which may take minutes.
pub const MEASURING: &str = "All steps are done; what was learnt is measured for its card.";

/// Media type of a file that a training makes.
pub fn media_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("json") => "application/json",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    }
}

/// Trains.
///
/// # Errors
/// If the training cannot go on.
pub fn train(request: &TrainRequest, assets: &Assets, checkpoints: &Path, reporter: &Reporter) -> Result<Ended> {
    let Prepared { mut trainer, policy, notes } = prepare(request, assets, checkpoints)?;
    for text in notes {
        reporter.event(RunEvent::Note { text, detail: serde_json::json!({ "step": trainer.step() }) });
    }
    let mut on_event = |event| reporter.event(event);
    let checkpoints = Checkpoints { folder: checkpoints, request };
    match training::run(&mut *trainer, checkpoints, policy, &mut on_event, reporter.control().flag())? {
        Outcome::Stopped => {
            // The folder is another worker's by then.
            if reporter.control().reason() != Some(StopReason::LeaseLost) {
                checkpoints.save(&*trainer)?;
            }
            Ok(Ended::Stopped)
        }
        Outcome::Finished => {
            let detail = serde_json::json!({ "step": trainer.step() });
            reporter.event(RunEvent::Note { text: MEASURING.to_owned(), detail });
            publish(&mut *trainer, |name, bytes| reporter.publish(name, media_type(name), bytes).map(|_| ()))?;
            Ok(Ended::Done)
        }
    }
}

/// Draws samples.
///
/// # Errors
/// If there are no weights, an upload is gone, or a sample cannot be drawn or kept.
pub fn sample(request: SampleRequest, assets: &Assets, mut reporter: Reporter) -> Result<Ended> {
    let checked = request.check(Venue::Server).map_err(all)?;
    let (weights, measuring) = model(&checked, assets, &reporter)?;
    if reporter.stopped() {
        return Ok(Ended::Stopped);
    }
    let inputs = uploaded(&checked, &mut reporter)?;
    let companion = assets.companion(checked.system, &inputs.names())?;
    match sample::draw(&checked, &[], &inputs, weights, companion, &measuring, &mut reporter)? {
        Drawn::All => Ok(Ended::Done),
        Drawn::Stopped => Ok(Ended::Stopped),
    }
}

fn all(errors: Vec<FieldError>) -> anyhow::Error {
    anyhow!("{}", errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
}

/// The pictures that were uploaded for this run.
fn uploaded(checked: &Checked<SampleRequest>, reporter: &mut Reporter) -> Result<Inputs> {
    let mut files = BTreeMap::new();
    for input in &checked.system.inputs {
        let bytes = reporter.runs().uploads.read(reporter.run(), input.name, Limits::PHOTO.bytes as u64)?;
        files.extend(bytes.map(|bytes| (input.name, bytes)));
    }
    let given: Vec<_> = files.keys().copied().collect();
    let missing = checked.system.check_inputs(&given, |_| "is gone: the upload was deleted".to_owned());
    if !missing.is_empty() {
        return Err(all(missing));
    }
    inputs::decode_all(files, &mut |note| reporter.note(note)).map_err(all)
}

/// The shipped weights, and what their samples are compared with; for a preset without, those of its newest training
/// here.
fn model(checked: &Checked<SampleRequest>, assets: &Assets, reporter: &Reporter) -> Result<(Weights, Measuring)> {
    let (system, preset) = (checked.system, checked.preset);
    if let Some(weights) = assets.weights(system.slug, preset)? {
        return Ok((weights, Measuring::of(checked, assets)?));
    }
    reporter.block_on(async {
        let runs = reporter.runs();
        let run = stored::newest_training(&runs.pool, system.slug, preset.name).await?;
        let run = run.with_context(|| format!("{} {} has no weights on this server", system.slug, preset.name))?;
        let bytes = runs.artifacts.read_all(&run, "weights.safetensors").await?;
        let real = match system.makes {
            SampleKind::Volume => {
                Some(serde_json::from_slice(&runs.artifacts.read_all(&run, "reference.json").await?)?)
            }
            _ => None,
        };
        Ok((Weights::new(format!("run {run}"), bytes.to_vec()), Measuring { permeability: false, real }))
    })
}

//! Drawing samples: the same loop for the server's runs and for the command line.

use catalog::{Device, FieldError, SampleRequest, request::Checked, run::Progress};
use models::{
    ModelError, Sampling,
    sampling::{self, Many},
};
use samples::{Inputs, Sample, SampleKind, volume::RockReference};
use serde::Serialize;
use serde_json::Value;
use thiserror::Error;

use super::keep::{Kept, Measuring, keep};
use crate::{device, store::assets::Weights};

/// Name of the file that describes the others.
pub const METRICS_FILE: &str = "metrics.json";

/// Where samples go and how the drawing is watched.
pub trait Output {
    /// Steps were done; `label` says what the last one did.
    fn progress(&mut self, progress: Progress, label: &str);

    /// A file is complete.
    ///
    /// # Errors
    /// If it cannot be kept.
    fn file(&mut self, name: &str, media_type: &str, bytes: Vec<u8>) -> anyhow::Result<()>;

    /// Something that the person should know.
    fn note(&mut self, text: String);

    /// Whether to stop before the next step.
    fn stopped(&self) -> bool;
}

/// How a drawing ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drawn {
    /// Every sample is there.
    All,
    /// It was asked to stop.
    Stopped,
}

/// Why samples cannot be drawn.
#[derive(Debug, Error)]
pub enum DrawError {
    /// What was asked for cannot be done.
    #[error(transparent)]
    Input(#[from] FieldError),
    /// The model failed.
    #[error(transparent)]
    Model(ModelError),
    /// A sample could not be written or measured.
    #[error("a sample could not be kept: {0:#}")]
    Keep(anyhow::Error),
    /// The files cannot be kept.
    #[error("{0:#}")]
    Output(anyhow::Error),
}

impl From<ModelError> for DrawError {
    fn from(error: ModelError) -> Self {
        match error {
            ModelError::Weights(_) => FieldError::new("weights", error.to_string()).into(),
            // Such a message names its field already: `parameters.size: …`.
            ModelError::Parameters(message) => match message.split_once(": ") {
                Some((field, rest)) if is_field(field) => FieldError::new(field, rest).into(),
                _ => FieldError::new("parameters", message).into(),
            },
            other => Self::Model(other),
        }
    }
}

fn is_field(name: &str) -> bool {
    matches!(name.split('.').next(), Some("parameters" | "inputs" | "preset"))
}

/// Name of the file of sample `index`.
pub fn file_name(kind: SampleKind, index: u32) -> String {
    format!("sample-{index:04}.{}", kind.extension())
}

/// Name of a file that stands beside a sample's own: `sample-0000-small.png` beside `sample-0000.png`.
fn beside_name(file: &str, name: &str) -> String {
    format!("{}-{name}", file.rsplit_once('.').map_or(file, |(stem, _)| stem))
}

/// The file of a sample of that kind that one stands beside, if its name says so.
pub fn beside_what(kind: SampleKind, name: &str) -> Option<String> {
    let (number, _) = name.strip_prefix("sample-")?.split_once('-')?;
    Some(format!("sample-{number}.{}", kind.extension()))
}

#[derive(Serialize)]
struct Report<'a> {
    request: &'a SampleRequest,
    provenance: Provenance<'a>,
    /// What the samples' `agreement` is with.
    #[serde(skip_serializing_if = "Option::is_none")]
    real: Option<&'a RockReference>,
    samples: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Provenance<'a> {
    program: &'static str,
    system: &'a str,
    preset: &'a str,
    paper: &'a str,
    device: Device,
    weights: WeightsEntry<'a>,
}

#[derive(Serialize)]
struct WeightsEntry<'a> {
    origin: &'a str,
    bytes: usize,
    sha256: &'a str,
}

#[derive(Serialize)]
struct Entry<'a> {
    index: u32,
    /// Absent where the model's answer was not a sample.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    /// Files that stand beside it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    beside: Vec<String>,
    /// Why there is no sample.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    /// What this sample was asked for, where a drawing has several requests.
    #[serde(skip_serializing_if = "Option::is_none")]
    parameters: Option<&'a Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shape: Option<Vec<usize>>,
    #[serde(skip_serializing_if = "Value::is_null")]
    measures: Value,
    #[serde(skip_serializing_if = "Value::is_null")]
    agreement: Value,
}

impl<'a> Entry<'a> {
    fn new(index: u32, parameters: Option<&'a Value>) -> Self {
        let (file, beside, error, shape) = (None, vec![], None, None);
        Self { index, file, beside, error, parameters, shape, measures: Value::Null, agreement: Value::Null }
    }

    /// Puts the sample into `file`, and what belongs to it beside it.
    fn write(&mut self, kept: Kept, file: String, output: &mut dyn Output) -> anyhow::Result<()> {
        for one in kept.beside {
            let name = beside_name(&file, &one.name);
            output.file(&name, one.media_type, one.bytes)?;
            self.beside.push(name);
        }
        output.file(&file, kept.media_type, kept.bytes)?;
        (self.file, self.shape) = (Some(file), kept.shape);
        (self.measures, self.agreement) = (kept.measures, kept.agreement);
        Ok(())
    }
}

/// Files of samples that a request leads to, one after the other for each of its variants.
pub fn files(kind: SampleKind, count: u32) -> u32 {
    if kind.is_gathered() { 1 } else { count }
}

/// Draws every sample of a request: `sample-0000.nrrd` … (or as [`SampleKind::extension`] says) and [`METRICS_FILE`].
/// The files depend on nothing but request, inputs, weights and class of device; none holds an input.
///
/// Each of `variants` replaces the parameters of the request, and gets as many samples as the request asks for; without
/// any, the request's own parameters stand.
///
/// An answer that is no sample, a cell without volume say, costs the others nothing: it stands in [`METRICS_FILE`] with
/// its error.
///
/// Blocks for as long as that takes: not for an async executor's threads.
///
/// # Errors
/// If the device is not there, the weights do not fit, the model fails or gives no sample at all, or a file cannot be
/// kept.
pub fn draw(
    checked: &Checked<SampleRequest>,
    variants: &[Value],
    inputs: &Inputs,
    weights: Weights,
    companion: Option<Vec<u8>>,
    measuring: &Measuring,
    output: &mut dyn Output,
) -> Result<Drawn, DrawError> {
    let request = &checked.request;
    let wanted = if checked.system.cpu_only { Device::Cpu } else { request.device };
    let (burn_device, device) = device::open(wanted)?;
    let Weights { origin, sha256, bytes } = weights;
    let weights = WeightsEntry { origin: &origin, bytes: bytes.len(), sha256: &sha256 };
    let mut model = models::load(&request.system, &request.preset, bytes, &burn_device)?;
    if let Some(companion) = companion {
        model.equip(&companion)?;
    }
    let own = [request.parameters.clone()];
    let several = !variants.is_empty();
    let variants = if several { variants } else { &own };
    let mut entries = Vec::new();
    let mut failed: Option<ModelError> = None;
    let each = files(checked.system.makes, request.count);
    let all = variants.len() as u64 * u64::from(each);
    for parameters in variants {
        let asked = SampleRequest { parameters: parameters.clone(), ..request.clone() };
        let mut indices = 0..each;
        while !indices.is_empty() {
            let sampling = model.sample(&asked, inputs, u64::from(indices.start)..u64::from(indices.end))?;
            let size = sampling.size() as u32;
            let Some(samples) = make(sampling, entries.len() as u64, all, output)? else { return Ok(Drawn::Stopped) };
            for (index, sample) in indices.clone().zip(samples) {
                let number = entries.len() as u32;
                let mut entry = Entry::new(index, several.then_some(parameters));
                match sample {
                    Ok(sample) => {
                        let notes = vec![
                            ("source".to_owned(), format!("{} {}", request.system, request.preset)),
                            ("seed".to_owned(), format!("{} / {index}", request.seed)),
                        ];
                        let kept = keep(&sample, notes, measuring).map_err(DrawError::Keep)?;
                        if let Some(error) = kept.measures["permeability_error"].as_str() {
                            output.note(format!("Sample {number}: {error}."));
                        }
                        entry
                            .write(kept, file_name(checked.system.makes, number), output)
                            .map_err(DrawError::Output)?;
                    }
                    Err(error @ ModelError::Output(_)) => {
                        output.note(format!("Sample {number}: {error}."));
                        entry.error = Some(error.to_string());
                        failed.get_or_insert(error);
                    }
                    Err(error) => return Err(error.into()),
                }
                entries.push(entry);
            }
            indices.start += size;
        }
    }
    if let Some(error) = failed.filter(|_| entries.iter().all(|entry| entry.file.is_none())) {
        return Err(error.into());
    }
    let provenance = Provenance {
        program: concat!("vitrine ", env!("CARGO_PKG_VERSION")),
        system: checked.system.slug,
        preset: checked.preset.name,
        paper: checked.system.paper.url,
        device,
        weights,
    };
    let report = Report { request, provenance, real: measuring.real.as_ref(), samples: entries };
    let json = serde_json::to_vec_pretty(&report).map_err(|e| DrawError::Output(e.into()))?;
    output.file(METRICS_FILE, "application/json", json).map_err(DrawError::Output)?;
    Ok(Drawn::All)
}

/// Makes samples after `before` others, of `all`; none if the output asked to stop.
fn make(
    mut sampling: Box<dyn Sampling>,
    before: u64,
    all: u64,
    output: &mut dyn Output,
) -> Result<Option<Many<Sample>>, ModelError> {
    let (steps, size) = (sampling.total_steps() as u64, sampling.size() as u64);
    loop {
        if output.stopped() {
            return Ok(None);
        }
        let report = sampling::advance(sampling.as_mut())?;
        let done = steps * before + size * report.done as u64;
        output.progress(Progress { done, total: steps * all }, &report.label);
        if report.done as u64 >= steps {
            return sampling.finish()?.read().map(Some);
        }
    }
}

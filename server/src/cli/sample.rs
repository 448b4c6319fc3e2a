//! `vitrine sample`.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use catalog::{SampleRequest, request::Venue, run::Progress};
use clap::Args;
use samples::SampleKind;

use super::{Failure, lines, pictures, progress::Meter, request::Common, weights};
use crate::{
    config::Places,
    device,
    runs::{
        keep::Measuring,
        sample::{DrawError, METRICS_FILE, Output, beside_what, draw, file_name, files},
    },
    store::files,
};

/// Arguments of `vitrine sample`.
#[derive(Debug, Args)]
pub struct SampleArgs {
    #[command(flatten)]
    common: Common,
    /// Number of samples
    #[arg(long, default_value_t = 1, value_name = "N")]
    count: u32,
    /// The picture to work on, for systems that work on pictures; else compositions to sample, one formula a line, each of
    /// which gets `count` samples
    #[arg(long, value_name = "FILE")]
    input: Option<PathBuf>,
    /// Folder for `sample-0000.nrrd` (or `.cif`, `.jsonl` …) … and `metrics.json`
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Weights to use instead of the shipped ones: safetensors, the authors' .pth, .pt or .ckpt, or a folder of these
    #[arg(long, value_name = "PATH")]
    weights: Option<PathBuf>,
    /// Also solve the flow for the permeability: slow
    #[arg(long)]
    permeability: bool,
    /// Replace files that are there
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    places: Places,
}

struct Folder {
    path: PathBuf,
    meter: Meter,
}

impl Output for Folder {
    fn progress(&mut self, progress: Progress, label: &str) {
        self.meter.show(progress, label);
    }

    fn file(&mut self, name: &str, _: &str, bytes: Vec<u8>) -> anyhow::Result<()> {
        Ok(files::write(&self.path.join(name), &bytes)?)
    }

    fn note(&mut self, text: String) {
        self.meter.end();
        eprintln!("note: {text}");
    }

    fn stopped(&self) -> bool {
        false
    }
}

/// Draws samples into a folder.
pub fn sample(args: SampleArgs) -> Result<(), Failure> {
    let mut parsed = args.common.parse(|system| &system.parameters, |system| &system.inputs)?;
    let lines = pictures::assign(args.input.as_deref(), parsed.system, &mut parsed.files)?;
    device::check(parsed.device)?;
    let mut request = SampleRequest {
        system: parsed.system.slug.to_owned(),
        preset: parsed.preset,
        parameters: parsed.parameters,
        seed: args.common.seed,
        count: args.count,
        device: parsed.device,
    };
    let variants = match lines {
        Some(file) => lines::read(file, parsed.system, &request)?,
        None => Vec::new(),
    };
    if let Some(first) = variants.first() {
        request.parameters = first.clone();
    }
    let mut checked = request.check(Venue::Server)?;
    if !variants.is_empty() {
        // The request was checked with the first line; what it asks for is all of them.
        checked.request.parameters[lines::PARAMETER] = "".into();
    }
    let inputs = pictures::read(checked.system, &parsed.files)?;
    let weights = weights::read(args.weights.as_deref(), &args.places, checked.system.slug, checked.preset)?;
    let companion = args.places.assets().companion(checked.system, &inputs.names())?;
    let kind = checked.system.makes;
    let count = files(kind, args.count).saturating_mul(variants.len().max(1) as u32);
    let names = (0..count).map(|index| file_name(kind, index)).chain([METRICS_FILE.to_owned()]);
    prepare(&args.out, kind, names, args.force)?;
    let mut output = Folder { path: args.out, meter: Meter::new() };
    let measuring = Measuring { permeability: args.permeability, ..Measuring::of(&checked, &args.places.assets())? };
    let started = std::time::Instant::now();
    let drawn = draw(&checked, &variants, &inputs, weights, companion, &measuring, &mut output);
    output.meter.end();
    if kind.is_gathered() && drawn.is_ok() {
        eprintln!("Learnt and drew {} objects in {:.1} s.", args.count, started.elapsed().as_secs_f64());
    }
    match drawn {
        Ok(_) => Ok(()),
        Err(DrawError::Input(error)) => Err(error.into()),
        Err(DrawError::Output(error)) => Err(error.into()),
        Err(error) => Err(Failure::Failed(error.into())),
    }
}

/// Creates the folder and refuses to write over files that are there.
fn prepare(folder: &Path, kind: SampleKind, names: impl Iterator<Item = String>, force: bool) -> Result<(), Failure> {
    let bad = |error: std::io::Error| Failure::input("out", format!("{}: {error}", folder.display()));
    std::fs::create_dir_all(folder).map_err(bad)?;
    if force {
        return Ok(());
    }
    let names: BTreeSet<_> = names.collect();
    for entry in std::fs::read_dir(folder).map_err(bad)? {
        let path = entry.map_err(bad)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if names.contains(name.as_ref()) || beside_what(kind, &name).is_some_and(|file| names.contains(&file)) {
            return Err(Failure::input("out", format!("{} is there already; --force replaces it", path.display())));
        }
    }
    Ok(())
}

//! `vitrine train`.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use catalog::{TrainRequest, run::RunEvent};
use clap::Args;

use super::{Failure, progress::Meter, request::Common};
use crate::{
    config::Places,
    device,
    runs::train as work,
    store::files,
    training::{self, Checkpoints, Outcome},
};

/// Arguments of `vitrine train`.
#[derive(Debug, Args)]
pub struct TrainArgs {
    #[command(flatten)]
    common: Common,
    /// Folder of the checkpoints; the same training goes on from the newest valid one
    #[arg(long, value_name = "DIR")]
    checkpoints: PathBuf,
    /// Folder for what the training makes: `weights.safetensors`, `card.json`
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Replace files that are there
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    places: Places,
}

/// Trains a model into a folder.
pub fn train(args: TrainArgs) -> Result<(), Failure> {
    let parsed = args.common.parse(|system| &system.training, |_| &[])?;
    device::check(parsed.device)?;
    let request = TrainRequest {
        system: parsed.system.slug.to_owned(),
        preset: parsed.preset,
        parameters: parsed.parameters,
        seed: args.common.seed,
        device: parsed.device,
    };
    let checked = request.check()?;
    let assets = args.places.assets();
    training::check(&checked.request, assets.folder())?;
    prepare(&args.out, args.force)?;
    let prepared = work::prepare(&checked.request, &assets, &args.checkpoints)?;
    let work::Prepared { mut trainer, policy, notes } = prepared;
    for note in notes {
        eprintln!("{note}");
    }
    let stop = stop_on_signal()?;
    let mut meter = Meter::new();
    let mut label = String::new();
    let mut on_event = |event: RunEvent| match event {
        RunEvent::Metrics { values, .. } if !values.is_empty() => {
            label = values.iter().map(|(name, value)| format!("{name} {value:.4}")).collect::<Vec<_>>().join(", ");
        }
        RunEvent::Progress(progress) => meter.show(progress, &label),
        _ => {}
    };
    let checkpoints = Checkpoints { folder: &args.checkpoints, request: &checked.request };
    let outcome = training::run(&mut *trainer, checkpoints, policy, &mut on_event, &stop);
    meter.end();
    match outcome? {
        Outcome::Stopped => {
            checkpoints.save(&*trainer)?;
            let step = trainer.step();
            Err(Failure::Failed(anyhow::anyhow!("stopped at step {step}; the same command goes on from there")))
        }
        Outcome::Finished => {
            eprintln!("{}", work::MEASURING);
            work::publish(&mut *trainer, |name, bytes| Ok(files::write(&args.out.join(name), &bytes)?))?;
            Ok(())
        }
    }
}

/// What a training will make is not known before its end, so its folder has to be empty.
fn prepare(folder: &Path, force: bool) -> Result<(), Failure> {
    let bad = |error: std::io::Error| Failure::input("out", format!("{}: {error}", folder.display()));
    std::fs::create_dir_all(folder).map_err(bad)?;
    let mut entries = std::fs::read_dir(folder).map_err(bad)?;
    if !force && entries.next().is_some() {
        return Err(Failure::input("out", format!("{} is not empty; --force writes into it", folder.display())));
    }
    Ok(())
}

/// A flag that SIGINT and SIGTERM set, so that the loop can make its checkpoint.
fn stop_on_signal() -> anyhow::Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = stop.clone();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
        runtime.block_on(async move {
            match super::serve::stop_signal().await {
                Ok(()) => flag.store(true, Ordering::Release),
                Err(error) => eprintln!("signals cannot be caught: {error}"),
            }
        });
    })?;
    Ok(stop)
}

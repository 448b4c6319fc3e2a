//! `vitrine runs`: the runs of a local data folder.

use catalog::run::{Run, Work};
use clap::{Args, Subcommand};

use super::{Failure, serve::block_on};
use crate::{
    config::Places,
    runs::Runs,
    store::runs::{self as stored, Cancel, Filter, Kind, STATES},
};

/// Subcommands of `vitrine runs`.
#[derive(Debug, Subcommand)]
pub enum RunsCommand {
    /// List runs, newest first
    List(ListArgs),
    /// Show one run as JSON
    Show(OneArgs),
    /// Cancel a run that waits or works
    Cancel(OneArgs),
}

/// Arguments of `vitrine runs list`.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// Only runs of this kind: train or sample
    #[arg(long)]
    kind: Option<String>,
    /// Only runs in this state: queued, running, succeeded, failed or cancelled
    #[arg(long)]
    state: Option<String>,
    /// At most so many
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    limit: u32,
    /// As JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    places: Places,
}

/// Arguments that name one run.
#[derive(Debug, Args)]
pub struct OneArgs {
    /// The run
    id: String,
    #[command(flatten)]
    places: Places,
}

/// Looks at runs, or ends one.
pub fn runs(command: RunsCommand) -> Result<(), Failure> {
    match command {
        RunsCommand::List(args) => block_on(list(args)),
        RunsCommand::Show(args) => block_on(async move {
            let runs = open(&args.places).await?;
            let run = stored::get(&runs.pool, &args.id).await?.ok_or_else(|| unknown(&args.id))?;
            print_json(&run)
        }),
        RunsCommand::Cancel(args) => block_on(async move {
            let runs = open(&args.places).await?;
            match runs.cancel(&args.id).await? {
                Cancel::Done => println!("cancelled"),
                Cancel::Asked => println!("asked to stop"),
                Cancel::Ended => return Err(Failure::input("id", "the run has ended")),
                Cancel::Unknown => return Err(unknown(&args.id)),
            }
            Ok(())
        }),
    }
}

/// Opens a data folder that is there; looking must not create one.
pub async fn open(places: &Places) -> Result<Runs, Failure> {
    if !places.data.join("vitrine.db").is_file() {
        let message = format!("{} is no data folder of vitrine", places.data.display());
        return Err(Failure::input("data", message));
    }
    Ok(Runs::open(&places.data).await?)
}

async fn list(args: ListArgs) -> Result<(), Failure> {
    let mut filter = Filter { limit: args.limit, ..Filter::default() };
    if let Some(kind) = &args.kind {
        let known = Kind::from_name(kind).ok_or_else(|| Failure::input("kind", "must be train or sample"))?;
        filter.kind = Some(known);
    }
    if let Some(state) = &args.state {
        let known = STATES.iter().find(|(name, _)| name == state).map(|(_, state)| *state);
        let names: Vec<_> = STATES.iter().map(|(name, _)| *name).collect();
        filter.state =
            Some(known.ok_or_else(|| Failure::input("state", format!("must be one of {}", names.join(", "))))?);
    }
    let runs = stored::list(&open(&args.places).await?.pool, &filter).await?;
    if args.json {
        return print_json(&runs);
    }
    for run in runs {
        println!("{}", line(&run));
    }
    Ok(())
}

fn line(run: &Run) -> String {
    let (kind, system, preset) = match &run.work {
        Work::Train(request) => ("train", &request.system, &request.preset),
        Work::Sample(request) => ("sample", &request.system, &request.preset),
    };
    let progress = run.progress.map(|p| format!("  {}/{}", p.done, p.total)).unwrap_or_default();
    let error = run.error.as_ref().map(|e| format!("  {e}")).unwrap_or_default();
    let state = stored::state_name(run.state);
    format!("{}  {state:<9}  {kind:<6}  {system} {preset}{progress}{error}", run.id)
}

fn unknown(id: &str) -> Failure {
    Failure::input("id", format!("there is no run `{id}`"))
}

fn print_json(value: &impl serde::Serialize) -> Result<(), Failure> {
    let json = serde_json::to_string_pretty(value).map_err(anyhow::Error::from)?;
    println!("{json}");
    Ok(())
}

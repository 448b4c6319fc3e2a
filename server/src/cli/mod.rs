//! The command line, on the same contract as the page and the API.

mod evaluate;
mod evaluate_gflownets;
mod export;
mod export_structure;
mod failure;
mod import;
mod lines;
mod pictures;
mod progress;
mod request;
mod runs;
mod sample;
mod serve;
mod systems;
mod train;
mod weights;

use std::process::ExitCode;

use clap::{Parser, Subcommand, error::ErrorKind};

pub use failure::Failure;

/// Generative models at work: serve the page, train models, draw samples.
#[derive(Debug, Parser)]
#[command(name = "vitrine", version, propagate_version = true, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the page and the API, and work on runs
    Serve(serve::ServeArgs),
    /// Work on runs of the queue, without serving
    Worker(serve::WorkerArgs),
    /// Train a model; the same command goes on after an interruption
    Train(train::TrainArgs),
    /// Draw samples from a model
    Sample(sample::SampleArgs),
    /// Compare a model's samples with the real thing and with baselines
    Evaluate(evaluate::EvaluateArgs),
    /// Look at the runs of a data folder, and end them
    #[command(subcommand)]
    Runs(runs::RunsCommand),
    /// Convert a volume or a structure between file formats, and measure it
    Export(export::ExportArgs),
    /// Turn a checkpoint of a paper's authors into weights for the server
    Import(import::ImportArgs),
    /// List the systems, their presets and parameters
    Systems(systems::SystemsArgs),
    /// Make a new admin token; the old one stops working
    Token(serve::TokenArgs),
}

/// Runs the program: exit code 0, 1 for failures, 2 for bad input.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            drop(error.print());
            return ExitCode::from(2);
        }
        Err(error) if error.use_stderr() => {
            // Usage belongs to `--help`; an error is one line. What it lists stands in lines of their own.
            let text = error.render().to_string();
            let message: Vec<_> = text.lines().map(str::trim).take_while(|line| !line.is_empty()).collect();
            eprintln!("{}", message.join(" "));
            return ExitCode::from(2);
        }
        Err(help) => {
            // Whoever asked may have stopped reading.
            drop(help.print());
            return ExitCode::SUCCESS;
        }
    };
    if !matches!(cli.command, Command::Serve(_) | Command::Worker(_)) {
        // A reader of the output that stops, `head` say, ends the program quietly and not with a panic.
        sigpipe::reset();
    }
    let result = match cli.command {
        Command::Serve(args) => serve::serve(args),
        Command::Worker(args) => serve::worker(args),
        Command::Train(args) => train::train(args),
        Command::Sample(args) => sample::sample(args),
        Command::Evaluate(args) => evaluate::evaluate(args),
        Command::Runs(command) => runs::runs(command),
        Command::Export(args) => export::export(args),
        Command::Import(args) => import::import(args),
        Command::Systems(args) => systems::systems(&args),
        Command::Token(args) => serve::token(args),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.print();
            failure.exit_code()
        }
    }
}

//! `cargo xtask`: the work around the code that cargo itself does not do.

mod edges;
mod licences;
mod metadata;
mod web;

use std::path::{Path, PathBuf};

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Builds the web bundle and checks the house's rules")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Builds the page and the worker for the browser and writes the bundle
    Web {
        /// Fast compression and no size budget
        #[arg(long)]
        dev: bool,
        /// Where the bundle goes, relative to the repository
        #[arg(long, default_value = "dist")]
        out: PathBuf,
    },
    /// Builds the module that draws in the benches of e2e/bench
    BenchPage {
        /// Where its two files go, relative to the repository
        #[arg(long, default_value = "target/bench-page")]
        out: PathBuf,
    },
    /// Holds the crates' dependencies to the architecture's table
    CheckEdges,
    /// Holds every dependency's licence to the list in deny.toml
    Licences,
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse().task {
        Task::Web { dev, out } => web::build(&root().join(out), dev),
        Task::BenchPage { out } => web::build_bench_page(&root().join(out)),
        Task::CheckEdges => edges::report(),
        Task::Licences => licences::report(),
    }
}

/// The repository.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("server/xtask lies two levels down")
}

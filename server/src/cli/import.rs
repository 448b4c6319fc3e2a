//! `vitrine import`: the authors' checkpoints as weights that the server and the page take.

use std::path::PathBuf;

use clap::Args;

use super::{Failure, weights};
use crate::store::files;

/// Arguments of `vitrine import`.
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// Name of the system, as `vitrine systems` lists it
    system: String,
    /// The checkpoint: the authors' .pth, .pt or .ckpt, or a folder of these
    #[arg(value_name = "PATH")]
    checkpoint: PathBuf,
    /// Name of the preset whose network it is
    #[arg(long, value_name = "NAME")]
    preset: String,
    /// The safetensors file to write. The server finds `weights/<system>/<preset>/weights.safetensors` in its assets
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Replace a file that is there
    #[arg(long)]
    force: bool,
}

/// Writes a checkpoint as weights.
pub fn import(args: ImportArgs) -> Result<(), Failure> {
    let system = catalog::systems::find(&args.system).ok_or_else(|| Failure::input("system", "unknown"))?;
    let preset = system.preset(&args.preset).ok_or_else(|| Failure::input("preset", "unknown"))?;
    if !models::registry::IMPORTS.contains(&system.slug) {
        return Err(Failure::input("system", "has no checkpoints of its authors that are read here"));
    }
    if args.out.is_dir() {
        return Err(Failure::input("out", format!("{} is a folder; name a file", args.out.display())));
    }
    if args.out.exists() && !args.force {
        return Err(Failure::input("out", format!("{} is there; --force replaces it", args.out.display())));
    }
    let weights = weights::of_file(&args.checkpoint, system.slug, preset)?;
    // What no model takes is not written.
    let device = burn::tensor::Device::flex();
    models::load(system.slug, preset.name, weights.bytes.clone(), &device)?;
    if let Some(folder) = args.out.parent() {
        let bad = |error: std::io::Error| Failure::input("out", format!("{}: {error}", folder.display()));
        std::fs::create_dir_all(folder).map_err(bad)?;
    }
    Ok(files::write(&args.out, &weights.bytes)?)
}

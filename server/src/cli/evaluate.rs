//! `vitrine evaluate`: a generator's samples beside the real thing and beside baselines.

use clap::Args;
use models::systems::{
    crysbfn::CrystalConfig,
    dci_vton::{Networks, Sizes},
};
use samples::wardrobe::{TEST_PAIRS, test_pair, unpaired_test_pair};

use super::{Failure, evaluate_gflownets, weights};
use crate::{
    config::Places,
    store::assets::Weights,
    training::{
        crysbfn,
        dci_vton::{folder::Folder, score},
        dlv_irn,
        gflownets::Options,
        judge,
        table::Table,
    },
};

/// Arguments of `vitrine evaluate`.
#[derive(Debug, Args)]
pub struct EvaluateArgs {
    /// System
    system: String,
    /// Preset
    #[arg(long)]
    preset: String,
    /// Weights to use instead of the shipped ones: safetensors, the authors' .pth, .pt or .ckpt, or a folder of these
    #[arg(long, value_name = "PATH")]
    weights: Option<std::path::PathBuf>,
    /// Samples to draw
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u32).range(2..=10_000))]
    count: u32,
    /// Volumes of each kind whose permeability is solved, which is slow
    #[arg(long, default_value_t = 0)]
    flow: u32,
    /// Folder of pictures to measure on, for systems that work on pictures, for dci-vton laid out as VITON-HD is; the shipped
    /// held-out ones without
    #[arg(long, value_name = "FOLDER")]
    pictures: Option<std::path::PathBuf>,
    /// Seeds to repeat on, for crysbfn and for systems that learn while they are measured
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..=32))]
    seeds: u64,
    /// For dci-vton: weights of a training with `sees_warp=false`, to stand for the diffusion without the warp
    #[arg(long, value_name = "FILE")]
    blind: Option<std::path::PathBuf>,
    /// Few steps and few tasks, for those systems: whether something broke, not how good it is
    #[arg(long)]
    quick: bool,
    /// Print JSON instead of a table
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    places: Places,
}

/// Prints the comparison.
pub fn evaluate(args: EvaluateArgs) -> Result<(), Failure> {
    let system = catalog::systems::find(&args.system).ok_or_else(|| Failure::input("system", "unknown"))?;
    let preset = system.preset(&args.preset).ok_or_else(|| Failure::input("preset", "unknown"))?;
    let assets = args.places.assets();
    let weights = weights::read(args.weights.as_deref(), &args.places, system.slug, preset)?;
    let options = Options { seeds: args.seeds, quick: args.quick };
    let bytes = (&*weights.bytes, args.weights.as_deref());
    if let Some(tables) = evaluate_gflownets::tables(system.slug, preset, bytes, &assets, options)? {
        return print(&args, &tables);
    }
    if system.slug == "dci-vton" {
        return print(&args, &fittings(&args, &weights.bytes)?);
    }
    let device = burn::tensor::Device::flex();
    let model = models::load(system.slug, preset.name, weights.bytes, &device)?;
    match system.slug {
        "porous-gan" => rock(&args, model.as_ref(), assets.folder()),
        "crysbfn" => crystals(&args, model.as_ref(), assets.folder()),
        "dlv-irn" => pictures(&args, model.as_ref(), assets.folder()),
        other => Err(Failure::input("system", format!("{other} has no evaluation"))),
    }
}

fn print(args: &EvaluateArgs, tables: &[Table]) -> Result<(), Failure> {
    match args.json {
        true => println!("{}", serde_json::to_string_pretty(tables).map_err(anyhow::Error::from)?),
        false => tables.iter().for_each(|table| println!("{table}")),
    }
    Ok(())
}

/// Warps beside warps, pictures beside pictures, and the pictures of garments that nobody wore before.
fn fittings(args: &EvaluateArgs, weights: &[u8]) -> Result<Vec<Table>, Failure> {
    let device = burn::tensor::Device::flex();
    let load = |preset: &str, bytes: &[u8]| {
        Networks::load(preset, bytes, &device).map_err(|error| Failure::input("weights", error.to_string()))
    };
    let networks = load(&args.preset, weights)?;
    let blind = match &args.blind {
        None => None,
        Some(file) => {
            let blind = Weights::read(file).map_err(|error| Failure::input("blind", error.to_string()))?;
            Some(load(&args.preset, &blind.bytes)?)
        }
    };
    let count = if args.quick { 50 } else { TEST_PAIRS };
    let small = networks.sizes == Sizes::SMALL;
    let mut sets = Vec::new();
    match &args.pictures {
        Some(root) => {
            let bad = |error| Failure::input("pictures", format!("{error:#}"));
            let photos = Folder::open(root, "test").map_err(bad)?;
            let fittings = score::photographed(&photos, count, networks.sizes.pictures, !small).map_err(bad)?;
            sets.push(("worn", fittings));
        }
        None if small => {
            sets.push(("worn", score::test_fittings(count, test_pair)?));
            sets.push(("somebody else's garment", score::test_fittings(count, unpaired_test_pair)?));
        }
        None => return Err(Failure::input("pictures", "name a folder of photos laid out as VITON-HD's")),
    }
    let mut tables = Vec::new();
    for (what, fittings) in sets {
        let warps = score::warps(&networks, &fittings, &device)?;
        tables.extend(score::tables(&format!("{what}, warp"), score::WARP_MEASURES, &warps));
        let arms = score::arms(&networks, blind.as_ref(), &fittings, &device)?;
        tables.extend(score::tables(&format!("{what}, pictures"), score::MEASURES, &arms));
    }
    Ok(tables)
}

fn pictures(args: &EvaluateArgs, model: &dyn models::Model, assets: &std::path::Path) -> Result<(), Failure> {
    let held_out = assets.join("data/dlv-irn/validation");
    let folder = args.pictures.as_ref().unwrap_or(&held_out);
    let pictures = dlv_irn::pictures::read(folder).map_err(|error| Failure::input("pictures", format!("{error:#}")))?;
    let scores = dlv_irn::score::score(model, &args.preset, &pictures)?;
    if args.json {
        println!("{}", serde_json::to_string_pretty(&scores).map_err(anyhow::Error::from)?);
        return Ok(());
    }
    println!("dlv-irn {}: luma, dB (SSIM); from the 8-bit small picture", args.preset);
    println!("{:<20}{:>18}{:>12}{:>18}{:>14}", "", "restored", "small", "bicubic", "small, bytes");
    let row = |name: &str, scores: &[dlv_irn::score::Score]| {
        let mean = |value: fn(&dlv_irn::score::Score) -> Option<f64>| dlv_irn::score::mean(scores, value);
        let pair = |psnr: Option<f64>, ssim: Option<f64>| match (psnr, ssim) {
            (Some(psnr), Some(ssim)) => format!("{psnr:.2} ({ssim:.4})"),
            _ => "–".to_owned(),
        };
        println!(
            "{name:<20}{:>18}{:>12}{:>18}{:>14}",
            pair(mean(|s| Some(s.restored_psnr)), mean(|s| Some(s.restored_ssim))),
            mean(|s| s.small_psnr).map_or("–".to_owned(), |psnr| format!("{psnr:.2}")),
            pair(mean(|s| Some(s.bicubic_psnr)), mean(|s| Some(s.bicubic_ssim))),
            mean(|s| Some(s.small_bytes)).map_or("–".to_owned(), |bytes| format!("{bytes:.0}")),
        );
    };
    for score in &scores {
        row(&score.name, std::slice::from_ref(score));
    }
    row("mean", &scores);
    Ok(())
}

fn crystals(args: &EvaluateArgs, model: &dyn models::Model, assets: &std::path::Path) -> Result<(), Failure> {
    let config = CrystalConfig::of_preset(&args.preset).map_err(anyhow::Error::from)?;
    crysbfn::data::check(&args.preset, assets)?;
    let data = &crysbfn::data::load(&args.preset, assets)?;
    let (preset, predicts, count) = (args.preset.as_str(), config.predicts(), args.count as usize);
    let comparison = crysbfn::compare::Comparison { preset, data, predicts, count, seeds: args.seeds };
    print(
        args,
        &[comparison.without_learning()?, comparison.with_learning(model, &config.steps, &crysbfn::compare::SAMPLERS)?],
    )
}

fn rock(args: &EvaluateArgs, model: &dyn models::Model, assets: &std::path::Path) -> Result<(), Failure> {
    print(args, &judge::judge(model, &args.preset, assets, args.count as usize, args.flow as usize)?)
}

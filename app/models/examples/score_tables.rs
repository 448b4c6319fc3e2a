//! Writes the score tables of `op-gfn` from the published data: `score_tables <assets>`.

use std::{fs, io::Read, path::Path};

use models::{gflownet::environment::landscapes, systems::op_gfn};

type AnyError = Box<dyn std::error::Error>;

fn main() -> Result<(), AnyError> {
    let assets = std::env::args().nth(1).unwrap_or_else(|| "assets".to_owned());
    let assets = Path::new(&assets);
    let table = |name: &str| -> Result<String, AnyError> {
        let mut text = String::new();
        let file = fs::File::open(assets.join("data/gflownets").join(name))?;
        flate2::read::GzDecoder::new(file).read_to_string(&mut text)?;
        Ok(text)
    };
    let binding = landscapes::binding_scores(&table("tfbind8_30factors.tsv.gz")?, "SIX6")?;
    let gaps = landscapes::gap_scores(&table("qm9str_gap.csv.gz")?)?;
    let cells = table("nats_bench_tss_200epochs.csv.gz")?;
    let cells = (0..3).map(|task| landscapes::cell_accuracies(&cells, task)).collect::<Result<Vec<_>, _>>()?;
    for (preset, scores) in [("tfbind8", vec![binding]), ("qm9str", vec![gaps]), ("cell", cells)] {
        let folder = assets.join("weights/op-gfn").join(preset);
        fs::create_dir_all(&folder)?;
        fs::write(folder.join("weights.safetensors"), op_gfn::to_weights(&scores)?)?;
    }
    Ok(())
}

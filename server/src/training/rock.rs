//! The rocks that the porous presets learn from, at the resolution they are learned at (spec §5).

use std::{fs, path::Path};

use anyhow::{Context, Result, bail};
use samples::volume::{Volume, bead_pack::BeadPack, bits};

/// A segmented rock.
pub struct Rock {
    /// The whole volume.
    pub volume: Volume,
    /// Edge of a voxel in micrometres; for the bead pack of unit spheres, of a ball radius of 6.25 voxels.
    pub voxel_um: f64,
    /// What it is and what was done to it, for the card.
    pub description: &'static str,
    /// Where it comes from.
    pub source: &'static str,
    /// Under which terms.
    pub licence: &'static str,
}

/// Voxels of a ball radius in the `beadpack-small` preset.
const BEAD_RADIUS: f64 = 6.25;

const GAN_REPOSITORY: &str = "GitHub LukasMosser/PorousMediaGan, imaged by Imperial College London";
const GAN_LICENCE: &str = "repository MIT; micro-CT images published for free research use";

/// The rock of a preset, from `<assets>/data/porous-gan`.
///
/// # Errors
/// If the preset has no rock or its file is missing or broken.
pub fn load(preset: &str, assets: &Path) -> Result<Rock> {
    let folder = assets.join("data/porous-gan");
    let read = |name: &str| {
        let path = folder.join(name);
        fs::read(&path).with_context(|| format!("cannot read {}", path.display()))
    };
    let packed = |name: &str| -> Result<Volume> {
        Ok(bits::read(&read(&format!("{name}.bits.gz"))?, &read(&format!("{name}.json"))?)?.0)
    };
    Ok(match preset {
        "berea-small" => Rock {
            volume: packed("berea_400")?.halve().context("Berea has even sides")?,
            voxel_um: 6.0,
            description: "Berea sandstone, micro-CT, 400³ voxels of 3 µm halved to 200³ by majority",
            source: GAN_REPOSITORY,
            licence: GAN_LICENCE,
        },
        "ketton-small" => Rock {
            volume: packed("ketton_256")?.median_filter().halve().context("Ketton has even sides")?,
            voxel_um: 30.4,
            description: "Ketton limestone, micro-CT, 256³ voxels of 15.2 µm, 3×3×3 median filter, halved to 128³ by majority",
            source: GAN_REPOSITORY,
            licence: GAN_LICENCE,
        },
        "beadpack-small" => Rock {
            volume: BeadPack::from_csv(&String::from_utf8(read("finney_pack.csv")?)?)?
                .voxelize(BEAD_RADIUS, BeadPack::usable_side(BEAD_RADIUS))?,
            voxel_um: 12.0,
            description: "Finney's random close packing of equal spheres, 4 021 measured centres, radius 6.25 voxels",
            source: "J. L. Finney 1970, Digital Rocks Portal, by way of GitHub je-santos/MPLBM-UT",
            licence: "ODC-BY",
        },
        "paper" => Rock {
            volume: packed("berea_400")?,
            voxel_um: 3.0,
            description: "Berea sandstone, micro-CT, 400³ voxels of 3 µm",
            source: GAN_REPOSITORY,
            licence: GAN_LICENCE,
        },
        other => bail!("preset `{other}` has no rock"),
    })
}

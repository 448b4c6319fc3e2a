//! The rocks that the porous presets learn from, at the resolution they are learned at (spec §5).

use std::{fs, path::Path};

use anyhow::{Context, Result, bail};
use models::seed;
use rand::Rng;
use rand_distr::{StandardNormal, UnitBall};
use samples::volume::{Volume, bead_pack::BeadPack, bits};

/// A segmented rock.
pub struct Rock {
    /// The whole volume.
    pub volume: Volume,
    /// The rock as geometry, where it is known.
    pub pack: Option<BeadPack>,
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

/// Cubes that stand for a pack.
const PACK_BLOCKS: usize = 64;

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
            pack: None,
            voxel_um: 6.0,
            description: "Berea sandstone, micro-CT, 400³ voxels of 3 µm halved to 200³ by majority",
            source: GAN_REPOSITORY,
            licence: GAN_LICENCE,
        },
        "ketton-small" => Rock {
            volume: packed("ketton_256")?.median_filter().halve().context("Ketton has even sides")?,
            pack: None,
            voxel_um: 30.4,
            description: "Ketton limestone, micro-CT, 256³ voxels of 15.2 µm, 3×3×3 median filter, halved to 128³ by majority",
            source: GAN_REPOSITORY,
            licence: GAN_LICENCE,
        },
        "beadpack-small" => {
            let pack = BeadPack::from_csv(&String::from_utf8(read("finney_pack.csv")?)?)?;
            Rock {
                volume: pack.voxelize(BEAD_RADIUS, BeadPack::usable_side(BEAD_RADIUS))?,
                pack: Some(pack),
                voxel_um: 12.0,
                description: "Finney's random close packing of equal spheres, 4 021 measured centres, radius 6.25 voxels",
                source: "J. L. Finney 1970, Digital Rocks Portal, by way of GitHub je-santos/MPLBM-UT",
                licence: "ODC-BY",
            }
        }
        "paper" => Rock {
            volume: packed("berea_400")?,
            pack: None,
            voxel_um: 3.0,
            description: "Berea sandstone, micro-CT, 400³ voxels of 3 µm",
            source: GAN_REPOSITORY,
            licence: GAN_LICENCE,
        },
        other => bail!("preset `{other}` has no rock"),
    })
}

impl Rock {
    /// The cubes of `side`³ voxels whose measures stand for the rock: all that share no voxel. In a pack they would be few
    /// and of one corner; there they are cut at random, as the cubes that are learned from. None of a volume that is smaller.
    ///
    /// # Errors
    /// If the pack is smaller.
    pub fn blocks(&self, side: usize) -> Result<Vec<Volume>> {
        if self.pack.is_none() {
            return Ok(self.volume.blocks(side, side));
        }
        let mut rng = seed::stream(0, 0);
        (0..PACK_BLOCKS).map(|_| Ok(Volume::new([side; 3], self.cube(side, true, &mut rng)?)?)).collect()
    }

    /// A cube of `edge`³ voxels from a random place. If `augment`, turned at random: freely where the rock is known as
    /// geometry, otherwise to one of the 48 orientations of the cube.
    ///
    /// # Errors
    /// If the rock is smaller.
    pub fn cube(&self, edge: usize, augment: bool, rng: &mut impl Rng) -> Result<Vec<u8>> {
        match &self.pack {
            Some(pack) if augment => {
                let farthest = BeadPack::farthest(BEAD_RADIUS, edge).context("the pack is smaller than a cube")?;
                let place: [f64; 3] = rng.sample(UnitBall);
                let cube = pack.cut(BEAD_RADIUS, edge, place.map(|x| x * farthest), random_rotation(rng))?;
                Ok(cube.voxels().to_vec())
            }
            _ => Ok(random_cube(&self.volume, edge, augment, rng)),
        }
    }
}

/// Rows of a rotation matrix, uniform over rotations: that of a quaternion of four normal numbers.
fn random_rotation(rng: &mut impl Rng) -> [[f64; 3]; 3] {
    let q: [f64; 4] = std::array::from_fn(|_| rng.sample(StandardNormal));
    let length = q.iter().map(|x| x * x).sum::<f64>().sqrt();
    let [w, x, y, z] = q.map(|value| value / length);
    [
        [1.0 - 2.0 * (y * y + z * z), 2.0 * (x * y - w * z), 2.0 * (x * z + w * y)],
        [2.0 * (x * y + w * z), 1.0 - 2.0 * (x * x + z * z), 2.0 * (y * z - w * x)],
        [2.0 * (x * z - w * y), 2.0 * (y * z + w * x), 1.0 - 2.0 * (x * x + y * y)],
    ]
}

/// A cube of `edge`³ voxels from a random place, in one of the 48 orientations of the cube if `augment`.
fn random_cube(volume: &Volume, edge: usize, augment: bool, rng: &mut impl Rng) -> Vec<u8> {
    let origin: [usize; 3] = volume.shape().map(|side| rng.random_range(0..=side - edge));
    let mut axes = [0, 1, 2];
    let mut mirrored = [false; 3];
    if augment {
        for i in (1..3).rev() {
            axes.swap(i, rng.random_range(0..=i));
        }
        mirrored = std::array::from_fn(|_| rng.random());
    }
    let mut voxels = Vec::with_capacity(edge * edge * edge);
    for a in 0..edge {
        for b in 0..edge {
            for c in 0..edge {
                let mut at = origin;
                for (i, step) in [a, b, c].into_iter().enumerate() {
                    at[axes[i]] += if mirrored[i] { edge - 1 - step } else { step };
                }
                voxels.push(volume.voxels()[volume.index(at[0], at[1], at[2])]);
            }
        }
    }
    voxels
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use samples::volume::Band;

    use super::*;

    #[test]
    fn augmentation_reaches_all_48_orientations_and_keeps_the_voxels() {
        let side = 3;
        let volume = Volume::new([side; 3], (0..27).map(|i| u8::from([0, 1, 5, 9].contains(&i))).collect()).unwrap();
        let mut rng = seed::stream(1, 0);
        let mut seen = HashSet::new();
        for _ in 0..2000 {
            let cube = random_cube(&volume, side, true, &mut rng);
            assert_eq!(cube.iter().filter(|&&v| v == 1).count(), 4);
            seen.insert(cube);
        }
        assert_eq!(seen.len(), 48);
        let plain: HashSet<_> = (0..50).map(|_| random_cube(&volume, side, false, &mut rng)).collect();
        assert_eq!(plain.len(), 1);
    }

    #[test]
    fn rotations_are_rotations_and_beads_stay_beads() {
        let mut rng = seed::stream(2, 0);
        for _ in 0..100 {
            let turn = random_rotation(&mut rng);
            let dot = |a: [f64; 3], b: [f64; 3]| (0..3).map(|i| a[i] * b[i]).sum::<f64>();
            for i in 0..3 {
                let next = turn[(i + 1) % 3];
                let cross: [f64; 3] = std::array::from_fn(|j| {
                    turn[i][(j + 1) % 3] * next[(j + 2) % 3] - turn[i][(j + 2) % 3] * next[(j + 1) % 3]
                });
                assert!((dot(turn[i], turn[i]) - 1.0).abs() < 1e-12 && dot(turn[i], next).abs() < 1e-12);
                assert!((dot(cross, turn[(i + 2) % 3]) - 1.0).abs() < 1e-12, "right-handed");
            }
        }
        let rock = load("beadpack-small", Path::new("../assets")).unwrap();
        let porosity = |voxels: &[u8]| voxels.iter().filter(|&&v| v == 0).count() as f64 / voxels.len() as f64;
        let cubes: Vec<_> = (0..100).map(|_| rock.cube(32, true, &mut rng).unwrap()).collect();
        let mean = cubes.iter().map(|cube| porosity(cube)).sum::<f64>() / 100.0;
        assert!((mean - porosity(rock.volume.voxels())).abs() < 0.006, "{mean}");
        assert!(rock.cube(126, true, &mut rng).is_err(), "larger than the pack");

        // Half of them predict the other half: they stand for the pack, not for a corner of it.
        let measured: Vec<_> = rock.blocks(64).unwrap().iter().map(|block| porosity(block.voxels())).collect();
        let (first, second) = (Band::of(&measured[..32]), Band::of(&measured[32..]));
        assert!(second.holds(first.mean, 0.5) && first.holds(second.mean, 0.5), "{first:?} {second:?}");
    }
}

//! A data folder, assets with untrained weights, and a web bundle, all temporary.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    sync::OnceLock,
    time::{Duration, Instant},
};

use flate2::{Compression, write::GzEncoder};
use models::{
    appearance_flow::{WarpConfig, WarpNetwork},
    seed,
    systems::{
        crysbfn::{CrystalConfig, CspNet},
        dci_vton::{
            network::to_file,
            refiner::{Refiner, RefinerConfig},
        },
        dlv_irn::{Architecture, Network},
        porous_gan::{GanConfig, Generator},
    },
    weights,
};
use rand::Rng as _;
use tempfile::TempDir;

pub struct Folders(TempDir);

impl Folders {
    pub fn new() -> Self {
        let folders = Self(tempfile::tempdir().unwrap());
        let weights = folders.assets().join("weights/porous-gan/berea-small");
        fs::create_dir_all(&weights).unwrap();
        fs::write(weights.join("weights.safetensors"), untrained()).unwrap();
        let weights = folders.assets().join("weights/crysbfn/perov-small");
        fs::create_dir_all(&weights).unwrap();
        fs::write(weights.join("weights.safetensors"), untrained_crystals()).unwrap();
        let weights = folders.assets().join("weights/dlv-irn/x2-small");
        fs::create_dir_all(&weights).unwrap();
        fs::write(weights.join("weights.safetensors"), untrained_rescaling()).unwrap();
        let weights = folders.assets().join("weights/dci-vton/small");
        fs::create_dir_all(&weights).unwrap();
        fs::write(weights.join("weights.safetensors"), untrained_try_on()).unwrap();
        let people = concat!(env!("CARGO_MANIFEST_DIR"), "/../assets/weights/dci-vton/people.safetensors");
        fs::copy(people, folders.assets().join("weights/dci-vton/people.safetensors")).unwrap();
        // There, so that a request is queued; its run fails over them.
        let weights = folders.assets().join("weights/dlv-irn/x2-irn");
        fs::create_dir_all(&weights).unwrap();
        fs::write(weights.join("weights.safetensors"), "no weights").unwrap();
        write_bundle(&folders.web());
        folders
    }

    /// With a rock that trainings of `ketton-small` learn from.
    pub fn with_rock() -> Self {
        let folders = Self::new();
        let data = folders.assets().join("data/porous-gan");
        fs::create_dir_all(&data).unwrap();
        write_rock(&data);
        folders
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn data(&self) -> PathBuf {
        self.path().join("data")
    }

    pub fn assets(&self) -> PathBuf {
        self.path().join("assets")
    }

    pub fn web(&self) -> PathBuf {
        self.path().join("web")
    }

    /// Names of the folders of uploads, whether of a run or arriving.
    pub fn uploads(&self) -> Vec<String> {
        let entries = fs::read_dir(self.data().join("uploads")).into_iter().flatten();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    /// Waits until there are no uploads: a run is told to have ended before its own are deleted.
    pub async fn no_uploads(&self, what: &str) {
        let start = Instant::now();
        while !self.uploads().is_empty() {
            assert!(start.elapsed() < Duration::from_secs(60), "{what}: {:?}", self.uploads());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    pub fn weights(&self) -> PathBuf {
        self.assets().join("weights/porous-gan/berea-small/weights.safetensors")
    }
}

/// The same of a crystal model.
fn untrained_crystals() -> &'static [u8] {
    static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
    BYTES.get_or_init(|| {
        let config = CrystalConfig::perov_small();
        let network = CspNet::random(&config, &mut seed::stream(2, 0), &burn::tensor::Device::flex());
        weights::to_safetensors(&network, burn::tensor::DType::F16).unwrap()
    })
}

/// The same of a network that shrinks pictures and restores them.
fn untrained_rescaling() -> &'static [u8] {
    static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
    BYTES.get_or_init(|| {
        let architecture = Architecture::of_preset("x2-small").unwrap();
        let network = Network::random(&architecture, &mut seed::stream(4, 0), &burn::tensor::Device::flex());
        network.to_safetensors(burn::tensor::DType::F16).unwrap()
    })
}

/// The same of networks that try garments on.
fn untrained_try_on() -> &'static [u8] {
    static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
    BYTES.get_or_init(|| {
        let (rng, device) = (&mut seed::stream(5, 0), burn::tensor::Device::flex());
        let warp = WarpNetwork::random(&WarpConfig::small(), rng, &device);
        to_file(&warp, &Refiner::random(&RefinerConfig::small(), rng, &device)).unwrap()
    })
}

/// Weights as they are before any training: they make noise, but of the right size.
fn untrained() -> &'static [u8] {
    static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
    BYTES.get_or_init(|| {
        let device = burn::tensor::Device::flex();
        let generator = Generator::random(&GanConfig::SMALL, &mut seed::stream(1, 0), &device);
        weights::to_safetensors(&generator, burn::tensor::DType::F16).unwrap()
    })
}

/// A rock with two blocks of 64³ at half resolution: separate round pores at random places. Nothing flows through
/// it, so its permeability is known at once.
fn write_rock(folder: &Path) {
    let shape = [256usize, 128, 128];
    let mut bits = vec![0u8; shape.iter().product::<usize>() / 8];
    let mut rng = seed::stream(3, 0);
    let mut pores = 0usize;
    for _ in 0..120 {
        let centre = shape.map(|side| rng.random_range(12..side as i64 - 12));
        let radius = rng.random_range(5..10i64);
        for z in -radius..=radius {
            for y in -radius..=radius {
                for x in -radius..=radius {
                    if z * z + y * y + x * x > radius * radius {
                        continue;
                    }
                    let at = [centre[0] + z, centre[1] + y, centre[2] + x].map(|i| i as usize);
                    let index = (at[0] * shape[1] + at[1]) * shape[2] + at[2];
                    let bit = 0x80 >> (index % 8);
                    pores += usize::from(bits[index / 8] & bit == 0);
                    bits[index / 8] |= bit;
                }
            }
        }
    }
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(&bits).unwrap();
    fs::write(folder.join("ketton_256.bits.gz"), packed.finish().unwrap()).unwrap();
    let description = serde_json::json!({
        "name": "ketton_256", "shape_zyx": shape,
        "encoding": "1 bit per voxel, C order (z slowest, x fastest), most significant bit first, gzip",
        "value_1": "pore", "value_0": "grain", "voxel_size_um": 15.2,
        "porosity": pores as f64 / (bits.len() * 8) as f64,
        "source": "made for a test", "licence": "none needed",
    });
    fs::write(folder.join("ketton_256.json"), description.to_string()).unwrap();
}

/// A bundle as the web build leaves it, in small.
fn write_bundle(web: &Path) {
    fs::create_dir_all(web.join("pkg")).unwrap();
    fs::create_dir_all(web.join("assets/styles")).unwrap();
    fs::write(web.join("index.html"), "<!doctype html><title>Vitrine</title>").unwrap();
    fs::write(web.join("index.html.br"), b"brotli of index").unwrap();
    fs::write(web.join("index.html.gz"), b"gzip of index").unwrap();
    fs::write(web.join("manifest.json"), "{}").unwrap();
    fs::write(web.join("sw.js"), "self.x = 1;").unwrap();
    fs::write(web.join("pkg/page.0123456789abcdef.wasm"), b"\0asm").unwrap();
    fs::write(web.join("pkg/page.0123456789abcdef.wasm.br"), b"brotli of wasm").unwrap();
    fs::write(web.join("assets/styles/main.fedcba9876543210.css"), "body { margin: 0 }").unwrap();
}

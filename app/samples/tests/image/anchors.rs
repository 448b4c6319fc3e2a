//! The published numbers of bicubic resizing on the usual pictures, from `shared/data/dlv-irn` beside the repository.

use std::path::{Path, PathBuf};

use samples::{
    Image,
    image::{
        metrics::{psnr_rgb, psnr_y, ssim_y},
        resize::bicubic,
    },
};

use crate::read;

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/dlv-irn");

/// Name and picture of every file.
fn pictures(set: &str) -> Vec<(String, Image)> {
    let folder = Path::new(DATA).join(set);
    let entries = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let named = |path: &PathBuf| {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        (name, read(&std::fs::read(path).unwrap()).image)
    };
    paths.iter().map(named).collect()
}

/// Mean Y-PSNR in dB and Y-SSIM of pictures shrunk by `scale` and enlarged again, the way tables do it: sides cut to
/// multiples of the scale, 8 bits at each step, `scale` pixels left out at the edges.
fn bicubic_scores(set: &str, scale: usize) -> [f64; 2] {
    let pictures = pictures(set);
    let mut sums = [0.0; 2];
    for (name, picture) in &pictures {
        let [width, height] = [picture.width(), picture.height()].map(|side| side - side % scale);
        let picture = picture.crop(0, 0, width, height).unwrap();
        let enlarged = bicubic(&bicubic(&picture, width / scale, height / scale), width, height);
        // The tables take the one file of grey values as it is, not stretched to luma's 219 steps.
        let ratio = if name == "bridge" { psnr_rgb } else { psnr_y };
        sums[0] += ratio(&picture, &enlarged, scale).unwrap();
        sums[1] += ssim_y(&picture, &enlarged, scale).unwrap();
    }
    sums.map(|sum| sum / pictures.len() as f64)
}

/// Scores in dB ± 0.03.
fn is_near(set: &str, scale: usize, expected: f64) -> f64 {
    let [ratio, similarity] = bicubic_scores(set, scale);
    println!("{set} ×{scale}: {ratio:.3} dB, {similarity:.4}");
    assert!((ratio - expected).abs() <= 0.03, "{set} ×{scale}: {ratio} dB is not {expected}");
    similarity
}

#[test]
fn set5_scores_as_published() {
    let similarity = is_near("set5", 2, 33.68);
    assert!((similarity - 0.9299).abs() <= 0.001, "{similarity}");
    is_near("set5", 4, 28.43);
}

#[test]
fn set14_scores_as_published() {
    // Without one picture of the fourteen.
    is_near("set14", 2, 29.89);
    is_near("set14", 4, 25.70);
}

#[test]
fn kodak_scores_as_measured_elsewhere() {
    is_near("kodak24", 2, 30.85);
    is_near("kodak24", 4, 27.23);
}

//! The published numbers of bicubic resizing on the usual pictures. Kodak's are shipped; Set5 and Set14 may not be, so
//! their tests are run by hand where the sets lie in `shared/data/dlv-irn` beside the repository.

use std::path::{Path, PathBuf};

use samples::{
    Image,
    image::{
        metrics::{psnr_rgb, psnr_y, ssim_y},
        resize::bicubic,
    },
};

use crate::read;

const SHIPPED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../assets/data/dlv-irn");
const BESIDE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/dlv-irn");

/// Name and picture of every file of a folder.
fn pictures(folder: &Path) -> Vec<(String, Image)> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
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
fn bicubic_scores(pictures: &[(String, Image)], scale: usize) -> [f64; 2] {
    let mut sums = [0.0; 2];
    for (name, picture) in pictures {
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

/// Scores in dB ± 0.03; answers with the similarity.
fn is_near(pictures: &[(String, Image)], scale: usize, expected: f64) -> f64 {
    let [ratio, similarity] = bicubic_scores(pictures, scale);
    assert!((ratio - expected).abs() <= 0.03, "×{scale}: {ratio} dB is not {expected}");
    similarity
}

#[test]
fn kodak_scores_as_measured_elsewhere() {
    let folders = ["train", "validation"].map(|folder| Path::new(SHIPPED).join(folder));
    let mut kodak: Vec<_> = folders.iter().flat_map(|folder| pictures(folder)).collect();
    kodak.retain(|(name, _)| name.starts_with("kodim"));
    assert_eq!(kodak.len(), 24);
    is_near(&kodak, 2, 30.85);
    is_near(&kodak, 4, 27.23);
}

#[test]
#[ignore = "needs Set5, which may not be shipped"]
fn set5_scores_as_published() {
    let set = pictures(&Path::new(BESIDE).join("set5"));
    let similarity = is_near(&set, 2, 33.68);
    assert!((similarity - 0.9299).abs() <= 0.001, "{similarity}");
    is_near(&set, 4, 28.43);
}

#[test]
#[ignore = "needs Set14, which may not be shipped"]
fn set14_scores_as_published() {
    // Without one picture of the fourteen.
    let set = pictures(&Path::new(BESIDE).join("set14"));
    is_near(&set, 2, 29.89);
    is_near(&set, 4, 25.70);
}

//! How well a model shrinks and restores, on pictures it has not seen (spec §4 and §5).

use anyhow::{Context, Result, bail};
use catalog::SampleRequest;
use models::{Model, systems::dlv_irn::Architecture};
use samples::{
    Image, Inputs, Sample,
    image::{
        Decoded, encode,
        metrics::{psnr_y, ssim_y},
        resize::bicubic,
    },
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::pictures::{Named, whole_multiple};

/// The numbers of one picture, Y channel, dB; the border of the scale is cut away as in the published tables.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Score {
    /// The picture.
    pub name: String,
    /// Restored from the 8-bit small picture.
    pub restored_psnr: f64,
    /// The same, structural similarity.
    pub restored_ssim: f64,
    /// The small picture against the bicubic one; absent where the model only enlarges.
    pub small_psnr: Option<f64>,
    /// The bicubic way there and back.
    pub bicubic_psnr: f64,
    /// The same, structural similarity.
    pub bicubic_ssim: f64,
    /// Bytes of the small picture as PNG.
    pub small_bytes: f64,
}

/// Scores every picture; a model that only enlarges is given the bicubic small picture.
///
/// # Errors
/// If the model cannot be sampled.
pub fn score(model: &dyn Model, preset: &str, pictures: &[Named]) -> Result<Vec<Score>> {
    let architecture = Architecture::of_preset(preset)?;
    let (scale, shrinks) = (architecture.scale(), architecture.shrinks());
    let one = |picture: &Named| {
        let original = whole_multiple(&picture.image, scale).context("a picture is smaller than the scale")?;
        let bicubic_small = bicubic(&original, original.width() / scale, original.height() / scale);
        let small = shrinks.then(|| rescale(model, preset, "down", &original)).transpose()?;
        let kept = small.as_ref().unwrap_or(&bicubic_small);
        let restored = rescale(model, preset, "up", kept)?;
        let back = bicubic(&bicubic_small, original.width(), original.height());
        Ok(Score {
            name: picture.name.clone(),
            restored_psnr: psnr_y(&restored, &original, scale)?,
            restored_ssim: ssim_y(&restored, &original, scale)?,
            small_psnr: small.as_ref().map(|small| psnr_y(small, &bicubic_small, scale)).transpose()?,
            bicubic_psnr: psnr_y(&back, &original, scale)?,
            bicubic_ssim: ssim_y(&back, &original, scale)?,
            small_bytes: encode::png(kept, &[])?.len() as f64,
        })
    };
    pictures.iter().map(one).collect()
}

/// Mean of a number over pictures.
pub fn mean(scores: &[Score], value: impl Fn(&Score) -> Option<f64>) -> Option<f64> {
    let values: Vec<f64> = scores.iter().filter_map(value).collect();
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// The picture that the model makes of one.
fn rescale(model: &dyn Model, preset: &str, direction: &str, image: &Image) -> Result<Image> {
    let request = SampleRequest {
        system: "dlv-irn".to_owned(),
        preset: preset.to_owned(),
        parameters: json!({ "direction": direction }),
        seed: 0,
        count: 1,
        device: catalog::Device::Cpu,
    };
    let picture = Decoded::from(image.clone());
    let inputs = Inputs::default().with(catalog::systems::dlv_irn::PICTURE, picture);
    match model.sample_one(&request, &inputs)? {
        Sample::Pictures(made) => Ok(made.pictures.into_iter().next().context("no picture was made")?.image),
        _ => bail!("no pictures were made"),
    }
}

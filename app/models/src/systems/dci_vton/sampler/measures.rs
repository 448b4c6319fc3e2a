//! Numbers of a fitting whose truth is known.

use samples::{
    Image,
    image::metrics::ssim_y,
    pictures::Measures,
    wardrobe::{
        Flow,
        measures::{end_point_error, mask_iou, psnr_within, seam_error, texture_correlation},
    },
};

use super::super::{dress::Laid, fitting::Fitting};

/// How near warp and result come to the truth; empty where it is not known. What has no value, the correlation with a
/// plain garment say, is left out.
pub fn of(fitting: &Fitting, flow: &Flow, laid: &Laid, result: &Image) -> Measures {
    let mut measures = Measures::new();
    let Some(truth) = &fitting.truth else { return measures };
    let mut add = |name: &str, value: Option<f64>| {
        if let Some(value) = value.filter(|value| value.is_finite()) {
            measures.insert(name.to_owned(), value);
        }
    };
    let repainted = fitting.keep.inverted();
    add("end_point_error", end_point_error(flow, &truth.flow, &truth.worn).ok());
    add("mask_iou", mask_iou(&laid.warped_mask, &truth.worn).ok());
    add("psnr_repainted", psnr_within(result, &truth.person, &repainted).ok());
    add("ssim", ssim_y(result, &truth.person, 0).ok());
    add("garment_fidelity", texture_correlation(result, &truth.person, &truth.certain).ok().flatten());
    add("seam_error", seam_error(result, &truth.person, &fitting.keep).ok());
    measures
}

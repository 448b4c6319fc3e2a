//! The baselines have the statistics that they are made for.

mod common;

use samples::volume::{
    TwoPoint, Volume,
    gaussian_field::{FieldError, GaussianField, independent_voxels},
    porosity,
};

fn mean_s2(samples: &[Volume], lag: usize) -> f64 {
    samples.iter().map(|sample| TwoPoint::of(sample, lag).radial[lag]).sum::<f64>() / samples.len() as f64
}

#[test]
fn independent_voxels_have_no_memory() {
    let sample = independent_voxels(64, 0.2, 7).expect("valid");
    assert_eq!(sample, independent_voxels(64, 0.2, 7).expect("valid"), "same seed, same voxels");
    assert_ne!(sample, independent_voxels(64, 0.2, 8).expect("valid"));
    let phi = porosity(&sample);
    assert!((phi - 0.2).abs() < 0.005, "{phi}");
    for lag in [1, 2, 8] {
        assert!((mean_s2(std::slice::from_ref(&sample), lag) - phi * phi).abs() < 0.001);
    }
}

#[test]
fn gaussian_field_has_the_rocks_porosity_and_first_lags() {
    let rock = common::rock("berea_400").halve().expect("200³");
    let target = TwoPoint::of(&rock, 16).radial;
    let field = GaussianField::matched(&target, 64).expect("a rock's curve");
    let samples: Vec<Volume> = (0..6).map(|seed| field.sample(seed)).collect();
    assert_eq!(samples[1], field.sample(1), "same seed, same voxels");
    for sample in &samples {
        assert!((porosity(sample) - target[0]).abs() < 1e-5);
    }
    for lag in [1, 2, 3, 4, 6, 8] {
        let s2 = mean_s2(&samples, lag);
        assert!((s2 - target[lag]).abs() < 0.006, "lag {lag}: {s2} against {}", target[lag]);
    }
}

#[test]
fn curves_of_no_rock_are_refused() {
    let refused = |s2: &[f64], side| GaussianField::matched(s2, side).err();
    assert_eq!(refused(&[], 8), Some(FieldError::Curve(0)));
    assert_eq!(refused(&[f64::NAN, 0.1], 8), Some(FieldError::Curve(0)));
    assert_eq!(refused(&[0.2], 8), Some(FieldError::Curve(1)));
    assert_eq!(refused(&[0.2, 0.3], 8), Some(FieldError::Curve(1)));
    assert_eq!(refused(&[0.2, 0.1, f64::INFINITY], 8), Some(FieldError::Curve(2)));
    assert_eq!(refused(&[0.2, 0.1], 0), Some(FieldError::Side(0)));
    assert_eq!(refused(&[0.2, 0.1], 1_000_000_000), Some(FieldError::Side(1_000_000_000)));
    assert_eq!(independent_voxels(8, f64::NAN, 0), Err(FieldError::Curve(0)));
}

//! Agreement with scikit-image, SciPy and NumPy on the fixtures (recipe in fixtures/README.md).

use std::collections::BTreeMap;

use samples::volume::{Euler, GRAIN, GreyVolume, PORE, TwoPoint, Volume, chord_counts, percolates, porosity};
use serde::Deserialize;

#[derive(Deserialize)]
struct Pores {
    shape_zyx: [usize; 3],
    pore_bits_hex: String,
    porosity: f64,
    euler_closed_pore6: f64,
    euler_closed_pore26: f64,
    euler_closed_grain6: f64,
    euler_closed_grain26: f64,
    s2: BTreeMap<String, Vec<f64>>,
    percolates: [bool; 3],
    chords_pore: BTreeMap<usize, u64>,
    chords_grain: BTreeMap<usize, u64>,
}

#[derive(Deserialize)]
struct Grey {
    shape_zyx: [usize; 3],
    values_hex: String,
    median_hex: String,
    otsu: u8,
}

fn bytes(hex: &str) -> Vec<u8> {
    let digit = |i: usize| u8::from_str_radix(&hex[i..i + 2], 16).expect("hex");
    (0..hex.len()).step_by(2).map(digit).collect()
}

#[test]
fn pore_measures_agree() {
    let cases: Vec<Pores> = serde_json::from_str(include_str!("fixtures/pores.json")).expect("fixture");
    assert_eq!(cases.len(), 4);
    for case in cases {
        let packed = bytes(&case.pore_bits_hex);
        let count = case.shape_zyx.iter().product();
        let voxel = |i: usize| if packed[i / 8] >> (7 - i % 8) & 1 == 1 { PORE } else { GRAIN };
        let volume = Volume::new(case.shape_zyx, (0..count).map(voxel).collect()).expect("valid");
        assert!((porosity(&volume) - case.porosity).abs() < 1e-12);
        let closed = Euler { pore6: case.euler_closed_pore6, pore26: case.euler_closed_pore26 };
        assert_eq!(Euler::closed_pore(&volume), closed);
        let closed = Euler { pore6: case.euler_closed_grain26, pore26: case.euler_closed_grain6 };
        assert_eq!(Euler::closed_grain(&volume), closed);
        let s2 = TwoPoint::of(&volume, 6);
        for (axis, curve) in [("z", &s2.z), ("y", &s2.y), ("x", &s2.x)] {
            assert_eq!(curve.len(), case.s2[axis].len());
            assert!(curve.iter().zip(&case.s2[axis]).all(|(a, b)| (a - b).abs() < 1e-12), "{axis}");
        }
        assert_eq!(percolates(&volume), case.percolates);
        let chords = chord_counts(&volume);
        for (counts, known) in [(&chords.pore, &case.chords_pore), (&chords.grain, &case.chords_grain)] {
            let found: BTreeMap<usize, u64> =
                counts.iter().copied().enumerate().filter(|&(_, count)| count > 0).collect();
            assert_eq!(&found, known);
        }
    }
}

#[test]
fn grey_filters_agree() {
    let cases: Vec<Grey> = serde_json::from_str(include_str!("fixtures/grey.json")).expect("fixture");
    assert_eq!(cases.len(), 4);
    for case in cases {
        let grey = GreyVolume::new(case.shape_zyx, bytes(&case.values_hex)).expect("valid");
        assert_eq!(grey.median_filter().values(), bytes(&case.median_hex));
        // scikit-image's threshold is the last level below, ours the first level at or above. Between two
        // occupied levels every threshold splits alike: ours is the middle of them.
        let ours = grey.otsu_threshold();
        let split = |threshold: u8| grey.values().iter().filter(|&&v| v >= threshold).count();
        assert_eq!(split(ours), split(case.otsu + 1), "{ours} against {}", case.otsu);
    }
}

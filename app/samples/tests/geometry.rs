//! Measures of bodies whose values are known.

use std::f64::consts::PI;

use proptest::prelude::*;
use samples::volume::{
    Euler, GRAIN, GreyVolume, MeasureOptions, PORE, PoreMeasures, TwoPoint, Volume, chord_counts, percolates, porosity,
    surface_area,
};

fn square(v: usize, centre: f64) -> f64 {
    (v as f64 - centre) * (v as f64 - centre)
}

fn ball(side: usize, radius: f64) -> Volume {
    let c = (side as f64 - 1.0) / 2.0;
    Volume::from_fn(side, |z, y, x| square(z, c) + square(y, c) + square(x, c) <= radius * radius)
}

#[test]
fn euler_numbers_of_a_ball_a_torus_and_a_hollow_cube() {
    let one = Euler { pore6: 1.0, pore26: 1.0 };
    assert_eq!(Euler::closed_pore(&ball(21, 8.0)), one);
    let torus = Volume::from_fn(31, |z, y, x| {
        let ring = (square(y, 15.0) + square(x, 15.0)).sqrt() - 9.0;
        ring * ring + square(z, 15.0) <= 16.0
    });
    assert_eq!(Euler::closed_pore(&torus), Euler { pore6: 0.0, pore26: 0.0 });
    let hollow = Volume::from_fn(9, |z, y, x| {
        let inner = |v: usize| (3..6).contains(&v);
        let outer = |v: usize| (1..8).contains(&v);
        [z, y, x].into_iter().all(outer) && ![z, y, x].into_iter().all(inner)
    });
    assert_eq!(Euler::closed_pore(&hollow), Euler { pore6: 2.0, pore26: 2.0 });
    // Two voxels that touch at an edge are two pieces for 6 neighbours, one for 26.
    let edge = Volume::from_fn(4, |z, y, x| matches!((z, y, x), (1, 1, 1) | (1, 2, 2)));
    assert_eq!(Euler::closed_pore(&edge), Euler { pore6: 2.0, pore26: 1.0 });
}

#[test]
fn crofton_surface_of_a_sphere() {
    let sphere = ball(60, 25.0);
    let ratio = surface_area(&sphere) / (4.0 * PI * 625.0);
    assert!((ratio - 1.0).abs() < 0.01, "{ratio}");
}

#[test]
fn s2_of_the_grain_follows_from_that_of_the_pore_on_a_periodic_toy() {
    // Periodic along x with period 8; a window of 8 + r voxels sees whole periods at lag r = 8 only, so the
    // identity S₂(grain) = 1 − 2φ + S₂(pore) is checked there and seen to fail elsewhere.
    let toy = Volume::from_fn(32, |_, _, x| x % 8 < 3);
    let (pore, grain) = (TwoPoint::of(&toy, 16), TwoPoint::of_grain(&toy, 16));
    let phi = porosity(&toy);
    assert_eq!(phi, 0.375);
    for lag in [0, 8, 16] {
        assert!((grain.x[lag] - (1.0 - 2.0 * phi + pore.x[lag])).abs() < 1e-12);
        assert_eq!(pore.x[lag], phi, "a whole period");
    }
    assert!((grain.x[3] - (1.0 - 2.0 * phi + pore.x[3])).abs() > 1e-3, "not periodic: the window cuts a period");
    for lag in 0..=16 {
        assert_eq!(pore.z[lag], phi, "nothing changes along z");
    }
}

#[test]
fn chords_of_parallel_plates() {
    let plates = Volume::from_fn(40, |_, _, x| x % 10 >= 6);
    let chords = chord_counts(&plates);
    // Rows begin with 6 grain (cut), end with 4 pore (cut): 3 complete pore and 3 complete grain runs each.
    assert_eq!((chords.pore[4], chords.grain[6]), (3 * 1600, 3 * 1600));
    assert_eq!(chords.pore.iter().sum::<u64>() + chords.grain.iter().sum::<u64>(), 6 * 1600);
}

#[test]
fn percolation_needs_faces_and_a_path() {
    let tube = Volume::from_fn(20, |_, y, x| (8..12).contains(&y) && (8..12).contains(&x));
    assert_eq!(percolates(&tube), [true, false, false]);
    // A staircase joined across edges only does not conduct.
    let diagonal = Volume::from_fn(8, |z, y, x| z == y && y == x);
    assert_eq!(percolates(&diagonal), [false; 3]);
    let snake = Volume::from_fn(9, |z, y, x| x == 4 && (y % 2 == 0 || z == if y % 4 == 1 { 8 } else { 0 }));
    assert_eq!(percolates(&snake), [true, true, false]);
}

#[test]
fn volumes_without_interface_and_thin_ones_have_measures() {
    for (phase, shape) in [(PORE, [6, 5, 4]), (GRAIN, [6, 5, 4]), (GRAIN, [1, 1, 1]), (PORE, [1, 9, 1])] {
        let volume = Volume::new(shape, vec![phase; shape.iter().product()]).expect("valid");
        let m = PoreMeasures::of_geometry(&volume, &MeasureOptions::default());
        assert_eq!(m.porosity, f64::from(1 - phase));
        assert_eq!((m.surface, m.surface_slope, m.chord_pore, m.chord_grain), (0.0, 0.0, None, None));
        assert_eq!(m.percolates, [phase == PORE; 3]);
        let json = serde_json::to_string(&m).expect("JSON");
        assert_eq!(serde_json::from_str::<PoreMeasures>(&json).expect("round trip"), m);
    }
}

#[test]
fn otsu_between_two_peaks_returns_a_level_between_them() {
    let values: Vec<u8> = (0..1000).map(|i| if i % 3 == 0 { 40 } else { 200 }).collect();
    let grey = GreyVolume::new([10; 3], values).expect("valid");
    let t = grey.otsu_threshold();
    assert!(40 < t && t <= 200, "{t}");
    assert_eq!(porosity(&grey.segment(t)), 0.334);
}

/// The 2×2×2 window formula read off voxel by voxel.
fn euler_pore6_by_definition(v: &Volume) -> f64 {
    let [d, h, w] = v.shape();
    let mut eighths = 0i64;
    for (z, y, x) in (0..d - 1).flat_map(|z| (0..h - 1).flat_map(move |y| (0..w - 1).map(move |x| (z, y, x)))) {
        let at = |i: usize| v.is_pore(z + (i >> 2), y + (i >> 1 & 1), x + (i & 1));
        let voxels = (0..8).filter(|&i| at(i)).count();
        let edges = (0..8).flat_map(|i| [1, 2, 4].map(|bit| (i, bit)));
        let edges = edges.filter(|&(i, bit)| i & bit == 0 && at(i) && at(i | bit)).count();
        let faces = [1, 2, 4].into_iter().flat_map(|bit| [0, bit].map(|side| (bit, side)));
        let faces = faces.filter(|&(bit, side)| (0..8).filter(|i| i & bit == side).all(at)).count();
        let cube = usize::from((0..8).all(at));
        eighths += voxels as i64 - 2 * edges as i64 + 4 * faces as i64 - 8 * cube as i64;
    }
    eighths as f64 / 8.0
}

fn any_volume() -> impl Strategy<Value = Volume> {
    (2usize..6, 2usize..6, 2usize..80).prop_flat_map(|(d, h, w)| {
        prop::collection::vec(0u8..2, d * h * w).prop_map(move |voxels| Volume::new([d, h, w], voxels).expect("valid"))
    })
}

proptest! {
    #[test]
    fn euler_by_bits_is_euler_by_definition_and_dual(volume in any_volume()) {
        let euler = Euler::window(&volume);
        prop_assert_eq!(euler.pore6, euler_pore6_by_definition(&volume));
        let swapped = Volume::new(volume.shape(), volume.voxels().iter().map(|v| 1 - v).collect()).expect("valid");
        prop_assert_eq!(euler.pore26, euler_pore6_by_definition(&swapped));
        let dual = Euler::window(&swapped);
        prop_assert_eq!((dual.pore6, dual.pore26), (euler.pore26, euler.pore6));
    }

    #[test]
    fn measures_do_not_depend_on_which_axis_is_which(volume in any_volume()) {
        // Swap z and x.
        let [d, h, w] = volume.shape();
        let mut voxels = vec![0; d * h * w];
        for z in 0..d { for y in 0..h { for x in 0..w {
            voxels[(x * h + y) * d + z] = volume.voxels()[volume.index(z, y, x)];
        } } }
        let turned = Volume::new([w, h, d], voxels).expect("valid");
        prop_assert!((surface_area(&volume) - surface_area(&turned)).abs() < 1e-9 * (d * h * w) as f64);
        let (a, b) = (percolates(&volume), percolates(&turned));
        prop_assert_eq!([a[0], a[1], a[2]], [b[2], b[1], b[0]]);
        let (a, b) = (chord_counts(&volume), chord_counts(&turned));
        prop_assert_eq!(a, b);
        let (a, b) = (TwoPoint::of(&volume, 70), TwoPoint::of(&turned, 70));
        prop_assert_eq!((a.z, a.y, a.x), (b.x, b.y, b.z));
    }
}

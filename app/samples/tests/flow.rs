//! Permeability of media whose permeability is known.

mod common;

use proptest::prelude::*;
use samples::volume::{
    GRAIN, PORE, Volume,
    permeability::{self, FlowError, FlowOptions, MAX_FLOW_NODES},
};

fn exact() -> FlowOptions {
    FlowOptions { tolerance: 1e-5, ..FlowOptions::default() }
}

fn along(volume: &Volume, axis: usize, options: &FlowOptions) -> f64 {
    permeability::along(volume, axis, options).expect("converges").permeability
}

/// Between parallel plates `h` apart, k = h²/12 per open area.
#[test]
fn plane_channel_is_exact_for_any_width_and_direction() {
    for width in [1usize, 2, 3, 5, 8, 13] {
        let side = width + 2;
        let open = width as f64 / side as f64;
        let expected = (width * width) as f64 / 12.0 * open;
        let channels: [(usize, Volume); 3] = [
            (0, Volume::from_fn(side, |_, y, _| (1..=width).contains(&y))),
            (1, Volume::from_fn(side, |_, _, x| (1..=width).contains(&x))),
            (2, Volume::from_fn(side, |z, _, _| (1..=width).contains(&z))),
        ];
        for (axis, channel) in channels {
            let k = along(&channel, axis, &exact());
            assert!((k / expected - 1.0).abs() < 1e-4, "width {width}, axis {axis}: {k} against {expected}");
        }
    }
}

/// In a square duct of side a, k = 0.035144 a² (series solution of Poisson's equation).
#[test]
fn square_duct_converges_to_the_series_solution() {
    let side = 26;
    let duct = Volume::from_fn(side, |_, y, x| (1..25).contains(&y) && (1..25).contains(&x));
    let k = along(&duct, 0, &exact()) * (26.0f64 / 24.0).powi(2) / (24.0 * 24.0);
    assert!((k / 0.035144 - 1.0).abs() < 0.005, "{k}");
}

/// Simple cubic array of spheres, one octant of the cell: mirrored at all faces it is the whole array. At solid
/// fraction 0.216 the drag on a sphere is 7.442 times Stokes' (Zick & Homsy 1982), and k = 2a²/(9 c · drag).
#[test]
fn cubic_array_of_spheres_has_the_known_drag() {
    let (side, radius) = (20usize, 40.0 * 0.3722);
    let octant = Volume::from_fn(side, |z, y, x| {
        let distance = [z, y, x].map(|v| (v as f64 + 0.5) * (v as f64 + 0.5)).iter().sum::<f64>().sqrt();
        distance > radius
    });
    let solid = octant.voxels().iter().filter(|&&v| v == GRAIN).count() as f64 / octant.voxels().len() as f64;
    let k = along(&octant, 0, &FlowOptions::default());
    let drag = 2.0 * radius * radius / (9.0 * solid * k);
    assert!((drag / 7.442 - 1.0).abs() < 0.03, "c = {solid}: {drag}");
}

#[test]
fn a_rock_conducts_alike_from_both_ends_and_a_mirrored_pair_like_one() {
    let rock = common::rock("berea_400").halve().and_then(|half| half.block([0; 3], [24, 24, 24])).expect("inside");
    let k = along(&rock, 0, &exact());
    let reversed = Volume::from_fn(24, |z, y, x| rock.is_pore(23 - z, y, x));
    assert!((along(&reversed, 0, &exact()) / k - 1.0).abs() < 1e-3);
    // Two periods of the mirrored medium: the same rock with its image behind it.
    let doubled: Vec<u8> = rock.voxels().iter().chain(reversed.voxels()).copied().collect();
    let doubled = Volume::new([48, 24, 24], doubled).expect("valid");
    assert!((along(&doubled, 0, &exact()) / k - 1.0).abs() < 1e-3);
}

#[test]
fn no_path_no_flow_and_limits_are_refused() {
    let plug = Volume::from_fn(8, |z, y, x| z != 4 && y > 1 && x > 1);
    let flow = permeability::along(&plug, 0, &exact()).expect("nothing to solve");
    assert_eq!((flow.permeability, flow.nodes), (0.0, 0));
    let open = Volume::new([16, 512, 512], vec![PORE; 16 * 512 * 512]).expect("valid");
    assert_eq!(permeability::along(&open, 0, &exact()), Err(FlowError::Nodes(open.voxels().len())));
    assert!(open.voxels().len() > MAX_FLOW_NODES);
    let large = Volume::new([512, 512, 65], vec![GRAIN; 512 * 512 * 65]).expect("valid");
    assert!(matches!(permeability::along(&large, 0, &exact()), Err(FlowError::Voxels(_))));
    let hasty = FlowOptions { max_steps: 5, ..exact() };
    let channel = Volume::from_fn(10, |_, y, _| y > 0 && y < 9);
    assert!(matches!(permeability::along(&channel, 0, &hasty), Err(FlowError::NotConverged { .. })));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    /// More pore never conducts less.
    #[test]
    fn permeability_grows_with_the_pore_space(seed in 0u64..1000) {
        let hash = |z: usize, y: usize, x: usize| {
            (seed + 31 * z as u64 + 977 * y as u64 + 7919 * x as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56
        };
        let tight = Volume::from_fn(8, |z, y, x| hash(z, y, x) < 130);
        let wide = Volume::from_fn(8, |z, y, x| hash(z, y, x) < 180);
        let options = FlowOptions::default();
        prop_assert!(along(&wide, 0, &options) >= along(&tight, 0, &options) * 0.999);
    }
}

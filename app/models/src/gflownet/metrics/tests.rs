//! Metrics against values by hand, against brute force, and op-gfn §7 (f), (h), (i).

use std::collections::HashSet;

use proptest::prelude::*;
use rand::Rng;

use super::*;
use crate::{
    gflownet::environment::{Indexed, Objective, ParetoGrid},
    seed::stream,
};

fn close(a: f64, b: f64, tolerance: f64) {
    assert!((a - b).abs() <= tolerance, "{a} is not {b}");
}

fn logs(law: &[f64]) -> Vec<f64> {
    law.iter().map(|p| p.ln()).collect()
}

#[test]
fn distances_of_laws_have_their_values_by_hand() {
    let (p, q) = (logs(&[0.5, 0.5, 0.0]), logs(&[0.25, 0.25, 0.5]));
    close(total_variation(&p, &q), 0.5, 1e-15);
    close(l1(&p, &q), 1.0, 1e-15);
    // ½·ln(4/3) + ½·(½·ln(2/3) + ½·ln 2).
    close(jensen_shannon(&p, &q), 0.5 * (4f64 / 3.0).ln() + 0.25 * (2f64 / 3.0).ln() + 0.25 * 2f64.ln(), 1e-15);
    assert_eq!((total_variation(&p, &p), jensen_shannon(&q, &q)), (0.0, 0.0));
    let (left, right) = (logs(&[1.0, 0.0]), logs(&[0.0, 1.0]));
    assert_eq!(total_variation(&left, &right), 1.0);
    close(jensen_shannon(&left, &right), 2f64.ln(), 1e-15);
    assert_eq!(empirical_law(&[1, 3, 0]), [0.25f64.ln(), 3f64.ln() - 4f64.ln(), f64::NEG_INFINITY]);
    assert!(empirical_law(&[0, 0]).iter().all(|p| *p == f64::NEG_INFINITY));
}

#[test]
fn correlations_have_their_values_by_hand() {
    close(pearson(&[1.0, 2.0, 3.0], &[2.0, 4.0, 7.0]).unwrap(), 5.0 / (2.0 * 38.0f64 / 3.0).sqrt(), 1e-12);
    close(spearman(&[1.0, 2.0, 3.0], &[-1e300, 0.0, 1e300]).unwrap(), 1.0, 1e-15);
    close(spearman(&[1.0, 2.0, 3.0, 4.0], &[4.0, 3.0, 2.0, 1.0]).unwrap(), -1.0, 1e-15);
    // Ranks 1, 2½, 2½, 4 against 1, 2, 3, 4.
    close(spearman(&[1.0, 2.0, 2.0, 9.0], &[1.0, 2.0, 3.0, 4.0]).unwrap(), 4.5 / (4.5f64 * 5.0).sqrt(), 1e-12);
    assert!(spearman(&[f64::NEG_INFINITY, 0.0, 1.0], &[0.0, 1.0, 2.0]).is_some());
    assert_eq!(spearman(&[0.0, -0.0], &[1.0, 2.0]), None);
    for (x, y) in [
        (vec![], vec![]),
        (vec![1.0], vec![1.0]),
        (vec![1.0, 1.0], vec![1.0, 2.0]),
        (vec![f64::NAN, 1.0], vec![1.0, 2.0]),
    ] {
        assert_eq!((pearson(&x, &y), spearman(&x, &y)), (None, None));
    }
}

#[test]
fn a_pile_of_samples_is_counted_by_its_distinct_objects() {
    let samples = [("a", 3.0), ("b", 1.0), ("a", 3.0), ("c", 2.0)];
    assert_eq!(top_mean(samples, 2), Some(2.5));
    assert_eq!(top_mean(samples, 100), Some(2.0));
    assert_eq!(top_mean([("a", 1.0); 0], 100), None);
    let modes = HashSet::from(["a", "z"]);
    assert_eq!(count_modes(samples.map(|s| s.0), &modes), 1);
}

#[test]
fn diversity_is_half_the_mean_distance() {
    let words = ["abcd", "abce", "xyzw"].map(str::as_bytes);
    let distance = |a: &&[u8], b: &&[u8]| hamming(a, b) as f64;
    assert_eq!(mean_pairwise_distance(&words, distance), Some(3.0));
    assert_eq!(diversity(&words, distance), Some(1.5));
    assert_eq!(diversity(&words[..1], distance), None);
    assert_eq!(hamming(b"abc", b"abcde"), 2);
    for (a, b, edits) in [("kitten", "sitting", 3), ("", "abc", 3), ("flaw", "lawn", 2), ("abc", "abc", 0)] {
        assert_eq!(levenshtein(a.as_bytes(), b.as_bytes()), edits);
        assert_eq!(levenshtein(b.as_bytes(), a.as_bytes()), edits);
    }
}

#[test]
fn local_maxima_are_above_all_words_one_letter_away() {
    // Words of two letters of {0, 1, 2}; 12 (value 9) and 20 (value 5) are peaks, 00 and 01 tie.
    let values = [4.0, 4.0, 1.0, 0.0, 2.0, 9.0, 5.0, 1.0, 3.0];
    assert_eq!(local_maxima(&values, 3, 2, 0.0), [5, 6]);
    assert_eq!(local_maxima(&values, 3, 2, 6.0), [5]);
}

#[test]
fn evidence_is_exact_for_a_perfect_sampler() {
    // ln P_F(τ) − ln P_B(τ|x) = ln R(x) − ln Z.
    let perfect = [(-2.0, 1.0), (0.5, 3.5), (-3.0, 0.0)];
    assert_eq!(evidence_lower_bound(perfect), Some(3.0));
    assert_eq!(evidence_upper_bound(perfect), Some(3.0));
    assert_eq!(evidence_lower_bound([]), None);
    close(log_probability(&[0.25f64.ln(), 0.75f64.ln()]).unwrap(), 0.5f64.ln(), 1e-15);
    assert_eq!(log_probability(&[]), None);
    assert_eq!(log_z_error(2.0, 3.0), 1.0);
}

#[test]
fn evidence_bounds_log_z_from_both_sides() {
    // Two objects with one way each: policy (½, ½), rewards 1 and 3.
    let trajectories = [(0.5f64.ln(), 0.0), (0.5f64.ln(), 3f64.ln())];
    let lower = evidence_lower_bound(trajectories).unwrap();
    let upper = evidence_upper_bound([trajectories[0], trajectories[1], trajectories[1], trajectories[1]]).unwrap();
    assert!(lower < 4f64.ln() && 4f64.ln() < upper, "{lower}, {upper}");
}

fn objective_values(objectives: &[Objective]) -> Vec<Vec<f64>> {
    let grid = ParetoGrid::published();
    let mut state = [0; 3];
    (0..grid.objects())
        .map(|index| {
            grid.object(index, &mut state);
            objectives.iter().map(|o| o.value(grid.point(&state))).collect()
        })
        .collect()
}

fn front(points: &[Vec<f64>]) -> Vec<Vec<f64>> {
    points.iter().zip(non_dominated(points)).filter(|(_, free)| *free).map(|(p, _)| p.clone()).collect()
}

#[test]
fn pareto_fronts_of_the_grid_have_their_known_sizes() {
    let [br, cu, sh, be] = Objective::ALL;
    for (objectives, size) in [
        (vec![br, cu], 36),
        (vec![br, sh], 14),
        (vec![br, be], 44),
        (vec![cu, sh], 32),
        (vec![cu, be], 8),
        (vec![sh, be], 22),
        (vec![br, cu, sh], 104),
        (vec![br, cu, be], 229),
        (vec![br, sh, be], 147),
        (vec![cu, sh, be], 127),
        (vec![br, cu, sh, be], 372),
    ] {
        let points = objective_values(&objectives);
        assert_eq!(points.len(), 1023);
        assert_eq!(non_dominated(&points).iter().filter(|f| **f).count(), size, "{objectives:?}");
        // op-gfn §7h.
        let front = front(&points);
        assert_eq!(generational_distance(&front, &front), Some(0.0));
        assert_eq!(inverted_generational_distance(&front, &front), Some(0.0));
        assert_eq!(inverted_generational_distance(&points, &front), Some(0.0));
        assert!(generational_distance(&points, &front) > Some(0.0));
    }
}

#[test]
fn uniform_samples_of_branin_and_currin_are_as_far_as_measured() {
    let points = objective_values(&[Objective::Branin, Objective::Currin]);
    let front = front(&points);
    // op-gfn §4: GD+ .174 for uniform samples of terminals, of which there were some thousand.
    close(generational_distance(&points, &front).unwrap(), 0.174, 5e-3);
}

fn brute_force(points: &[Vec<f64>]) -> Vec<bool> {
    let dominated = |p: &Vec<f64>| {
        points.iter().any(|q| q.iter().zip(p).all(|(q, p)| q >= p) && q.iter().zip(p).any(|(q, p)| q > p))
    };
    points.iter().map(|p| !dominated(p)).collect()
}

proptest! {
    #[test]
    fn the_front_is_what_brute_force_finds_in_any_order(
        // Few distinct values, so that ties and copies are frequent; both zeros among them.
        points in (1..5usize).prop_flat_map(|n| {
            let value = prop_oneof![Just(-0.0), (0..4u8).prop_map(f64::from)];
            proptest::collection::vec(proptest::collection::vec(value, n), 0..30)
        }),
        seed in any::<u64>(),
    ) {
        let free = non_dominated(&points);
        prop_assert_eq!(&free, &brute_force(&points));
        // op-gfn §7i: exchanging points or axes exchanges the answer with them.
        let mut order: Vec<usize> = (0..points.len()).collect();
        let mut rng = stream(seed, 0);
        for i in (1..order.len()).rev() {
            order.swap(i, rng.random_range(0..=i));
        }
        let permuted: Vec<Vec<f64>> =
            order.iter().map(|&i| points[i].iter().rev().copied().collect()).collect();
        let expected: Vec<bool> = order.iter().map(|&i| free[i]).collect();
        prop_assert_eq!(non_dominated(&permuted), expected);
    }

    #[test]
    fn the_hypervolume_is_the_share_of_cells_below_some_point(
        points in (2..4usize).prop_flat_map(|n| proptest::collection::vec(proptest::collection::vec(-1..6i32, n), 1..12)),
    ) {
        // On whole numbers, cells of side 1 are either covered or not.
        let n = points[0].len() as u32;
        let covered = (0..5i32.pow(n)).filter(|cell| {
            let corner: Vec<i32> = (0..n).map(|axis| cell / 5i32.pow(axis) % 5 + 1).collect();
            points.iter().any(|p| p.iter().all(|v| *v > 0) && p.iter().zip(&corner).all(|(p, c)| p >= c))
        });
        let expected = covered.count() as f64;
        let floats: Vec<Vec<f64>> = points.iter().map(|p| p.iter().map(|v| f64::from(*v)).collect()).collect();
        prop_assert!((hypervolume(&floats).unwrap() - expected).abs() < 1e-9);
    }
}

#[test]
fn points_that_are_no_numbers_are_in_no_front() {
    let points = [vec![f64::NAN, 9.0], vec![1.0, 1.0], vec![f64::INFINITY, 0.0]];
    assert_eq!(non_dominated(&points), [false, true, true]);
    assert_eq!(non_dominated(&[] as &[Vec<f64>]), Vec::<bool>::new());
}

#[test]
fn pareto_distances_have_their_values_by_hand() {
    let front = [[1.0, 0.0], [0.0, 1.0]];
    let samples = [[0.7, 0.0], [0.0, 2.0]];
    // Only falling short counts: (0.3, 0) of the first, nothing of the second.
    close(generational_distance(&samples, &front).unwrap(), 0.15, 1e-15);
    close(inverted_generational_distance(&samples, &front).unwrap(), 0.15, 1e-15);
    close(averaged_hausdorff(&samples[1..], &front).unwrap(), 0.5, 1e-15);
    assert_eq!(generational_distance(&[] as &[[f64; 2]], &front), None);
    assert_eq!(inverted_generational_distance(&samples, &[] as &[[f64; 2]]), None);
    assert_eq!(hypervolume(&[[1.0, 1.0], [2.0, 0.5], [-3.0, 9.0]]), Some(1.5));
    assert_eq!(hypervolume(&[[1.0, 1.0, 1.0], [2.0, 0.5, 1.0], [0.5, 0.5, 3.0]]), Some(2.0));
    assert_eq!(hypervolume(&[[1.0; 4]]), None);
    assert_eq!(hypervolume(&[] as &[[f64; 2]]), Some(0.0));
}

#[test]
fn samples_spread_evenly_have_the_largest_cluster_entropy() {
    let front = [[1.0, 0.0], [0.0, 1.0]];
    assert_eq!(cluster_entropy(&[[0.9, 0.1], [0.8, 0.1]], &front), Some(0.0));
    close(cluster_entropy(&[[0.9, 0.1], [0.1, 0.8]], &front).unwrap(), 2f64.ln(), 1e-15);
    assert_eq!(cluster_entropy(&[] as &[[f64; 2]], &front), None);
    assert_eq!(unit_cube_faces(2, 10).len(), 19);
    assert_eq!(unit_cube_faces(3, 10).len(), 1000 - 729);
    assert!(unit_cube_faces(2, 10).iter().all(|p| p.contains(&1.0)));
    assert!(unit_cube_faces(9, 10).is_empty() && unit_cube_faces(2, 1).is_empty());
}

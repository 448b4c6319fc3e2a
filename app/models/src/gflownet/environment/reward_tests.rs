//! The numbers that rewards are known by, and their mistakes by name.

use std::sync::Arc;

use super::{
    Bag, BagReward, BitDistance, BitReward, BitWords, Environment, EnvironmentError, GridReward, Growth, HyperGrid,
    NGramReward, Objective, ParetoGrid, PreferenceReward, Reward, Sequence, SetReward, Shaping, SlotOrder, TableReward,
    bit_words::reference_strings, landscapes, read_rewards, reward_table, set_generation,
};
use crate::seed::stream;

fn log_z(values: &[f64]) -> f64 {
    values.iter().sum::<f64>().ln()
}

#[test]
fn corner_rewards_of_the_grid_have_their_known_log_z() {
    for (dimensions, side, known) in
        [(2, 8, [3.1091, 2.8118, 2.7766]), (4, 8, [6.3449, 5.3031, 5.1005]), (2, 64, [7.0980, 6.7345, 6.6897])]
    {
        let grid = HyperGrid::new(dimensions, side).unwrap();
        for (r0, known) in [0.1, 0.01, 0.001].into_iter().zip(known) {
            let ours = log_z(&GridReward::corners(r0).values(&grid));
            assert!((ours - known).abs() < 6e-5, "{dimensions}D {side} R0={r0}: {ours}, known {known}");
        }
    }
    for (dimensions, side, top) in [(4, 8, 16), (2, 64, 144)] {
        let values = GridReward::corners(0.001).values(&HyperGrid::new(dimensions, side).unwrap());
        assert_eq!(values.iter().filter(|v| **v > 2.5).count(), top);
    }
}

#[test]
fn grid_rewards_are_positive_and_look_different() {
    let grid = HyperGrid::new(2, 32).unwrap();
    let families = [
        GridReward::corners(1e-3),
        GridReward::Ripples { r0: 1e-3, r1: 1.0 },
        GridReward::Ring { r0: 1e-3, radius: 0.35, width: 0.05 },
        GridReward::Hills { r0: 1e-3 },
        GridReward::Checker { r0: 1e-3, squares: 4 },
    ];
    let laws: Vec<Vec<f64>> = families
        .iter()
        .map(|family| {
            let values = family.values(&grid);
            let sum: f64 = values.iter().sum();
            assert!(values.iter().all(|v| *v > 0.0 && v.is_finite()), "{family:?}");
            values.iter().map(|v| v / sum).collect()
        })
        .collect();
    for (i, a) in laws.iter().enumerate() {
        for b in &laws[..i] {
            let distance = 0.5 * a.iter().zip(b).map(|(a, b)| (a - b).abs()).sum::<f64>();
            assert!(distance > 0.3, "{distance}");
        }
    }
}

#[test]
fn a_painted_reward_is_read_row_after_row() {
    let grid = Arc::new(HyperGrid::new(2, 3).unwrap());
    let painted = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0];
    let reward = TableReward::new(grid.clone(), &painted).unwrap();
    assert_eq!(reward.log_reward(&grid.read("2,1").unwrap()), 5f64.ln());
    assert_eq!(reward.log_reward(&grid.read("0,0").unwrap()), f64::NEG_INFINITY);
    assert_eq!(reward.partial(&[2, 1, 0]), None, "a cell of reward 0 has no energy");
    let reward = TableReward::new(grid.clone(), &painted.map(|r| r + 1.0)).unwrap();
    assert_eq!(reward.partial(&[0, 0, 0]), Some(0.0));
    assert_eq!(reward.partial(&[2, 1, 0]), Some(6f64.ln()));
    assert_eq!(reward.partial(&[2, 1, 1]), Some(6f64.ln()));
    for bad in [vec![1.0; 8], vec![0.0; 9], vec![-1.0; 9], vec![f64::NAN; 9], vec![f64::INFINITY; 9]] {
        assert!(matches!(TableReward::new(grid.clone(), &bad), Err(EnvironmentError::Reward(_))));
    }
}

#[test]
fn tables_are_read_and_their_mistakes_are_named() {
    let words = Sequence::fixed("AB", 2, Growth::PrependAppend).unwrap();
    let read = |table: &str| read_rewards(table.as_bytes(), &words);
    let good = "object\tscore\r\nBB\t4\r\nAA\t1e0\nAB\t0\n\nBA\t3.5";
    assert_eq!(read(good), Ok(vec![1.0, 0.0, 3.5, 4.0]));
    let long = format!("object\tscore\nAA\t{}", "1".repeat(2000));
    for (table, expected) in [
        ("", "line 1: the header is not `object<TAB>score`"),
        ("object,score\nAA,1", "line 1: the header is not `object<TAB>score`"),
        ("object\tscore\nAA 1", "line 2: no tab between object and score"),
        ("object\tscore\nAA\t1\nAC\t1", "line 3: `AC` is no word of 2 letters of AB"),
        ("object\tscore\nAA\tNaN", "line 2: `NaN` is not a number ≥ 0"),
        ("object\tscore\nAA\tinf", "line 2: `inf` is not a number ≥ 0"),
        ("object\tscore\nAA\t-1", "line 2: `-1` is not a number ≥ 0"),
        ("object\tscore\nAA\t1\nAA\t1", "line 3: `AA` for a second time"),
        ("object\tscore\nAA\t1\nBB\t1", "2 of 4 objects have no score: `AB` is the first"),
        ("object\tscore\nAA\t0\nBB\t0\nAB\t0\nBA\t0", "every reward is 0: there is nothing to sample"),
        ("object\tscore\nAA\t1\nBB\t1\nAB\t1\nBA\t1\nAA\t1", "line 6: more rows than the 4 objects there are"),
        (long.as_str(), "line 2: longer than 1024 bytes"),
    ] {
        assert_eq!(read(table).unwrap_err().to_string(), expected, "{table}");
    }
}

#[test]
fn shaping_is_safe_at_any_exponent() {
    let scores = [0.0, 1e-300, 0.5, 1.0];
    let steep = Shaping { floor: 0.0, exponent: 1e6, maximum: 1e300 }.log_rewards(&scores).unwrap();
    assert!(steep.iter().all(|l| !l.is_nan() && *l <= 1e300f64.ln()));
    let flat = Shaping { floor: 0.0, exponent: 0.0, maximum: 1.0 }.log_rewards(&scores).unwrap();
    assert_eq!(flat, [0.0; 4]);
    let floored = Shaping { floor: 0.5, exponent: 3.0, maximum: 10.0 }.log_rewards(&scores).unwrap();
    assert_eq!(floored[0], floored[2]);
    assert!((floored[3].exp() - 10.0).abs() < 1e-12 && (floored[0].exp() - 1.25).abs() < 1e-12);
    for (floor, exponent, maximum) in [(-1.0, 1.0, 1.0), (0.0, f64::NAN, 1.0), (0.0, 1.0, 0.0), (f64::NAN, 1.0, 1.0)] {
        assert!(Shaping { floor, exponent, maximum }.log_rewards(&scores).is_err());
    }
    let plain = Shaping { floor: 0.0, exponent: 1.0, maximum: 1.0 };
    assert!(plain.log_rewards(&[0.0, -3.0]).is_err() && plain.log_rewards(&[f64::NAN]).is_err());
    assert_eq!(reward_table::min_max(&[2.0, 4.0, 3.0]), [0.0, 1.0, 0.5]);
    assert_eq!(reward_table::min_max(&[2.0, 2.0]), [0.0, 0.0]);
}

#[test]
fn a_set_is_worth_its_energies_at_every_stage() {
    let size = set_generation::SMALL;
    let reward = SetReward::new(size.energies()).unwrap();
    assert_eq!(reward.energies().len(), 30);
    let mut state = vec![0; 30];
    assert_eq!(reward.partial(&state).map(f64::to_bits), Some(0f64.to_bits()));
    state[0] = 1;
    state[29] = 1;
    assert!((reward.log_reward(&state) - (0.438139785067 - 0.883494921539)).abs() < 1e-15);
    assert_eq!(reward.partial(&state), Some(reward.log_reward(&state)));
    assert!(SetReward::new(vec![f64::NAN]).is_err() && SetReward::new(vec![1e308; 30]).is_err());
}

#[test]
fn bit_rewards_see_the_nearest_reference() {
    let references = reference_strings(24, 5, &mut stream(1, 0)).unwrap();
    assert!(references.iter().all(|r| r.len() == 24));
    let words = BitWords::new(24, 4, SlotOrder::Any).unwrap();
    let text: String = references[3].iter().map(|b| char::from(b'0' + b)).collect();
    let exact = words.read(&text).unwrap();
    let reward = BitReward::new(words.clone(), references.clone(), BitDistance::Hamming, 3.0 / 24.0).unwrap();
    assert_eq!(reward.log_reward(&exact), 0.0);
    let mut worse = exact.clone();
    worse[0] = (worse[0] - 1) ^ 0b1111;
    worse[0] += 1;
    assert!(reward.log_reward(&worse) <= 0.0 && reward.nearest(&worse) <= 4);
    assert_eq!(reward.partial(&worse), Some(reward.log_reward(&worse)));
    assert_eq!(reward.partial(&[0; 6]), Some(0.0));
    let edit = BitReward::new(words.clone(), references.clone(), BitDistance::Edit, 1.0).unwrap();
    assert!(edit.nearest(&worse) <= reward.nearest(&worse));
    assert_eq!(edit.partial(&worse), None);
    assert!(BitReward::new(words.clone(), vec![], BitDistance::Edit, 1.0).is_err());
    assert!(BitReward::new(words, vec![vec![0; 3]], BitDistance::Edit, 1.0).is_err());
    assert!(reference_strings(20, 5, &mut stream(1, 0)).is_err());
}

#[test]
fn preferences_weigh_objectives() {
    let grid = ParetoGrid::published();
    let corner = grid.read("31,0").unwrap();
    let value = |o: Objective| o.value(grid.point(&corner));
    let reward = |weights: Vec<_>, exponent| PreferenceReward::new(grid.clone(), weights, exponent);
    let mixed = reward(vec![(Objective::Branin, 0.25), (Objective::Currin, 0.75)], 16.0).unwrap();
    let expected = 16.0 * (0.25 * value(Objective::Branin) + 0.75 * value(Objective::Currin)).ln();
    assert!((mixed.log_reward(&corner) - expected).abs() < 1e-12);
    assert!(reward(vec![], 1.0).is_err() && reward(vec![(Objective::Beale, f64::NAN)], 1.0).is_err());
    assert!(reward(vec![(Objective::Beale, 1.0)], -1.0).is_err());
    // Scaled to the unit interval, up to the rounding of the authors' constants.
    for objective in Objective::ALL {
        for x in 0..32 {
            for y in 0..32 {
                let value = objective.value(grid.point(&[x, y, 1]));
                assert!((-0.01..=1.01).contains(&value), "{objective:?} at {x}, {y}: {value}");
            }
        }
    }
}

#[test]
fn a_bag_with_many_of_a_letter_is_worth_more() {
    let bag = Bag::published();
    let reward = BagReward::published();
    assert_eq!(reward.modes(), 3160);
    let worth = |text: &str| reward.log_reward(&bag.read(text).unwrap()).exp();
    assert!((worth("AABBCCDDEEFFG") - 0.01).abs() < 1e-12);
    // Eight of a letter are many, but no mode: a mode has seven.
    assert!((worth("AAAAAAAABCDEF") - 10.0).abs() < 1e-12);
    // 720 orders of different fillers: one of them is surely in a quarter of all rows.
    assert!((worth("AAAAAAABCDEFG") - 30.0).abs() < 1e-12);
    assert!(BagReward::new(Bag::new(7, 6).unwrap(), &mut stream(0, 0)).is_err());
    assert!(BagReward::new(Bag::new(7, 18).unwrap(), &mut stream(0, 0)).is_err());
    assert_ne!(BagReward::new(bag, &mut stream(0, 0)).unwrap(), reward);
}

#[test]
fn landscapes_name_the_line_that_is_wrong() {
    for (table, expected) in [
        ("kmer\tX\nACGTACGA\t0.1", "65534 of 65536 objects have no score"),
        ("kmer\tX\nACGTACG\t0.1", "line 2: `ACGTACG` is no word of 8 letters of ACGT"),
        ("kmer\tX\nACGTACGA\t0.1\nACGTACGA", "line 3: too few columns"),
        ("kmer\tX\nACGTACGT\tx", "line 2: `x` is no number"),
        ("", "there is no factor `X`: there are "),
    ] {
        assert_eq!(landscapes::binding_scores(table, "X").unwrap_err().to_string(), expected);
    }
    assert!(landscapes::gap_scores("blocks,gap\n00000,nan").is_err());
    assert!(landscapes::cell_accuracies("a,b,c,d\n1,2,3", 0).is_err());
}

#[test]
fn patterns_are_counted_wherever_they_are() {
    let words = Sequence::variable("ACV", 3, 6).unwrap();
    let reward = NGramReward::new(words.clone(), &[("AA", 0.5), ("V", 0.25)], 2.0, 4.0).unwrap();
    let state = words.read("AAAV").unwrap();
    assert_eq!(reward.objectives(&state), [1.0, 0.5]);
    assert!((reward.log_reward(&state) - 4.0 * 0.625f64.ln()).abs() < 1e-12);
    assert_eq!(reward.partial(&[0; 7]), Some(0.0));
    assert_eq!(reward.partial(&state), Some(reward.log_reward(&state)));
    assert!(reward.log_reward(&words.read("CCC").unwrap()).is_finite());
    for (pattern, weight, scale) in
        [("", 1.0, 1.0), ("B", 1.0, 1.0), ("A", 0.0, 1.0), ("A", 1.0, 0.0), ("A", f64::NAN, 1.0)]
    {
        assert!(NGramReward::new(words.clone(), &[(pattern, weight)], scale, 1.0).is_err(), "{pattern}");
    }
}

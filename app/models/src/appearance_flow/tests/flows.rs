//! What flows promise (spec §7).

use burn::tensor::{Device, Tensor, s};
use proptest::prelude::*;
use samples::wardrobe::Flow;

use super::{difference, read, tensor, waves};
use crate::appearance_flow::{
    Padding,
    flow::{displaced, identity, resize, second_differences, total_variation},
    objective::smoothness,
    sample,
};

/// The flow that looks everywhere so many pixels further.
fn shift(x: f32, y: f32, [height, width]: [usize; 2]) -> Tensor<4> {
    let offsets = [vec![x; height * width], vec![y; height * width]].concat();
    displaced(tensor(&offsets, [1, 2, height, width], &Device::flex()))
}

#[test]
fn a_flow_of_nothing_changes_nothing() {
    for padding in [Padding::Border, Padding::Zeros] {
        let picture = waves([1, 3, 16, 12], 0.0);
        let seen = sample(picture.clone(), shift(0.0, 0.0, [16, 12]), padding);
        assert!(difference(&read(seen), &read(picture)) < 1e-6);
    }
    assert!(difference(&read(identity([16, 12], &Device::flex())), Flow::identity(12, 16).grid()) < 1e-7);
}

#[test]
fn a_pixel_further_is_a_pixel_further() {
    let picture = waves([2, 3, 16, 12], 0.0);
    let flow = shift(1.0, 0.0, [16, 12]).expand([2, 2, 16, 12]);
    let seen = sample(picture.clone(), flow.clone(), Padding::Border);
    let moved = picture.clone().slice(s![.., .., .., 1..12]);
    assert!(difference(&read(seen.clone().slice(s![.., .., .., 0..11])), &read(moved)) < 5e-6);
    let [edge, last] = [seen, picture.clone()].map(|x| read(x.slice(s![.., .., .., 11..12])));
    assert!(difference(&edge, &last) < 5e-6, "the border goes on");
    let beyond = read(sample(picture, flow, Padding::Zeros).slice(s![.., .., .., 11..12]));
    assert!(beyond.iter().all(|value| value.abs() < 5e-6), "nothing is beyond");
}

#[test]
fn there_and_back_is_nowhere() {
    let sides = [16, 12];
    let back = sample(shift(0.7, -0.4, sides), shift(-0.7, 0.4, sides), Padding::Border);
    let inside = s![.., .., 1..15, 1..11];
    let [back, nothing] = [back, identity(sides, &Device::flex())].map(|flow| read(flow.slice(inside)));
    assert!(difference(&back, &nothing) < 1e-6);
}

#[test]
fn an_affine_flow_is_as_smooth_as_can_be() {
    let [height, width] = [9, 7];
    let x = |i: usize| (i % width) as f32;
    let y = |i: usize| (i / width) as f32;
    let xs = (0..height * width).map(|i| 0.03 * x(i) - 0.02 * y(i) + 0.1);
    let ys = (0..height * width).map(|i| 0.05 * y(i) + 0.01 * x(i) - 0.3);
    let flow = tensor(&xs.chain(ys).collect::<Vec<_>>(), [1, 2, height, width], &Device::flex());
    assert!(read(second_differences(flow.clone())).iter().all(|d| d.abs() < 1e-6));
    let floor = 2.0 * 1e-3_f32.powf(0.9);
    assert!((floor - 3.990_525e-3).abs() < 1e-8);
    assert!((read(smoothness(flow))[0] / floor - 1.0).abs() < 1e-5);
}

#[test]
fn one_bent_pixel_by_hand() {
    // In the middle of 3 × 3 pixels, x is 0.02 off: −2 · 0.02 along each of four directions. y is straight.
    let mut values = [0.0_f32; 18];
    values[4] = 0.02;
    let flow = tensor(&values, [1, 2, 3, 3], &Device::flex());
    let bent = [-0.04, 0.0, -0.04, 0.0, -0.04, 0.0, -0.04, 0.0];
    assert!(difference(&read(second_differences(flow.clone())), &bent) < 1e-7);
    // (0.0016 + 1e-6)^0.45 + (1e-6)^0.45
    let expected = 0.055_204_7 + 0.001_995_26;
    assert!((read(smoothness(flow.clone()))[0] - expected).abs() < 1e-6, "{}", read(smoothness(flow.clone()))[0]);
    // Over both planes, of 12 differences each way 2 are 0.02.
    assert!((read(total_variation(flow))[0] - 2.0 * 2.0 * 0.02 / 12.0).abs() < 1e-7);
}

#[test]
fn enlarging_and_shrinking_by_hand() {
    let row = tensor(&[0.0, 4.0, 8.0, 4.0], [1, 1, 1, 4], &Device::flex());
    let wide = read(resize(row.clone(), [1, 8]));
    assert!(difference(&wide, &[0.0, 1.0, 3.0, 5.0, 7.0, 7.0, 5.0, 4.0]) < 1e-6, "{wide:?}");
    assert!(difference(&read(resize(row.clone(), [1, 2])), &[2.0, 6.0]) < 1e-6);
    assert!(difference(&read(resize(row.clone(), [1, 1])), &[6.0]) < 1e-6, "the two in the middle");
    assert!(difference(&read(resize(row, [2, 4])), &[0.0, 4.0, 8.0, 4.0, 0.0, 4.0, 8.0, 4.0]) < 1e-6);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// The wardrobe's flows and the network's have one arithmetic.
    #[test]
    fn flows_are_the_wardrobes(
        sides in prop::array::uniform2(1usize..9),
        seen in prop::array::uniform2(3usize..9),
        places in prop::collection::vec(-1.4f32..1.4, 128),
        border in any::<bool>(),
    ) {
        let ([height, width], [rows, columns]) = (sides, seen);
        let grid = places[..2 * rows * columns].to_vec();
        let flow = Flow::from_grid(columns, rows, grid.clone()).unwrap();
        let ours = tensor(&grid, [1, 2, rows, columns], &Device::flex());
        let planes = waves([1, 2, height, width], 0.3);
        let padding = if border { Padding::Border } else { Padding::Zeros };
        let theirs = flow.warp(&read(planes.clone()), [width, height], padding);
        prop_assert!(difference(&read(sample(planes, ours.clone(), padding)), &theirs) < 1e-5);
        prop_assert!(difference(&read(second_differences(ours)), &flow.second_differences()) < 1e-6);
    }
}

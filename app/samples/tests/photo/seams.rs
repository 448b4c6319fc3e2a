//! Seams against closed forms.

use samples::wardrobe::{
    Mask, WardrobeError,
    photo::blend::{feather, poisson},
};

use super::{drawn, plain};

const ENDLESS: f32 = f32::INFINITY;

fn rough(x: usize, y: usize) -> [u8; 3] {
    let v = ((x * 37 + y * 91 + x * y * 13) % 97) as u8;
    [60 + v, 160 - v, 80 + v / 2]
}

/// A shape with holes and thin parts.
fn shape(width: usize, height: usize) -> Mask {
    Mask::from_fn(width, height, |x, y| {
        let (dx, dy) = (x as f32 - width as f32 / 2.0, y as f32 - height as f32 / 2.0);
        let away = dx.hypot(dy) / (width.min(height) as f32);
        (0.12..0.42).contains(&away) || (y.abs_diff(height / 3) < 2 && x > 3 && x + 3 < width)
    })
}

#[test]
fn a_picture_set_into_itself_does_not_change() {
    let image = drawn(90, 70, rough);
    let mask = shape(90, 70);
    for width in [0.0, 1.0, 6.5] {
        assert_eq!(feather(&image, &image, &mask, width).unwrap(), image);
    }
    for reach in [ENDLESS, 5.0] {
        assert_eq!(poisson(&image, &image, &mask, reach).unwrap(), image);
    }
}

#[test]
fn poisson_takes_away_a_constant() {
    for [width, height] in [[40, 30], [320, 240]] {
        let target = drawn(width, height, rough);
        let source = drawn(width, height, |x, y| rough(x, y).map(|c| c - 40));
        let mask = shape(width, height);
        assert_eq!(poisson(&target, &source, &mask, ENDLESS).unwrap(), target, "{width} × {height}");
    }
}

#[test]
fn poisson_adds_what_is_linear_when_the_seam_is() {
    // Target less source is x + y at the seam, so it is everywhere: linear functions have no curvature.
    let [width, height] = [120, 100];
    let target = drawn(width, height, |x, y| [(x + y) as u8 / 2 + 40; 3]);
    let source = plain(width, height, [40; 3]);
    let mask = shape(width, height);
    let blended = poisson(&target, &source, &mask, ENDLESS).unwrap();
    for (a, b) in blended.pixels().iter().zip(target.pixels()) {
        // Halves are cut in the target.
        assert!(a.abs_diff(*b) <= 1);
    }
}

#[test]
fn with_a_reach_the_addition_falls_as_a_hyperbolic_cosine() {
    // A strip between two seams, endless to the sides (the picture's edges are none).
    let [width, height] = [9, 61];
    let (target, source) = (plain(width, height, [200; 3]), plain(width, height, [100; 3]));
    let mask = Mask::from_fn(width, height, |_, y| (1..60).contains(&y));
    let reach = 8.0;
    let blended = poisson(&target, &source, &mask, reach).unwrap();
    // The difference equation's own decay: 2 cosh k = 2 + 1 / reach².
    let k = (1.0 + 0.5 / (reach * reach)).acosh();
    for y in 0..61 {
        let added = 100.0 * (k * (y as f32 - 30.0)).cosh() / (k * 30.0).cosh();
        let found = blended.row(y)[3 * 4];
        assert!((f32::from(found) - 100.0 - added).abs() <= 0.6, "row {y}: {found} instead of {}", 100.0 + added);
    }
}

#[test]
fn poisson_on_a_large_disc_is_the_mean_of_its_seam_in_the_middle() {
    // Harmonic functions are their mean around: half of the seam is lighter by 100.
    let side = 401;
    let target = drawn(side, side, |x, _| if x < side / 2 { [100; 3] } else { [200; 3] });
    let source = plain(side, side, [100; 3]);
    let mask = Mask::from_fn(side, side, |x, y| (x as f32 - 200.0).hypot(y as f32 - 200.0) < 190.0);
    let blended = poisson(&target, &source, &mask, ENDLESS).unwrap();
    let middle = blended.row(200)[3 * 200];
    assert!(middle.abs_diff(150) <= 1, "{middle}");
    // On the way to the right: 50 + 200/π · Σ of odd n of ± rⁿ / n, which is 50 + 200/π · atan(r).
    let at = blended.row(200)[3 * 295];
    let expected = 150.0 + 200.0 / std::f32::consts::PI * (0.5_f32).atan();
    assert!((f32::from(at) - expected).abs() <= 1.0, "{at} instead of {expected}");
}

#[test]
fn feathers_rise_from_the_seam_and_leave_the_rest() {
    let (target, source) = (plain(60, 40, [20; 3]), plain(60, 40, [220; 3]));
    let mask = Mask::from_fn(60, 40, |x, _| x >= 30);
    let blended = feather(&target, &source, &mask, 10.0).unwrap();
    for y in [0, 20, 39] {
        let row: Vec<u8> = blended.row(y).iter().copied().step_by(3).collect();
        assert!(row[..30].iter().all(|&value| value == 20), "kept");
        assert!(row[29..42].is_sorted() && row[30] < 30, "{row:?}");
        // At half of the way; the mask's edge is at 29.5.
        assert!(row[34].abs_diff(110) <= 12 && row[35].abs_diff(130) <= 12, "{row:?}");
        assert!(row[40..].iter().all(|&value| value == 220), "the picture's edge is no seam");
    }
    let pasted = feather(&target, &source, &mask, 0.0).unwrap();
    assert!(pasted.row(7)[90..].iter().all(|&value| value == 220));
}

#[test]
fn what_is_outside_of_the_mask_stays_bit_for_bit() {
    let (target, source) = (drawn(50, 50, rough), drawn(50, 50, |x, y| rough(y, x + 3)));
    let mask = shape(50, 50);
    let kept = |blended: &samples::Image| {
        let pixels = blended.pixels().as_chunks::<3>().0.iter().zip(target.pixels().as_chunks::<3>().0);
        pixels.zip(&mask.values).all(|((a, b), &inside)| inside || a == b)
    };
    assert!(kept(&feather(&target, &source, &mask, 3.0).unwrap()));
    assert!(kept(&poisson(&target, &source, &mask, ENDLESS).unwrap()));
    assert!(kept(&poisson(&target, &source, &mask, 4.0).unwrap()));
}

#[test]
fn masks_without_a_seam_or_without_pixels_are_no_trouble() {
    let (target, source) = (drawn(20, 10, rough), drawn(20, 10, |x, y| rough(y, x)));
    let (all, none) = (Mask::from_fn(20, 10, |_, _| true), Mask::from_fn(20, 10, |_, _| false));
    assert_eq!(poisson(&target, &source, &all, ENDLESS).unwrap(), source);
    assert_eq!(feather(&target, &source, &all, 5.0).unwrap(), source);
    assert_eq!(poisson(&target, &source, &none, ENDLESS).unwrap(), target);
    assert_eq!(feather(&target, &source, &none, 5.0).unwrap(), target);
    let other = Mask::from_fn(10, 20, |_, _| true);
    let error = WardrobeError::Different { first: [20, 10], second: [10, 20] };
    assert_eq!(poisson(&target, &source, &other, ENDLESS), Err(error));
    assert_eq!(feather(&target, &source, &other, 1.0), Err(error));
}

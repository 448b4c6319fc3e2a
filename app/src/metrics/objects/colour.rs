//! The colours of probabilities: perceptually even, from the ground of the page to its ink.
//!
//! A path through OKLab (Ottosson 2020) whose lightness is linear in the value, so that equal steps look equal, for
//! everyone who sees light and dark. Low values take the colour of the ground: nothing is there.

/// Lightness, a and b in OKLab at equidistant values, for a light page.
const LIGHT: [[f64; 3]; 4] =
    [[0.96, 0.000, 0.012], [0.76, -0.075, 0.010], [0.56, -0.085, -0.045], [0.36, -0.010, -0.110]];
/// The same for a dark page.
const DARK: [[f64; 3]; 4] =
    [[0.22, -0.004, -0.012], [0.45, -0.045, -0.055], [0.68, -0.085, -0.005], [0.91, -0.030, 0.095]];

/// sRGB of a value from 0 to 1; others are clamped, what is no number counts as 0.
pub fn colour(value: f64, dark: bool) -> [u8; 3] {
    srgb(oklab(value, dark))
}

/// The colour as CSS and SVG write it.
pub fn css(value: f64, dark: bool) -> String {
    let [r, g, b] = colour(value, dark);
    format!("#{r:02x}{g:02x}{b:02x}")
}

/// The place of a probability on the scale that ends at `most`: its square root, so that rare cells are seen too.
pub fn place(probability: f64, most: f64) -> f64 {
    if most > 0.0 && probability > 0.0 { (probability / most).sqrt().min(1.0) } else { 0.0 }
}

fn oklab(value: f64, dark: bool) -> [f64; 3] {
    let stops = if dark { DARK } else { LIGHT };
    let value = if value.is_nan() { 0.0 } else { value.clamp(0.0, 1.0) };
    let at = value * (stops.len() - 1) as f64;
    let first = (at.floor() as usize).min(stops.len() - 2);
    let part = at - first as f64;
    std::array::from_fn(|i| stops[first][i] + (stops[first + 1][i] - stops[first][i]) * part)
}

/// OKLab to sRGB; colours outside its gamut are clamped.
fn srgb([lightness, a, b]: [f64; 3]) -> [u8; 3] {
    let cubed = [
        lightness + 0.396_337_777_4 * a + 0.215_803_757_3 * b,
        lightness - 0.105_561_345_8 * a - 0.063_854_172_8 * b,
        lightness - 0.089_484_177_5 * a - 1.291_485_548_0 * b,
    ]
    .map(|root| root * root * root);
    let [l, m, s] = cubed;
    let linear = [
        4.076_741_662_1 * l - 3.307_711_591_3 * m + 0.230_969_929_2 * s,
        -1.268_438_004_6 * l + 2.609_757_401_1 * m - 0.341_319_396_5 * s,
        -0.004_196_086_3 * l - 0.703_418_614_7 * m + 1.707_614_701_0 * s,
    ];
    linear.map(|channel| {
        let channel = channel.clamp(0.0, 1.0);
        let encoded = if channel <= 0.003_130_8 { 12.92 * channel } else { 1.055 * channel.powf(1.0 / 2.4) - 0.055 };
        (encoded * 255.0).round() as u8
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// CIE lightness of an sRGB colour, 0 to 100.
    fn lightness(rgb: [u8; 3]) -> f64 {
        let linear = rgb.map(|c| {
            let c = f64::from(c) / 255.0;
            if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        });
        let y = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
        if y > 0.008_856 { 116.0 * y.cbrt() - 16.0 } else { 903.3 * y }
    }

    #[test]
    fn equal_steps_look_equal() {
        for dark in [false, true] {
            let steps: Vec<f64> = (0..=20).map(|i| lightness(colour(f64::from(i) / 20.0, dark))).collect();
            let differences: Vec<f64> =
                steps.windows(2).map(|pair| (pair[1] - pair[0]) * if dark { 1.0 } else { -1.0 }).collect();
            let mean = differences.iter().sum::<f64>() / differences.len() as f64;
            assert!(mean > 2.5, "{mean}");
            assert!(differences.iter().all(|d| (0.5 * mean..1.6 * mean).contains(d)), "{differences:?}");
        }
    }

    #[test]
    fn no_value_is_without_a_colour() {
        assert_eq!(colour(f64::NAN, false), colour(0.0, false));
        assert_eq!(colour(7.0, true), colour(1.0, true));
        assert_eq!(css(0.0, false).len(), 7);
    }

    #[test]
    fn the_scale_begins_at_nothing_and_ends_at_the_most() {
        assert_eq!([place(0.0, 0.5), place(0.125, 0.5), place(0.5, 0.5), place(0.9, 0.5)], [0.0, 0.5, 1.0, 1.0]);
        assert_eq!([place(0.1, 0.0), place(f64::NAN, 1.0)], [0.0, 0.0]);
    }
}

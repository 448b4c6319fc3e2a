//! What of a person is repainted, and what is garment in a picture, as the visitor's brush leaves it.

use samples::{Image, image::encode, wardrobe::Mask};

/// Side of the square by which a button grows or shrinks what is repainted, as a part of the mask's height.
const STEP: f32 = 1.0 / 32.0;

/// Sets the pixels within `radius` of a place, in pixels of the mask.
pub fn brush(mask: &mut Mask, [x, y]: [f32; 2], radius: f32, keep: bool) {
    let rows = |at: f32, side: usize| {
        let [first, last] = [at - radius, at + radius].map(|edge| edge.clamp(0.0, side as f32) as usize);
        first..(last + 1).min(side)
    };
    for row in rows(y, mask.height) {
        for column in rows(x, mask.width) {
            let away = [column as f32 - x, row as f32 - y];
            if away[0] * away[0] + away[1] * away[1] <= radius * radius {
                mask.values[row * mask.width + column] = keep;
            }
        }
    }
}

/// Repaints a little more, or less, all around.
pub fn grown(mask: &Mask, more: bool) -> Mask {
    let side = 2 * ((mask.height as f32 * STEP / 2.0).round() as usize).max(1) + 1;
    if more { mask.eroded(side) } else { mask.dilated(side) }
}

/// Part of the pixels that are repainted, 0 to 1.
pub fn repainted(mask: &Mask) -> f64 {
    1.0 - mask.count() as f64 / mask.values.len().max(1) as f64
}

/// As the model code takes it, a PNG of `width` × `height`: white stays, black is repainted.
///
/// # Errors
/// One sentence: there are no pixels.
pub fn png(mask: &Mask, [width, height]: [u32; 2]) -> Result<Vec<u8>, String> {
    let (columns, rows) = (width as usize, height as usize);
    let at = |i: usize| mask.at(i % columns * mask.width / columns, i / columns * mask.height / rows);
    let pixels = (0..columns * rows).flat_map(|i| [255 * u8::from(at(i)); 3]).collect();
    let image = Image::new(columns, rows, pixels).map_err(|error| error.to_string())?;
    encode::png(&image, &[]).map_err(|error| error.to_string())
}

/// The mask of RGBA values, white and black.
pub fn of_rgba(width: usize, height: usize, rgba: &[u8]) -> Mask {
    Mask { width, height, values: rgba.as_chunks::<4>().0.iter().map(|pixel| pixel[0] >= 128).collect() }
}

/// RGB on a white ground, and how opaque each pixel is, of RGBA values.
pub fn on_white(rgba: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let pixels = rgba.as_chunks::<4>().0;
    let over = |value: u8, alpha: u8| {
        let [value, alpha] = [value, alpha].map(u32::from);
        ((value * alpha + 255 * (255 - alpha) + 127) / 255) as u8
    };
    (
        pixels.iter().flat_map(|&[r, g, b, alpha]| [r, g, b].map(|value| over(value, alpha))).collect(),
        pixels.iter().map(|pixel| pixel[3]).collect(),
    )
}

#[cfg(test)]
mod tests {
    use samples::image::{Limits, decode};

    use super::*;

    #[test]
    fn what_is_see_through_is_white() {
        let (rgb, opacity) = on_white(&[10, 20, 30, 255, 10, 20, 30, 0, 0, 100, 255, 51]);
        assert_eq!(rgb, [10, 20, 30, 255, 255, 255, 204, 224, 255]);
        assert_eq!(opacity, [255, 0, 51]);
    }

    fn all(keep: bool) -> Mask {
        Mask::from_fn(20, 40, |_, _| keep)
    }

    #[test]
    fn a_brush_paints_a_disc_and_stays_inside() {
        let mut mask = all(true);
        brush(&mut mask, [10.0, 20.0], 3.0, false);
        assert!(!mask.at(10, 20) && !mask.at(13, 20) && !mask.at(10, 17) && mask.at(13, 23) && mask.at(14, 20));
        let disc = 800 - mask.count();
        assert_eq!(disc, 29);
        brush(&mut mask, [10.0, 20.0], 3.0, true);
        assert_eq!(mask.count(), 800);
        brush(&mut mask, [-1.0, 39.5], 5.0, false);
        brush(&mut mask, [500.0, -500.0], 5.0, false);
        assert!(mask.count() < 800);
    }

    #[test]
    fn buttons_repaint_more_and_less() {
        let mut mask = all(true);
        brush(&mut mask, [10.0, 20.0], 4.0, false);
        let before = repainted(&mask);
        assert!(repainted(&grown(&mask, true)) > before && repainted(&grown(&mask, false)) < before);
    }

    #[test]
    fn a_file_says_what_the_mask_says_at_any_size() {
        let mut mask = all(true);
        brush(&mut mask, [5.0, 5.0], 4.0, false);
        for size in [[20, 40], [60, 120]] {
            let file = decode(&png(&mask, size).unwrap(), &Limits::PHOTO).unwrap().image;
            assert_eq!([file.width() as u32, file.height() as u32], size);
            let read = of_rgba(file.width(), file.height(), &file.to_rgba());
            assert!((repainted(&read) - repainted(&mask)).abs() < 1e-9);
        }
        assert!(png(&mask, [0, 4]).is_err());
    }
}

//! How a photograph is cut so that it looks as the drawn pictures do: a network that knows those knows where to look.

use super::{Group, Joint, Keypoints, Mask, Parse, WardrobeError, geometry::between};
use crate::image::{Image, resize::bicubic};

/// Width of a picture of the wardrobe, in heights.
const ASPECT: f64 = 0.75;
/// Where neck and hips of drawn people lie on the average, in heights from the top.
const NECK: f64 = 0.327;
const HIPS: f64 = 0.690;
/// The box of drawn garments on the average: left, top, right, bottom in widths and heights.
const GARMENT: [f64; 4] = [0.104, 0.234, 0.896, 0.737];
/// What a garment lies on in drawn pictures.
const TABLE: [u8; 3] = [246, 246, 247];
/// Height of the frame from which on it is nonsense.
const LARGEST: f64 = 65_536.0;
/// Height of the frame below which nobody is recognised.
const SMALLEST: f64 = 8.0;

/// A window of a picture, three wide to four high; it may reach beyond the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Framing {
    /// Column of the picture in the window's first, from the left.
    pub left: i64,
    /// Row of the picture in the window's first, from the top.
    pub top: i64,
    /// Pixels in a row of the window.
    pub width: usize,
    /// Rows of the window.
    pub height: usize,
}

impl Framing {
    /// The window around a person whose neck and hips lie where those of drawn people do.
    ///
    /// # Errors
    /// Neck or hips that are not seen, or are in one place.
    pub fn of_person(keypoints: &Keypoints) -> Result<Self, WardrobeError> {
        let neck = keypoints.require(Joint::Neck)?;
        let hips = between(keypoints.require(Joint::RightHip)?, keypoints.require(Joint::LeftHip)?, 0.5);
        let torso = f64::from(super::geometry::distance(neck, hips));
        let height = torso / (HIPS - NECK);
        if !(SMALLEST..=LARGEST).contains(&height) {
            return Err(WardrobeError::OnePlace);
        }
        let middle = f64::from(neck[0] + hips[0]) / 2.0;
        Ok(Self::around(middle, f64::from(neck[1]) - NECK * height, height))
    }

    /// The window around a garment that lies flat, in which its box lies where those of drawn garments do.
    ///
    /// # Errors
    /// An empty mask.
    pub fn of_garment(mask: &Mask) -> Result<Self, WardrobeError> {
        let [left, top, right, bottom] = mask.bounds().ok_or(WardrobeError::EmptyMask)?.map(|edge| edge as f64);
        let (width, height) = (right - left + 1.0, bottom - top + 1.0);
        let frame = (width / ((GARMENT[2] - GARMENT[0]) * ASPECT)).max(height / (GARMENT[3] - GARMENT[1]));
        Ok(Self::around((left + right) / 2.0, top - GARMENT[1] * frame, frame))
    }

    fn around(middle: f64, top: f64, height: f64) -> Self {
        let (width, height) = ((height * ASPECT).round().max(1.0), height.round().max(1.0));
        Self {
            left: (middle - (width - 1.0) / 2.0).round() as i64,
            top: top.round() as i64,
            width: width as usize,
            height: height as usize,
        }
    }

    /// The window of a picture of a person; beyond the picture, its edge goes on.
    pub fn person(&self, photo: &Image) -> Image {
        self.cut(photo, |_, [x, y]| {
            let [x, y] =
                [(x, photo.width()), (y, photo.height())].map(|(at, side)| at.clamp(0, side as i64 - 1) as usize);
            pixel(photo, [x, y])
        })
    }

    /// The window of a picture of a garment, on the table of the drawn ones.
    pub fn garment(&self, photo: &Image, mask: &Mask) -> Image {
        self.cut(photo, |inside, _| match inside.filter(|&[x, y]| mask.at(x, y)) {
            Some(place) => pixel(photo, place),
            None => TABLE,
        })
    }

    /// The window's mask in a picture of `width` × `height` pixels; what lies outside of the window belongs to it.
    ///
    /// # Panics
    /// If `content` has other sides than the window.
    pub fn put_back_mask(&self, content: &Mask, width: usize, height: usize) -> Mask {
        assert_eq!([content.width, content.height], [self.width, self.height], "a window's mask");
        Mask::from_fn(width, height, |x, y| {
            let place = [x as i64 - self.left, y as i64 - self.top];
            within(place, self.width, self.height).is_none_or(|[x, y]| content.at(x, y))
        })
    }

    fn cut(&self, photo: &Image, of: impl Fn(Option<[usize; 2]>, [i64; 2]) -> [u8; 3]) -> Image {
        let mut pixels = Vec::with_capacity(3 * self.width * self.height);
        for y in 0..self.height {
            for x in 0..self.width {
                let place = [self.left + x as i64, self.top + y as i64];
                pixels.extend(of(within(place, photo.width(), photo.height()), place));
            }
        }
        Image::new(self.width, self.height, pixels).expect("a window has pixels")
    }

    /// The window of a mask; nothing lies beyond it.
    pub fn mask(&self, mask: &Mask) -> Mask {
        Mask::from_fn(self.width, self.height, |x, y| {
            let place = [self.left + x as i64, self.top + y as i64];
            within(place, mask.width, mask.height).is_some_and(|[x, y]| mask.at(x, y))
        })
    }

    /// The window of a parse in a copy of `width` × `height` pixels, each the group in its middle; background lies beyond.
    pub fn parse(&self, parse: &Parse, width: usize, height: usize) -> Parse {
        let middle = |at: usize, copy: usize, window: usize| ((2 * at + 1) * window / (2 * copy)) as i64;
        let group = |i: usize| {
            let (x, y) = (middle(i % width, width, self.width), middle(i / width, height, self.height));
            let place = within([self.left + x, self.top + y], parse.width, parse.height);
            place.map_or(Group::Background, |[x, y]| parse.groups[y * parse.width + x])
        };
        Parse { width, height, groups: (0..width * height).map(group).collect() }
    }

    /// Keypoints of the picture in a copy of the window of `width` pixels in a row.
    pub fn keypoints(&self, keypoints: &Keypoints, width: usize) -> Keypoints {
        let scale = width as f32 / self.width as f32;
        let place =
            |[x, y]: [f32; 2]| [(x - self.left as f32 + 0.5) * scale - 0.5, (y - self.top as f32 + 0.5) * scale - 0.5];
        Keypoints::new(keypoints.places().map(|at| at.map(place)))
    }

    /// `photo` with the window's content where the window is.
    ///
    /// # Panics
    /// If `content` has other sides than the window.
    pub fn put_back(&self, photo: &Image, content: &Image) -> Image {
        assert_eq!([content.width(), content.height()], [self.width, self.height], "a window's content");
        let mut pixels = photo.pixels().to_vec();
        for y in 0..self.height {
            for x in 0..self.width {
                let place = [self.left + x as i64, self.top + y as i64];
                if let Some([column, row]) = within(place, photo.width(), photo.height()) {
                    let at = 3 * (row * photo.width() + column);
                    pixels[at..at + 3].copy_from_slice(&content.row(y)[3 * x..3 * x + 3]);
                }
            }
        }
        Image::new(photo.width(), photo.height(), pixels).expect("a picture's own sides")
    }
}

/// A mask at another size: a pixel belongs to it where at least half of what it covers does.
pub fn resized(mask: &Mask, width: usize, height: usize) -> Mask {
    let grey: Vec<u8> = mask.values.iter().flat_map(|&value| [255 * u8::from(value); 3]).collect();
    let Ok(image) = Image::new(mask.width, mask.height, grey) else {
        return Mask::from_fn(width, height, |_, _| false);
    };
    let small = bicubic(&image, width, height);
    Mask { width, height, values: small.pixels().iter().step_by(3).map(|&value| value >= 128).collect() }
}

fn within([x, y]: [i64; 2], width: usize, height: usize) -> Option<[usize; 2]> {
    let place = [usize::try_from(x).ok()?, usize::try_from(y).ok()?];
    (place[0] < width && place[1] < height).then_some(place)
}

fn pixel(image: &Image, [x, y]: [usize; 2]) -> [u8; 3] {
    std::array::from_fn(|c| image.row(y)[3 * x + c])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wardrobe::{Scene, test_pair};

    fn scene(index: usize) -> Scene {
        let pair = test_pair(index);
        Scene::render(&pair.person, &pair.garment, 96, 128).unwrap()
    }

    #[test]
    fn drawn_pictures_are_framed_as_they_are_drawn() {
        for index in 0..20 {
            let scene = scene(index);
            for framing in
                [Framing::of_person(&scene.keypoints).unwrap(), Framing::of_garment(&scene.garment_mask).unwrap()]
            {
                let away = [framing.left, framing.top, framing.width as i64 - 96, framing.height as i64 - 128];
                assert!(away.iter().all(|distance| distance.abs() <= 32), "{index}: {framing:?}");
            }
        }
    }

    #[test]
    fn a_window_goes_back_where_it_was_and_changes_nothing() {
        let scene = scene(5);
        for (left, top) in [(0, 0), (-20, -30), (17, 40)] {
            let framing = Framing { left, top, width: 60, height: 80 };
            let window = framing.person(&scene.person);
            assert_eq!([window.width(), window.height()], [60, 80]);
            assert_eq!(framing.put_back(&scene.person, &window), scene.person);
        }
    }

    #[test]
    fn joints_move_with_the_window() {
        let scene = scene(7);
        let framing = Framing { left: 8, top: -16, width: 48, height: 64 };
        let moved = framing.keypoints(&scene.keypoints, 24);
        let [x, y] = scene.keypoints.get(Joint::Neck).unwrap();
        let [small_x, small_y] = moved.get(Joint::Neck).unwrap();
        assert!((2.0 * (small_x + 0.5) - 0.5 + 8.0 - x).abs() < 1e-4);
        assert!((2.0 * (small_y + 0.5) - 0.5 - 16.0 - y).abs() < 1e-4);
    }

    #[test]
    fn a_garment_lies_on_the_table_of_the_drawn_ones() {
        let scene = scene(9);
        let framing = Framing::of_garment(&scene.garment_mask).unwrap();
        let garment = framing.garment(&scene.garment, &scene.garment_mask);
        let mask = framing.mask(&scene.garment_mask);
        assert_eq!(mask.count(), scene.garment_mask.count());
        let outside = mask.values.iter().zip(garment.pixels().as_chunks().0).filter(|(inside, _)| !**inside);
        assert!(outside.map(|(_, pixel)| *pixel).all(|pixel: [u8; 3]| pixel == TABLE));
    }

    #[test]
    fn nobody_has_no_frame() {
        assert!(Framing::of_person(&Keypoints::default()).is_err());
        assert!(Framing::of_garment(&Mask::from_fn(4, 4, |_, _| false)).is_err());
        let one_place = Keypoints::new([Some([5.0, 5.0]); Joint::COUNT]);
        assert_eq!(Framing::of_person(&one_place), Err(WardrobeError::OnePlace));
    }
}

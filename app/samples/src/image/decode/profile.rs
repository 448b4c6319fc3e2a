//! Embedded colour profiles (ICC) to sRGB.

use std::sync::Arc;

use moxcms::{CmsError, ColorProfile, DataColorSpace, Layout, TransformExecutor, TransformOptions};

use super::Note;

type Executor<T> = Arc<dyn TransformExecutor<T> + Send + Sync>;

/// A value of a pixel, of 8 or 16 bits.
pub(super) trait Sample: Copy + Default + Into<u32> + 'static {
    /// The largest.
    const MAX: u32;

    /// The value of a number up to [`Self::MAX`].
    fn from_u32(value: u32) -> Self;

    /// The conversion from a profile to sRGB.
    fn executor(profile: &ColorProfile, layout: Layout) -> Result<Executor<Self>, CmsError>;

    /// Rounded to 8 bits.
    fn to_byte(self) -> u8 {
        let value: u32 = self.into();
        let step = Self::MAX / 255;
        ((value + step / 2) / step) as u8
    }
}

impl Sample for u8 {
    const MAX: u32 = u8::MAX as u32;

    fn from_u32(value: u32) -> Self {
        value as Self
    }

    fn executor(profile: &ColorProfile, layout: Layout) -> Result<Executor<Self>, CmsError> {
        profile.create_transform_8bit(layout, &ColorProfile::new_srgb(), Layout::Rgb, TransformOptions::default())
    }
}

impl Sample for u16 {
    const MAX: u32 = u16::MAX as u32;

    fn from_u32(value: u32) -> Self {
        value as Self
    }

    fn executor(profile: &ColorProfile, layout: Layout) -> Result<Executor<Self>, CmsError> {
        profile.create_transform_16bit(layout, &ColorProfile::new_srgb(), Layout::Rgb, TransformOptions::default())
    }
}

/// What becomes of the colours.
pub(super) enum Conversion<T> {
    /// They are sRGB, by what the file says or for want of another word.
    None,
    /// They are converted.
    Of(Executor<T>),
    /// They have a profile that cannot be applied.
    Ignored,
}

impl<T: Sample> Conversion<T> {
    /// For pixels of `colours` values, 1 or 3.
    pub(super) fn of(profile: Option<&[u8]>, colours: usize) -> Self {
        let Some(profile) = profile else { return Self::None };
        let (space, layout) =
            if colours == 1 { (DataColorSpace::Gray, Layout::Gray) } else { (DataColorSpace::Rgb, Layout::Rgb) };
        let Some(profile) = ColorProfile::new_from_slice(profile).ok().filter(|p| p.color_space == space) else {
            return Self::Ignored;
        };
        match (u8::executor(&profile, layout), T::executor(&profile, layout)) {
            (Ok(bytes), Ok(executor)) => match is_srgb(&bytes, colours) {
                Some(true) => Self::None,
                Some(false) => Self::Of(executor),
                None => Self::Ignored,
            },
            _ => Self::Ignored,
        }
    }

    pub(super) fn note(&self) -> Option<Note> {
        match self {
            Self::None => None,
            Self::Of(_) => Some(Note::ProfileConverted),
            Self::Ignored => Some(Note::ProfileIgnored),
        }
    }

    pub(super) fn executor(&self) -> Option<&dyn TransformExecutor<T>> {
        match self {
            Self::Of(executor) => Some(executor.as_ref()),
            Self::None | Self::Ignored => None,
        }
    }
}

/// Whether a conversion leaves a grid of colours where they are, to a step of 1/255: there are many sRGB profiles.
fn is_srgb(executor: &Executor<u8>, colours: usize) -> Option<bool> {
    const LEVELS: [u8; 9] = [0, 32, 64, 96, 128, 160, 192, 224, 255];
    let grid: Vec<[u8; 3]> = LEVELS
        .iter()
        .flat_map(|&r| LEVELS.iter().flat_map(move |&g| LEVELS.iter().map(move |&b| [r, g, b])))
        .filter(|&[r, g, b]| colours == 3 || (r == g && g == b))
        .collect();
    let from: Vec<u8> = grid.iter().flat_map(|colour| &colour[..colours]).copied().collect();
    let mut to = vec![[0; 3]; grid.len()];
    executor.transform(&from, to.as_flattened_mut()).ok()?;
    Some(grid.as_flattened().iter().zip(to.as_flattened()).all(|(a, b)| a.abs_diff(*b) <= 1))
}

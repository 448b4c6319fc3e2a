//! Files of a picture: PNG, JPEG, WebP. Nothing but the picture is written, and the texts that the caller gives: never
//! where or with which camera it was taken.

use image_webp::{ColorType as WebPColor, WebPEncoder};
use png::{BitDepth, ColorType, Compression, Encoder, Filter, SrgbRenderingIntent};

use super::{
    Image, ImageError, ImageFormat,
    decode::{MAX_TEXT_BYTES, MAX_TEXT_ENTRIES},
};

/// `image` as PNG, with `text` entries of a key and a text each (`tEXt`, or `iTXt` where the text is not ASCII).
/// [`super::decode()`] reads both back.
///
/// # Errors
/// Sides above 2³¹ − 1, more than [`MAX_TEXT_ENTRIES`] entries, a text of more than [`MAX_TEXT_BYTES`], or a key that
/// is not of 1 to 79 Latin-1 characters.
pub fn png(image: &Image, text: &[(&str, &str)]) -> Result<Vec<u8>, ImageError> {
    let cannot = |reason: String| ImageError::CannotCarry { format: ImageFormat::Png, reason };
    if text.len() > MAX_TEXT_ENTRIES {
        return Err(cannot(format!("{} texts are more than {MAX_TEXT_ENTRIES}", text.len())));
    }
    let [width, height] = sides(image, i32::MAX as u32, ImageFormat::Png)?;
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, width, height);
    encoder.set_color(ColorType::Rgb);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_compression(Compression::Balanced);
    encoder.set_filter(Filter::Adaptive);
    encoder.set_source_srgb(SrgbRenderingIntent::Perceptual);
    for &(key, value) in text {
        if value.len() > MAX_TEXT_BYTES {
            return Err(cannot(format!("the text {key:?} has {} bytes, more than {MAX_TEXT_BYTES}", value.len())));
        }
        let (key, value) = (key.to_owned(), value.to_owned());
        let added =
            if value.is_ascii() { encoder.add_text_chunk(key, value) } else { encoder.add_itxt_chunk(key, value) };
        added.map_err(|error| cannot(error.to_string()))?;
    }
    let write = |encoder: Encoder<'_, _>| {
        let mut writer = encoder.write_header()?;
        writer.write_image_data(image.pixels())?;
        writer.finish()
    };
    write(encoder).map_err(|error| cannot(error.to_string()))?;
    Ok(file)
}

/// `image` as baseline JPEG without chroma subsampling; `quality` is 1 to 100 as libjpeg counts it, and clamped to it.
///
/// # Errors
/// Sides above 65 535.
pub fn jpeg(image: &Image, quality: u8) -> Result<Vec<u8>, ImageError> {
    let [width, height] = sides(image, u32::from(u16::MAX), ImageFormat::Jpeg)?;
    let mut file = Vec::new();
    ::image::codecs::jpeg::JpegEncoder::new_with_quality(&mut file, quality)
        .encode(image.pixels(), width, height, ::image::ExtendedColorType::Rgb8)
        .map_err(|error| ImageError::CannotCarry { format: ImageFormat::Jpeg, reason: error.to_string() })?;
    Ok(file)
}

/// `image` as lossless WebP.
///
/// # Errors
/// Sides above 16 383, the most that readers take.
pub fn webp_lossless(image: &Image) -> Result<Vec<u8>, ImageError> {
    let [width, height] = sides(image, 16_383, ImageFormat::WebP)?;
    let mut file = Vec::new();
    WebPEncoder::new(&mut file)
        .encode(image.pixels(), width, height, WebPColor::Rgb8)
        .map_err(|error| ImageError::CannotCarry { format: ImageFormat::WebP, reason: error.to_string() })?;
    Ok(file)
}

/// Width and height, where the format has room for them.
fn sides(image: &Image, limit: u32, format: ImageFormat) -> Result<[u32; 2], ImageError> {
    let side = |side: usize| u32::try_from(side).ok().filter(|&side| side <= limit);
    match (side(image.width()), side(image.height())) {
        (Some(width), Some(height)) => Ok([width, height]),
        _ => {
            let reason = format!("{} × {} pixels; its sides are at most {limit}", image.width(), image.height());
            Err(ImageError::CannotCarry { format, reason })
        }
    }
}

//! Files that promise too much, end early, or are no pictures.

use std::io::Write;

use flate2::{Compression, write::ZlibEncoder};
use samples::image::{ImageError, ImageFormat, Limits, decode, encode};

use crate::{allocations::largest, file, files, message, noise, picture, read};

/// A chunk of PNG.
fn chunk(name: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let mut crc = flate2::Crc::new();
    crc.update(name);
    crc.update(content);
    [&(content.len() as u32).to_be_bytes()[..], name, content, &crc.sum().to_be_bytes()].concat()
}

fn header(width: u32, height: u32) -> Vec<u8> {
    let content = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 2, 0, 0, 0]].concat();
    [&b"\x89PNG\r\n\x1a\n"[..], &chunk(b"IHDR", &content)].concat()
}

fn packed(content: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

/// Headers of a few bytes that announce `width` × `height` pixels.
fn announced(width: u16, height: u16) -> Vec<(&'static str, Vec<u8>)> {
    let (w, h) = (width.to_le_bytes(), height.to_le_bytes());
    let png = [header(width.into(), height.into()), chunk(b"IDAT", &packed(&[0; 100])), chunk(b"IEND", &[])].concat();
    let gif =
        [b"GIF89a", &w[..], &h, &[0x80, 0, 0], &[0; 6], &[0x2C, 0, 0, 0, 0], &w, &h, &[0, 2, 2, 0x44, 1, 0, 0x3B]];
    // An extended header counts sides from 1, in 24 bits.
    let side = |side: u16| [(side - 1).to_le_bytes()[0], (side - 1).to_le_bytes()[1], 0];
    let frame = [b"VP8 ", &[10, 0, 0, 0][..], &[0x10, 2, 0, 0x9D, 1, 0x2A], &[8, 0, 8, 0]].concat();
    let extended = [b"WEBPVP8X", &[10, 0, 0, 0][..], &[0; 4], &side(width), &side(height), &frame].concat();
    let webp = [b"RIFF", &(extended.len() as u32).to_le_bytes()[..], &extended].concat();
    let mut bmp = file("rgb.bmp");
    bmp[18..22].copy_from_slice(&u32::from(width).to_le_bytes());
    bmp[22..26].copy_from_slice(&u32::from(height).to_le_bytes());
    let mut jpeg = file("baseline.jpg");
    let frame = jpeg.windows(2).position(|pair| pair == [0xFF, 0xC0]).unwrap();
    jpeg[frame + 5..frame + 7].copy_from_slice(&height.to_be_bytes());
    jpeg[frame + 7..frame + 9].copy_from_slice(&width.to_be_bytes());
    vec![("PNG", png), ("GIF", gif.concat()), ("WebP", webp), ("BMP", bmp), ("JPEG", jpeg)]
}

#[test]
fn bombs_are_refused_before_anything_is_decoded() {
    for (format, bytes) in announced(60_000, 60_000) {
        let (answer, memory) = largest(|| decode(&bytes, &Limits::PHOTO));
        assert_eq!(answer, Err(ImageError::Side { found: [60_000; 2], limit: 16_384 }), "{format}");
        assert!(memory <= 1 << 20, "{format} asked for {memory} bytes");
    }
    for (format, bytes) in announced(6_000, 5_000) {
        let (answer, memory) = largest(|| decode(&bytes, &Limits::PHOTO));
        let error = answer.unwrap_err();
        assert_eq!(error, ImageError::Pixels { found: [6_000, 5_000], limit: 24_000_000 }, "{format}");
        assert!(error.to_string().contains("6000 × 5000 = 30.0 megapixels; at most 24.0 are read"), "{error}");
        assert!(memory <= 1 << 20, "{format} asked for {memory} bytes");
    }
}

#[test]
fn a_panorama_is_refused_with_the_limit() {
    let panorama = encode::png(&picture(30_000, 4, |_, _| [9; 3]), &[]).unwrap();
    let expected =
        "the picture has 30000 × 4 pixels; sides of at most 16384 are read: crop it or make it smaller first";
    assert_eq!(message(&panorama), expected);
    let limits = Limits { bytes: 10, ..Limits::PHOTO };
    let error = decode(&panorama, &limits).unwrap_err();
    assert_eq!(error, ImageError::FileSize { found: panorama.len(), limit: 10 });
}

#[test]
fn a_lossy_webp_frame_must_fit_its_picture() {
    // A canvas of 24 × 16 whose frame announces 16 383 × 16 383.
    let mut webp = file("lossy_alpha.webp");
    let frame = webp.windows(3).position(|bytes| bytes == [0x9D, 1, 0x2A]).unwrap();
    webp[frame + 3..frame + 7].copy_from_slice(&[0xFF, 0x3F, 0xFF, 0x3F]);
    let (answer, memory) = largest(|| decode(&webp, &Limits::PHOTO));
    assert!(matches!(answer, Err(ImageError::Malformed { format: ImageFormat::WebP, .. })), "{answer:?}");
    assert!(memory <= 1 << 20, "{memory} bytes");
}

#[test]
fn a_webp_chunk_is_not_longer_than_its_file() {
    let mut webp = file("lossy_alpha.webp");
    // A profile of almost 4 GiB, in six bytes.
    webp[20] |= 0x20;
    webp.extend(b"ICCP\xF0\xFF\xFF\xFFabcdef");
    let (answer, memory) = largest(|| decode(&webp, &Limits::PHOTO));
    assert!(answer.is_ok(), "{answer:?}");
    assert!(memory <= 1 << 20, "{memory} bytes");
}

#[test]
fn texts_do_not_unpack_without_bound() {
    let huge = packed(&vec![b'x'; 64 << 20]);
    let mut png = encode::png(&noise(4, 4), &[("kept", "short")]).unwrap();
    let end = png.len() - 12;
    png.splice(end..end, chunk(b"zTXt", &[b"bomb\0\0", &huge[..]].concat()));
    let end = png.len() - 12;
    png.splice(end..end, chunk(b"iTXt", &[b"bomb\0\x01\0\0\0", &huge[..]].concat()));
    let (decoded, memory) = largest(|| read(&png));
    assert_eq!(decoded.text, [("kept".to_owned(), "short".to_owned())]);
    assert!(memory <= 1 << 20, "{memory} bytes");
}

#[test]
fn a_profile_does_not_unpack_without_bound() {
    let mut png = encode::png(&noise(4, 4), &[]).unwrap();
    let at = 8 + 25;
    png.splice(at..at, chunk(b"iCCP", &[b"bomb\0\0", &packed(&vec![0; 512 << 20])[..]].concat()));
    let (answer, memory) = largest(|| decode(&png, &Limits::PHOTO));
    assert!(memory <= 300 << 20, "{memory} bytes");
    assert_eq!(answer.map(|decoded| decoded.image), Ok(noise(4, 4)));
}

#[test]
fn files_that_end_early_are_named_so() {
    for (name, whole) in files() {
        // Of these formats a part can be a whole file: of a GIF its first frame, of a TIFF its first page.
        let exact = name.ends_with("png") || name.ends_with("jpg");
        if name.ends_with("avif") || name.ends_with("jpeg_inside.tif") {
            continue;
        }
        let half = decode(&whole[..whole.len() / 2], &Limits::PHOTO);
        match half {
            Err(ImageError::Truncated(_)) => {}
            Err(ImageError::Malformed { .. }) if !exact => {}
            Ok(_) if name.starts_with("animated") || name.starts_with("pages") => {}
            other => panic!("half of {name}: {other:?}"),
        }
    }
}

#[test]
fn what_is_no_picture_is_told() {
    let kinds = "the file is no picture of a kind that is read here: PNG, JPEG, WebP, GIF, BMP, TIFF";
    assert_eq!(message(b""), "the file is empty");
    assert_eq!(message(b"BM, he wrote, and then nothing more"), kinds);
    assert_eq!(message(b"<svg xmlns='http://www.w3.org/2000/svg'/>"), kinds);
    assert_eq!(message(&[0; 1000]), kinds);
    for start in [&b"\x89PNG\r\n\x1a\n"[..], b"GIF89a", b"\xFF\xD8\xFF", b"RIFF\x04\0\0\0WEBP", b"II*\0"] {
        assert!(message(start).contains("ends before its picture does"), "{}", message(start));
    }
    assert_eq!(message(b"\0\0\0\x18ftypheic\0\0\0\0"), "HEIC is not read here: save the picture as PNG, JPEG or WebP");
    assert_eq!(message(b"\xFF\x0A\0\0"), "JPEG XL is not read here: save the picture as PNG, JPEG or WebP");
}

#[test]
fn a_header_of_no_pixels_is_refused() {
    let gif = announced(60_000, 60_000).swap_remove(1).1;
    let gif: Vec<u8> = gif.iter().enumerate().map(|(i, &byte)| if (6..10).contains(&i) { 0 } else { byte }).collect();
    assert_eq!(message(&gif), "a picture of 0 × 0 pixels has none");
}

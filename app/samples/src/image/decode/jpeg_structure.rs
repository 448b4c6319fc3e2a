//! The markers of a JPEG (ITU-T T.81, annex B), without what they hold.

use crate::image::{ImageError, ImageFormat};

/// What the frame header says.
#[derive(Debug, PartialEq)]
pub(super) struct Structure {
    /// Width and height.
    pub(super) sides: [u32; 2],
    /// Colours a pixel: 1 grey, 3 YCbCr or RGB, 4 inks.
    pub(super) components: u8,
}

const START: u8 = 0xD8;
const END: u8 = 0xD9;
const SCAN: u8 = 0xDA;

/// Follows the markers to the end of the picture.
pub(super) fn read(bytes: &[u8]) -> Result<Structure, ImageError> {
    let cut = || ImageError::Truncated(ImageFormat::Jpeg);
    let mut structure = None;
    let mut rest = bytes;
    loop {
        let marker;
        (marker, rest) = next_marker(rest).ok_or_else(cut)?;
        match marker {
            END => return structure.ok_or_else(|| malformed("it has no frame header")),
            // Without content: start, restarts, and TEM.
            START | 0xD0..=0xD7 | 0x01 => continue,
            _ => {}
        }
        let (length, _) = rest.split_first_chunk().ok_or_else(cut)?;
        let (segment, after) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length))).ok_or_else(cut)?;
        match marker {
            // All frame headers; between them lie Huffman tables, an extension and arithmetic coding's conditions.
            0xC0..=0xCF if !matches!(marker, 0xC4 | 0xC8 | 0xCC) => {
                let &[_, _, _, h1, h0, w1, w0, components, ..] = segment else {
                    return Err(malformed("its frame header is too short"));
                };
                let sides = [[w1, w0], [h1, h0]].map(|side| u32::from(u16::from_be_bytes(side)));
                // The first belongs to the picture; the decoder judges whether another may follow.
                structure.get_or_insert(Structure { sides, components });
            }
            SCAN if structure.is_none() => return Err(malformed("its data begin before the frame header")),
            _ => {}
        }
        rest = after;
    }
}

/// The next marker and what follows it; entropy-coded data and fill bytes are passed over.
fn next_marker(mut bytes: &[u8]) -> Option<(u8, &[u8])> {
    loop {
        let at = bytes.iter().position(|&byte| byte == 0xFF)?;
        bytes = &bytes[at + 1..];
        match bytes.split_first()? {
            // A data byte of 0xFF.
            (0, rest) => bytes = rest,
            (0xFF, _) => {}
            (&marker, rest) => return Some((marker, rest)),
        }
    }
}

fn malformed(reason: &str) -> ImageError {
    ImageError::Malformed { format: ImageFormat::Jpeg, reason: reason.to_owned() }
}

//! Every decoder on damaged files: an answer, never a panic, and never more pixels than allowed.
//!
//! `PROPTEST_CASES` sets how many files of each format are tried; 2000 where nothing is said.

use std::cell::Cell;

use proptest::{prelude::*, sample::Index, test_runner::FileFailurePersistence};
use samples::image::{Limits, decode};

use crate::files;

/// One thing that happens to a file.
#[derive(Clone, Debug)]
enum Damage {
    Byte(Index, u8),
    /// A bit of the first bytes, where the headers are.
    HeaderBit(Index, u8),
    Number(Index, u32, bool),
    Cut(Index, Index),
    Truncate(Index),
    Insert(Index, Vec<u8>),
    /// A part written again somewhere else.
    Copy(Index, Index, Index),
}

fn damage() -> impl Strategy<Value = Damage> {
    let index = any::<Index>;
    let numbers = prop_oneof![Just(0), Just(1), Just(u32::MAX), Just(0x7FFF_FFFF), Just(0x8000_0000), any::<u32>()];
    prop_oneof![
        4 => (index(), any::<u8>()).prop_map(|(at, byte)| Damage::Byte(at, byte)),
        4 => (index(), 0u8..8).prop_map(|(at, bit)| Damage::HeaderBit(at, bit)),
        2 => (index(), numbers, any::<bool>()).prop_map(|(at, number, big)| Damage::Number(at, number, big)),
        1 => (index(), index()).prop_map(|(at, length)| Damage::Cut(at, length)),
        1 => index().prop_map(Damage::Truncate),
        1 => (index(), prop::collection::vec(any::<u8>(), 1..12)).prop_map(|(at, bytes)| Damage::Insert(at, bytes)),
        1 => (index(), index(), index()).prop_map(|(from, length, to)| Damage::Copy(from, length, to)),
    ]
}

impl Damage {
    fn apply(&self, file: &mut Vec<u8>) {
        if file.len() < 8 {
            return;
        }
        match self {
            Self::Byte(at, byte) => *at.get_mut(file) = *byte,
            Self::HeaderBit(at, bit) => {
                let at = at.index(file.len().min(200));
                file[at] ^= 1 << bit;
            }
            Self::Number(at, number, big) => {
                let bytes = if *big { number.to_be_bytes() } else { number.to_le_bytes() };
                let at = at.index(file.len() - 4);
                file[at..at + 4].copy_from_slice(&bytes);
            }
            Self::Cut(at, length) => {
                let start = at.index(file.len());
                let end = start + length.index((file.len() - start).min(60));
                file.drain(start..end);
            }
            Self::Truncate(at) => file.truncate(at.index(file.len())),
            Self::Insert(at, bytes) => {
                let at = at.index(file.len());
                file.splice(at..at, bytes.iter().copied());
            }
            Self::Copy(from, length, to) => {
                let start = from.index(file.len());
                let part = file[start..start + length.index((file.len() - start).min(200))].to_vec();
                let to = to.index(file.len());
                file.splice(to..to, part);
            }
        }
    }
}

/// Damage that a checksum finds is found by nothing else: PNG's are made to fit again.
fn mend_checksums(file: &mut [u8]) {
    let mut at = 8;
    while let Some(length) = file.get(at..).and_then(|chunk| chunk.first_chunk()) {
        let end = at.saturating_add(8).saturating_add(u32::from_be_bytes(*length) as usize);
        if end.saturating_add(4) > file.len() {
            return;
        }
        let mut crc = flate2::Crc::new();
        crc.update(&file[at + 4..end]);
        file[end..end + 4].copy_from_slice(&crc.sum().to_be_bytes());
        at = end + 4;
    }
}

const LIMITS: Limits = Limits { bytes: 1 << 16, side: 3000, pixels: 1 << 18 };

fn answers(ending: &str) {
    let seeds: Vec<Vec<u8>> = files().into_iter().filter(|(name, _)| name.ends_with(ending)).map(|(_, f)| f).collect();
    assert!(seeds.len() >= 3, "{ending}");
    let damaged = (prop::sample::select(seeds), prop::collection::vec(damage(), 0..6), any::<bool>());
    let mut config = ProptestConfig {
        failure_persistence: Some(Box::new(FileFailurePersistence::Off)),
        ..ProptestConfig::default()
    };
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = 2000;
    }
    let cases = config.cases;
    let whole = Cell::new(0);
    proptest!(config, |((mut file, damages, mend) in damaged)| {
        damages.iter().for_each(|damage| damage.apply(&mut file));
        if mend && file.starts_with(b"\x89PNG") {
            mend_checksums(&mut file);
        }
        match decode(&file, &LIMITS) {
            Ok(decoded) => {
                let [width, height] = [decoded.image.width(), decoded.image.height()];
                prop_assert!(width <= 3000 && height <= 3000 && width * height <= 1 << 18);
                prop_assert_eq!(decoded.image.pixels().len(), width * height * 3);
                prop_assert!(decoded.text.len() <= 16 && decoded.text.iter().all(|(_, text)| text.len() <= 4096));
                whole.set(whole.get() + 1);
            }
            Err(error) => prop_assert!(!error.to_string().is_empty()),
        }
    });
    // Damage that left nothing to read, or that changed nothing, would try no decoder.
    let whole = whole.get();
    assert!(whole > cases / 20 && whole < cases, "{whole} of {cases} files were read");
}

#[test]
fn bmp_answers() {
    answers(".bmp");
}

#[test]
fn gif_answers() {
    answers(".gif");
}

#[test]
fn jpeg_answers() {
    answers(".jpg");
}

#[test]
fn png_answers() {
    answers(".png");
}

#[test]
fn tiff_answers() {
    answers(".tif");
}

#[test]
fn webp_answers() {
    answers(".webp");
}

//! Every format reads what it wrote, and answers hostile bytes with an error.

use std::io::Write;

use flate2::{Compression, write::GzEncoder};
use proptest::prelude::*;
use samples::volume::{
    BeadPack, MAX_VOXELS, MeasureOptions, PoreMeasures, Volume, VolumeError, bits,
    nrrd::{self, Encoding, WriteOptions},
    raw, table, tiff_stack,
};

type Reader = fn(&[u8]) -> Result<Volume, VolumeError>;

fn any_volume() -> impl Strategy<Value = Volume> {
    (1usize..7, 1usize..7, 1usize..20).prop_flat_map(|(d, h, w)| {
        prop::collection::vec(0u8..2, d * h * w).prop_map(move |voxels| Volume::new([d, h, w], voxels).expect("valid"))
    })
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

fn header(sizes: &str, encoding: &str) -> Vec<u8> {
    format!("NRRD0004\ntype: uchar\ndimension: 3\nsizes: {sizes}\nencoding: {encoding}\n\n").into_bytes()
}

fn reason<T: std::fmt::Debug>(result: Result<T, VolumeError>) -> String {
    result.expect_err("must be refused").to_string()
}

proptest! {
    #[test]
    fn nrrd_round_trip(volume in any_volume(), plain: bool, note in ".{0,20}") {
        let options = WriteOptions {
            encoding: if plain { Encoding::Raw } else { Encoding::Gzip },
            voxel_um: Some(6.0),
            notes: vec![(note.clone(), note)],
        };
        prop_assert_eq!(nrrd::read(&nrrd::write(&volume, &options)), Ok(volume));
    }

    #[test]
    fn raw_round_trip(volume in any_volume(), voxel_um in prop::option::of(0.1f64..10.0)) {
        let (bytes, header) = raw::write(&volume, voxel_um);
        let (back, about) = raw::read(&bytes, header.as_bytes()).expect("our own file");
        prop_assert_eq!(back, volume);
        let difference = about.voxel_um.unwrap_or(0.0) - voxel_um.unwrap_or(0.0);
        prop_assert!(difference.abs() < 1e-12 && about.voxel_um.is_some() == voxel_um.is_some());
    }

    #[test]
    fn tiff_round_trip(volume in any_volume()) {
        let file = tiff_stack::write(&volume).expect("small");
        prop_assert_eq!(tiff_stack::read(&file), Ok(volume));
    }

    #[test]
    fn arbitrary_bytes_are_no_volume(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        // Whatever happens, nothing panics; random bytes have no magic word.
        prop_assert!(nrrd::read(&bytes).is_err());
        prop_assert!(tiff_stack::read(&bytes).is_err());
        prop_assert!(raw::read(&bytes, &bytes).is_err());
        prop_assert!(bits::read(&bytes, &bytes).is_err());
        let _ = BeadPack::from_csv(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn arbitrary_bytes_behind_a_good_beginning_do_not_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = nrrd::read(&[b"NRRD0004\n".as_slice(), &bytes].concat());
        let _ = nrrd::read(&[header("4 3 2", "gzip"), bytes.clone()].concat());
        let _ = tiff_stack::read(&[b"II*\0\x08\0\0\0".as_slice(), &bytes].concat());
        let _ = raw::read(&bytes, br#"{"shape_zyx":[4,3,2],"dtype":"uint8","pore":0,"grain":1}"#);
        let _ = BeadPack::from_csv(&format!("x,y,z\n{}", String::from_utf8_lossy(&bytes)));
    }

    #[test]
    fn damaged_files_do_not_panic(
        volume in any_volume(), plain: bool, keep in 0.0f64..1.0,
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8),
    ) {
        let options = WriteOptions { encoding: if plain { Encoding::Raw } else { Encoding::Gzip }, ..Default::default() };
        let formats: [(Vec<u8>, Reader); 2] =
            [(nrrd::write(&volume, &options), nrrd::read), (tiff_stack::write(&volume).expect("small"), tiff_stack::read)];
        for (mut file, read) in formats {
            let part = &file[..(file.len() as f64 * keep) as usize];
            prop_assert!(read(part).is_err(), "truncated to {} of {} bytes", part.len(), file.len());
            for (place, value) in &damage {
                let place = place.index(file.len());
                file[place] = *value;
            }
            let _ = read(&file);
        }
    }
}

#[test]
fn nrrd_refuses_with_a_reason() {
    let cases: [(Vec<u8>, &str); 12] = [
        (header("10000 10000 10000", "raw"), "outside 1 to"),
        (header("18446744073709551615 18446744073709551615 2", "raw"), "outside 1 to"),
        (header("0 4 4", "raw"), "outside 1 to"),
        (header("-1 4 4", "raw"), "size \"-1\""),
        (header("4 4", "raw"), "2 sizes"),
        (header("4 4 4", "bzip2"), "raw and gzip"),
        ([header("2 2 2", "raw"), vec![0; 7]].concat(), "needs 8 voxels, the data hold 7"),
        ([header("2 2 2", "raw"), vec![0; 9]].concat(), "more data than the 8"),
        ([header("2 2 2", "raw"), vec![0, 1, 0, 1, 0, 1, 0, 2]].concat(), "voxel 7 is 2"),
        (b"NRRD0004\ntype: uchar\n".to_vec(), "no blank line"),
        (b"NRRD0004\ntype: block\n\n".to_vec(), "type \"block\""),
        (b"NRRD0004\ndata file: x.raw\n\n".to_vec(), "detached"),
    ];
    for (file, expected) in cases {
        let reason = reason(nrrd::read(&file));
        assert!(reason.contains(expected), "{reason:?} does not say {expected:?}");
    }
    let endless = [b"NRRD0004\n".to_vec(), b"#\n".repeat(1 << 20)].concat();
    assert!(reason(nrrd::read(&endless)).contains("no blank line"));
}

#[test]
fn nrrd_reads_other_programs_types() {
    let grey = nrrd::read_grey(include_bytes!("fixtures/ascending_be.nrrd")).expect("big-endian shorts");
    assert_eq!((grey.shape(), grey.values()), ([2, 2, 3], (0..12).collect::<Vec<u8>>().as_slice()));
    let file = |name: &str, data: &[u8]| {
        let header = format!(
            "NRRD0005\r\ntype: {name}\r\nendian: little\r\ndimension: 3\r\nsizes: 2 1 1\r\nencoding: gz\r\n\r\n"
        );
        [header.into_bytes(), gzip(data)].concat()
    };
    let double = [0.0f64, 1.0].map(f64::to_le_bytes).concat();
    assert_eq!(nrrd::read(&file("double", &double)).expect("doubles").voxels(), [0, 1]);
    let half = [0.0f32, 0.5].map(f32::to_le_bytes).concat();
    assert!(reason(nrrd::read(&file("float", &half))).contains("voxel 1 is not a whole number"));
    let masks = [0u16, 255].map(u16::to_le_bytes).concat();
    assert_eq!(nrrd::read(&file("ushort", &masks)).expect("0 and 255").voxels(), [0, 1]);
    let negative = [0i64, -1].map(i64::to_le_bytes).concat();
    assert!(reason(nrrd::read(&file("int64", &negative))).contains("voxel 1"));
}

/// A gigabyte of zeros in a megabyte of gzip: the reader stops at the shape's size.
#[test]
fn gzip_bombs_do_not_unfold() {
    let bomb = gzip(&vec![0; 64 << 20]);
    let few = [header("8 8 8", "gzip"), bomb.clone()].concat();
    assert!(reason(nrrd::read(&few)).contains("more data than the 512"));
    let about = br#"{"name":"","shape_zyx":[8,8,8],"voxel_size_um":1,"porosity":0,"source":"","licence":""}"#;
    assert_eq!(bits::read(&bomb, about), Err(VolumeError::Length { expected: 512, found: 8 * 65 }));
    // A promise that the compressed bytes cannot keep is refused before anything is unpacked.
    let promise = [header("512 512 512", "gzip"), gzip(&[0; 100])].concat();
    assert!(matches!(nrrd::read(&promise), Err(VolumeError::Length { expected: MAX_VOXELS, .. })));
}

#[test]
fn tiff_stacks_of_other_programs() {
    let deflate = tiff_stack::read(include_bytes!("fixtures/slice_deflate.tif")).expect("Deflate");
    let plain = tiff_stack::read(include_bytes!("fixtures/slice_plain.tif")).expect("uncompressed");
    assert_eq!(deflate.shape(), [16; 3]);
    assert_eq!(deflate, plain);
    assert_eq!(samples::volume::porosity(&deflate), 0.5);
}

#[test]
fn a_tiff_page_that_its_file_cannot_hold_is_refused() {
    let volume = Volume::new([1, 2, 2], vec![0; 4]).expect("valid");
    for (side, expected) in [(1_000_000u32, "outside 1 to"), (10_000, "cannot hold")] {
        let mut file = tiff_stack::write(&volume).expect("small");
        // Enlarge ImageWidth (256), ImageLength (257) and RowsPerStrip (278). A directory entry is tag, type, count, value.
        for tag in [256u16, 257, 278] {
            let entry = [tag.to_le_bytes().as_slice(), &4u16.to_le_bytes(), &1u32.to_le_bytes()].concat();
            let place = file.windows(8).position(|window| window == entry).expect("the tag, one long");
            file[place + 8..place + 12].copy_from_slice(&side.to_le_bytes());
        }
        let reason = reason(tiff_stack::read(&file));
        assert!(reason.contains(expected), "{reason}");
    }
}

#[test]
fn tables_hold_every_measure_and_quote_names() {
    let volume = Volume::from_fn(12, |z, y, x| (z * y + x) % 3 == 0);
    let measures = PoreMeasures::of_geometry(&volume, &MeasureOptions { max_lag: 5, ..Default::default() });
    let text = table::csv([("a, \"b\"", &measures), ("=1+1", &measures)]);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 3);
    assert_eq!(lines[0].split(',').count(), 14);
    assert!(lines[1].starts_with(&format!("\"a, \"\"b\"\"\",{}", measures.porosity)));
    assert!(lines[2].starts_with("\"'=1+1\","), "no formula for a spreadsheet to run");
    assert!(lines[1].ends_with(",,,"), "no permeability was asked for");
    let curve = table::s2_csv(&measures);
    assert_eq!(curve.lines().count(), 7);
    assert_eq!(curve.lines().nth(1), Some(format!("0,{0},{0},{0},{0}", measures.porosity).as_str()));
}

//! NRRD, "nearly raw raster data": a text header and the voxels, raw or gzip, in one file.
//!
//! Written: `uint8`, 0 = pore, 1 = grain. Read: three-dimensional volumes of any integer or float type whose
//! values are whole numbers from 0 to 255, with an attached header. Format: teem.sourceforge.net/nrrd.

use std::io::{Read, Write};

use flate2::{Compression, read::MultiGzDecoder, write::GzEncoder};

use super::{GreyVolume, Volume, VolumeError, voxel_count};

const FORMAT: &str = "NRRD";
/// Headers are short; anything longer is not one.
const MAX_HEADER: usize = 64 * 1024;
/// Deflate cannot expand further than this, so a smaller payload is known to be too short.
const MAX_DEFLATE_RATIO: u64 = 1032;

/// How the voxels are stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// Byte by byte.
    Raw,
    /// Compressed.
    #[default]
    Gzip,
}

/// What goes into the header besides shape and type.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WriteOptions {
    /// How the voxels are stored.
    pub encoding: Encoding,
    /// Side of a voxel in µm, if known.
    pub voxel_um: Option<f64>,
    /// Key/value pairs, such as where the sample comes from. Line breaks become spaces.
    pub notes: Vec<(String, String)>,
}

/// `volume` as a NRRD file.
pub fn write(volume: &Volume, options: &WriteOptions) -> Vec<u8> {
    let [depth, height, width] = volume.shape();
    let encoding = match options.encoding {
        Encoding::Raw => "raw",
        Encoding::Gzip => "gzip",
    };
    // Sizes are listed fastest axis first.
    let mut header = format!(
        "NRRD0004\n# 0 = pore, 1 = grain\ntype: uint8\ndimension: 3\nsizes: {width} {height} {depth}\n\
         encoding: {encoding}\n"
    );
    if let Some(side) = options.voxel_um.filter(|side| side.is_finite() && *side > 0.0) {
        header.push_str(&format!("spacings: {side} {side} {side}\nunits: \"um\" \"um\" \"um\"\n"));
    }
    for (key, value) in &options.notes {
        header.push_str(&format!("{}:={}\n", one_line(key).replace(":=", ": "), one_line(value)));
    }
    header.push('\n');
    let mut file = header.into_bytes();
    match options.encoding {
        Encoding::Raw => file.extend_from_slice(volume.voxels()),
        Encoding::Gzip => {
            let mut encoder = GzEncoder::new(file, Compression::default());
            // Writing to memory cannot fail.
            file =
                encoder.write_all(volume.voxels()).and_then(|()| encoder.finish()).expect("a Vec accepts every write");
        }
    }
    file
}

fn one_line(text: &str) -> String {
    text.replace(['\n', '\r'], " ")
}

/// A segmented volume from a NRRD file: values 0 and 1, or 0 and 255 (0 = pore).
///
/// # Errors
/// Not a NRRD file of the kinds above, too large, truncated, with bytes left over, or other values.
pub fn read(file: &[u8]) -> Result<Volume, VolumeError> {
    read_grey(file)?.into_segmented()
}

/// A grey volume from a NRRD file.
///
/// # Errors
/// As [`read`], without the restriction on values.
pub fn read_grey(file: &[u8]) -> Result<GreyVolume, VolumeError> {
    let (header, data) = Header::parse(file)?;
    let values = match header.encoding {
        Encoding::Raw => header.values(data, data.len() as u64)?,
        Encoding::Gzip => {
            header.values(MultiGzDecoder::new(data), (data.len() as u64).saturating_mul(MAX_DEFLATE_RATIO))?
        }
    };
    GreyVolume::new(header.shape, values)
}

#[derive(Clone, Copy)]
enum Scalar {
    I8,
    U8,
    I16,
    U16,
    I32,
    U32,
    I64,
    U64,
    F32,
    F64,
}

impl Scalar {
    fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "signed char" | "int8" | "int8_t" => Self::I8,
            "uchar" | "unsigned char" | "uint8" | "uint8_t" => Self::U8,
            "short" | "short int" | "signed short" | "signed short int" | "int16" | "int16_t" => Self::I16,
            "ushort" | "unsigned short" | "unsigned short int" | "uint16" | "uint16_t" => Self::U16,
            "int" | "signed int" | "int32" | "int32_t" => Self::I32,
            "uint" | "unsigned int" | "uint32" | "uint32_t" => Self::U32,
            "longlong"
            | "long long"
            | "long long int"
            | "signed long long"
            | "signed long long int"
            | "int64"
            | "int64_t" => Self::I64,
            "ulonglong" | "unsigned long long" | "unsigned long long int" | "uint64" | "uint64_t" => Self::U64,
            "float" => Self::F32,
            "double" => Self::F64,
            _ => return None,
        })
    }

    fn bytes(self) -> usize {
        match self {
            Self::I8 | Self::U8 => 1,
            Self::I16 | Self::U16 => 2,
            Self::I32 | Self::U32 | Self::F32 => 4,
            Self::I64 | Self::U64 | Self::F64 => 8,
        }
    }

    /// The value as a grey level; `None` if it is not a whole number from 0 to 255.
    fn grey(self, little: &[u8; 8]) -> Option<u8> {
        let [a, b, c, d, ..] = *little;
        let whole = |value: f64| (value.fract() == 0.0 && (0.0..=255.0).contains(&value)).then_some(value as u8);
        match self {
            Self::U8 => Some(a),
            Self::I8 => u8::try_from(a as i8).ok(),
            Self::I16 => i16::from_le_bytes([a, b]).try_into().ok(),
            Self::U16 => u16::from_le_bytes([a, b]).try_into().ok(),
            Self::I32 => i32::from_le_bytes([a, b, c, d]).try_into().ok(),
            Self::U32 => u32::from_le_bytes([a, b, c, d]).try_into().ok(),
            Self::I64 => i64::from_le_bytes(*little).try_into().ok(),
            Self::U64 => u64::from_le_bytes(*little).try_into().ok(),
            Self::F32 => whole(f64::from(f32::from_le_bytes([a, b, c, d]))),
            Self::F64 => whole(f64::from_le_bytes(*little)),
        }
    }
}

struct Header {
    shape: [usize; 3],
    count: usize,
    scalar: Scalar,
    big_endian: bool,
    encoding: Encoding,
}

impl Header {
    /// The header and the bytes after it.
    fn parse(file: &[u8]) -> Result<(Self, &[u8]), VolumeError> {
        if !file.starts_with(b"NRRD000") {
            return Err(bad("the file does not begin with the magic word NRRD000"));
        }
        let mut fields = Fields::default();
        let mut rest = file;
        loop {
            let window = &rest[..rest.len().min(MAX_HEADER)];
            let end = window.iter().position(|&b| b == b'\n');
            let Some(end) = end.filter(|end| file.len() - rest.len() + end < MAX_HEADER) else {
                return Err(bad("no blank line ends the header"));
            };
            let line = std::str::from_utf8(&rest[..end]).map_err(|_| bad("the header is not UTF-8 text"))?;
            let first = rest.len() == file.len();
            rest = &rest[end + 1..];
            let line = line.trim_end_matches('\r');
            if line.is_empty() {
                return Ok((fields.finish()?, rest));
            }
            if !first && !line.starts_with('#') && !line.contains(":=") {
                fields.add(line)?;
            }
        }
    }

    /// Reads the voxels, which must fill the shape exactly; `at_most` bounds what can still come.
    fn values(&self, mut data: impl Read, at_most: u64) -> Result<Vec<u8>, VolumeError> {
        let size = self.scalar.bytes();
        if (self.count as u64).saturating_mul(size as u64) > at_most {
            return Err(VolumeError::Length { expected: self.count, found: (at_most / size as u64) as usize });
        }
        // Memory grows with what really arrives, not with what the header promises.
        let mut values = Vec::new();
        let mut buffer = vec![0u8; 64 * 1024];
        let mut held = 0;
        loop {
            let read = match data.read(&mut buffer[held..]) {
                Ok(read) => read,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(bad(format!("after {} voxels: {error}", values.len()))),
            };
            held += read;
            let whole = held - held % size;
            if values.len() + whole / size > self.count {
                return Err(bad(format!("there are more data than the {} voxels of the shape", self.count)));
            }
            for bytes in buffer[..whole].chunks_exact(size) {
                let mut little = [0u8; 8];
                little[..size].copy_from_slice(bytes);
                if self.big_endian {
                    little[..size].reverse();
                }
                let index = values.len();
                values.push(
                    self.scalar
                        .grey(&little)
                        .ok_or_else(|| bad(format!("voxel {index} is not a whole number from 0 to 255")))?,
                );
            }
            buffer.copy_within(whole..held, 0);
            held -= whole;
            if read == 0 {
                if held > 0 {
                    return Err(bad(format!("{held} bytes after the last whole voxel")));
                }
                return Ok(values);
            }
        }
    }
}

#[derive(Default)]
struct Fields {
    scalar: Option<Scalar>,
    dimension: Option<String>,
    sizes: Option<String>,
    encoding: Option<Encoding>,
    big_endian: Option<bool>,
}

impl Fields {
    fn add(&mut self, line: &str) -> Result<(), VolumeError> {
        let Some((field, value)) = line.split_once(": ") else {
            return Err(bad(format!("the header line {:?} is no field", shortened(line))));
        };
        let value = value.trim();
        match field.trim().to_ascii_lowercase().as_str() {
            "type" => {
                let scalar = Scalar::parse(value).ok_or_else(|| bad(format!("type {:?}", shortened(value))))?;
                self.scalar = Some(scalar);
            }
            "dimension" => self.dimension = Some(value.to_owned()),
            "sizes" => self.sizes = Some(value.to_owned()),
            "encoding" => {
                self.encoding = Some(match value.to_ascii_lowercase().as_str() {
                    "raw" => Encoding::Raw,
                    "gzip" | "gz" => Encoding::Gzip,
                    _ => return Err(bad(format!("encoding {:?}: raw and gzip are read", shortened(value)))),
                });
            }
            "endian" => {
                self.big_endian = Some(match value.to_ascii_lowercase().as_str() {
                    "little" => false,
                    "big" => true,
                    _ => return Err(bad(format!("endian {:?}", shortened(value)))),
                });
            }
            "data file" | "datafile" => return Err(bad("a detached header: the voxels are in another file")),
            "line skip" | "lineskip" | "byte skip" | "byteskip" if value != "0" => {
                return Err(bad("data that begin after a skip are not read"));
            }
            // Orientation, spacing, labels: nothing that changes the voxels.
            _ => {}
        }
        Ok(())
    }

    fn finish(self) -> Result<Header, VolumeError> {
        let missing = |field| move || bad(format!("the header has no {field}"));
        let scalar = self.scalar.ok_or_else(missing("type"))?;
        let encoding = self.encoding.ok_or_else(missing("encoding"))?;
        let dimension = self.dimension.ok_or_else(missing("dimension"))?;
        if dimension != "3" {
            return Err(bad(format!("dimension {:?}; 3 is read", shortened(&dimension))));
        }
        let sizes = self.sizes.ok_or_else(missing("sizes"))?;
        let sides: Vec<u64> = sizes
            .split_whitespace()
            .map(|side| side.parse().map_err(|_| bad(format!("size {:?}", shortened(side)))))
            .collect::<Result<_, _>>()?;
        let &[width, height, depth] = sides.as_slice() else {
            return Err(bad(format!("{} sizes for 3 dimensions", sides.len())));
        };
        let count = voxel_count([depth, height, width])?;
        let big_endian = match self.big_endian {
            Some(big) => big,
            None if scalar.bytes() == 1 => false,
            None => return Err(bad("the header has no endian")),
        };
        let shape = [depth, height, width].map(|side| side as usize);
        Ok(Header { shape, count, scalar, big_endian, encoding })
    }
}

fn shortened(text: &str) -> String {
    text.chars().take(40).collect()
}

fn bad(reason: impl Into<String>) -> VolumeError {
    VolumeError::Format { format: FORMAT, reason: reason.into() }
}

//! The crystals that a model was trained on, as the site ships them.

use std::io::Read;

use catalog::systems::crysbfn::Model;
use flate2::read::GzDecoder;
use samples::{
    Crystal,
    structure::{Element, Lattice},
};
use serde::Deserialize;

/// Bytes of an unpacked file that are read; the shipped ones have one or two million.
const MOST_BYTES: u64 = 64 << 20;
/// Crystals of a file that are read.
const MOST_CRYSTALS: usize = 20_000;

/// The crystals with the file's own names for them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TrainingSet {
    /// Names, one per crystal.
    pub names: Vec<String>,
    /// The crystals.
    pub crystals: Vec<Crystal>,
}

/// One line of a file.
#[derive(Deserialize)]
struct Line {
    id: serde_json::Value,
    /// Å.
    abc: [f64; 3],
    /// Degrees.
    ang: [f64; 3],
    /// Atomic numbers.
    z: Vec<u8>,
    /// Fractional coordinates.
    f: Vec<[f64; 3]>,
}

/// Where the training crystals of a preset lie below the bundle's root, if they are shipped.
pub fn path(preset: &str) -> Option<String> {
    let [training, _] = Model::of(preset).filter(|model| !model.paper)?.tables();
    Some(training)
}

impl TrainingSet {
    /// Reads JSON lines, packed by gzip or not.
    ///
    /// # Errors
    /// One sentence: what is wrong, and in which line.
    pub fn read(bytes: &[u8]) -> Result<Self, String> {
        let mut text = String::new();
        // A server or a browser may have unpacked the file already.
        let read = if bytes.starts_with(&[0x1f, 0x8b]) {
            GzDecoder::new(bytes).take(MOST_BYTES).read_to_string(&mut text)
        } else {
            bytes.take(MOST_BYTES).read_to_string(&mut text)
        };
        read.map_err(|error| format!("it cannot be unpacked: {error}"))?;
        let mut set = Self::default();
        for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let wrong = |what: String| format!("line {}: {what}", number + 1);
            if set.crystals.len() == MOST_CRYSTALS {
                return Err(wrong(format!("more than {MOST_CRYSTALS} crystals")));
            }
            let line: Line = serde_json::from_str(line).map_err(|error| wrong(error.to_string()))?;
            let element = |&z: &u8| Element::new(z).ok_or_else(|| wrong(format!("{z} is no atomic number")));
            let elements = line.z.iter().map(element).collect::<Result<_, _>>()?;
            let lattice = Lattice::from_parameters(line.abc, line.ang).map_err(|error| wrong(error.to_string()))?;
            let crystal = Crystal::new(lattice, elements, line.f).map_err(|error| wrong(error.to_string()))?;
            set.crystals.push(crystal);
            set.names.push(line.id.as_str().map_or_else(|| line.id.to_string(), str::to_owned));
        }
        Ok(set)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};

    use super::*;

    const LINES: &str = "{\"id\":7,\"abc\":[4.0,4.0,4.0],\"ang\":[90.0,90.0,90.0],\"z\":[29,48,7,7,7],\
        \"f\":[[0,0,0],[0.5,0.5,0.5],[0.5,0,0.5],[0.5,0.5,0],[0,0.5,0.5]],\"gap\":0}\n\
        {\"id\":\"C-1\",\"abc\":[2.5,2.5,3.0],\"ang\":[90,90,120],\"z\":[6],\"f\":[[0,0,0]]}\n";

    #[test]
    fn lines_are_read_packed_or_not() {
        let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
        packer.write_all(LINES.as_bytes()).expect("memory");
        let packed = TrainingSet::read(&packer.finish().expect("memory")).expect("a set");
        assert_eq!(packed.names, ["7", "C-1"]);
        assert_eq!(packed.crystals[0].elements().len(), 5);
        assert_eq!(TrainingSet::read(LINES.as_bytes()), Ok(packed));
    }

    #[test]
    fn a_bad_line_is_named() {
        let bad = format!("{LINES}{{\"id\":1,\"abc\":[1,1,1],\"ang\":[90,90,90],\"z\":[0],\"f\":[[0,0,0]]}}");
        assert_eq!(TrainingSet::read(bad.as_bytes()), Err("line 3: 0 is no atomic number".to_owned()));
        assert!(TrainingSet::read(&[0x1f, 0x8b, 8, 0, 1]).is_err());
    }

    #[test]
    fn presets_know_their_data() {
        let perovskites = path("perov-small");
        assert_eq!(perovskites.as_deref(), Some("data/crysbfn/perov_5_val.jsonl.gz"));
        assert_eq!(path("perov-gaussian"), perovskites);
        assert_eq!(path("carbon-small").as_deref(), Some("data/crysbfn/carbon_24_val.jsonl.gz"));
        assert_eq!(path("paper-perov"), None);
        assert_eq!(path("paper"), None);
    }
}

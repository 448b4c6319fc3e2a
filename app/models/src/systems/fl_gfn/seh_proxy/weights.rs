//! The proxy's weights as a safetensors file of the authors' 22 arrays, in PyTorch's order.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::ModelError;

/// Shapes of `param_00` to `param_21`: input layer, convolution (root, bias, edge network), GRU, two layers for actions
/// that the proxy does not use, the LSTM of the read-out, output layer.
pub(super) const SHAPES: [&[usize]; 22] = [
    &[64, 71],
    &[64],
    &[64, 64],
    &[64],
    &[128, 4],
    &[128],
    &[4096, 128],
    &[4096],
    &[192, 64],
    &[192, 64],
    &[192],
    &[192],
    &[512, 64],
    &[512],
    &[105, 512],
    &[105],
    &[256, 128],
    &[256, 64],
    &[256],
    &[256],
    &[1, 128],
    &[1],
];

/// Longest header that is looked at, in bytes.
const LONGEST_HEADER: usize = 1 << 16;

#[derive(Deserialize)]
struct Entry {
    dtype: String,
    shape: Vec<usize>,
    data_offsets: [usize; 2],
}

/// The arrays of a file.
///
/// # Errors
/// If it is no safetensors file, or an array is missing, of another shape or type, or not finite.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Vec<f32>>, ModelError> {
    let bad = |what: String| ModelError::Weights(format!("sEH proxy: {what}"));
    let (length, rest) = bytes.split_first_chunk().ok_or_else(|| bad("the file is too short".to_owned()))?;
    let length = usize::try_from(u64::from_le_bytes(*length)).unwrap_or(usize::MAX);
    if length > LONGEST_HEADER || length > rest.len() {
        return Err(bad(format!("a header of {length} bytes")));
    }
    let (header, data) = rest.split_at(length);
    let header: BTreeMap<String, serde_json::Value> = serde_json::from_slice(header).map_err(|e| bad(e.to_string()))?;
    let array = |(index, shape): (usize, &&[usize])| {
        let name = format!("param_{index:02}");
        let entry = header.get(&name).ok_or_else(|| bad(format!("`{name}` is missing")))?;
        let entry = Entry::deserialize(entry).map_err(|e| bad(format!("`{name}`: {e}")))?;
        if entry.shape != *shape || entry.dtype != "F32" {
            return Err(bad(format!("`{name}` is {} {:?} and not F32 {shape:?}", entry.dtype, entry.shape)));
        }
        let [from, to] = entry.data_offsets;
        let bytes = data.get(from..to).filter(|bytes| bytes.len() == 4 * shape.iter().product::<usize>());
        let bytes = bytes.ok_or_else(|| bad(format!("`{name}` has another length")))?;
        let values: Vec<f32> = bytes.as_chunks().0.iter().map(|four| f32::from_le_bytes(*four)).collect();
        if values.iter().all(|value| value.is_finite()) {
            Ok(values)
        } else {
            Err(bad(format!("`{name}` is not finite")))
        }
    };
    SHAPES.iter().enumerate().map(array).collect()
}

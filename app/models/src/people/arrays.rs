//! The weights file: half-precision floats, and bytes for the three largest arrays.

use std::collections::BTreeMap;

use burn::tensor::{Device, Tensor, TensorData};
use half::f16;
use safetensors::{Dtype, SafeTensors};

use crate::ModelError;

/// What the name of an array ends in that may be stored as bytes, and what that of its scales ends in.
const WEIGHT: &str = ".weight";
const SCALE: &str = ".scale";

/// The arrays of a file that have not found their place yet.
pub(super) struct Arrays<'a> {
    arrays: BTreeMap<String, (Vec<usize>, Vec<f32>)>,
    device: &'a Device,
}

impl<'a> Arrays<'a> {
    /// Reads a file. An array `….weight` of signed bytes `[out, in, …]` comes with `….scale`, `[out, runs]`: each of as
    /// many runs of an output's weights is multiplied by one.
    pub(super) fn read(bytes: &[u8], device: &'a Device) -> Result<Self, ModelError> {
        let file = SafeTensors::deserialize(bytes).map_err(|error| bad(error.to_string()))?;
        let mut arrays = BTreeMap::new();
        let mut bytes = Vec::new();
        for (name, view) in file.iter() {
            let values: Vec<f32> = match view.dtype() {
                Dtype::F16 => view.data().as_chunks().0.iter().map(|&b| f16::from_le_bytes(b).to_f32()).collect(),
                Dtype::I8 => {
                    bytes.push(name.to_owned());
                    view.data().iter().map(|&b| f32::from(b.cast_signed())).collect()
                }
                other => return Err(bad(format!("array `{name}` holds {other:?}, which is not expected"))),
            };
            if values.iter().any(|value| !value.is_finite()) {
                return Err(bad(format!("array `{name}` holds values that are no numbers")));
            }
            arrays.insert(name.to_owned(), (view.shape().to_vec(), values));
        }
        for name in bytes {
            let scales = name.strip_suffix(WEIGHT).and_then(|stem| arrays.remove(&format!("{stem}{SCALE}")));
            let Some((shape, values)) = arrays.get_mut(&name) else { continue };
            let fits =
                |of: &[usize]| of.len() == 2 && of.first() == shape.first() && of.iter().all(|&length| length > 0);
            let scales = scales.filter(|(of, scales)| fits(of) && values.len() % scales.len() == 0);
            let (_, scales) = scales.ok_or_else(|| bad(format!("array `{name}` has no scales")))?;
            let run = (values.len() / scales.len()).max(1);
            for (values, scale) in values.chunks_mut(run).zip(scales) {
                values.iter_mut().for_each(|value| *value *= scale);
            }
        }
        Ok(Self { arrays, device })
    }

    /// Takes an array out.
    ///
    /// # Errors
    /// If it is missing or of another shape.
    pub(super) fn take<const D: usize>(&mut self, name: &str, shape: [usize; D]) -> Result<Tensor<D>, ModelError> {
        let (found, values) = self.arrays.remove(name).ok_or_else(|| bad(format!("array `{name}` is missing")))?;
        if found != shape {
            return Err(bad(format!("array `{name}` is {found:?} instead of {shape:?}")));
        }
        Ok(Tensor::from_data(TensorData::new(values, shape), self.device))
    }

    /// Everything has been taken.
    ///
    /// # Errors
    /// If an array is left.
    pub(super) fn finish(self) -> Result<(), ModelError> {
        match self.arrays.into_keys().next() {
            None => Ok(()),
            Some(name) => Err(bad(format!("array `{name}` has no place in these networks"))),
        }
    }
}

fn bad(message: String) -> ModelError {
    ModelError::Weights(message)
}

//! Weights files: safetensors, the project's exchange format, and the authors' own formats.

use std::collections::HashMap;

use burn::{
    module::Module,
    store::{FloatCastAdapter, ModuleAdapter, ModuleSnapshot, PyTorchToBurnAdapter, SafetensorsStore},
    tensor::DType,
};

use half::f16;
use safetensors::{Dtype, SafeTensors, tensor::TensorView};

use crate::ModelError;

/// A named array of numbers, for networks that are no burn modules.
#[derive(Clone, Debug, PartialEq)]
pub struct Array {
    /// Unique in a file, such as `layers.0.weight`.
    pub name: String,
    /// Lengths of its axes: `[inputs, outputs]` of a weight, `[outputs]` of a bias, `[1]` of a number.
    pub shape: Vec<usize>,
    /// Row-major.
    pub values: Vec<f32>,
}

/// The arrays of a safetensors file, 16 or 32 bits each, in the order of their names.
///
/// # Errors
/// If the file does not decode or holds something else than finite numbers.
pub fn read_arrays(bytes: &[u8]) -> Result<Vec<Array>, ModelError> {
    let bad = |message: String| ModelError::Weights(message);
    let file = finite(bytes)?;
    let mut arrays = Vec::with_capacity(file.len());
    for (name, view) in file.iter() {
        let values: Vec<f32> = match view.dtype() {
            Dtype::F16 => view.data().chunks_exact(2).map(|b| f16::from_le_bytes([b[0], b[1]]).to_f32()).collect(),
            Dtype::F32 => view.data().chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect(),
            other => return Err(bad(format!("array `{name}` holds {other:?}, not F16 or F32"))),
        };
        arrays.push(Array { name: name.to_owned(), shape: view.shape().to_vec(), values });
    }
    arrays.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(arrays)
}

/// A safetensors file whose floats are all finite.
fn finite(bytes: &[u8]) -> Result<SafeTensors<'_>, ModelError> {
    let file = SafeTensors::deserialize(bytes).map_err(|error| ModelError::Weights(error.to_string()))?;
    for (name, view) in file.iter() {
        // Infinities and NaN have all bits of the exponent, which ends in the last byte.
        let exponent: &[u8] = match view.dtype() {
            Dtype::F16 => &[0, 0x7c],
            Dtype::BF16 => &[0x80, 0x7f],
            Dtype::F32 => &[0, 0, 0x80, 0x7f],
            Dtype::F64 => &[0, 0, 0, 0, 0, 0, 0xf0, 0x7f],
            _ => continue,
        };
        let is_finite = |value: &[u8]| value.iter().zip(exponent).any(|(byte, bits)| byte & bits != *bits);
        if !view.data().chunks_exact(exponent.len()).all(is_finite) {
            return Err(ModelError::Weights(format!("tensor `{name}` holds values that are no numbers")));
        }
    }
    Ok(file)
}

/// The bytes of a safetensors file of `arrays`, each as [`DType::F16`] to ship or [`DType::F32`] to lose nothing.
///
/// # Errors
/// If two have the same name or one does not have its shape.
pub fn write_arrays(arrays: &[(Array, DType)]) -> Result<Vec<u8>, ModelError> {
    let bad = |error: safetensors::SafeTensorError| ModelError::Weights(error.to_string());
    let data = arrays.iter().map(|(array, dtype)| match dtype {
        DType::F16 => (Dtype::F16, array.values.iter().flat_map(|&v| f16::from_f32(v).to_le_bytes()).collect()),
        _ => (Dtype::F32, array.values.iter().flat_map(|v| v.to_le_bytes()).collect()),
    });
    let data: Vec<(Dtype, Vec<u8>)> = data.collect();
    let views = arrays.iter().zip(&data).map(|((array, _), (dtype, data))| {
        Ok((array.name.as_str(), TensorView::new(*dtype, array.shape.clone(), data).map_err(bad)?))
    });
    safetensors::serialize(views.collect::<Result<Vec<_>, ModelError>>()?, None).map_err(bad)
}

/// The bytes of one safetensors file that holds several: the tensors of each under its name and a dot.
///
/// # Errors
/// If a file does not decode.
pub fn join(files: &[(&str, &[u8])]) -> Result<Vec<u8>, ModelError> {
    let bad = |error: safetensors::SafeTensorError| ModelError::Weights(error.to_string());
    let mut views = Vec::new();
    for (name, bytes) in files {
        let file = SafeTensors::deserialize(bytes).map_err(bad)?;
        views.extend(file.tensors().into_iter().map(|(tensor, view)| (format!("{name}.{tensor}"), view)));
    }
    safetensors::serialize(views, None).map_err(bad)
}

/// The bytes of one of the files that [`join`] put together.
///
/// # Errors
/// If the file does not decode, or holds nothing of that name.
pub fn part(bytes: &[u8], name: &str) -> Result<Vec<u8>, ModelError> {
    let bad = |error: safetensors::SafeTensorError| ModelError::Weights(error.to_string());
    let file = SafeTensors::deserialize(bytes).map_err(bad)?;
    let tensors = file.tensors();
    let own = tensors.iter().filter_map(|(tensor, view)| Some((tensor.strip_prefix(name)?.strip_prefix('.')?, view)));
    let own: Vec<_> = own.collect();
    if own.is_empty() {
        return Err(ModelError::Weights(format!("there is nothing of `{name}` in it")));
    }
    safetensors::serialize(own, None).map_err(bad)
}

/// Loads a PyTorch checkpoint (`torch.save` of a `state_dict`, zip or legacy format) into `module`.
///
/// `names` are pairs (pattern of the file's tensor names, replacement). Batch-norm names and transposed linear
/// weights are translated.
///
/// # Errors
/// If the file does not decode, a tensor is missing or of another shape.
#[cfg(feature = "native")]
pub fn load_pytorch<M: Module>(
    module: &mut M,
    file: &std::path::Path,
    names: &[(String, String)],
) -> Result<(), ModelError> {
    let mut store = burn::store::PytorchStore::from_file(file).validate(true);
    for (pattern, replacement) in names {
        store = store.with_key_remapping(pattern, replacement);
    }
    module.load_from(&mut store).map(|_| ()).map_err(|e| ModelError::Weights(e.to_string()))
}

/// Loads the bytes of a safetensors file into `module`; any float type is converted to f32.
///
/// # Errors
/// If the file does not decode, a tensor is missing, left over or of another shape, or a value is not finite.
pub fn load_safetensors<M: Module>(module: &mut M, bytes: Vec<u8>) -> Result<(), ModelError> {
    finite(&bytes)?;
    let mut store =
        SafetensorsStore::from_bytes(Some(bytes)).with_from_adapter(FloatCastAdapter::to(DType::F32)).validate(true);
    let result = module.load_from(&mut store).map_err(|e| ModelError::Weights(e.to_string()))?;
    match result.unused.first() {
        None => Ok(()),
        Some(name) => Err(ModelError::Weights(format!("tensor `{name}` has no place in this model"))),
    }
}

/// Loads the bytes of a safetensors file with PyTorch's tensors into `module`, as [`load_pytorch`] does: `names` are pairs
/// (pattern of the file's tensor names, replacement), batch-norm names and transposed linear weights are translated.
/// Tensors that have no place in the module are passed over.
///
/// # Errors
/// If the file does not decode, a tensor is missing or of another shape, or a value is not finite.
pub fn load_published<M: Module>(module: &mut M, bytes: Vec<u8>, names: &[(String, String)]) -> Result<(), ModelError> {
    finite(&bytes)?;
    let mut store = SafetensorsStore::from_bytes(Some(bytes))
        .with_from_adapter(PyTorchToBurnAdapter.chain(FloatCastAdapter::to(DType::F32)))
        .validate(true);
    for (pattern, replacement) in names {
        store = store.with_key_remapping(pattern, replacement);
    }
    module.load_from(&mut store).map(|_| ()).map_err(|e| ModelError::Weights(e.to_string()))
}

/// The bytes of a safetensors file with every float of `module` as `dtype`: [`DType::F16`] to ship, [`DType::F32`] to
/// lose nothing.
///
/// # Errors
/// If the module cannot be serialised.
pub fn to_safetensors<M: Module>(module: &M, dtype: DType) -> Result<Vec<u8>, ModelError> {
    let mut store = SafetensorsStore::from_bytes(None).with_to_adapter(FloatCastAdapter::to(dtype));
    module.save_into(&mut store).map_err(|e| ModelError::Weights(e.to_string()))?;
    store.get_bytes().map_err(|e| ModelError::Weights(e.to_string()))
}

/// Key of a file's metadata: the preset that it was trained for.
const PRESET: &str = "preset";

/// The bytes of a safetensors file that says which preset it was trained for, and nothing else: networks of the same sizes
/// may mean different things.
///
/// # Errors
/// If the file does not decode.
pub fn for_preset(bytes: &[u8], preset: &str) -> Result<Vec<u8>, ModelError> {
    let bad = |error: safetensors::SafeTensorError| ModelError::Weights(error.to_string());
    // One key: several would be written in an order of their own each time.
    let metadata = HashMap::from([(PRESET.to_owned(), preset.to_owned())]);
    safetensors::serialize(SafeTensors::deserialize(bytes).map_err(bad)?.tensors(), Some(metadata)).map_err(bad)
}

/// Refuses a file that says it was trained for another preset.
///
/// # Errors
/// If it does, or the file does not decode.
pub fn check_preset(bytes: &[u8], preset: &str) -> Result<(), ModelError> {
    let header = SafeTensors::read_metadata(bytes).map_err(|error| ModelError::Weights(error.to_string()))?.1;
    match header.metadata().as_ref().and_then(|metadata| metadata.get(PRESET)) {
        Some(own) if own != preset => {
            Err(ModelError::Weights(format!("they were trained for preset `{own}`, not for `{preset}`")))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_knows_its_preset() {
        let plain = write_arrays(&as_kind(arrays(), DType::F16)).unwrap();
        assert!(check_preset(&plain, "one").is_ok());
        let signed = for_preset(&for_preset(&plain, "another").unwrap(), "one").unwrap();
        assert!(check_preset(&signed, "one").is_ok() && check_preset(&signed, "another").is_err());
        assert_eq!(read_arrays(&signed).unwrap(), arrays());
        assert!(for_preset(b"no file", "one").is_err() && check_preset(b"no file", "one").is_err());
    }

    fn arrays() -> Vec<Array> {
        vec![
            Array { name: "a".into(), shape: vec![2, 3], values: vec![0.5, -1.0, 2.0, 0.25, 1024.0, -0.125] },
            Array { name: "b".into(), shape: vec![1], values: vec![3.0] },
        ]
    }

    fn as_kind(arrays: Vec<Array>, dtype: DType) -> Vec<(Array, DType)> {
        arrays.into_iter().map(|array| (array, dtype)).collect()
    }

    #[test]
    fn files_are_joined_and_taken_apart() {
        let [first, second] = [DType::F16, DType::F32].map(|dtype| write_arrays(&as_kind(arrays(), dtype)).unwrap());
        let joined = join(&[("warp", &first), ("people", &second)]).unwrap();
        assert_eq!(
            read_arrays(&joined).unwrap().iter().map(|array| &*array.name).collect::<Vec<_>>(),
            ["people.a", "people.b", "warp.a", "warp.b"]
        );
        assert_eq!(read_arrays(&part(&joined, "warp").unwrap()).unwrap(), arrays());
        assert_eq!(read_arrays(&part(&joined, "people").unwrap()).unwrap(), arrays());
        assert!(part(&joined, "war").is_err() && part(b"no file", "warp").is_err() && join(&[("a", b"no")]).is_err());
    }

    #[test]
    fn arrays_come_back_as_they_were_written() {
        for dtype in [DType::F16, DType::F32] {
            assert_eq!(read_arrays(&write_arrays(&as_kind(arrays(), dtype)).unwrap()).unwrap(), arrays());
        }
    }

    #[test]
    fn what_is_no_array_file_is_an_error() {
        let good = write_arrays(&as_kind(arrays(), DType::F32)).unwrap();
        for length in 0..good.len() {
            assert!(read_arrays(&good[..length]).is_err(), "{length} bytes of {}", good.len());
        }
        let mut infinite = arrays();
        infinite[1].values[0] = f32::INFINITY;
        assert!(read_arrays(&write_arrays(&as_kind(infinite, DType::F32)).unwrap()).is_err());
    }

    #[test]
    fn weights_that_are_no_numbers_are_refused_whatever_their_kind() {
        let (one, infinite, nan) = (1.0f64, f64::INFINITY, f64::NAN);
        let encode = |dtype, v: f64| match dtype {
            Dtype::F16 => f16::from_f64(v).to_le_bytes().to_vec(),
            Dtype::BF16 => half::bf16::from_f64(v).to_le_bytes().to_vec(),
            Dtype::F32 => (v as f32).to_le_bytes().to_vec(),
            _ => v.to_le_bytes().to_vec(),
        };
        for dtype in [Dtype::F16, Dtype::BF16, Dtype::F32, Dtype::F64] {
            for (values, good) in [
                ([one, -one], true),
                ([1e-5, 65504.0], true),
                ([one, infinite], false),
                ([-infinite, one], false),
                ([nan, one], false),
                ([one, -nan], false),
            ] {
                let data = values.map(|value| encode(dtype, value)).concat();
                let view = TensorView::new(dtype, vec![2], &data).unwrap();
                let bytes = safetensors::serialize([("weight", view)], None).unwrap();
                assert_eq!(finite(&bytes).is_ok(), good, "{dtype:?} {values:?}");
            }
        }
    }
}

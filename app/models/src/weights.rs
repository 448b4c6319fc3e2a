//! Weights files: safetensors, the project's exchange format, and the authors' own formats.

use burn::{
    module::Module,
    store::{FloatCastAdapter, ModuleSnapshot, SafetensorsStore},
    tensor::DType,
};

use crate::ModelError;

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
    let mut store =
        SafetensorsStore::from_bytes(Some(bytes)).with_from_adapter(FloatCastAdapter::to(DType::F32)).validate(true);
    let result = module.load_from(&mut store).map_err(|e| ModelError::Weights(e.to_string()))?;
    match result.unused.first() {
        None => Ok(()),
        Some(name) => Err(ModelError::Weights(format!("tensor `{name}` has no place in this model"))),
    }
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

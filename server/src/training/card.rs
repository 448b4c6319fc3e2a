//! What every model card says alike.

use catalog::TrainRequest;
use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::machine;

/// How the weights came about: steps, minutes to a tenth, machine, seed and the parameters in full.
pub fn training(request: &TrainRequest, iterations: u64, seconds: f64, parameters: &impl Serialize) -> Value {
    json!({
        "iterations": iterations,
        "minutes": (seconds / 6.0).round() / 10.0,
        "machine": machine::description(),
        "seed": request.seed,
        "parameters": parameters,
    })
}

/// What the weights file is.
pub fn weights(bytes: &[u8]) -> Value {
    json!({
        "format": "safetensors, f16",
        "bytes": bytes.len(),
        "sha256": hex::encode(Sha256::digest(bytes)),
    })
}

//! `vitrine evaluate` of GFlowNets: tables of measures beside what is exact.

use std::path::Path;

use burn::tensor::Device;
use catalog::{ModelFile, Preset};
use models::systems::{fl_gfn, oc_gfn};

use super::Failure;
use crate::{
    store::assets::Assets,
    training::gflownets::{Options, Table, orders, outcomes, sets},
};

/// The tables of a preset of `system`, from the bytes of its weights file, which is `given` if it is not the shipped one;
/// none if that system is no GFlowNet.
pub(super) fn tables(
    system: &str,
    preset: &Preset,
    (weights, given): (&[u8], Option<&Path>),
    assets: &Assets,
    options: Options,
) -> Result<Option<Vec<Table>>, Failure> {
    Ok(Some(match system {
        "fl-gfn" => {
            let model = fl_gfn::load(preset.name, weights.to_vec(), &Device::flex())?;
            sets::compare(model.as_ref(), preset.name, options)?
        }
        "oc-gfn" => {
            let model = oc_gfn::read(preset.name, weights)?;
            // A training writes the card beside the weights.
            let card = match given {
                None => assets.find(&preset.path(system, ModelFile::Card)),
                Some(weights) => Some(weights.with_file_name("card.json")).filter(|card| card.is_file()),
            };
            let none = || Failure::input("weights", "there is no model card, which says what they were learnt from");
            let card = std::fs::read(card.ok_or_else(none)?).map_err(anyhow::Error::from)?;
            let card = serde_json::from_slice(&card).map_err(anyhow::Error::from)?;
            outcomes::compare(&model, preset.name, outcomes::pretraining(&card)?, options)?
        }
        "op-gfn" => orders::compare(weights, preset.name, options)?,
        _ => return Ok(None),
    }))
}

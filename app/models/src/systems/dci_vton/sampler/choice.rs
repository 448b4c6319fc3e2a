//! What the visitor chose: drawn or their own.

use catalog::systems::dci_vton::{GARMENT, MASK, SampleParameters};
use samples::{
    Inputs,
    wardrobe::{Mask, gallery, photo::cutout},
};
use serde::Serialize;

use super::{Cloth, Wearer};
use crate::ModelError;

/// The drawn person of the parameters, in a garment of their own.
pub fn person(parameters: &SampleParameters) -> Result<Wearer, ModelError> {
    let slug = slug(&parameters.drawn_person);
    let found = gallery::person(&slug).zip(gallery::worn_by(&slug));
    let (person, worn) = found.ok_or_else(|| unknown("drawn_person", &slug))?;
    Ok(Wearer::Drawn { person, worn })
}

/// The garment: the picture that was given, else the drawn one of the parameters.
pub fn cloth(parameters: &SampleParameters, inputs: &Inputs) -> Result<Cloth, ModelError> {
    if let Some(picture) = inputs.get(GARMENT) {
        let mask = cutout::garment(&picture.image, None);
        let mask = mask.map_err(|error| ModelError::Parameters(format!("inputs.{GARMENT}: {error}")))?;
        return Ok(Cloth::Photo { photo: picture.image.clone(), mask });
    }
    let slug = slug(&parameters.drawn_garment);
    gallery::garment(&slug).map(Cloth::Drawn).ok_or_else(|| unknown("drawn_garment", &slug))
}

/// The visitor's own mask: a pixel stays where it is nearer to white.
pub fn mask(inputs: &Inputs) -> Option<Mask> {
    let image = &inputs.get(MASK)?.image;
    let values = image
        .pixels()
        .as_chunks::<3>()
        .0
        .iter()
        .map(|pixel| pixel.iter().map(|&value| u32::from(value)).sum::<u32>() >= 3 * 128);
    Some(Mask { width: image.width(), height: image.height(), values: values.collect() })
}

/// The name of a choice, as the catalogue writes it.
fn slug(choice: &impl Serialize) -> String {
    serde_json::to_value(choice).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

fn unknown(parameter: &str, slug: &str) -> ModelError {
    ModelError::Parameters(format!("parameters.{parameter}: nothing is drawn under the name `{slug}`"))
}

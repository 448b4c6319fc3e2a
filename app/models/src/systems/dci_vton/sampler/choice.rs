//! What the visitor chose: drawn or their own.

use catalog::systems::dci_vton::{GARMENT, GARMENT_MASK, SampleParameters};
use samples::{
    Inputs,
    wardrobe::{Mask, gallery, photo::cutout},
};
use serde::Serialize;

use super::{Cloth, Wearer, photo::Unworn};
use crate::ModelError;

/// The drawn person of the parameters, in a garment of their own.
pub fn person(parameters: &SampleParameters) -> Result<Wearer, ModelError> {
    let slug = slug(&parameters.drawn_person);
    let found = gallery::person(&slug).zip(gallery::worn_by(&slug));
    let (person, worn) = found.ok_or_else(|| unknown("drawn_person", &slug))?;
    Ok(Wearer::Drawn { person, worn })
}

/// A garment, or a picture in which it must be found.
pub enum Chosen {
    /// What is tried on.
    Cloth(Cloth),
    /// A picture that has to be looked at.
    Picture(Unworn),
}

/// The garment: the picture that was given, with the visitor's own cut-out if there is one, else the drawn one of the
/// parameters.
pub fn cloth(parameters: &SampleParameters, inputs: &Inputs) -> Result<Chosen, ModelError> {
    let own = mask(inputs, GARMENT_MASK);
    let refused = |problem: String| ModelError::Parameters(format!("inputs.{GARMENT_MASK}: {problem}"));
    match (inputs.get(GARMENT), own) {
        (Some(picture), Some(mask)) => {
            let photo = picture.image.clone();
            let ([width, height], found) = ([photo.width(), photo.height()], [mask.width, mask.height]);
            if found != [width, height] {
                let [x, y] = found;
                return Err(refused(format!("it has {x} × {y} pixels, the garment's picture {width} × {height}")));
            }
            cutout::check(&mask).map_err(|problem| refused(problem.to_string()))?;
            Ok(Chosen::Cloth(Cloth::Photo { photo, mask }))
        }
        (Some(picture), None) => Ok(Chosen::Picture(Unworn::at(picture))),
        (None, Some(_)) => Err(refused(format!("it cuts out a garment: give its picture as `{GARMENT}`"))),
        (None, None) => {
            let slug = slug(&parameters.drawn_garment);
            let drawn = gallery::garment(&slug).ok_or_else(|| unknown("drawn_garment", &slug))?;
            Ok(Chosen::Cloth(Cloth::Drawn(drawn)))
        }
    }
}

/// A mask of the visitor's own: a pixel belongs to it where it is nearer to white.
pub fn mask(inputs: &Inputs, name: &str) -> Option<Mask> {
    let image = &inputs.get(name)?.image;
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

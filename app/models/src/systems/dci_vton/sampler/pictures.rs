//! The pictures of a finished fitting.

use catalog::systems::dci_vton::{Method, Seam};
use samples::{
    Image, Picture, Pictures,
    image::resize::bicubic,
    wardrobe::{Flow, Keypoints, Mask, Person, Scene, overlay, photo::blend},
};

use super::super::{
    dress::{self, Laid},
    fitting::{Cloth, Fitting},
};
use super::{RESULT, measures};
use crate::ModelError;

/// Width of a soft edge, in heights of the picture.
const FEATHER: f32 = 0.012;
/// How far from the edge colours are carried on, in heights of the picture.
const REACH: f32 = 0.06;
/// The highest drawn garment for a photo: that of the renderer.
const HIGHEST: usize = 1024;

/// What a fitting has come to.
pub struct Made<'a> {
    pub method: Method,
    pub seam: Seam,
    pub fitting: &'a Fitting,
    pub flow: &'a Flow,
    pub laid: &'a Laid,
    pub composite: &'a Image,
    /// The refiner's picture, where it painted.
    pub refined: Option<&'a Image>,
    /// Sentences about the photo.
    pub notes: &'a [String],
}

fn output(error: impl std::fmt::Display) -> ModelError {
    ModelError::Output(error.to_string())
}

fn picture(role: &str, title: impl Into<String>, image: Image) -> Picture {
    Picture { role: role.to_owned(), title: title.into(), image, text: vec![] }
}

impl Made<'_> {
    /// The pictures of a drawn person, at the size of the network.
    pub fn drawn(&self, cloth: &Cloth) -> Result<Pictures, ModelError> {
        let Fitting { person, keypoints, keep, garment, .. } = self.fitting;
        let result = match self.refined {
            Some(refined) => refined.clone(),
            None => self.pasted(person, self.laid)?,
        };
        let measures = measures::of(self.fitting, self.flow, self.laid, &result);
        let mut pictures = vec![
            self.generated(result.clone()),
            picture("original", "Before", person.clone()),
            picture("composite", "Bent and pasted", self.composite.clone()),
            picture("grid", "The flow, as a grid", overlay::grid(&result, self.flow, &self.laid.worn)),
            picture("pose", "Joints, and what is repainted", overlay::pose(person, keypoints, keep)),
            picture("garment", "The garment", garment.clone()),
            picture("mask", "What is repainted, black", black_and_white(keep)?),
        ];
        if let Some(truth) = &self.fitting.truth {
            pictures.insert(2, picture("truth", "Drawn in it", truth.person.clone()));
        }
        pictures.extend(cut_out(cloth)?);
        Ok(Pictures { pictures, measures })
    }

    /// The pictures of a person on a photo, at its size.
    pub fn on_photo(&self, photo: &Image, keypoints: &Keypoints, cloth: &Cloth) -> Result<Pictures, ModelError> {
        let framing = self.fitting.framing.ok_or_else(super::too_early)?;
        let window = framing.person(photo);
        let (garment, garment_mask) = large(cloth, [framing.width, framing.height])?;
        let laid = dress::enlarged(self.flow, &framing, &garment, &garment_mask, &self.fitting.keep);
        let changed = match self.refined {
            Some(refined) => dress::put_large(&window, refined, &self.fitting.keep)?,
            None => self.pasted(&window, &laid)?,
        };
        let result = framing.put_back(photo, &changed);
        let keep =
            framing.put_back_mask(&dress::large_keep(&self.fitting.keep, &framing), photo.width(), photo.height());
        let grid = {
            let small = bicubic(&changed, self.flow.width(), self.flow.height());
            overlay::grid(&small, self.flow, &self.laid.worn)
        };
        let found =
            self.notes.iter().fold("Joints, and what is repainted".to_owned(), |all, note| format!("{all}. {note}"));
        let mut pictures = vec![
            self.generated(result),
            picture("original", "Before", photo.clone()),
            picture("composite", "Bent and pasted", framing.put_back(photo, &laid.on(&window)?)),
            picture("grid", "The flow, as a grid", grid),
            picture("pose", found, overlay::pose(photo, keypoints, &keep)),
            picture("garment", "The garment", garment),
            picture("mask", "What is repainted, black", black_and_white(&keep)?),
        ];
        pictures.extend(cut_out(cloth)?);
        Ok(Pictures { pictures, ..Pictures::default() })
    }

    /// The result, with a mark in its file: nobody should take it for a photo.
    fn generated(&self, result: Image) -> Picture {
        let text = vec![
            ("Software".to_owned(), "Vitrine".to_owned()),
            ("Source".to_owned(), "generated: virtual try-on (dci-vton)".to_owned()),
            ("Disclaimer".to_owned(), "This picture was made by a generative model; it is no photograph.".to_owned()),
        ];
        Picture { text, ..picture(RESULT, "Wearing it", result) }
    }

    /// The garment on a picture without the refiner.
    fn pasted(&self, ground: &Image, laid: &Laid) -> Result<Image, ModelError> {
        let height = ground.height() as f32;
        match (self.method, self.seam) {
            (Method::Blend, Seam::Feather) => {
                blend::feather(ground, &laid.warped, &laid.worn, (FEATHER * height).max(1.0)).map_err(output)
            }
            (Method::Blend, Seam::Poisson) => {
                blend::poisson(ground, &laid.warped, &laid.worn, (REACH * height).max(2.0)).map_err(output)
            }
            _ => laid.on(ground),
        }
    }
}

/// The garment as large as it is seen: the picture's own window, or drawn anew.
fn large(cloth: &Cloth, [width, height]: [usize; 2]) -> Result<(Image, Mask), ModelError> {
    match cloth {
        Cloth::Photo { photo, mask } => {
            let framing = samples::wardrobe::Framing::of_garment(mask).map_err(output)?;
            Ok((framing.garment(photo, mask), framing.mask(mask)))
        }
        Cloth::Drawn(garment) => {
            let height = height.min(HIGHEST);
            let width = (height * 3 / 4).clamp(16, width.max(16));
            let scene = Scene::render(&Person::random(0), garment, width, height.max(16)).map_err(output)?;
            Ok((scene.garment, scene.garment_mask))
        }
    }
}

/// Which pixels of a picture are the garment.
fn cut_out(cloth: &Cloth) -> Result<Option<Picture>, ModelError> {
    let Cloth::Photo { mask, .. } = cloth else { return Ok(None) };
    Ok(Some(picture("cut-out", "What was cut out, white", black_and_white(mask)?)))
}

fn black_and_white(keep: &Mask) -> Result<Image, ModelError> {
    let pixels = keep.values.iter().flat_map(|&keep| [255 * u8::from(keep); 3]).collect();
    Image::new(keep.width, keep.height, pixels).map_err(output)
}

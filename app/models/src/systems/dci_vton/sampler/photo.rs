//! Looking at a photo of a person, one network a step, and at one of a garment.

use burn::tensor::Tensor;
use catalog::systems::dci_vton::{GARMENT, PERSON};
use samples::{
    Image,
    image::Decoded,
    wardrobe::{
        Mask,
        photo::{
            PhotoNote, Sighting,
            cutout::{self, CutoutProblem},
            prepare,
        },
    },
};

use super::{Cloth, Wearer};
use crate::{
    ModelError,
    people::{People, Window, decode_pose, decode_silhouette},
};

/// A photo that is looked at.
pub struct Looking {
    photo: Image,
    /// What the next network looks at; nothing if it need not look.
    window: Option<Window>,
    sighting: Option<Sighting>,
}

impl Looking {
    /// Nothing seen yet.
    pub fn at(photo: &Image) -> Self {
        Self { photo: photo.clone(), window: Some(Window::square(photo)), sighting: None }
    }

    /// The maps to read for the joints; `None` if another look would not help.
    pub fn pose(&self, people: &People) -> Option<Tensor<1>> {
        self.window.map(|window| people.pose(&self.photo, &window).flatten(0, 3))
    }

    /// Takes the maps of [`Self::pose`].
    pub fn take_pose(&mut self, maps: &[f32]) -> Result<(), ModelError> {
        let Some(window) = self.window else { return Ok(()) };
        let seen = decode_pose(maps, &window)?;
        self.window = match self.sighting {
            None => window.closer(&seen, &self.photo),
            Some(_) => Some(window),
        };
        self.sighting = Some(self.sighting.take().map_or(seen.clone(), |first| first.refined(seen)));
        Ok(())
    }

    fn outline_window(&self) -> Window {
        self.window.unwrap_or_else(|| Window::whole(&self.photo))
    }

    /// The map to read for the silhouette.
    pub fn silhouette(&self, people: &People) -> Tensor<1> {
        people.silhouette(&self.photo, &self.outline_window()).flatten(0, 3)
    }

    /// Takes the map of [`Self::silhouette`]: who it is, and what of them had to be guessed.
    ///
    /// # Errors
    /// If nobody is seen, or not enough of them, or several; or a map is broken.
    pub fn finish(self, map: &[f32]) -> Result<(Wearer, Vec<PhotoNote>), ModelError> {
        let (width, height) = (self.photo.width(), self.photo.height());
        let silhouette = decode_silhouette(map, &self.outline_window(), width, height)?;
        let sighting = self.sighting.ok_or_else(super::too_early)?;
        let prepared = prepare(&sighting, &silhouette);
        let prepared = prepared.map_err(|problem| ModelError::Parameters(format!("inputs.{PERSON}: {problem}")))?;
        let wearer = Wearer::Photo { photo: self.photo, keypoints: prepared.keypoints, parse: prepared.parse };
        Ok((wearer, prepared.notes))
    }
}

/// A picture of a garment: nobody may wear it.
pub struct Unworn {
    photo: Image,
    cut: Result<Mask, CutoutProblem>,
}

impl Unworn {
    /// Cut out, where that can be done, and not looked at yet.
    pub fn at(picture: &Decoded) -> Self {
        let cut = cutout::garment(&picture.image, picture.opacity.as_deref());
        Self { photo: picture.image.clone(), cut }
    }

    /// What is looked at. A wearer need not stand before a plain ground: what cannot be cut out is the whole picture.
    fn bounds(&self) -> [usize; 4] {
        let whole = [0, 0, self.photo.width() - 1, self.photo.height() - 1];
        self.cut.as_ref().ok().and_then(Mask::bounds).unwrap_or(whole)
    }

    /// The maps to read for the joints of whoever is in the picture.
    pub fn pose(&self, people: &People) -> Tensor<1> {
        people.pose(&self.photo, &Window::around(self.bounds())).flatten(0, 3)
    }

    /// Takes the maps of [`Self::pose`]: the garment.
    ///
    /// # Errors
    /// If somebody wears it, or it cannot be cut out; or a map is broken.
    pub fn finish(self, maps: &[f32]) -> Result<Cloth, ModelError> {
        let bounds @ [left, _, right, _] = self.bounds();
        let seen = decode_pose(maps, &Window::around(bounds))?;
        let worn = cutout::is_worn(&seen, right + 1 - left);
        let mask = if worn { Err(CutoutProblem::Worn) } else { self.cut };
        let mask = mask.map_err(|problem| ModelError::Parameters(format!("inputs.{GARMENT}: {problem}")))?;
        Ok(Cloth::Photo { photo: self.photo, mask })
    }
}

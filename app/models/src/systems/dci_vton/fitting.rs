//! Who tries on what, as the networks take it.

use burn::tensor::{Device, Tensor};
use samples::{
    Image,
    image::resize::bicubic,
    wardrobe::{
        Flow, Framing, Garment, Group, Keypoints, Mask, Parse, Person, Scene, WardrobeError, agnostic,
        baselines::{affine, paste, thin_plate},
        framing::resized,
        representation::{PERSON_PLANES, person_planes},
    },
};

use super::encode;
use crate::ModelError;

/// Stiffness of the thin-plate spline: the least wrong over the drawn test pairs.
const STIFFNESS: f64 = 0.1;

/// Who.
#[derive(Clone, Debug)]
pub enum Wearer {
    /// A drawn person in a garment of their own.
    Drawn {
        /// The person.
        person: Person,
        /// What they wear.
        worn: Garment,
    },
    /// Somebody on a photo, with what was found there.
    Photo {
        /// The photo.
        photo: Image,
        /// Joints, in pixels of the photo.
        keypoints: Keypoints,
        /// What is what in the photo.
        parse: Parse,
    },
}

/// What.
#[derive(Clone, Debug)]
pub enum Cloth {
    /// A drawn garment.
    Drawn(Garment),
    /// A picture of one that lies flat, and which of its pixels it is.
    Photo {
        /// The picture.
        photo: Image,
        /// The garment's pixels.
        mask: Mask,
    },
}

/// Both at the size of a network, and what is known of the truth.
#[derive(Clone, Debug)]
pub struct Fitting {
    /// The person, in what they wear.
    pub person: Image,
    /// Their joints.
    pub keypoints: Keypoints,
    /// What is what.
    pub parse: Parse,
    /// What is kept; all else is repainted.
    pub keep: Mask,
    /// The garment, lying flat.
    pub garment: Image,
    /// Its pixels.
    pub garment_mask: Mask,
    /// Where the wearer's joints would be in the garment, if that is known: see [`Garment::landmarks`].
    pub landmarks: Option<Landmarks>,
    /// The person in the new garment, where both are drawn.
    pub truth: Option<Scene>,
    /// Where the person stands in a photo, if in one.
    pub framing: Option<Framing>,
    /// DensePose's picture of the person, where somebody has made one.
    pub densepose: Option<Image>,
}

fn wrong(error: WardrobeError) -> ModelError {
    ModelError::Parameters(format!("inputs.person: {error}"))
}

impl Fitting {
    /// The fitting of a drawn pair: the person wears `worn` and tries on `garment`.
    ///
    /// # Errors
    /// Sides that cannot be drawn.
    pub fn drawn(person: &Person, worn: &Garment, garment: &Garment, sides: [usize; 2]) -> Result<Self, ModelError> {
        let wearer = Wearer::Drawn { person: person.clone(), worn: worn.clone() };
        Self::new(&wearer, &Cloth::Drawn(garment.clone()), None, sides)
    }

    /// The fitting of `cloth` on `wearer`, `sides` (width, height) pixels. `keep` is the visitor's own mask, as large as
    /// the photo, or as `sides` for a drawn person.
    ///
    /// # Errors
    /// Joints that are not seen, an empty garment, a mask that is of another size, keeps all or repaints all.
    pub fn new(wearer: &Wearer, cloth: &Cloth, keep: Option<&Mask>, sides: [usize; 2]) -> Result<Self, ModelError> {
        let [width, height] = sides;
        let render = |person, garment| Scene::render(person, garment, width, height).map_err(wrong);
        let truth = match (wearer, cloth) {
            (Wearer::Drawn { person, .. }, Cloth::Drawn(garment)) => Some(render(person, garment)?),
            _ => None,
        };
        let (garment, garment_mask, landmarks) = match (&truth, cloth) {
            (Some(truth), Cloth::Drawn(garment)) => {
                (truth.garment.clone(), truth.garment_mask.clone(), Some(garment.landmarks(width, height)))
            }
            _ => flat(cloth, sides)?,
        };
        let (person, keypoints, parse, framing, own) = match (wearer, cloth, &truth) {
            // In training everybody wears what is tried on.
            (Wearer::Drawn { worn, .. }, Cloth::Drawn(garment), Some(truth)) if worn == garment => {
                (truth.person.clone(), truth.keypoints.clone(), truth.parse.clone(), None, keep.cloned())
            }
            (Wearer::Drawn { person, worn }, ..) => {
                let scene = render(person, worn)?;
                (scene.person, scene.keypoints, scene.parse, None, keep.cloned())
            }
            (Wearer::Photo { photo, keypoints, parse }, ..) => {
                let framing = Framing::of_person(keypoints).map_err(wrong)?;
                let small = bicubic(&framing.person(photo), width, height);
                let parse = framing.parse(parse, width, height);
                let keep = keep.map(|keep| check(keep, [photo.width(), photo.height()])).transpose()?;
                let keep = keep.map(|keep| resized(&framing.mask(keep), width, height));
                (small, framing.keypoints(keypoints, width), parse, Some(framing), keep)
            }
        };
        let keep = match own {
            Some(own) => check(&own, sides)?.clone(),
            None => agnostic::keep_v2(&keypoints, &parse).map_err(wrong)?,
        };
        Ok(Self { person, keypoints, parse, keep, garment, garment_mask, landmarks, truth, framing, densepose: None })
    }

    /// Width and height.
    pub fn sides(&self) -> [usize; 2] {
        [self.person.width(), self.person.height()]
    }

    /// The garment as the warp network takes it, `[1, 3, h, w]`, and the person, `[1, 16, h, w]`.
    ///
    /// # Errors
    /// Joints that are not seen.
    pub fn warp_inputs(&self, device: &Device) -> Result<(Tensor<4>, Tensor<4>), ModelError> {
        let mut planes = person_planes(&self.keypoints, &self.parse, &self.keep).map_err(wrong)?;
        if let Some(densepose) = &self.densepose {
            planes.truncate(Group::COUNT * densepose.width() * densepose.height());
            planes.extend(encode::signed(densepose));
        }
        Ok((encode::picture(&self.garment, device), encode::planes(planes, PERSON_PLANES, self.sides(), device)))
    }

    /// The flow of the affine map from shoulders and hips.
    ///
    /// # Errors
    /// Joints that are not seen, or a garment whose landmarks are not known.
    pub fn affine(&self) -> Result<Flow, ModelError> {
        let [width, height] = self.sides();
        affine(&self.known_landmarks()?, &self.keypoints, width, height).map_err(wrong)
    }

    /// The flow of the thin-plate spline.
    ///
    /// # Errors
    /// As [`Self::affine`].
    pub fn thin_plate(&self) -> Result<Flow, ModelError> {
        let [width, height] = self.sides();
        thin_plate(&self.known_landmarks()?, &self.keypoints, STIFFNESS, width, height).map_err(wrong)
    }

    /// The flow that pastes the garment's box.
    ///
    /// # Errors
    /// A mask that keeps everything.
    pub fn paste(&self) -> Result<Flow, ModelError> {
        paste(&self.garment_mask, &self.keep).map_err(wrong)
    }

    fn known_landmarks(&self) -> Result<Landmarks, ModelError> {
        self.landmarks.ok_or_else(|| {
            let message =
                "needs to know where the joints of a wearer are, which it does of drawn garments only; choose network";
            ModelError::Parameters(format!("parameters.warp: {message}"))
        })
    }
}

/// Places of [`Garment::landmarks`].
pub type Landmarks = [[f32; 2]; 8];

/// The garment at the size of a network: picture, mask and landmarks.
fn flat(cloth: &Cloth, [width, height]: [usize; 2]) -> Result<(Image, Mask, Option<Landmarks>), ModelError> {
    match cloth {
        Cloth::Drawn(garment) => {
            let scene = Scene::render(&Person::random(0), garment, width, height).map_err(wrong)?;
            Ok((scene.garment, scene.garment_mask, Some(garment.landmarks(width, height))))
        }
        Cloth::Photo { photo, mask } => {
            let empty = |error: WardrobeError| ModelError::Parameters(format!("inputs.garment: {error}"));
            let framing = Framing::of_garment(mask).map_err(empty)?;
            let window = bicubic(&framing.garment(photo, mask), width, height);
            Ok((window, resized(&framing.mask(mask), width, height), None))
        }
    }
}

/// A mask of the visitor's.
fn check(keep: &Mask, [width, height]: [usize; 2]) -> Result<&Mask, ModelError> {
    let wrong = |message: String| Err(ModelError::Parameters(format!("inputs.mask: {message}")));
    if [keep.width, keep.height] != [width, height] {
        return wrong(format!(
            "has {} × {} pixels, the person's picture {width} × {height}: both must be of the same size",
            keep.width, keep.height
        ));
    }
    match keep.count() {
        0 => wrong("is all black: then nobody is left. White stays, black is repainted".to_owned()),
        all if all == width * height => {
            wrong("is all white: nothing would be repainted. Paint the top black".to_owned())
        }
        _ => Ok(keep),
    }
}

//! The warped garment on the person: what the refiner starts from, and what is shown where nothing is refined.

use samples::{
    Image,
    image::resize::bicubic,
    wardrobe::{Flow, Framing, Mask, Padding, agnostic::agnostic_person, framing::resized},
};

use super::fitting::Fitting;
use crate::ModelError;

/// A garment that a flow has laid over a person.
#[derive(Clone, Debug)]
pub struct Laid {
    /// The garment's picture as the flow sees it.
    pub warped: Image,
    /// The pixels of the garment, seen through the flow.
    pub warped_mask: Mask,
    /// Those of them that are repainted.
    pub worn: Mask,
}

/// Lays a garment and its mask over a person of whom `keep` stays.
pub fn lay(flow: &Flow, garment: &Image, garment_mask: &Mask, keep: &Mask) -> Laid {
    let warped_mask = flow.warp_mask(garment_mask);
    let values = warped_mask.values.iter().zip(&keep.values).map(|(&cloth, &keep)| cloth && !keep).collect();
    Laid { warped: flow.warp_image(garment), worn: Mask { values, ..*keep }, warped_mask }
}

impl Laid {
    /// The same with nothing of the garment.
    #[must_use]
    pub fn without_cloth(mut self) -> Self {
        for mask in [&mut self.warped_mask, &mut self.worn] {
            mask.values.fill(false);
        }
        self
    }

    /// The garment pasted onto `ground`.
    ///
    /// # Errors
    /// A ground of other sides.
    pub fn on(&self, ground: &Image) -> Result<Image, ModelError> {
        over(ground, &self.warped, &self.worn)
    }
}

/// `front` where the mask is, `ground` elsewhere.
///
/// # Errors
/// Different sides.
pub fn over(ground: &Image, front: &Image, mask: &Mask) -> Result<Image, ModelError> {
    let sides = [ground.width(), ground.height()];
    if [[front.width(), front.height()], [mask.width, mask.height]] != [sides; 2] {
        return Err(ModelError::Output("pictures of different sizes were to be laid over each other".to_owned()));
    }
    let mut pixels = ground.pixels().to_vec();
    let (to, from) = (pixels.as_chunks_mut::<3>().0, front.pixels().as_chunks::<3>().0);
    for ((to, from), _) in to.iter_mut().zip(from).zip(&mask.values).filter(|(_, inside)| **inside) {
        *to = *from;
    }
    Image::new(sides[0], sides[1], pixels).map_err(|error| ModelError::Output(error.to_string()))
}

/// The composite that is shown and refined: the garment on the person without what is repainted.
///
/// # Errors
/// Different sides.
pub fn composite(fitting: &Fitting, laid: &Laid) -> Result<Image, ModelError> {
    let agnostic = agnostic_person(&fitting.person, &fitting.keep);
    laid.on(&agnostic.map_err(|error| ModelError::Output(error.to_string()))?)
}

/// The same at the size of a photo's window: the flow and the mask grow, the garment's own picture is as large as it is.
pub fn enlarged(flow: &Flow, framing: &Framing, garment: &Image, garment_mask: &Mask, keep: &Mask) -> Laid {
    let (width, height) = (framing.width, framing.height);
    let grid = Flow::identity(width, height).warp(flow.grid(), [flow.width(), flow.height()], Padding::Border);
    let large = Flow::from_grid(width, height, grid).expect("a window has pixels, and a grid two values for each");
    lay(&large, garment, garment_mask, &large_keep(keep, framing))
}

/// What is kept, at the size of a photo's window.
pub fn large_keep(keep: &Mask, framing: &Framing) -> Mask {
    resized(keep, framing.width, framing.height)
}

/// What was made at the size of a network, in the place of what is repainted of a photo's window.
///
/// # Errors
/// Different sides.
pub fn put_large(window: &Image, made: &Image, keep: &Mask) -> Result<Image, ModelError> {
    let (width, height) = (window.width(), window.height());
    over(window, &bicubic(made, width, height), &resized(keep, width, height).inverted())
}

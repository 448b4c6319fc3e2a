//! From a request to pictures: there and back in tiles ([`rescale`]), or nine versions of a part ([`variants`]).

mod canvas;
mod latent;
mod measures;
mod rescale;
mod variants;

use catalog::systems::dlv_irn::{self, Direction, SampleParameters};
use samples::{
    Image,
    image::{Decoded, Limits},
};

pub use latent::Latents;

use super::{mark::Mark, network::Network};
use crate::{ModelError, Sampling};

/// What a sampling depends on besides network and picture.
#[derive(Clone, Copy, Debug)]
pub struct Task<'a> {
    /// Name of the preset, for the small picture's file.
    pub preset: &'a str,
    /// What the visitor chose.
    pub parameters: &'a SampleParameters,
    /// Seed of the request.
    pub seed: u64,
    /// Number of the sample.
    pub index: u64,
}

/// Starts what the task asks for.
///
/// # Errors
/// If the model cannot do it, or the picture is a small one that another model made.
pub fn start(network: &Network, task: &Task, picture: &Decoded) -> Result<Box<dyn Sampling>, ModelError> {
    let latents = Latents {
        seed: task.seed,
        index: task.index,
        small_spread: task.parameters.small_spread as f32,
        large_spread: task.parameters.large_spread as f32,
    };
    let mark = read_mark(network, task, picture)?;
    let legs = match (task.parameters.direction, &mark) {
        (Direction::Auto, Some(_)) | (Direction::Up, _) => rescale::Legs::Up,
        (Direction::Auto, None) if matches!(network, Network::Enlarger(..)) => rescale::Legs::Up,
        (Direction::Auto, None) | (Direction::Both, _) => rescale::Legs::Both,
        (Direction::Down, _) => rescale::Legs::Down,
        (Direction::SmallVariants, _) => return variants::start(network, latents, variants::Of::Small, picture),
        (Direction::LargeVariants, _) => return variants::start(network, latents, variants::Of::Large, picture),
    };
    if legs == rescale::Legs::Up {
        bound(&picture.image, network.scale())?;
    }
    Ok(Box::new(rescale::Rescale::start(network, task.preset, latents, legs, mark, &picture.image)))
}

/// What the file says of its origin, where it is to be enlarged. What another model has hidden in it, this one would not
/// find.
fn read_mark(network: &Network, task: &Task, picture: &Decoded) -> Result<Option<Mark>, ModelError> {
    if !matches!(task.parameters.direction, Direction::Auto | Direction::Up) {
        return Ok(None);
    }
    let Some(mark) = Mark::read(&picture.text) else { return Ok(None) };
    if mark.preset != task.preset && dlv_irn::system().preset(&mark.preset).is_some() {
        return Err(ModelError::Parameters(format!(
            "preset: this small picture was made by `{}`; choose that model to restore it",
            mark.preset
        )));
    }
    Ok(Some(mark).filter(|mark| mark.fits(&picture.image, network.scale())))
}

/// Refuses what would become larger than any picture that is taken in.
fn bound(small: &Image, scale: usize) -> Result<(), ModelError> {
    let (width, height) = (small.width() * scale, small.height() * scale);
    let most = Limits::PHOTO.pixels;
    if (width * height) as u64 <= most {
        return Ok(());
    }
    Err(ModelError::Parameters(format!(
        "parameters.direction: enlarged it would have {width}×{height} pixels; at most {most} in all are made. Choose a \
         smaller picture"
    )))
}

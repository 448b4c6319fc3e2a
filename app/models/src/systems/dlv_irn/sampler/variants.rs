//! Nine versions of a part of a picture, that differ by a latent: the first has 0, the others are drawn.

use burn::tensor::{Device, Tensor};
use catalog::systems::dlv_irn::VARIANTS;
use samples::{
    Image, Patch, Pictures, Preview, Sample,
    image::{Decoded, difference},
};

use super::{Latents, measures::beside};
use crate::{
    ModelError, Pending, Sampling, StepReport,
    invertible::{Margins, quantise},
    sampling::Many,
    systems::dlv_irn::{encode, network::Network, tiles::Rect},
};

/// Edge of the part, in pixels of the small picture.
const EDGE: usize = 96;
/// What the colours of the spread are stretched by.
const GAIN: f32 = 8.0;

/// What varies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// The small picture.
    Small,
    /// The restored picture.
    Large,
}

/// Versions in the making.
pub struct Variants {
    network: Network,
    device: Device,
    latents: Latents,
    of: Of,
    /// The part of the large picture, `[1, 3, s·h, s·w]`.
    large: Tensor<4>,
    made: Vec<Image>,
    computed: Option<Tensor<4>>,
    done: usize,
}

/// Cuts the middle out of the picture.
///
/// # Errors
/// If the spread is 0, so that there would be nothing to see.
pub fn start(network: &Network, latents: Latents, of: Of, picture: &Decoded) -> Result<Box<dyn Sampling>, ModelError> {
    let (name, spread) = match of {
        Of::Small => ("small_spread", latents.small_spread),
        Of::Large => ("large_spread", latents.large_spread),
    };
    if spread == 0.0 {
        return Err(ModelError::Parameters(format!("parameters.{name}: must be above 0, or all nine are the same")));
    }
    let scale = network.scale();
    let image = &picture.image;
    let side = |length: usize| length.div_ceil(scale).min(EDGE) * scale;
    let (width, height) = (side(image.width()), side(image.height()));
    let start = |length: usize, part: usize| length.saturating_sub(part) / 2;
    let part = Rect { x: start(image.width(), width), y: start(image.height(), height), width, height };
    let device = network.device();
    Ok(Box::new(Variants {
        large: encode::part(image, part, &device),
        network: network.clone(),
        device,
        latents,
        of,
        made: Vec::with_capacity(VARIANTS),
        computed: None,
        done: 0,
    }))
}

impl Variants {
    fn role(&self, number: usize) -> String {
        let name = if self.of == Of::Small { "small" } else { "restored" };
        format!("{name}-{}", number + 1)
    }

    fn size(&self) -> [usize; 2] {
        let [_, _, height, width] = self.large.dims();
        let scale = if self.of == Of::Small { self.network.scale() } else { 1 };
        [width / scale, height / scale]
    }

    fn compute(&self, number: usize) -> Result<Tensor<4>, ModelError> {
        let [_, _, height, width] = self.large.dims();
        let scale = self.network.scale();
        let of_sample = Latents { index: self.latents.index * VARIANTS as u64 + number as u64, ..self.latents };
        let whole = |scale: usize| Rect { x: 0, y: 0, width: width / scale, height: height / scale };
        let drawn = number > 0;
        match self.of {
            Of::Small => {
                let latent = of_sample.small(self.network.latent_channels(), whole(2), &self.device);
                self.network.down(self.large.clone(), latent.filter(|_| drawn), Margins::NONE)
            }
            Of::Large => {
                let small = quantise(self.network.down(self.large.clone(), None, Margins::NONE)?);
                let latents = of_sample.large(&self.network.latents(), whole(scale), &self.device);
                Ok(self.network.up(small, if drawn { latents } else { vec![] }, Margins::NONE))
            }
        }
    }
}

impl Sampling for Variants {
    fn total_steps(&self) -> usize {
        VARIANTS
    }

    fn step(&mut self) -> Result<StepReport, ModelError> {
        if self.done < VARIANTS {
            self.computed = Some(self.compute(self.done)?);
            self.done += 1;
        }
        Ok(StepReport { done: self.done, label: format!("version {} of {VARIANTS}", self.done) })
    }

    fn owed(&mut self) -> Option<Tensor<1>> {
        self.computed.take().map(|values| values.flatten(0, 3))
    }

    fn take(&mut self, values: Vec<f32>) -> Result<(), ModelError> {
        let [width, height] = self.size();
        self.made.push(encode::picture(width, height, &values)?);
        Ok(())
    }

    fn previews(&self) -> Option<Pending<Many<Preview>>> {
        let number = self.made.len().checked_sub(1)?;
        let image = self.made[number].clone();
        let whole = self.size().map(|side| side as u32);
        let patch = Patch { role: self.role(number), whole, at: [0, 0], image };
        Some(Pending::ready(Preview::Patch(patch)).alone())
    }

    fn is_trajectory(&self) -> bool {
        true
    }

    fn finish(self: Box<Self>) -> Result<Pending<Many<Sample>>, ModelError> {
        if self.made.len() < VARIANTS {
            return Err(ModelError::Output(format!("{} of {VARIANTS} versions are made", self.made.len())));
        }
        let spread = spread(&self.made)?;
        let title = |number: usize| match number {
            0 => "With the latent at 0".to_owned(),
            _ => format!("Version {}", number + 1),
        };
        let mut pictures: Vec<_> = self
            .made
            .iter()
            .enumerate()
            .map(|(number, image)| beside(&self.role(number), &title(number), image.clone()))
            .collect();
        pictures.push(beside("spread", "Where the versions differ", spread));
        Ok(Pending::ready(Sample::Pictures(Pictures { pictures, ..Pictures::default() })).alone())
    }
}

/// Standard deviation of each value over the versions, as a heat map.
fn spread(made: &[Image]) -> Result<Image, ModelError> {
    let (width, height) = (made[0].width(), made[0].height());
    let count = made.len() as f32;
    let deviation = |value: usize| {
        let values = made.iter().map(|image| f32::from(image.pixels()[value]));
        let mean = values.clone().sum::<f32>() / count;
        (values.map(|v| (v - mean).powi(2)).sum::<f32>() / count).sqrt().round() as u8
    };
    let deviations: Vec<u8> = (0..3 * width * height).map(deviation).collect();
    let bad = |e: samples::image::ImageError| ModelError::Output(e.to_string());
    let none = Image::new(width, height, vec![0; deviations.len()]).map_err(bad)?;
    difference(&Image::new(width, height, deviations).map_err(bad)?, &none, GAIN).map_err(bad)
}

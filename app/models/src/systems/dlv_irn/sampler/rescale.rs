//! Down, up, or both, one tile a step and a last step that compares.

use burn::tensor::{Device, Tensor};
use samples::{Image, Patch, Picture, Pictures, Preview, Sample, image::resize::bicubic};

use super::{
    Latents,
    canvas::Canvas,
    measures::{beside, compare},
};
use crate::{
    ModelError, Pending, Sampling, StepReport,
    sampling::Many,
    systems::dlv_irn::{
        encode,
        mark::Mark,
        network::Network,
        tiles::{Tile, cut},
    },
};

/// Edge of a tile in the small picture: large enough that the overlap costs little, small enough for a phone's memory.
const TILE: usize = 320;

/// Which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Legs {
    /// Large to small.
    Down,
    /// Small to large.
    Up,
    /// There and back.
    Both,
}

/// Which way a tile goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Leg {
    Down,
    Up,
}

/// A rescaling in progress.
pub struct Rescale {
    network: Network,
    device: Device,
    preset: String,
    latents: Latents,
    legs: Legs,
    /// The large picture, where one was given.
    original: Option<Image>,
    /// The small one, once it is whole.
    small: Option<Image>,
    small_canvas: Canvas,
    large_canvas: Canvas,
    tiles: Vec<(Leg, Tile)>,
    done: usize,
    /// The values of the tile that was just computed, `[1, 3, h, w]`.
    computed: Option<Tensor<4>>,
    seen: Option<Patch>,
    finished: Option<Pictures>,
}

impl Rescale {
    /// Nothing computed yet. `mark` is what a small picture says of its original's size.
    pub fn start(
        network: &Network,
        preset: &str,
        latents: Latents,
        legs: Legs,
        mark: Option<Mark>,
        picture: &Image,
    ) -> Self {
        let scale = network.scale();
        let size = [picture.width(), picture.height()];
        let (large, small) = match legs {
            Legs::Up => {
                let whole = size.map(|side| side * scale);
                (mark.map_or(whole, |mark| [mark.width, mark.height]), size)
            }
            Legs::Down | Legs::Both => (size, size.map(|side| side.div_ceil(scale))),
        };
        let tiles = cut(small[0], small[1], TILE, network.reach());
        let on = |leg| tiles.iter().map(move |&tile| (leg, tile));
        let mut all = Vec::new();
        if legs != Legs::Up {
            all.extend(on(Leg::Down));
        }
        if legs != Legs::Down {
            all.extend(on(Leg::Up));
        }
        Self {
            device: network.device(),
            network: network.clone(),
            preset: preset.to_owned(),
            latents,
            legs,
            original: (legs != Legs::Up).then(|| picture.clone()),
            small: (legs == Legs::Up).then(|| picture.clone()),
            small_canvas: Canvas::new(small[0], small[1]),
            large_canvas: if legs == Legs::Down { Canvas::new(0, 0) } else { Canvas::new(large[0], large[1]) },
            tiles: all,
            done: 0,
            computed: None,
            seen: None,
            finished: None,
        }
    }

    fn compute(&self, leg: Leg, tile: Tile) -> Result<Tensor<4>, ModelError> {
        let missing = || ModelError::Output("a tile was asked for before its picture was there".to_owned());
        let scale = self.network.scale();
        match leg {
            Leg::Down => {
                let original = self.original.as_ref().ok_or_else(missing)?;
                let large = encode::part(original, tile.seen.times(scale), &self.device);
                let latent =
                    self.latents.small(self.network.latent_channels(), tile.seen.times(scale / 2), &self.device);
                self.network.down(large, latent, tile.margins())
            }
            Leg::Up => {
                let small = self.small.as_ref().ok_or_else(missing)?;
                let latents = self.latents.large(&self.network.latents(), tile.seen, &self.device);
                Ok(self.network.up(encode::part(small, tile.seen, &self.device), latents, tile.margins()))
            }
        }
    }

    fn compare(&mut self) -> Result<Pictures, ModelError> {
        let none = || ModelError::Output("no picture was made".to_owned());
        let scale = self.network.scale();
        let small = self.small.take().ok_or_else(none)?;
        let large = std::mem::replace(&mut self.large_canvas, Canvas::new(0, 0));
        let small_picture = |image: Image, [width, height]: [usize; 2]| {
            let mark = Mark { system: "dlv-irn".to_owned(), preset: self.preset.clone(), width, height };
            Picture { text: vec![mark.entry()], ..beside("small", "The small picture", image) }
        };
        if self.legs == Legs::Up {
            let restored = large.into_image()?;
            let back = bicubic(&small, restored.width(), restored.height());
            let pictures = vec![beside("restored", "Enlarged", restored), beside("bicubic", "Enlarged, bicubic", back)];
            return Ok(Pictures { pictures, ..Pictures::default() });
        }
        let original = self.original.take().ok_or_else(none)?;
        let size = [original.width(), original.height()];
        if self.legs == Legs::Down {
            return Ok(Pictures { pictures: vec![small_picture(small, size)], ..Pictures::default() });
        }
        let restored = large.into_image()?;
        let (mut measures, beside_it) = compare(&original, &small, &restored, scale)?;
        let small = small_picture(small, size);
        measures
            .insert("small_bytes".to_owned(), small.png().map_err(|e| ModelError::Output(e.to_string()))?.len() as f64);
        let mut pictures = vec![beside("restored", "Restored from the small picture", restored), small];
        pictures.extend(beside_it);
        Ok(Pictures { pictures, measures })
    }
}

impl Sampling for Rescale {
    fn total_steps(&self) -> usize {
        self.tiles.len() + 1
    }

    fn step(&mut self) -> Result<StepReport, ModelError> {
        let all = self.tiles.len();
        let label = match self.tiles.get(self.done) {
            Some(&(leg, tile)) => {
                self.computed = Some(self.compute(leg, tile)?);
                let way = if leg == Leg::Down { "shrinking" } else { "restoring" };
                format!("{way}, tile {} of {all}", self.done + 1)
            }
            None => {
                if self.finished.is_none() {
                    self.finished = Some(self.compare()?);
                }
                "comparing".to_owned()
            }
        };
        self.done = (self.done + 1).min(all + 1);
        Ok(StepReport { done: self.done, label })
    }

    fn owed(&mut self) -> Option<Tensor<1>> {
        self.computed.take().map(|values| values.flatten(0, 3))
    }

    fn take(&mut self, values: Vec<f32>) -> Result<(), ModelError> {
        let Some(&(leg, tile)) = self.done.checked_sub(1).and_then(|last| self.tiles.get(last)) else { return Ok(()) };
        let (role, rect, canvas) = match leg {
            Leg::Down => ("small", tile.core, &mut self.small_canvas),
            Leg::Up => ("restored", tile.core.times(self.network.scale()), &mut self.large_canvas),
        };
        let part = encode::picture(rect.width, rect.height, &values)?;
        let at = [rect.x as u32, rect.y as u32];
        self.seen = canvas.paste(&part, rect.x, rect.y).map(|image| Patch {
            role: role.to_owned(),
            whole: canvas.size(),
            at,
            image,
        });
        // The last tile of the small picture: the way up begins from its 8-bit pixels.
        if leg == Leg::Down && self.tiles.get(self.done).is_none_or(|(leg, _)| *leg == Leg::Up) {
            let canvas = std::mem::replace(&mut self.small_canvas, Canvas::new(0, 0));
            self.small = Some(canvas.into_image()?);
        }
        Ok(())
    }

    fn previews(&self) -> Option<Pending<Many<Preview>>> {
        self.seen.clone().map(|patch| Pending::ready(Preview::Patch(patch)).alone())
    }

    /// Every tile is looked at: a part that is not sent stays empty.
    fn is_trajectory(&self) -> bool {
        true
    }

    fn finish(self: Box<Self>) -> Result<Pending<Many<Sample>>, ModelError> {
        match self.finished {
            Some(pictures) => Ok(Pending::ready(Sample::Pictures(pictures)).alone()),
            None => Err(ModelError::Output(format!("{} of {} steps are done", self.done, self.tiles.len() + 1))),
        }
    }
}

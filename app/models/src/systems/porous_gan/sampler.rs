//! From a noise grid to a segmented volume, one layer of the generator a step (spec §3, *Sampler*).

use burn::tensor::{Tensor, TensorData};
use catalog::systems::porous_gan::{Boundary, SampleParameters};
use samples::{Preview, Sample};

use super::{
    PorousGan, encode,
    network::{Faces, Generator, Pass},
};
use crate::{ModelError, Pending, Sampling, StepReport, sampling::Many, seed};

/// A volume in the making: the activations after `done` layers.
pub struct VolumeSampling {
    generator: Generator,
    pass: Pass,
    faces: Faces,
    /// Before the first step the noise `[1, nz, m, m, m]`, after the last the volume `[1, 1, s, s, s]`.
    activations: Tensor<5>,
    done: usize,
    size: usize,
    median_filter: bool,
    remove_lone_voxels: bool,
}

impl VolumeSampling {
    /// Draws the noise of sample `index`.
    ///
    /// # Errors
    /// If the size cannot be made without cutting anything away, and nothing is to be cut.
    pub fn start(model: &PorousGan, parameters: &SampleParameters, seed: u64, index: u64) -> Result<Self, ModelError> {
        let config = &model.config;
        let size = parameters.size as usize;
        let cut = parameters.boundary == Boundary::Cut;
        if !cut && (size < config.image_size || !size.is_multiple_of(config.voxels_per_cell())) {
            return Err(ModelError::Parameters(format!(
                "parameters.size: where nothing is cut away, this generator makes {} voxels and {} more for each cell",
                config.image_size,
                config.voxels_per_cell(),
            )));
        }
        let (cells, faces) = match parameters.boundary {
            Boundary::Periodic => (size / config.voxels_per_cell(), Faces::Joined),
            Boundary::Cut => (config.cells_for(size + 2 * config.biased_border()), Faces::Open),
            Boundary::Kept => (config.cells_for(size), Faces::Open),
        };
        let channels = config.latent_channels;
        let noise = seed::standard_normal(&mut seed::stream(seed, index), channels * cells.pow(3));
        let device = model.generator.output.weight.device();
        Ok(Self {
            generator: model.generator.clone(),
            pass: parameters.normalization.into(),
            faces,
            activations: Tensor::from_data(TensorData::new(noise, [1, channels, cells, cells, cells]), &device),
            done: 0,
            size,
            median_filter: parameters.median_filter,
            remove_lone_voxels: parameters.remove_lone_voxels,
        })
    }

    fn side(&self) -> usize {
        self.activations.dims()[2]
    }
}

impl Sampling for VolumeSampling {
    fn total_steps(&self) -> usize {
        self.generator.depth()
    }

    fn step(&mut self) -> Result<StepReport, ModelError> {
        let before = self.side();
        if self.done < self.total_steps() {
            self.activations = self.generator.layer(self.done, self.activations.clone(), self.faces, self.pass);
            self.done += 1;
        }
        Ok(StepReport { done: self.done, label: format!("{before}³ → {}³", self.side()) })
    }

    fn previews(&self) -> Option<Pending<Many<Preview>>> {
        if self.done == 0 {
            return None;
        }
        let shape = [self.side(); 3];
        let finished = self.done == self.total_steps();
        // Hidden activations have no grey scale of their own: their mean over channels is stretched to be seen.
        let seen = self.activations.clone().mean_dim(1);
        let grey = Pending::new(seen, move |values| {
            let grey = if finished { encode::grey(shape, &values) } else { encode::stretched(shape, &values) };
            grey.map(Preview::Volume)
        });
        Some(grey.alone())
    }

    fn finish(self: Box<Self>) -> Result<Pending<Many<Sample>>, ModelError> {
        if self.done < self.total_steps() {
            return Err(ModelError::Output(format!("{} of {} steps are done", self.done, self.total_steps())));
        }
        let side = self.side();
        let border = (side - self.size) / 2;
        let (median_filter, remove_lone_voxels) = (self.median_filter, self.remove_lone_voxels);
        let volume = Pending::new(self.activations, move |values| {
            let mut grey = encode::grey([side; 3], &values)?;
            if median_filter {
                grey = grey.median_filter();
            }
            let grey = grey
                .without_border(border)
                .ok_or_else(|| ModelError::Output("the border leaves nothing".to_owned()))?;
            let threshold = grey.otsu_threshold();
            let volume = grey.segment(threshold);
            Ok(Sample::Volume(if remove_lone_voxels { volume.without_lone_voxels() } else { volume }))
        });
        Ok(volume.alone())
    }
}

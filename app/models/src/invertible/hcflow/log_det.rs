//! Collects ln |det| while a picture passes through the layers.

use burn::tensor::{Device, Tensor};

/// The sum of the layers' ln |det|, or nothing where nobody asks: then its terms are not computed.
#[derive(Debug)]
pub struct LogDet(Option<Tensor<1>>);

impl LogDet {
    /// Collects nothing.
    pub const fn ignored() -> Self {
        Self(None)
    }

    /// Starts at zero for each of `batch` pictures.
    pub fn zeros(batch: usize, device: &Device) -> Self {
        Self(Some(Tensor::zeros([batch], device)))
    }

    /// Adds a term, `[batch]` or `[1]` where it is the same for every picture.
    pub fn add(&mut self, term: impl FnOnce() -> Tensor<1>) {
        if let Some(sum) = self.0.take() {
            self.0 = Some(sum + term());
        }
    }

    /// Adds the sum of a picture's log-scales, `[batch, …]`.
    pub fn add_sum_of(&mut self, log_scale: &Tensor<4>) {
        self.add(|| log_scale.clone().flatten::<2>(1, 3).sum_dim(1).flatten(0, 1));
    }

    /// `[batch]`, if it was asked for.
    pub fn total(self) -> Option<Tensor<1>> {
        self.0
    }
}

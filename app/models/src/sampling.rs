//! Sampling as a state machine, so that the browser can await, preview and cancel between steps while the server
//! simply loops.

use burn::tensor::{Tensor, TensorData};
use samples::{Preview, Sample};

use crate::ModelError;

/// Samples in the making: as many as a model makes at once, which for most is one.
///
/// [`step`](Self::step) enqueues work on the device and reads nothing back; the driver decides when to look.
pub trait Sampling {
    /// How many; at least 1.
    fn size(&self) -> usize {
        1
    }

    /// Steps in all; at least 1.
    fn total_steps(&self) -> usize;

    /// Does the next step. After the last, [`finish`](Self::finish) may be called; further calls do nothing.
    ///
    /// # Errors
    /// If the device or the parameters do not allow the step.
    fn step(&mut self) -> Result<StepReport, ModelError>;

    /// What of the last step must be read before the next, if anything: large results leave the device piece by piece.
    /// The values go to [`take`](Self::take).
    fn owed(&mut self) -> Option<Tensor<1>> {
        None
    }

    /// Takes the values of [`owed`](Self::owed).
    ///
    /// # Errors
    /// If they are not what a sample is made of.
    fn take(&mut self, _values: Vec<f32>) -> Result<(), ModelError> {
        Ok(())
    }

    /// A look at each unfinished sample, in their order, if there is something to see; an error where there is nothing
    /// to see yet.
    fn previews(&self) -> Option<Pending<Many<Preview>>>;

    /// Whether every step is a frame that people go back to: then no preview is left out to save time.
    fn is_trajectory(&self) -> bool {
        false
    }

    /// The finished samples, in their order. One that fails alone is an error in its place.
    ///
    /// # Errors
    /// If steps are missing.
    fn finish(self: Box<Self>) -> Result<Pending<Many<Sample>>, ModelError>;
}

/// A value for each sample of a [`Sampling`].
pub type Many<T> = Vec<Result<T, ModelError>>;

/// The value of the only sample.
///
/// # Errors
/// Its own, or if there is none.
pub fn only<T>(many: Many<T>) -> Result<T, ModelError> {
    many.into_iter().next().unwrap_or_else(|| Err(ModelError::Output("there is no sample".to_owned())))
}

/// What one step did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepReport {
    /// Steps done so far.
    pub done: usize,
    /// A short description, such as `8³ → 16³`.
    pub label: String,
}

/// A value that may still lie on the device, and how to decode it.
///
/// Reading is asynchronous in a browser and immediate natively; the decoding is the same.
pub struct Pending<T>(Value<T>);

enum Value<T> {
    Ready(Result<T, ModelError>),
    OnDevice { tensor: Box<Tensor<1>>, decode: Decode<T> },
}

type Decode<T> = Box<dyn FnOnce(Vec<f32>) -> Result<T, ModelError> + Send>;

impl<T> Pending<T> {
    /// Values of `tensor`, to be decoded by `decode` once they are read.
    pub fn new<const D: usize>(
        tensor: Tensor<D>,
        decode: impl FnOnce(Vec<f32>) -> Result<T, ModelError> + Send + 'static,
    ) -> Self {
        let count = tensor.shape().num_elements();
        Self(Value::OnDevice { tensor: Box::new(tensor.reshape([count])), decode: Box::new(decode) })
    }

    /// A value that was never on a device.
    pub fn ready(value: T) -> Self {
        Self(Value::Ready(Ok(value)))
    }

    /// As the value of a sample that is made by itself.
    pub fn alone(self) -> Pending<Many<T>>
    where
        T: 'static,
    {
        Pending(match self.0 {
            Value::Ready(value) => Value::Ready(Ok(vec![value])),
            Value::OnDevice { tensor, decode } => {
                Value::OnDevice { tensor, decode: Box::new(move |values| Ok(vec![decode(values)])) }
            }
        })
    }

    /// Reads and decodes, waiting for the device. Not in a browser: there, it would panic on a GPU.
    ///
    /// # Errors
    /// If the device fails or the values are not a sample.
    #[cfg(not(target_family = "wasm"))]
    pub fn read(self) -> Result<T, ModelError> {
        match self.0 {
            Value::Ready(value) => value,
            Value::OnDevice { tensor, decode } => {
                let data = tensor.try_into_data().map_err(|e| ModelError::Device(e.to_string()))?;
                decode(floats(data)?)
            }
        }
    }

    /// Reads and decodes without blocking.
    ///
    /// # Errors
    /// If the device fails or the values are not a sample.
    pub async fn read_async(self) -> Result<T, ModelError> {
        match self.0 {
            Value::Ready(value) => value,
            Value::OnDevice { tensor, decode } => {
                let data = tensor.into_data_async().await.map_err(|e| ModelError::Device(e.to_string()))?;
                decode(floats(data)?)
            }
        }
    }
}

/// One step, with what it owes; waits for the device. Not in a browser.
///
/// # Errors
/// As [`Sampling::step`] and [`Sampling::take`].
#[cfg(not(target_family = "wasm"))]
pub fn advance(sampling: &mut dyn Sampling) -> Result<StepReport, ModelError> {
    let report = sampling.step()?;
    if let Some(owed) = sampling.owed() {
        sampling.take(Pending::new(owed, Ok).read()?)?;
    }
    Ok(report)
}

/// All steps, and what they make; waits for the device. Not in a browser.
///
/// # Errors
/// As [`advance`] and [`Sampling::finish`].
#[cfg(not(target_family = "wasm"))]
pub fn make(mut sampling: Box<dyn Sampling>) -> Result<Many<Sample>, ModelError> {
    while advance(sampling.as_mut())?.done < sampling.total_steps() {}
    sampling.finish()?.read()
}

fn floats(data: TensorData) -> Result<Vec<f32>, ModelError> {
    data.try_into_vec::<f32>().map_err(|e| ModelError::Output(format!("{e:?}")))
}

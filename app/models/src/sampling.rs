//! Sampling as a state machine, so that the browser can await, preview and cancel between steps while the server
//! simply loops.

use burn::tensor::{Tensor, TensorData};
use samples::{Preview, Sample};

use crate::ModelError;

/// One sample in the making.
///
/// [`step`](Self::step) enqueues work on the device and reads nothing back; the driver decides when to look.
pub trait Sampling {
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

    /// A look at the unfinished sample, if there is something to see.
    fn preview(&self) -> Option<Pending<Preview>>;

    /// Whether every step is a frame that people go back to: then no preview is left out to save time.
    fn is_trajectory(&self) -> bool {
        false
    }

    /// The finished sample.
    ///
    /// # Errors
    /// If steps are missing.
    fn finish(self: Box<Self>) -> Result<Pending<Sample>, ModelError>;
}

/// Samples that are made at once, step by step as in [`Sampling`]; [`Alone`] is one of them.
pub trait Batch {
    /// How many.
    fn size(&self) -> usize;

    /// As [`Sampling::total_steps`], of all.
    fn total_steps(&self) -> usize;

    /// As [`Sampling::step`], for all.
    ///
    /// # Errors
    /// If the device or the parameters do not allow the step.
    fn step(&mut self) -> Result<StepReport, ModelError>;

    /// As [`Sampling::owed`].
    fn owed(&mut self) -> Option<Tensor<1>> {
        None
    }

    /// As [`Sampling::take`].
    ///
    /// # Errors
    /// If they are not what samples are made of.
    fn take(&mut self, _values: Vec<f32>) -> Result<(), ModelError> {
        Ok(())
    }

    /// A look at each, in their order; an error where there is nothing to see yet.
    fn previews(&self) -> Option<Pending<Many<Preview>>>;

    /// As [`Sampling::is_trajectory`].
    fn is_trajectory(&self) -> bool {
        false
    }

    /// The finished samples, in their order. One that fails alone is an error in its place.
    ///
    /// # Errors
    /// If steps are missing.
    fn finish(self: Box<Self>) -> Result<Pending<Many<Sample>>, ModelError>;
}

/// A value for each sample of a [`Batch`].
pub type Many<T> = Vec<Result<T, ModelError>>;

/// A sample that is made by itself.
pub struct Alone(pub Box<dyn Sampling>);

impl Batch for Alone {
    fn size(&self) -> usize {
        1
    }

    fn total_steps(&self) -> usize {
        self.0.total_steps()
    }

    fn step(&mut self) -> Result<StepReport, ModelError> {
        self.0.step()
    }

    fn owed(&mut self) -> Option<Tensor<1>> {
        self.0.owed()
    }

    fn take(&mut self, values: Vec<f32>) -> Result<(), ModelError> {
        self.0.take(values)
    }

    fn previews(&self) -> Option<Pending<Many<Preview>>> {
        Some(self.0.preview()?.then(|preview| Ok(vec![preview])))
    }

    fn is_trajectory(&self) -> bool {
        self.0.is_trajectory()
    }

    fn finish(self: Box<Self>) -> Result<Pending<Many<Sample>>, ModelError> {
        Ok(self.0.finish()?.then(|sample| Ok(vec![sample])))
    }
}

/// The only sample of a batch of one.
pub struct Only<B>(pub B);

impl<B: Batch> Sampling for Only<B> {
    fn total_steps(&self) -> usize {
        self.0.total_steps()
    }

    fn step(&mut self) -> Result<StepReport, ModelError> {
        self.0.step()
    }

    fn owed(&mut self) -> Option<Tensor<1>> {
        self.0.owed()
    }

    fn take(&mut self, values: Vec<f32>) -> Result<(), ModelError> {
        self.0.take(values)
    }

    fn preview(&self) -> Option<Pending<Preview>> {
        Some(self.0.previews()?.then(|previews| only(previews?)))
    }

    fn is_trajectory(&self) -> bool {
        self.0.is_trajectory()
    }

    fn finish(self: Box<Self>) -> Result<Pending<Sample>, ModelError> {
        Ok(Box::new(self.0).finish()?.then(|samples| only(samples?)))
    }
}

fn only<T>(many: Many<T>) -> Result<T, ModelError> {
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

    /// What `next` makes of it, or of the failure to decode it.
    pub fn then<U>(
        self,
        next: impl FnOnce(Result<T, ModelError>) -> Result<U, ModelError> + Send + 'static,
    ) -> Pending<U>
    where
        T: 'static,
    {
        Pending(match self.0 {
            Value::Ready(value) => Value::Ready(next(value)),
            Value::OnDevice { tensor, decode } => {
                Value::OnDevice { tensor, decode: Box::new(move |values| next(decode(values))) }
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

fn floats(data: TensorData) -> Result<Vec<f32>, ModelError> {
    data.try_into_vec::<f32>().map_err(|e| ModelError::Output(format!("{e:?}")))
}

//! What a job needs of its surroundings: the browser, or a test.

use std::ops::ControlFlow;

use burn::tensor::Device;
use catalog::messages::{FromWorker, ToWorker, WeightsSource};
use models::{Model, ModelError};

use crate::{backend::Adapter, weights::WeightsError};

/// Bytes so far and whether they come from the cache; answers whether to go on.
pub(crate) type OnBytes<'a> = &'a mut dyn FnMut(u64, bool) -> ControlFlow<()>;

/// The surroundings of a job. Everything here runs on one thread.
pub(crate) trait Host {
    /// Sends a message, and bytes with it, which are given away.
    fn post(&self, message: &FromWorker, bytes: Option<Vec<u8>>);

    /// Milliseconds of a clock that never goes back.
    fn now(&self) -> f64;

    /// Whether the person wants this job to end.
    fn is_cancelled(&self, job: u32) -> bool;

    /// Lets waiting messages in; only after this can [`Self::is_cancelled`] change.
    async fn pause(&self);

    /// The future's answer, or `None` if it takes longer than `milliseconds`.
    async fn within<T>(&self, milliseconds: u32, future: impl Future<Output = T>) -> Option<T>;

    /// The adapter that the browser offers.
    async fn adapter(&self) -> Option<Adapter>;

    /// The GPU, made ready for models; the same one at every call.
    async fn gpu(&self) -> Result<Device, String>;

    /// A weights file, verified, from the cache or the network.
    async fn weights(&self, source: &WeightsSource, on_bytes: OnBytes<'_>) -> Result<Vec<u8>, WeightsError>;

    /// How many workers beside this one wait for a share of a batch. Those that are missing of the `wanted`, and for which
    /// there is a core, are started; they are ready some time later.
    fn helpers(&self, wanted: usize) -> usize;

    /// Gives one of them a share. What it makes is posted as if it were made here.
    fn share(&self, share: &ToWorker);

    /// Waits for the end of every share; the message of one that failed.
    async fn shared(&self) -> Result<(), String>;

    /// Stops all shares of a job between two steps.
    fn stop_shares(&self, job: u32);

    /// Builds a model.
    fn load(&self, system: &str, preset: &str, weights: Vec<u8>, device: &Device)
    -> Result<Box<dyn Model>, ModelError>;
}

//! The HTTP edge: one function makes the router, so tests call it without a socket.

pub mod artifacts;
pub mod auth;
pub mod body;
mod cells;
pub mod conditional;
pub mod docs;
pub mod error;
pub mod events;
pub mod form;
pub mod health;
pub mod layers;
pub mod metrics;
pub mod openapi;
mod paced;
pub mod range;
pub mod rate;
pub mod runs;
pub mod samples;
pub mod systems;
pub mod web;

use std::{path::PathBuf, sync::Arc};

use axum::{Router, middleware};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::{runs::Runs, store::Assets};

/// Uploads that are decoded at a time.
const DECODING: usize = 2;

/// What handlers share.
#[derive(Clone)]
pub struct AppState {
    /// Runs.
    pub runs: Runs,
    /// Shipped files.
    pub assets: Assets,
    /// The web bundle.
    pub web: Arc<web::Bundle>,
    /// Bounds that the operator sets.
    pub limits: Limits,
    /// Uploads that are decoded at a time: each takes the memory of its pictures.
    pub decoding: Arc<Semaphore>,
    /// Cancelled when the server stops: event streams end then.
    pub stop: CancellationToken,
}

/// Bounds that the operator sets.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Runs of a kind that may wait.
    pub queue: u32,
    /// Voxels of all samples of one request together.
    pub voxels: u64,
    /// Pixels of a request's pictures together, times its samples.
    pub pixels: u64,
    /// How much may be uploaded.
    pub uploads: form::Bounds,
    /// How often one address may ask.
    pub rates: rate::Rates,
}

impl AppState {
    /// State of a server whose bundle is in `web`.
    pub fn new(runs: Runs, assets: Assets, web: PathBuf, limits: Limits, stop: CancellationToken) -> Self {
        let decoding = Arc::new(Semaphore::new(DECODING));
        Self { runs, assets, web: Arc::new(web::Bundle::new(web)), limits, decoding, stop }
    }
}

/// The whole server. Limits by address need the service to know it: [`Router::into_make_service_with_connect_info`];
/// without, all count as one.
pub fn router(state: AppState) -> Router {
    let limiter = Arc::new(rate::Limiter::new(state.limits.rates));
    let (api, document) = openapi::api();
    let api = api
        .merge(docs::routes(&document))
        .method_not_allowed_fallback(error::method_not_allowed)
        .fallback(web::serve)
        .layer(middleware::from_fn_with_state(limiter, rate::limit))
        .with_state(state);
    layers::wrap(api)
}

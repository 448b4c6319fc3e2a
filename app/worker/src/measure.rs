//! Measures of finished samples, computed here so that the page never blocks.

use catalog::messages::FromWorker;
use samples::{
    Crystal, Sample, Volume,
    structure::{metrics::CrystalMeasures, symmetry},
    volume::{
        MeasureOptions, PoreMeasures,
        permeability::{self, FlowError, FlowOptions},
    },
};

use crate::{
    host::Host,
    job::{Stop, pause},
};

/// Largest side for which the flow is solved: above, it takes minutes on one thread.
const MAX_FLOW_SIDE: usize = 64;

/// Most lattice steps along one axis, about 10 ms each at that size: rocks need hundreds, and what needs more
/// must not keep the worker from the next sample.
const MAX_FLOW_STEPS: usize = 1_500;

/// Sends the measures of a sample: first what takes milliseconds, then again with what takes seconds.
pub(crate) async fn report<H: Host>(host: &H, job: u32, sample: u32, of: &Sample) -> Result<(), Stop> {
    match of {
        Sample::Volume(volume) => report_volume(host, job, sample, volume).await,
        Sample::Crystal(crystal) => report_crystal(host, job, sample, crystal).await,
        // Measured against what is exact while they were made.
        Sample::Objects(_) => Ok(()),
        Sample::Pictures(pictures) => {
            let measures = serde_json::to_value(&pictures.measures).map_err(|e| Stop::Failed(e.to_string(), vec![]))?;
            host.post(&FromWorker::Measures { job, sample, measures }, None);
            Ok(())
        }
    }
}

async fn report_crystal<H: Host>(host: &H, job: u32, sample: u32, crystal: &Crystal) -> Result<(), Stop> {
    pause(host, job).await?;
    let failed = |error: String| Stop::Failed(error, vec![]);
    let measures =
        CrystalMeasures::of(crystal, symmetry::DEFAULT_TOLERANCE).map_err(|error| failed(error.to_string()))?;
    let measures = serde_json::to_value(measures).map_err(|error| failed(error.to_string()))?;
    host.post(&FromWorker::Measures { job, sample, measures }, None);
    Ok(())
}

async fn report_volume<H: Host>(host: &H, job: u32, sample: u32, volume: &Volume) -> Result<(), Stop> {
    let bounded = FlowOptions { max_steps: MAX_FLOW_STEPS, ..FlowOptions::default() };
    let options = MeasureOptions { flow: bounded, ..MeasureOptions::default() };
    pause(host, job).await?;
    let mut measures = PoreMeasures::of_geometry(volume, &options);
    if volume.shape().into_iter().any(|side| side > MAX_FLOW_SIDE) {
        let why =
            format!("a browser solves the flow up to {MAX_FLOW_SIDE}³; vitrine sample --permeability goes further");
        return post(host, job, sample, &measures, Some(why));
    }
    post(host, job, sample, &measures, None)?;
    let flow = flow(host, job, volume, &options).await?;
    measures.permeability = flow.as_ref().ok().copied();
    post(host, job, sample, &measures, flow.err().map(|error| error.to_string()))
}

/// Permeability along z, y, x; a cancelled job stops between two axes.
///
/// A rock whose flow is not found is still a sample: the inner error is for the person, beside the other measures.
async fn flow<H: Host>(
    host: &H,
    job: u32,
    volume: &Volume,
    options: &MeasureOptions,
) -> Result<Result<[f64; 3], FlowError>, Stop> {
    let mut along = [0.0; 3];
    for (axis, value) in along.iter_mut().enumerate() {
        pause(host, job).await?;
        match permeability::along(volume, axis, &options.flow) {
            Ok(flow) => *value = flow.permeability,
            Err(error) => return Ok(Err(error)),
        }
    }
    Ok(Ok(along))
}

fn post<H: Host>(
    host: &H,
    job: u32,
    sample: u32,
    measures: &PoreMeasures,
    no_flow: Option<String>,
) -> Result<(), Stop> {
    let mut measures = serde_json::to_value(measures).map_err(|e| Stop::Failed(e.to_string(), vec![]))?;
    if let Some(error) = no_flow {
        measures["permeability_error"] = error.into();
    }
    host.post(&FromWorker::Measures { job, sample, measures }, None);
    Ok(())
}

//! Measures of finished samples, computed here so that the page never blocks.

use catalog::messages::FromWorker;
use samples::{
    Sample, Volume,
    volume::{MeasureOptions, PoreMeasures, permeability},
};

use crate::{
    host::Host,
    job::{Stop, pause},
};

/// Largest side for which the flow is solved: above, it takes minutes on one thread.
const MAX_FLOW_SIDE: usize = 64;

/// Sends the measures of a sample: first what takes milliseconds, then again with what takes seconds.
pub(crate) async fn report<H: Host>(host: &H, job: u32, sample: u32, of: &Sample) -> Result<(), Stop> {
    let Sample::Volume(volume) = of;
    let options = MeasureOptions::default();
    pause(host, job).await?;
    let mut measures = PoreMeasures::of_geometry(volume, &options);
    post(host, job, sample, &measures)?;
    if volume.shape().into_iter().all(|side| side <= MAX_FLOW_SIDE) {
        measures.permeability = Some(flow(host, job, volume, &options).await?);
        post(host, job, sample, &measures)?;
    }
    Ok(())
}

/// Permeability along z, y, x; a cancelled job stops between two axes.
async fn flow<H: Host>(host: &H, job: u32, volume: &Volume, options: &MeasureOptions) -> Result<[f64; 3], Stop> {
    let mut along = [0.0; 3];
    for (axis, value) in along.iter_mut().enumerate() {
        pause(host, job).await?;
        let flow = permeability::along(volume, axis, &options.flow).map_err(|e| {
            Stop::Failed(format!("The sample is finished, but its permeability is not known: {e}"), vec![])
        })?;
        *value = flow.permeability;
    }
    Ok(along)
}

fn post<H: Host>(host: &H, job: u32, sample: u32, measures: &PoreMeasures) -> Result<(), Stop> {
    let measures = serde_json::to_value(measures).map_err(|e| Stop::Failed(e.to_string(), vec![]))?;
    host.post(&FromWorker::Measures { job, sample, measures }, None);
    Ok(())
}

//! From burn's order `[sample, channel, voxel]` to lane layout `[channel, voxel, sample]`. The way back is a matter
//! of strides: see `flex`.

use super::parallel::for_each;

/// Edge of the square blocks that are transposed in cache.
const BLOCK: usize = 16;

/// `[samples, channels, voxels]` → `[channels, voxels, batch]`, with zeros for the samples from `samples` to `batch`.
pub fn to_lanes(source: &[f32], [samples, batch]: [usize; 2], channels: usize, voxels: usize) -> Vec<f32> {
    let mut target = vec![0.0; channels * voxels * batch];
    if source.is_empty() {
        return target;
    }
    let span = span(voxels);
    let work: Vec<_> = target
        .chunks_mut(voxels * batch)
        .enumerate()
        .flat_map(|(c, channel)| channel.chunks_mut(span * batch).enumerate().map(move |(i, part)| (c, i * span, part)))
        .collect();
    for_each(work, |(c, first, part)| {
        let width = part.len() / batch;
        for v0 in (0..width).step_by(BLOCK) {
            let v1 = width.min(v0 + BLOCK);
            for n0 in (0..samples).step_by(BLOCK) {
                for n in n0..samples.min(n0 + BLOCK) {
                    let start = (n * channels + c) * voxels + first;
                    let values = &source[start + v0..start + v1];
                    let slots = part[v0 * batch + n..].iter_mut().step_by(batch);
                    slots.zip(values).for_each(|(slot, &value)| *slot = value);
                }
            }
        }
    });
    target
}

/// Voxels per task: large enough to be worth a task, small enough for every thread to have some.
fn span(voxels: usize) -> usize {
    voxels.clamp(1, 4096)
}

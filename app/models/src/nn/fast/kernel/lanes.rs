//! Between burn's order `[sample, channel, voxel]` and lane layout `[channel, voxel, sample]`.

use super::parallel::for_each;

/// Edge of the square blocks that are transposed in cache.
const BLOCK: usize = 16;

/// `[rows, columns]` → `[columns, rows]` for each of `channels`; row `r` of channel `c` starts at
/// `source[(r·channels + c)·columns]`, and the result is `[channels, columns, rows]`.
pub fn to_lanes(source: &[f32], batch: usize, channels: usize, voxels: usize) -> Vec<f32> {
    let mut target = vec![0.0; source.len()];
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
            for n0 in (0..batch).step_by(BLOCK) {
                for n in n0..batch.min(n0 + BLOCK) {
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

/// The inverse of [`to_lanes`].
pub fn from_lanes(source: &[f32], batch: usize, channels: usize, voxels: usize) -> Vec<f32> {
    let mut target = vec![0.0; source.len()];
    if source.is_empty() {
        return target;
    }
    let work: Vec<_> = target.chunks_mut(voxels).enumerate().collect();
    for_each(work, |(row, part)| {
        let (n, c) = (row / channels, row % channels);
        let values = source[c * voxels * batch + n..].iter().step_by(batch);
        part.iter_mut().zip(values).for_each(|(slot, &value)| *slot = value);
    });
    target
}

/// Voxels per task: large enough to be worth a task, small enough for every thread to have some.
fn span(voxels: usize) -> usize {
    voxels.clamp(1, 4096)
}

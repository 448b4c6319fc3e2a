//! From voxels to what the ray-marcher samples: a smoothed field with mips, and the value ranges of bricks.

/// Voxels along the side of a brick; `BRICK` in frame.wgsl. Pores and grains are some ten voxels wide: half as small
/// bricks lie more often within one phase, where a ray need not be sampled.
pub const BRICK: usize = 4;
/// Mips of the field beyond the full size: blobs up to 16 voxels wide.
const MAX_MIPS: usize = 4;
/// The least distance, in grey levels, that smoothing leaves between a voxel and the surface's level 127.5.
const MARGIN: u8 = 14;

/// A 3-D array of bytes, `[z, y, x]`, x fastest.
pub struct Level {
    /// `[z, y, x]`.
    pub shape: [usize; 3],
    /// `shape` values (times the bytes per value).
    pub values: Vec<u8>,
}

/// Smooths a volume without moving any voxel's centre to the other side of the surface.
///
/// A segmented image is a staircase; a binomial filter (1 4 6 4 1 along each axis, σ = 1 voxel) melts the steps,
/// but also melts walls and throats of one voxel. So each voxel is then held on its own side of one half: the
/// surface moves by less than half a voxel and no feature vanishes.
pub fn smoothed(shape: [usize; 3], raw: &[u8]) -> Vec<u8> {
    let [depth, height, width] = shape;
    let (row, plane) = (width, width * height);
    let mut field = vec![0u8; raw.len()];
    let mut padded = vec![0u8; width + 4];
    for (from, to) in raw.chunks_exact(row).zip(field.chunks_exact_mut(row)) {
        padded[..2].fill(from[0]);
        padded[2..width + 2].copy_from_slice(from);
        padded[width + 2..].fill(from[width - 1]);
        binomial(to, [0, 1, 2, 3, 4].map(|shift| &padded[shift..shift + width]));
    }
    let mut buffer = vec![0u8; raw.len()];
    for (from, to) in field.chunks_exact(plane).zip(buffer.chunks_exact_mut(plane)) {
        for (y, out) in to.chunks_exact_mut(row).enumerate() {
            binomial(out, neighbours(y, height).map(|y| &from[y * row..(y + 1) * row]));
        }
    }
    for (z, out) in field.chunks_exact_mut(plane).enumerate() {
        binomial(out, neighbours(z, depth).map(|z| &buffer[z * plane..(z + 1) * plane]));
    }
    for (value, &own) in field.iter_mut().zip(raw) {
        *value = if own >= 128 { (*value).max(own.min(128 + MARGIN)) } else { (*value).min(own.max(127 - MARGIN)) };
    }
    field
}

/// Five positions around `i`, the edge repeated.
fn neighbours(i: usize, count: usize) -> [usize; 5] {
    [0, 1, 2, 3, 4].map(|shift| (i + shift).saturating_sub(2).min(count - 1))
}

fn binomial(out: &mut [u8], [a, b, c, d, e]: [&[u8]; 5]) {
    for (i, value) in out.iter_mut().enumerate() {
        let sum = u16::from(a[i]) + u16::from(e[i]) + 4 * (u16::from(b[i]) + u16::from(d[i])) + 6 * u16::from(c[i]);
        *value = ((sum + 8) >> 4) as u8;
    }
}

/// The mips of a field below its full size, each half the one before.
pub fn mips(shape: [usize; 3], field: &[u8]) -> Vec<Level> {
    let mut levels: Vec<Level> = Vec::new();
    let count = mip_count(shape);
    for _ in 0..count {
        let next = match levels.last() {
            Some(level) => halved(level.shape, &level.values),
            None => halved(shape, field),
        };
        levels.push(next);
    }
    levels
}

/// Number of mips beyond the full size.
pub fn mip_count(shape: [usize; 3]) -> usize {
    let longest = shape.into_iter().max().unwrap_or(1);
    MAX_MIPS.min(longest.ilog2() as usize)
}

fn halved(shape: [usize; 3], values: &[u8]) -> Level {
    let half = shape.map(|side| (side / 2).max(1));
    let [_, height, width] = shape;
    let pair = |i: usize, side: usize| [(2 * i).min(side - 1), (2 * i + 1).min(side - 1)];
    let mut out = Vec::with_capacity(half.iter().product());
    for z in 0..half[0] {
        for y in 0..half[1] {
            let [z0, z1] = pair(z, shape[0]);
            let [y0, y1] = pair(y, height);
            let rows = [(z0, y0), (z0, y1), (z1, y0), (z1, y1)].map(|(z, y)| {
                let start = (z * height + y) * width;
                &values[start..start + width]
            });
            out.extend((0..half[2]).map(|x| {
                let [x0, x1] = pair(x, width);
                let sum: u16 = rows.iter().map(|row| u16::from(row[x0]) + u16::from(row[x1])).sum();
                ((sum + 4) >> 3) as u8
            }));
        }
    }
    Level { shape: half, values: out }
}

/// Per brick: minimum and maximum of the field, minimum and maximum of the raw values, four bytes. Each range
/// covers every voxel that a trilinear sample inside the brick can touch.
pub fn brick_ranges(shape: [usize; 3], field: &[u8], raw: &[u8]) -> Level {
    let bricks = shape.map(|side| side.div_ceil(BRICK));
    let [field, raw] = [field, raw].map(|values| ranges(shape, bricks, values));
    let values = field.iter().zip(&raw).flat_map(|(f, r)| [f.0, f.1, r.0, r.1]).collect();
    Level { shape: bricks, values }
}

/// Minimum and maximum per brick with a border of one voxel.
fn ranges(shape: [usize; 3], bricks: [usize; 3], values: &[u8]) -> Vec<(u8, u8)> {
    let [_, height, width] = shape;
    let span = |brick: usize, side: usize| (brick * BRICK).saturating_sub(1)..((brick + 1) * BRICK + 1).min(side);
    let nothing = (u8::MAX, u8::MIN);
    let widen = |range: &mut (u8, u8), other: (u8, u8)| *range = (range.0.min(other.0), range.1.max(other.1));
    let mut out = vec![nothing; bricks.iter().product()];
    let mut row_ranges = vec![nothing; bricks[2]];
    for z in 0..shape[0] {
        for y in 0..height {
            let row = &values[(z * height + y) * width..][..width];
            for (bx, range) in row_ranges.iter_mut().enumerate() {
                *range = row[span(bx, width)].iter().fold(nothing, |(low, high), &v| (low.min(v), high.max(v)));
            }
            for bz in owners(z, bricks[0]) {
                for by in owners(y, bricks[1]) {
                    let start = (bz * bricks[1] + by) * bricks[2];
                    for (range, &row_range) in out[start..start + bricks[2]].iter_mut().zip(&row_ranges) {
                        widen(range, row_range);
                    }
                }
            }
        }
    }
    out
}

/// The bricks whose widened span holds voxel `i`.
fn owners(i: usize, count: usize) -> std::ops::RangeInclusive<usize> {
    (i.saturating_sub(1) / BRICK)..=((i + 1) / BRICK).min(count - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(count: usize) -> Vec<u8> {
        let mut state = 9u32;
        (0..count)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 24) as u8
            })
            .collect()
    }

    #[test]
    fn smoothing_moves_no_voxel_across_the_surface() {
        let shape = [9, 7, 11];
        let raw: Vec<u8> = noise(9 * 7 * 11).iter().map(|&v| if v < 60 { 0 } else { 255 }).collect();
        let field = smoothed(shape, &raw);
        for (smooth, own) in field.iter().zip(&raw) {
            assert_eq!(*smooth >= 128, *own >= 128);
            assert!(smooth.abs_diff(127) >= MARGIN - 1, "{smooth}");
        }
    }

    #[test]
    fn a_flat_wall_keeps_its_place() {
        // Voxels 0..8 along x are solid: the field must pass 127.5 half-way between voxels 7 and 8.
        let raw: Vec<u8> = (0..4 * 4 * 16).map(|i| if i % 16 < 8 { 255 } else { 0 }).collect();
        let field = smoothed([4, 4, 16], &raw);
        assert_eq!(&field[4..12], [255, 255, 239, 175, 80, 16, 0, 0], "{:?}", &field[..16]);
    }

    #[test]
    fn a_grey_voxel_near_the_level_is_not_pushed_away_from_it() {
        let field = smoothed([3, 3, 3], &[130; 27]);
        assert_eq!(field, [130; 27]);
    }

    #[test]
    fn mips_keep_the_mean_and_cover_flat_volumes() {
        let shape = [8, 16, 32];
        let values = noise(8 * 16 * 32);
        let mean = |v: &[u8]| v.iter().map(|&x| f64::from(x)).sum::<f64>() / v.len() as f64;
        let levels = mips(shape, &values);
        assert_eq!(levels.iter().map(|l| l.shape).collect::<Vec<_>>(), [[4, 8, 16], [2, 4, 8], [1, 2, 4], [1, 1, 2]]);
        assert!((mean(&levels[2].values) - mean(&values)).abs() < 1.0);
        assert_eq!(mips([1, 1, 5], &[0, 100, 200, 40, 7])[0].values, [50, 120]);
        assert!(mips([1, 1, 1], &[3]).is_empty());
    }

    #[test]
    fn brick_ranges_are_those_of_every_voxel_a_sample_can_touch() {
        let shape = [19, 8, 25];
        let (field, raw) = (noise(19 * 8 * 25), noise(19 * 8 * 25 + 1)[1..].to_vec());
        let bricks = brick_ranges(shape, &field, &raw);
        assert_eq!(bricks.shape, shape.map(|side| side.div_ceil(BRICK)));
        let [_, height, width] = bricks.shape;
        let touched =
            |brick: usize, side: usize| (brick * BRICK).saturating_sub(1)..(brick * BRICK + BRICK + 1).min(side);
        for (i, found) in bricks.values.chunks_exact(4).enumerate() {
            let (bz, by, bx) = (i / width / height, i / width % height, i % width);
            let mut expected = [255, 0, 255, 0];
            for z in touched(bz, shape[0]) {
                for y in touched(by, shape[1]) {
                    for x in touched(bx, shape[2]) {
                        let i = (z * shape[1] + y) * shape[2] + x;
                        expected = [
                            field[i].min(expected[0]),
                            field[i].max(expected[1]),
                            raw[i].min(expected[2]),
                            raw[i].max(expected[3]),
                        ];
                    }
                }
            }
            assert_eq!(found, expected, "brick {bz} {by} {bx}");
        }
    }
}

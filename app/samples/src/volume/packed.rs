//! The pore space as bits: 64 voxels to a word, so that counting is `AND` and population count.

use super::{GRAIN, PORE, Volume};

/// One phase (mostly the pore space) as bits in rows along x: bit `x % 64` of word `x / 64` of row `(z, y)`
/// is 1 where the voxel is of that phase. Bits beyond the row's end are 0.
pub(crate) struct PackedRows {
    shape: [usize; 3],
    row_words: usize,
    words: Vec<u64>,
}

impl PackedRows {
    /// The pore space.
    pub(crate) fn new(volume: &Volume) -> Self {
        Self::of_phase(volume, PORE)
    }

    pub(crate) fn of_phase(volume: &Volume, phase: u8) -> Self {
        let shape = volume.shape();
        let row_words = shape[2].div_ceil(64);
        let mut words = Vec::with_capacity(shape[0] * shape[1] * row_words);
        for row in volume.voxels().chunks_exact(shape[2]) {
            words.extend(row.chunks(64).map(|voxels| pack(voxels, phase)));
        }
        Self { shape, row_words, words }
    }

    /// The pore space of the volume within a shell, one voxel thick, of the phase `shell`.
    pub(crate) fn padded(volume: &Volume, shell: u8) -> Self {
        let [depth, height, width] = volume.shape().map(|side| side + 2);
        let row_words = width.div_ceil(64);
        let mut words = Vec::with_capacity(depth * height * row_words);
        let mut row = vec![shell; width];
        for z in 0..depth {
            for y in 0..height {
                row.fill(shell);
                if (1..depth - 1).contains(&z) && (1..height - 1).contains(&y) {
                    let start = volume.index(z - 1, y - 1, 0);
                    row[1..width - 1].copy_from_slice(&volume.voxels()[start..start + width - 2]);
                }
                words.extend(row.chunks(64).map(|voxels| pack(voxels, PORE)));
            }
        }
        Self { shape: [depth, height, width], row_words, words }
    }

    pub(crate) fn shape(&self) -> [usize; 3] {
        self.shape
    }

    /// Words of one row.
    pub(crate) fn row_words(&self) -> usize {
        self.row_words
    }

    /// All words, rows in C order.
    pub(crate) fn words(&self) -> &[u64] {
        &self.words
    }

    pub(crate) fn row(&self, z: usize, y: usize) -> &[u64] {
        let start = (z * self.shape[1] + y) * self.row_words;
        &self.words[start..start + self.row_words]
    }

    /// Ones in the first `count` bits of a row: word `index` of that mask.
    pub(crate) fn mask(count: usize, index: usize) -> u64 {
        match count.saturating_sub(64 * index) {
            0 => 0,
            bits @ 1..64 => (1 << bits) - 1,
            _ => u64::MAX,
        }
    }
}

/// One phase as bits in columns along z: bit `z % 64` of word `[z / 64][y][x]`. Neighbours along x and y are then
/// whole words apart, which makes lags along them as cheap as lags along z in [`PackedRows`].
pub(crate) struct PackedColumns {
    shape: [usize; 3],
    words: Vec<u64>,
}

impl PackedColumns {
    pub(crate) fn of_phase(volume: &Volume, phase: u8) -> Self {
        let shape = volume.shape();
        let plane = shape[1] * shape[2];
        let mut words = vec![0u64; shape[0].div_ceil(64) * plane];
        for (z, slice) in volume.voxels().chunks_exact(plane).enumerate() {
            let slab = &mut words[z / 64 * plane..][..plane];
            let bit = z % 64;
            for (word, &voxel) in slab.iter_mut().zip(slice) {
                *word |= u64::from(voxel == phase) << bit;
            }
        }
        Self { shape, words }
    }

    /// Slabs of `height · width` words, one for each 64 slices.
    pub(crate) fn slabs(&self) -> impl ExactSizeIterator<Item = &[u64]> {
        self.words.chunks_exact(self.shape[1] * self.shape[2])
    }
}

fn pack(voxels: &[u8], phase: u8) -> u64 {
    let flip = if phase == GRAIN { 0 } else { 0x0101_0101_0101_0101 };
    let mut word = 0;
    let mut octets = voxels.chunks_exact(8);
    let mut shift = 0;
    for octet in octets.by_ref() {
        let bytes =
            u64::from_le_bytes([octet[0], octet[1], octet[2], octet[3], octet[4], octet[5], octet[6], octet[7]]);
        // Each byte is 0 or 1: the product gathers the eight lowest bits, in order, in its highest byte.
        word |= ((bytes ^ flip).wrapping_mul(0x0102_0408_1020_4080) >> 56) << shift;
        shift += 8;
    }
    for &voxel in octets.remainder() {
        word |= u64::from(voxel == phase) << shift;
        shift += 1;
    }
    word
}

/// Number of positions where both `a` and `b` have a 1; the shorter length counts.
pub(crate) fn count_common(a: &[u64], b: &[u64]) -> u64 {
    count(a, b, |a, b| a & b)
}

/// Number of positions where `a` and `b` differ; the shorter length counts.
pub(crate) fn count_differing(a: &[u64], b: &[u64]) -> u64 {
    count(a, b, |a, b| a ^ b)
}

fn count(a: &[u64], b: &[u64], combine: impl Fn(u64, u64) -> u64) -> u64 {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("popcnt") {
        // SAFETY: the processor was just found to have the features that the function is compiled for.
        return unsafe { count_avx2(a, b, combine) };
    }
    count_portable(a, b, combine)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,popcnt")]
fn count_avx2(a: &[u64], b: &[u64], combine: impl Fn(u64, u64) -> u64) -> u64 {
    count_portable(a, b, combine)
}

#[inline(always)]
fn count_portable(a: &[u64], b: &[u64], combine: impl Fn(u64, u64) -> u64) -> u64 {
    // Wrapping: a count of bits in memory fits, and the overflow check would forbid vector code.
    a.iter().zip(b).fold(0u64, |sum, (&a, &b)| sum.wrapping_add(u64::from(combine(a, b).count_ones())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_packings_hold_every_voxel_where_it_belongs() {
        let side = 70;
        let volume = Volume::from_fn(side, |z, y, x| (z * 7 + y * 3 + x * x) % 5 < 2);
        let rows = PackedRows::new(&volume);
        let columns = PackedColumns::of_phase(&volume, PORE);
        let slabs: Vec<_> = columns.slabs().collect();
        let padded = PackedRows::padded(&volume, PORE);
        for z in 0..side {
            for y in 0..side {
                for x in 0..side {
                    let pore = volume.is_pore(z, y, x);
                    assert_eq!(rows.row(z, y)[x / 64] >> (x % 64) & 1 == 1, pore);
                    assert_eq!(slabs[z / 64][y * side + x] >> (z % 64) & 1 == 1, pore);
                    assert_eq!(padded.row(z + 1, y + 1)[(x + 1) / 64] >> ((x + 1) % 64) & 1 == 1, pore);
                }
                assert_eq!(rows.row(z, y)[1] >> (side - 64), 0, "bits beyond the row");
            }
        }
        assert_eq!(padded.row(0, 5)[0], u64::MAX);
        assert_eq!(PackedRows::mask(70, 0), u64::MAX);
        assert_eq!(PackedRows::mask(70, 1), 0b11_1111);
        assert_eq!(PackedRows::mask(64, 1), 0);
    }
}

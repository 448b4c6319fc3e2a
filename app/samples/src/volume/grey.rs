//! Grey volumes and the post-processing that turns a generator's output into a segmentation.

use super::{GRAIN, PORE, Volume, VolumeError, median, voxel_count};

/// A volume of 8-bit grey values, `[z, y, x]`, 0 = pore-like, 255 = grain-like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GreyVolume {
    shape: [usize; 3],
    values: Vec<u8>,
}

impl GreyVolume {
    /// A grey volume from values in C order.
    ///
    /// # Errors
    /// As [`Volume::new`], without the restriction on values.
    pub fn new(shape: [usize; 3], values: Vec<u8>) -> Result<Self, VolumeError> {
        let expected = voxel_count(shape.map(|side| side as u64))?;
        if values.len() != expected {
            return Err(VolumeError::Length { expected, found: values.len() });
        }
        Ok(Self { shape, values })
    }

    /// `[z, y, x]` sides in voxels.
    pub fn shape(&self) -> [usize; 3] {
        self.shape
    }

    /// The values in C order.
    pub fn values(&self) -> &[u8] {
        &self.values
    }

    /// The volume without its outer `border` voxels on every side; `None` if nothing would be left.
    pub fn without_border(&self, border: usize) -> Option<Self> {
        let [depth, height, width] = self.shape;
        let shape = self.shape.map(|side| side.checked_sub(2 * border).filter(|&s| s > 0));
        let [Some(d), Some(h), Some(w)] = shape else { return None };
        let mut values = Vec::with_capacity(d * h * w);
        for z in border..depth - border {
            for y in border..height - border {
                let start = (z * height + y) * width + border;
                values.extend_from_slice(&self.values[start..start + w]);
            }
        }
        Some(Self { shape: [d, h, w], values })
    }

    /// Median over the 3×3×3 neighbourhood; at the faces the edge voxel is repeated (the convention of
    /// SciPy's `median_filter(mode="nearest")`).
    pub fn median_filter(&self) -> Self {
        Self { shape: self.shape, values: median::filter(self.shape, &self.values) }
    }

    /// Otsu's threshold: the grey level `t` for which splitting into `< t` and `≥ t` maximises the
    /// between-class variance. A plateau of equal maxima (two separate peaks) answers with its middle.
    /// A constant volume answers with its value.
    pub fn otsu_threshold(&self) -> u8 {
        let mut histogram = [0u64; 256];
        for &value in &self.values {
            histogram[value as usize] += 1;
        }
        let total = self.values.len() as f64;
        let sum: f64 = histogram.iter().enumerate().map(|(v, &n)| v as f64 * n as f64).sum();
        let (mut below, mut sum_below) = (0.0, 0.0);
        let mut best = (0.0, usize::from(self.values[0]), usize::from(self.values[0]));
        for t in 1..256 {
            below += histogram[t - 1] as f64;
            sum_below += (t - 1) as f64 * histogram[t - 1] as f64;
            let above = total - below;
            if below == 0.0 || above == 0.0 {
                continue;
            }
            let difference = sum_below / below - (sum - sum_below) / above;
            let variance = below * above * difference * difference;
            if variance > best.0 * (1.0 + 1e-12) {
                best = (variance, t, t);
            } else if variance >= best.0 * (1.0 - 1e-12) {
                best.2 = t;
            }
        }
        ((best.1 + best.2) / 2) as u8
    }

    /// The segmented volume that these grey values already are: 0 and 1, or 0 and 255 (0 = pore).
    ///
    /// # Errors
    /// [`VolumeError::Value`] at the first voxel that is neither.
    pub fn into_segmented(mut self) -> Result<Volume, VolumeError> {
        let grain = if self.values.contains(&255) { 255 } else { GRAIN };
        for (index, value) in self.values.iter_mut().enumerate() {
            *value = match *value {
                PORE => PORE,
                v if v == grain => GRAIN,
                value => return Err(VolumeError::Value { index, value }),
            };
        }
        Volume::new(self.shape, self.values)
    }

    /// Voxels at or above `threshold` become grain, the others pore.
    pub fn segment(&self, threshold: u8) -> Volume {
        Volume {
            shape: self.shape,
            voxels: self.values.iter().map(|&v| if v >= threshold { GRAIN } else { PORE }).collect(),
        }
    }
}

impl Volume {
    /// The same volume in grey: pore 0, grain 255.
    pub fn to_grey(&self) -> GreyVolume {
        let values = self.voxels.iter().map(|&voxel| if voxel == GRAIN { 255 } else { 0 }).collect();
        GreyVolume { shape: self.shape, values }
    }
}

//! A self-check before a GPU is trusted: three operations against values worked out by hand.
//!
//! Drivers have been seen to compute wrong numbers without an error; a visitor should then get the CPU.

use burn::tensor::{Device, Tensor, module::conv_transpose3d, ops::ConvTransposeOptions};

/// Largest difference that rounding explains here: all exact results are below 512 or from `tanh`.
const TOLERANCE: f32 = 1e-4;

/// A computed operation: its values still lie on the device.
pub(crate) struct Computed {
    name: &'static str,
    result: Tensor<1>,
    expected: Vec<f32>,
}

impl Computed {
    /// Reads and compares.
    ///
    /// # Errors
    /// A sentence if the device fails or is wrong.
    pub async fn verify(self) -> Result<(), String> {
        let data = self.result.into_data_async().await.map_err(|e| format!("it failed at {}: {e}", self.name))?;
        let found: Vec<f32> = data.try_into_vec().map_err(|e| format!("it failed at {}: {e}", self.name))?;
        // A NaN compares as false, and is therefore wrong.
        let right = found.len() == self.expected.len()
            && found.iter().zip(&self.expected).all(|(a, b)| (a - b).abs() <= TOLERANCE);
        if right { Ok(()) } else { Err(format!("it computes {} wrongly", self.name)) }
    }
}

/// Enqueues the three operations on `device`.
pub(crate) fn enqueue(device: &Device) -> [Computed; 3] {
    [matmul(device), transposed_convolution(device), tanh_of_mean(device)]
}

fn matmul(device: &Device) -> Computed {
    let a = Tensor::<2>::from_floats([[1.0, 2.0], [3.0, 4.0]], device);
    let b = Tensor::<2>::from_floats([[5.0, 6.0], [7.0, 8.0]], device);
    Computed { name: "a matrix product", result: a.matmul(b).reshape([4]), expected: vec![19.0, 22.0, 43.0, 50.0] }
}

/// Kernel 4, stride 2, padding 1, as in every generator here. Input and kernel are products of one line per
/// axis, so the result is too: input line 1 2 and kernel line 1 2 3 4 give 2 5 8 6.
fn transposed_convolution(device: &Device) -> Computed {
    let cube = |line: &[f32]| -> Vec<f32> {
        line.iter().flat_map(|z| line.iter().flat_map(move |y| line.iter().map(move |x| z * y * x))).collect()
    };
    let input = Tensor::<1>::from_floats(cube(&[1.0, 2.0]).as_slice(), device).reshape([1, 1, 2, 2, 2]);
    let kernel = Tensor::<1>::from_floats(cube(&[1.0, 2.0, 3.0, 4.0]).as_slice(), device).reshape([1, 1, 4, 4, 4]);
    let options = ConvTransposeOptions::new([2; 3], [1; 3], [0; 3], [1; 3], 1);
    Computed {
        name: "a transposed convolution",
        result: conv_transpose3d(input, kernel, None, options).reshape([64]),
        expected: cube(&[2.0, 5.0, 8.0, 6.0]),
    }
}

fn tanh_of_mean(device: &Device) -> Computed {
    let rows = Tensor::<2>::from_floats([[-3.0, -1.0], [-0.5, 0.5], [0.0, 1.0], [1.0, 3.0]], device);
    Computed {
        name: "tanh of a mean",
        result: rows.mean_dim(1).tanh().reshape([4]),
        // tanh(2) and tanh(1/2)
        expected: vec![-0.964_027_6, 0.0, 0.462_117_16, 0.964_027_6],
    }
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;

    use super::*;

    #[test]
    fn the_cpu_passes() {
        for computed in enqueue(&Device::flex()) {
            assert_eq!(block_on(computed.verify()), Ok(()));
        }
    }

    #[test]
    fn a_wrong_value_and_a_nan_are_noticed() {
        let device = Device::flex();
        for wrong in [0.1, f32::NAN] {
            let [mut computed, ..] = enqueue(&device);
            computed.result = computed.result + Tensor::from_floats([0.0, 0.0, wrong, 0.0], &device);
            assert!(block_on(computed.verify()).is_err());
        }
    }
}

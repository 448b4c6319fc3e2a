//! From the contract's device names to burn's devices. Which exist is decided when the program is built.

use catalog::{Device, FieldError};

/// The burn device for `device`, and what it really is.
///
/// # Errors
/// If this build cannot use the device.
pub fn open(device: Device) -> Result<(burn::tensor::Device, Device), FieldError> {
    match device {
        #[cfg(feature = "cuda")]
        Device::Auto | Device::Cuda => Ok((burn::tensor::Device::cuda(0), Device::Cuda)),
        #[cfg(all(feature = "vulkan", not(feature = "cuda")))]
        Device::Auto => Ok((burn::tensor::Device::vulkan(burn::tensor::DeviceKind::DefaultDevice), Device::Vulkan)),
        #[cfg(feature = "vulkan")]
        Device::Vulkan => Ok((burn::tensor::Device::vulkan(burn::tensor::DeviceKind::DefaultDevice), Device::Vulkan)),
        #[cfg(not(any(feature = "cuda", feature = "vulkan")))]
        Device::Auto => Ok((burn::tensor::Device::flex(), Device::Cpu)),
        Device::Cpu => Ok((burn::tensor::Device::flex(), Device::Cpu)),
        Device::Webgpu => Err(FieldError::new("device", "webgpu is for browsers; here are auto, cpu, cuda and vulkan")),
        #[allow(unreachable_patterns, reason = "reached in builds without these features")]
        other => Err(FieldError::new(
            "device",
            format!("this build has no {}; build with `--features {0}`, or use auto or cpu", other.name()),
        )),
    }
}

/// Whether this build can use the device, without opening it.
///
/// # Errors
/// If it cannot.
pub fn check(device: Device) -> Result<(), FieldError> {
    match device {
        Device::Auto | Device::Cpu => Ok(()),
        Device::Cuda if cfg!(feature = "cuda") => Ok(()),
        Device::Vulkan if cfg!(feature = "vulkan") => Ok(()),
        other => open(other).map(|_| ()),
    }
}

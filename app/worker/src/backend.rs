//! Where to compute: the choice between WebGPU and the CPU, from what was asked and which adapter answers.

use catalog::Device;

/// What the browser says of its WebGPU adapter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Adapter {
    /// Such as `nvidia`; often all there is.
    pub vendor: String,
    /// Such as `ampere`.
    pub architecture: String,
    /// A name; empty in browsers that keep it to themselves.
    pub description: String,
    /// The browser's own word that this is a software adapter.
    pub is_fallback: bool,
}

/// Names under which software adapters answer.
const SOFTWARE: [&str; 6] = ["swiftshader", "llvmpipe", "lavapipe", "softpipe", "software", "basic render"];

impl Adapter {
    /// Whether a program, not a chip, does the work: correct, and tens of times slower than our CPU path.
    pub fn is_software(&self) -> bool {
        let text = format!("{} {} {}", self.vendor, self.architecture, self.description).to_lowercase();
        self.is_fallback || SOFTWARE.iter().any(|name| text.contains(name))
    }

    /// The most precise name there is.
    pub fn name(&self) -> String {
        let parts: Vec<_> =
            [&self.vendor, &self.architecture].into_iter().map(|p| p.trim()).filter(|p| !p.is_empty()).collect();
        match (self.description.trim(), parts.is_empty()) {
            ("", true) => "unnamed adapter".to_owned(),
            ("", false) => parts.join(" "),
            (description, _) => description.to_owned(),
        }
    }
}

/// A decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Choice {
    /// The adapter.
    WebGpu,
    /// The CPU, and why not the GPU if the GPU might have been expected.
    Cpu(Option<String>),
}

/// Decides. `broken` says why an adapter that answers must not be used (again).
///
/// # Errors
/// A sentence, if what was asked for cannot be had: a forced device is never replaced in silence.
pub(crate) fn choose(asked: Device, adapter: Option<&Adapter>, broken: Option<&str>) -> Result<Choice, String> {
    match (asked, adapter, broken) {
        (Device::Cpu, ..) => Ok(Choice::Cpu(None)),
        (Device::Webgpu, None, _) => {
            Err("WebGPU was asked for, but this browser offers no adapter; choose auto or cpu".to_owned())
        }
        (Device::Webgpu, Some(_), Some(reason)) => {
            Err(format!("WebGPU was asked for, but {reason}; reload the page, or choose auto or cpu"))
        }
        (Device::Webgpu, Some(_), None) => Ok(Choice::WebGpu),
        (Device::Auto, None, _) => Ok(Choice::Cpu(Some("This browser offers no WebGPU adapter.".to_owned()))),
        (Device::Auto, Some(_), Some(reason)) => Ok(Choice::Cpu(Some(format!("WebGPU is not used: {reason}.")))),
        (Device::Auto, Some(adapter), None) if adapter.is_software() => Ok(Choice::Cpu(Some(format!(
            "WebGPU answers with a software adapter ({}), which is slower than the CPU path.",
            adapter.name()
        )))),
        (Device::Auto, Some(_), None) => Ok(Choice::WebGpu),
        (Device::Cuda | Device::Vulkan, ..) => {
            Err(format!("{} is not for browsers; choose auto, webgpu or cpu", asked.name()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn adapter(vendor: &str, architecture: &str, description: &str) -> Adapter {
        Adapter {
            vendor: vendor.into(),
            architecture: architecture.into(),
            description: description.into(),
            is_fallback: false,
        }
    }

    #[test]
    fn auto_takes_a_hardware_adapter_and_nothing_else() {
        let hardware = adapter("nvidia", "ampere", "");
        assert_eq!(choose(Device::Auto, Some(&hardware), None), Ok(Choice::WebGpu));
        let mut marked = hardware.clone();
        marked.is_fallback = true;
        for software in [
            adapter("google", "swiftshader", ""),
            adapter("mesa", "", "llvmpipe (LLVM 15.0.6, 256 bits)"),
            adapter("", "", "Microsoft Basic Render Driver"),
            marked,
        ] {
            assert!(matches!(choose(Device::Auto, Some(&software), None), Ok(Choice::Cpu(Some(_)))), "{software:?}");
            assert_eq!(choose(Device::Webgpu, Some(&software), None), Ok(Choice::WebGpu));
        }
        assert!(matches!(choose(Device::Auto, None, None), Ok(Choice::Cpu(Some(_)))));
    }

    #[test]
    fn a_forced_device_is_never_replaced() {
        let hardware = adapter("amd", "rdna-3", "");
        assert!(choose(Device::Webgpu, None, None).is_err());
        assert!(choose(Device::Webgpu, Some(&hardware), Some("it was lost")).is_err());
        assert_eq!(choose(Device::Cpu, Some(&hardware), None), Ok(Choice::Cpu(None)));
        assert!(choose(Device::Cuda, Some(&hardware), None).is_err());
        assert!(choose(Device::Vulkan, None, None).is_err());
    }

    #[test]
    fn a_broken_gpu_is_named_to_the_person() {
        let hardware = adapter("amd", "rdna-3", "");
        let Ok(Choice::Cpu(Some(note))) = choose(Device::Auto, Some(&hardware), Some("the device was lost")) else {
            panic!("a broken GPU must not be chosen");
        };
        assert!(note.contains("the device was lost"), "{note}");
    }

    #[test]
    fn the_name_is_the_most_precise_one() {
        assert_eq!(adapter("nvidia", "ampere", "").name(), "nvidia ampere");
        assert_eq!(adapter("nvidia", "", "GeForce RTX 3060").name(), "GeForce RTX 3060");
        assert_eq!(Adapter::default().name(), "unnamed adapter");
    }
}

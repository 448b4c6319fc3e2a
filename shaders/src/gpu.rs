//! A device, its queue and its state of health.

use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Poll, Waker};

use crate::ViewError;

/// Device and queue of one adapter. A clone is the same device.
#[derive(Clone)]
pub struct Gpu {
    /// Makes everything.
    pub device: wgpu::Device,
    /// Takes all work.
    pub queue: wgpu::Queue,
    /// Interface and adapter, for people.
    pub name: String,
    /// Whether the adapter is a program on the processor, tens of times slower than a real one.
    pub software: bool,
    health: Arc<Mutex<Health>>,
}

#[derive(Default)]
struct Health {
    lost: Option<String>,
    error: Option<String>,
    waiting: Vec<Waker>,
}

impl Gpu {
    /// The first Vulkan adapter, a software one included.
    #[cfg(not(target_arch = "wasm32"))]
    pub async fn headless() -> Result<Self, ViewError> {
        let mut descriptor = wgpu::InstanceDescriptor::new_without_display_handle();
        descriptor.backends = wgpu::Backends::VULKAN;
        let instance = wgpu::Instance::new(descriptor);
        let adapter = instance
            .request_adapter(&wgpu::RequestAdapterOptions::default())
            .await
            .map_err(|error| ViewError::NoAdapter(error.to_string()))?;
        Self::new(&adapter, "").await
    }

    /// A device of `adapter`, with its texture sizes and otherwise only what WebGL2 has. `told` is what is known of
    /// the adapter beyond its own words, or nothing.
    pub async fn new(adapter: &wgpu::Adapter, told: &str) -> Result<Self, ViewError> {
        let limits = wgpu::Limits::downlevel_webgl2_defaults().using_resolution(adapter.limits());
        let descriptor =
            wgpu::DeviceDescriptor { label: Some("volume view"), required_limits: limits, ..Default::default() };
        let (device, queue) =
            adapter.request_device(&descriptor).await.map_err(|error| ViewError::Device(error.to_string()))?;
        let health = Arc::new(Mutex::new(Health::default()));
        let state = Arc::clone(&health);
        device.set_device_lost_callback(move |reason, message| {
            // Dropping the device is not a loss that anybody has to hear of.
            if reason != wgpu::DeviceLostReason::Destroyed {
                mark_lost(&state, if message.is_empty() { "no reason given".to_owned() } else { message });
            }
        });
        let state = Arc::clone(&health);
        device.on_uncaptured_error(Arc::new(move |error: wgpu::Error| {
            lock(&state).error.get_or_insert(error.to_string());
        }));
        let info = adapter.get_info();
        let described = if info.name.is_empty() { told } else { info.name.as_str() };
        let software = is_software(&info, described);
        Ok(Self { device, queue, name: name(info.backend, described), software, health })
    }

    /// A first error since the last call, or the loss of the device.
    pub fn check(&self) -> Result<(), ViewError> {
        let mut health = lock(&self.health);
        if let Some(reason) = &health.lost {
            return Err(ViewError::Lost(reason.clone()));
        }
        health.error.take().map_or(Ok(()), |message| Err(ViewError::Gpu(message)))
    }

    /// Why the device was lost, once it is.
    pub fn lost(&self) -> Option<String> {
        lock(&self.health).lost.clone()
    }

    /// Ends when the device is lost, with the reason.
    pub fn when_lost(&self) -> impl Future<Output = String> + use<> {
        let health = Arc::clone(&self.health);
        poll_fn(move |context| {
            let mut health = lock(&health);
            match &health.lost {
                Some(reason) => Poll::Ready(reason.clone()),
                None => {
                    health.waiting.push(context.waker().clone());
                    Poll::Pending
                }
            }
        })
    }

    /// A handle by which the loss of the drawing context can be reported from outside (WebGL2 tells the canvas).
    #[cfg_attr(not(target_arch = "wasm32"), expect(dead_code, reason = "only a canvas can lose its context"))]
    pub fn loss_reporter(&self) -> impl Fn(&str) + use<> {
        let health = Arc::clone(&self.health);
        move |reason| mark_lost(&health, reason.to_owned())
    }

    /// A buffer for uniforms.
    pub fn uniform_buffer(&self, label: &str, bytes: usize) -> wgpu::Buffer {
        self.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some(label),
            size: bytes as u64,
            usage: wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        })
    }

    /// A pipeline of triangle strips onto one target.
    #[expect(clippy::too_many_arguments, reason = "one call per primitive, every argument differs")]
    pub fn render_pipeline(
        &self,
        label: &str,
        source: &str,
        vertex: &str,
        fragment: &str,
        layout: &wgpu::PipelineLayout,
        buffers: &[Option<wgpu::VertexBufferLayout<'_>>],
        format: wgpu::TextureFormat,
        blend: Option<wgpu::BlendState>,
    ) -> wgpu::RenderPipeline {
        let module = self.device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label: Some(label),
            source: wgpu::ShaderSource::Wgsl(source.into()),
        });
        self.device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
            label: Some(label),
            layout: Some(layout),
            vertex: wgpu::VertexState {
                module: &module,
                entry_point: Some(vertex),
                compilation_options: Default::default(),
                buffers,
            },
            primitive: wgpu::PrimitiveState { topology: wgpu::PrimitiveTopology::TriangleStrip, ..Default::default() },
            depth_stencil: None,
            multisample: wgpu::MultisampleState::default(),
            fragment: Some(wgpu::FragmentState {
                module: &module,
                entry_point: Some(fragment),
                compilation_options: Default::default(),
                targets: &[Some(wgpu::ColorTargetState { format, blend, write_mask: wgpu::ColorWrites::ALL })],
            }),
            multiview_mask: None,
            cache: None,
        })
    }

    /// Ends when the adapter has finished everything asked so far.
    pub async fn finished(&self) -> Result<(), ViewError> {
        let done = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&done);
        self.queue.on_submitted_work_done(move || flag.store(true, Ordering::Release));
        while !done.load(Ordering::Acquire) {
            self.breathe().await?;
        }
        self.check()
    }

    /// Lets callbacks of finished work run, and waits a moment for more: the whole of it natively, a few
    /// milliseconds of the event loop in a browser, where nothing may block.
    pub async fn breathe(&self) -> Result<(), ViewError> {
        #[cfg(not(target_arch = "wasm32"))]
        self.device.poll(wgpu::PollType::wait_indefinitely()).map_err(|error| ViewError::Gpu(error.to_string()))?;
        #[cfg(target_arch = "wasm32")]
        {
            self.device.poll(wgpu::PollType::Poll).map_err(|error| ViewError::Gpu(error.to_string()))?;
            crate::canvas::sleep().await;
        }
        self.lost().map_or(Ok(()), |reason| Err(ViewError::Lost(reason)))
    }
}

fn lock(health: &Mutex<Health>) -> std::sync::MutexGuard<'_, Health> {
    health.lock().unwrap_or_else(PoisonError::into_inner)
}

fn mark_lost(health: &Mutex<Health>, reason: String) {
    let waiting = {
        let mut health = lock(health);
        health.lost.get_or_insert(reason);
        std::mem::take(&mut health.waiting)
    };
    waiting.into_iter().for_each(Waker::wake);
}

/// Browsers do not always say the kind of an adapter, but they name it.
fn is_software(info: &wgpu::AdapterInfo, described: &str) -> bool {
    let text = [described, &info.driver, &info.driver_info].concat().to_lowercase();
    info.device_type == wgpu::DeviceType::Cpu
        || ["swiftshader", "llvmpipe", "softpipe"].iter().any(|s| text.contains(s))
}

fn name(backend: wgpu::Backend, described: &str) -> String {
    let interface = match backend {
        wgpu::Backend::BrowserWebGpu => "WebGPU",
        wgpu::Backend::Gl => "WebGL2",
        _ => "Vulkan",
    };
    if described.is_empty() { interface.to_owned() } else { format!("{interface} ({described})") }
}
